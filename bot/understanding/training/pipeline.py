"""The training pipeline: read examples, train, compare with the current model, publish the better one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.sectors import Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.model import Model, Predictor
from bot.understanding.model.registry import ModelRegistry
from bot.understanding.model.training_data import Example, TableError, TableRow, parse_examples, read_table
from bot.understanding.sectors.topics import load_topics

ProgressCallback = Callable[[str], None]
_TEST_SHARE = 0.2
_MAX_TEST_EXAMPLES = 2_000
_MIN_TEST_EXAMPLES = 10
"""Held-out examples below which a comparison would be chance."""
_MIN_EXAMPLES = 60
_MAX_EXAMPLES = 40_000
"""The number of latest examples used: more take long and change little."""


@dataclass(frozen=True, slots=True)
class TrainingInput:
    """The training data in chronological order: rows of a table of earlier messages, then decisions of officials."""

    table: Sequence[TableRow] = ()
    local_examples: Sequence[Example] = ()
    last_decision_id: int = 0


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The accuracy of the current and the new model on held-out examples.

    ``test_count`` 0: there were no new examples for a comparison, and nothing was trained.
    """

    published: bool
    score_before: float
    score_after: float
    test_count: int


def load_training_input(
    file: Path | None, registry: ModelRegistry, local_examples: Sequence[Example], last_decision_id: int
) -> TrainingInput:
    """Return the rows of *file*; without one, those of the current model. Raises :class:`TableError`."""
    return TrainingInput(
        read_table(file) if file is not None else registry.load_table(), local_examples, last_decision_id
    )


def run_training(
    training_input: TrainingInput,
    sectors: Sequence[Sector],
    threshold: float,
    registry: ModelRegistry,
    now: datetime,
    report_progress: ProgressCallback,
) -> TrainingResult:
    """Train, and publish the model if it is better than the current one on the latest examples.

    The test examples are the last fifth, without those the current model was trained on. A better model is trained
    again on everything. Raises :class:`TableError` and :class:`~bot.understanding.model.model.ModelError`, in Russian.
    """
    examples = _collect_examples(training_input, sectors, report_progress)
    current = registry.load_current()
    tests, earlier = _split_examples(examples, current)
    if len(tests) < _MIN_TEST_EXAMPLES:
        registry.log_run(
            {
                **_run_metadata(training_input, examples, TrainingResult(False, 0.0, 0.0, 0), now),
                "kept": False,
                "model": None,
            }
        )
        return TrainingResult(False, 0.0, 0.0, 0)
    report_progress(
        f"Примеров: {len(examples)}. Обучаюсь на ранних {len(earlier)}, проверяю на {len(tests)} последних …"
    )
    rules = TextAnalyzer(sectors, threshold)
    before = _accuracy(rules if current is None else rules.with_model(current), tests)
    model, whole = _train_candidate([*earlier, *tests], len(earlier), rules, sectors)
    after = _accuracy(rules.with_model(model), tests)
    result = TrainingResult(after > before, before, after, len(tests))
    about = _run_metadata(training_input, examples, result, now)
    kept_as = registry.publish(whole(about), training_input.table) if result.published else None
    against = "rules" if current is None else "model"
    registry.log_run({**about, "kept": result.published, "model": kept_as, "against": against})
    return result


def _collect_examples(
    training_input: TrainingInput, sectors: Sequence[Sector], report_progress: ProgressCallback
) -> list[Example]:
    imported, unknown = parse_examples(training_input.table, sectors)
    for name, times in unknown.most_common(5):
        report_progress(f"Сектора «{name}» нет в настройках, строк с ним: {times}. Они пропущены.")
    codes = {sector.code for sector in sectors}
    own = [one for one in training_input.local_examples if codes.issuperset(one.codes)]
    found = [*imported, *own][-_MAX_EXAMPLES:]
    _check_examples(found)
    return found


def _check_examples(examples: Sequence[Example]) -> None:
    if len(examples) < _MIN_EXAMPLES:
        raise TableError(
            f"Пригодных примеров {len(examples)}, а нужно хотя бы {_MIN_EXAMPLES}: строк с текстом и с сектором из "
            "настроек (столбцы text и codes или sector)."
        )
    if len({code for one in examples for code in one.codes}) < 2:
        raise TableError("Все примеры одного сектора: учиться различать не на чем.")


def _split_examples(examples: Sequence[Example], current_model: Model | None) -> tuple[list[Example], list[Example]]:
    """Return (test examples, training examples).

    The test examples are the last fifth without texts that either model was trained on, copies included.
    """
    start = len(examples) - min(int(len(examples) * _TEST_SHARE), _MAX_TEST_EXAMPLES)
    known = Predictor(current_model).was_trained_on if current_model is not None else lambda _: False
    fresh = {at for at in range(start, len(examples)) if not known(examples[at].text)}
    earlier = [one for at, one in enumerate(examples) if at not in fresh]
    taught = {_folded(one.text) for one in earlier}
    return [examples[at] for at in sorted(fresh) if _folded(examples[at].text) not in taught], earlier


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _train_candidate(
    examples: Sequence[Example], train_count: int, rules: TextAnalyzer, sectors: Sequence[Sector]
) -> tuple[Model, Callable[[dict[str, Any]], Model]]:
    """Return the model of the first *train_count* examples, and a function that trains on all."""
    from bot.understanding.training import trainer  # scikit-learn: a second and 120 MB that only this command needs

    codes = [sector.code for sector in sectors]
    observed = trainer.extract_samples(examples, rules)
    taught = trainer.build_synthetic_samples(load_topics(), rules, codes)
    texts = [one.text for one in examples]
    first = trainer.train(observed[:train_count], taught, texts[:train_count], {})
    return first, lambda about: trainer.train(observed, taught, texts, about)


def _accuracy(understanding: TextAnalyzer, test_examples: Sequence[Example]) -> float:
    return sum(understanding.read(one.text, one.district).sector in one.codes for one in test_examples) / len(
        test_examples
    )


def _run_metadata(
    training_input: TrainingInput, examples: Sequence[Example], result: TrainingResult, now: datetime
) -> dict[str, Any]:
    return {
        "trained": now.isoformat(timespec="seconds"),
        "examples": len(examples),
        "own": len(training_input.local_examples),
        "newest": training_input.last_decision_id,
        "judged": result.test_count,
        "before": round(result.score_before, 4),
        "after": round(result.score_after, 4),
    }


def format_result(result: TrainingResult) -> str:
    """Return the result as a text for the administrator."""
    if not result.test_count:
        return (
            "Сравнить новую модель с действующей не на чем: в конце таблицы почти все сообщения уже были в прошлом "
            "обучении. Всё осталось как было. Добавьте в конец таблицы новые сообщения или сначала вернитесь к "
            "прежнему командой «train --back»."
        )
    scores = f"Верно на последних {result.test_count}: было {result.score_before:.1%}, стало {result.score_after:.1%}."
    verdict = (
        "Новая модель действует; запущенный бот возьмёт её сам в течение минуты. Вернуть прежнее: train --back."
        if result.published
        else "Новая модель не лучше, всё осталось как было."
    )
    return f"{scores}\n{verdict}"
