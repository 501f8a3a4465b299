"""The whole of ``train``: read the examples, train, compare with what works now, keep the better one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.sectors import Sector
from bot.understanding.keywords import KeywordUnderstanding
from bot.understanding.labelled import Example, TableFault, examples, read_table
from bot.understanding.model import Model, Predictor
from bot.understanding.shelf import Shelf
from bot.understanding.topics import load_topics

Say = Callable[[str], None]
_HELD_OUT = 0.2
_MOST_HELD_OUT = 2_000
_LEAST_JUDGES = 10
"""Held-out examples below which a comparison would be chance."""
_LEAST_EXAMPLES = 60
_MOST_EXAMPLES = 40_000
"""The latest ones: more takes long and changes little."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: shares of the held-out examples that the old and the new way got right. ``judged`` 0: there was
    nothing new to compare them by, and nothing was trained."""

    kept: bool
    before: float
    after: float
    judged: int


def learn(file: Path, sectors: Sequence[Sector], threshold: float, shelf: Shelf, now: datetime, say: Say) -> Outcome:
    """Train on *file* (rows in order of time) and keep the model if it beats the present way on the latest rows.

    The judges are the last fifth, less what the present model was made of. If the new one wins, it is trained again
    on everything. Raises :class:`TableFault` and :class:`~bot.understanding.model.ModelFault`, in Russian.
    """
    found, unknown = examples(read_table(file), sectors)
    for name, times in unknown.most_common(5):
        say(f"Сектора «{name}» нет в настройках, строк с ним: {times}. Они пропущены.")
    found = found[-_MOST_EXAMPLES:]
    _check(found)
    present = shelf.current()
    held_out = found[-min(int(len(found) * _HELD_OUT), _MOST_HELD_OUT) :]
    earlier = found[: len(found) - len(held_out)]
    judges = _unseen(held_out, present, earlier)
    if len(judges) < _LEAST_JUDGES:
        return Outcome(False, 0.0, 0.0, 0)
    say(f"Примеров: {len(found)}. Обучаюсь на ранних {len(earlier)}, проверяю на {len(judges)} последних …")
    rules = KeywordUnderstanding(sectors, threshold)
    before = _right(rules if present is None else KeywordUnderstanding(sectors, threshold, present), judges)
    model, whole = _train(found, len(earlier), rules, sectors, now)
    after = _right(KeywordUnderstanding(sectors, threshold, model), judges)
    outcome = Outcome(after > before, before, after, len(judges))
    about = _about(found, outcome, now)
    kept_as = shelf.put(whole(about)) if outcome.kept else None
    against = "rules" if present is None else "model"
    shelf.note({**about, "kept": outcome.kept, "model": kept_as, "against": against})
    return outcome


def _check(found: Sequence[Example]) -> None:
    if len(found) < _LEAST_EXAMPLES:
        raise TableFault(
            f"Пригодных примеров {len(found)}, а нужно хотя бы {_LEAST_EXAMPLES}: строк с текстом и с сектором из "
            "настроек (столбцы text и codes или sector)."
        )
    if len({code for one in found for code in one.codes}) < 2:
        raise TableFault("Все примеры одного сектора: учиться различать не на чем.")


def _unseen(held_out: Sequence[Example], present: Model | None, earlier: Sequence[Example]) -> list[Example]:
    """Without what either side has been taught: a copy of an earlier text would judge nobody."""
    taught = {" ".join(one.text.casefold().split()) for one in earlier}
    fresh = [one for one in held_out if " ".join(one.text.casefold().split()) not in taught]
    if present is None:
        return fresh
    predictor = Predictor(present)
    return [one for one in fresh if not predictor.has_seen(one.text)]


def _train(
    found: Sequence[Example], border: int, rules: KeywordUnderstanding, sectors: Sequence[Sector], now: datetime
) -> tuple[Model, Callable[[dict[str, Any]], Model]]:
    """The model of the examples before *border*, and a way to make the one of all."""
    from bot.understanding import training  # scikit-learn: a second and 120 MB that only this command needs

    codes = [sector.code for sector in sectors]
    observed = training.observe(found, rules)
    taught = training.lessons(load_topics(), rules, codes)
    texts = [one.text for one in found]
    first = training.train(observed[:border], taught, texts[:border], {})
    return first, lambda about: training.train(observed, taught, texts, about)


def _right(understanding: KeywordUnderstanding, judges: Sequence[Example]) -> float:
    return sum(understanding.read(one.text, one.district).sector in one.codes for one in judges) / len(judges)


def _about(found: Sequence[Example], outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "trained": now.isoformat(timespec="seconds"),
        "examples": len(found),
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
        "Новая модель действует; запущенный бот возьмёт её при следующем запуске. Вернуть прежнее: train --back."
        if outcome.kept
        else "Новая модель не лучше, всё осталось как было."
    )
    return f"{scores}\n{verdict}"
