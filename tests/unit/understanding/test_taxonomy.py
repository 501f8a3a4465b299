"""The names of what people write about."""

import pytest

from bot.config.fields import parse_duration
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.sectors.topics import load_topics


def test_every_topic_has_a_term_and_every_name_is_used_once(everything: TextAnalyzer) -> None:
    kinds = everything.taxonomy.entries

    assert len(kinds) >= 150
    assert {topic.name for topic in load_topics()} == {kind.topic for kind in kinds.values()}
    for kind in kinds.values():
        assert parse_duration(kind.term).amount > 0
        assert "обращени" not in kind.name.casefold()


@pytest.mark.parametrize(
    ("text", "name", "urgent"),
    [
        ("подвал затопило, вода стоит по щиколотку", "Затопление подвала", True),
        ("лифт застрял, внутри человек", "Застрял человек в лифте", True),
        ("открытый люк посреди тротуара", "Открытый люк", True),
        ("на крыше огромные сосульки", "Сосульки и снег на крыше", True),
        ("квитанция за отопление неправильная, сделайте перерасчёт", "Плата и начисления", False),
        ("стёрлась разметка на перекрёстке", "Разметка", False),
        ("в школе детей кормят холодной кашей в столовой", "Питание в школе", False),
        ("лифт", "Лифт", False),
    ],
)
def test_the_finest_name_is_chosen(everything: TextAnalyzer, text: str, name: str, urgent: bool) -> None:
    reading = everything.read(text)

    assert reading.topic == name
    assert everything.taxonomy.entries[name].urgent is urgent
