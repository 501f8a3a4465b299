"""The cheap first checks of the finders of places leave nothing out that the finders would find without them."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.understanding.places.finder import PlaceFinder
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import prepare_text

_FIXTURES = Path(__file__).parents[2] / "fixtures" / "understanding"
_TEXTS = (
    "Сакко и Ванцетти, 5, нет света",
    "Кабанбай батыра 52а, яма",
    "когда почистят Глинистую?",
    "Ленина Мира, светофор не горит",
    "живём в Южном, автобуса нет",
    "На Первомайке опять темно. В Ключах тоже. До Садовой не дойти",
    "дорога на Речное, Старая Рудня без света",
)


def _texts() -> Iterator[str]:
    yield from _TEXTS
    for file in sorted(_FIXTURES.glob("places_*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            yield from (row["text"] for row in csv.DictReader(lines))


def _always(_: str) -> bool:
    return True


def test_a_finder_without_its_first_checks_finds_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    morphology = Morphology()
    finder, patient = PlaceFinder(morphology), PlaceFinder(morphology)
    monkeypatch.setattr(patient._names, "may_lack_house", _always)
    monkeypatch.setattr(patient._settlements._names, "may_be_named", _always)
    texts = [prepare_text(text).words for text in _texts()]
    assert [finder.find(words) for words in texts] == [patient.find(words) for words in texts]
    assert sum(finder.find(words) is not None for words in texts) > len(texts) // 2
