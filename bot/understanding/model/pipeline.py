"""The whole of ``train``: read the examples, train, compare with what works now, keep the better one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.sectors import Sector
from bot.understanding.analyzer import KeywordUnderstanding
from bot.understanding.model.model import Model, Predictor
from bot.understanding.model.registry import Shelf
from bot.understanding.model.training_data import Example, Row, TableFault, examples, read_table
from bot.understanding.sectors.topics import load_topics

Say = Callable[[str], None]
_HELD_OUT = 0.2
_MOST_HELD_OUT = 2_000
_LEAST_JUDGES = 10
"""Held-out examples below which a comparison would be chance."""
_LEAST_EXAMPLES = 60
_MOST_EXAMPLES = 40_000
"""The latest ones: more takes long and changes little."""


@dataclass(frozen=True, slots=True)
class Past:
    """All there is to learn from, in order of time: rows of a table of earlier messages, then what people here have
    decided. ``newest`` is the number of the last decision."""

    table: Sequence[Row] = ()
    own: Sequence[Example] = ()
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: shares of the held-out examples that the old and the new way got right. ``judged`` 0: there was
    nothing new to compare them by, and nothing was trained."""

    kept: bool
    before: float
    after: float
    judged: int


def read_past(file: Path | None, shelf: Shelf, own: Sequence[Example], newest: int) -> Past:
    """The rows of *file*; without one, those that the present model was made of. Raises :class:`TableFault`."""
    return Past(read_table(file) if file is not None else shelf.table(), own, newest)


def learn(past: Past, sectors: Sequence[Sector], threshold: float, shelf: Shelf, now: datetime, say: Say) -> Outcome:
    """Train on *past* and keep the model if it beats the present way on the latest examples.

    The judges are the last fifth, less what the present model was made of. If the new one wins, it is trained again
    on everything. Raises :class:`TableFault` and :class:`~bot.understanding.model.model.ModelFault`, in Russian.
    """
    found = _found(past, sectors, say)
    present = shelf.current()
    judges, earlier = _part(found, present)
    if len(judges) < _LEAST_JUDGES:
        shelf.note({**_about(past, found, Outcome(False, 0.0, 0.0, 0), now), "kept": False, "model": None})
        return Outcome(False, 0.0, 0.0, 0)
    say(f"Примеров: {len(found)}. Обучаюсь на ранних {len(earlier)}, проверяю на {len(judges)} последних …")
    rules = KeywordUnderstanding(sectors, threshold)
    before = _right(rules if present is None else rules.with_model(present), judges)
    model, whole = _train([*earlier, *judges], len(earlier), rules, sectors)
    after = _right(rules.with_model(model), judges)
    outcome = Outcome(after > before, before, after, len(judges))
    about = _about(past, found, outcome, now)
    kept_as = shelf.put(whole(about), past.table) if outcome.kept else None
    against = "rules" if present is None else "model"
    shelf.note({**about, "kept": outcome.kept, "model": kept_as, "against": against})
    return outcome


def _found(past: Past, sectors: Sequence[Sector], say: Say) -> list[Example]:
    imported, unknown = examples(past.table, sectors)
    for name, times in unknown.most_common(5):
        say(f"Сектора «{name}» нет в настройках, строк с ним: {times}. Они пропущены.")
    codes = {sector.code for sector in sectors}
    own = [one for one in past.own if codes.issuperset(one.codes)]
    found = [*imported, *own][-_MOST_EXAMPLES:]
    _check(found)
    return found


def _check(found: Sequence[Example]) -> None:
    if len(found) < _LEAST_EXAMPLES:
        raise TableFault(
            f"Пригодных примеров {len(found)}, а нужно хотя бы {_LEAST_EXAMPLES}: строк с текстом и с сектором из "
            "настроек (столбцы text и codes или sector)."
        )
    if len({code for one in found for code in one.codes}) < 2:
        raise TableFault("Все примеры одного сектора: учиться различать не на чем.")


def _part(found: Sequence[Example], present: Model | None) -> tuple[list[Example], list[Example]]:
    """(judges, what the new model may learn from while it is judged).

    Judges are the last fifth without what either side has been taught: a copy of an earlier text would judge nobody.
    """
    start = len(found) - min(int(len(found) * _HELD_OUT), _MOST_HELD_OUT)
    known = Predictor(present).has_seen if present is not None else lambda _: False
    fresh = {at for at in range(start, len(found)) if not known(found[at].text)}
    earlier = [one for at, one in enumerate(found) if at not in fresh]
    taught = {_folded(one.text) for one in earlier}
    return [found[at] for at in sorted(fresh) if _folded(found[at].text) not in taught], earlier


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _train(
    found: Sequence[Example], border: int, rules: KeywordUnderstanding, sectors: Sequence[Sector]
) -> tuple[Model, Callable[[dict[str, Any]], Model]]:
    """The model of the examples before *border*, and a way to make the one of all."""
    from bot.understanding.model import trainer  # scikit-learn: a second and 120 MB that only this command needs

    codes = [sector.code for sector in sectors]
    observed = trainer.observe(found, rules)
    taught = trainer.lessons(load_topics(), rules, codes)
    texts = [one.text for one in found]
    first = trainer.train(observed[:border], taught, texts[:border], {})
    return first, lambda about: trainer.train(observed, taught, texts, about)


def _right(understanding: KeywordUnderstanding, judges: Sequence[Example]) -> float:
    return sum(understanding.read(one.text, one.district).sector in one.codes for one in judges) / len(judges)


def _about(past: Past, found: Sequence[Example], outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "trained": now.isoformat(timespec="seconds"),
        "examples": len(found),
        "own": len(past.own),
        "newest": past.newest,
        "judged": outcome.judged,
        "before": round(outcome.before, 4),
        "after": round(outcome.after, 4),
    }


def report(outcome: Outcome) -> str:
    """For the administrator."""
    if not outcome.judged:
        return (
            "Сравнить новую модель с действующей не на чем: в конце таблицы почти все сообщения уже были в прошлом "
            "обучении. Всё осталось как было. Добавьте в конец таблицы новые сообщения или сначала вернитесь к "
            "прежнему командой «train --back»."
        )
    scores = f"Верно на последних {outcome.judged}: было {outcome.before:.1%}, стало {outcome.after:.1%}."
    verdict = (
        "Новая модель действует; запущенный бот возьмёт её сам в течение минуты. Вернуть прежнее: train --back."
        if outcome.kept
        else "Новая модель не лучше, всё осталось как было."
    )
    return f"{scores}\n{verdict}"
