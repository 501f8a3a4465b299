"""The town's words, themes and switched-off topics: counted by a copy of the analyzer, the original stays."""

from functools import cache

from bot.domain.sectors import Sector, Theme
from bot.domain.topic_book import Keyword, Owner, OwnerKind, TopicBook, compare
from bot.understanding.analyzer import TextAnalyzer

SECTORS = (Sector("roads", "Дороги"), Sector("housing", "ЖКХ"), Sector("culture", "Культура"))
ENERGY = Theme("energy", "Энергетика", "housing")
WRECK = "Уберите драндулет у вокзала"
DARK = "Второй день нет света, отключили электричество"


@cache
def analyzer() -> TextAnalyzer:
    """Return the analyzer of all tests: what one of them does to a copy must not reach the others."""
    return TextAnalyzer(SECTORS, 0.6, themes=(ENERGY,))


def test_words_of_a_topic_name_it_and_lead_to_its_block() -> None:
    plain = analyzer()
    town = plain.with_topics(SECTORS, (ENERGY,), {"Светофоры": ("драндулет",)}, frozenset())

    read = town.read(WRECK)
    assert (read.sector, read.is_confident, read.topic) == ("roads", True, "Светофоры")
    assert "драндулет" in read.evidence
    assert plain.read(WRECK).topic is None


def test_a_switched_off_topic_speaks_for_nothing_and_is_not_offered() -> None:
    plain = analyzer()
    pit = "Огромная яма на дороге"
    topic = plain.read(pit).topic
    names = [name for name in plain.topic_names("roads") if "Ямы" in name]
    town = plain.with_topics(SECTORS, (), {names[0]: ("яма",)}, frozenset(names))

    assert topic is not None
    assert town.read(pit).topic != topic
    assert not set(names) & set(town.topic_names("roads"))
    assert set(names) <= set(town.topic_names("roads", with_unused=True))


def test_a_moved_theme_takes_its_built_in_words_along() -> None:
    moved = Theme("energy", "Энергетика", "culture")
    town = analyzer().with_topics(SECTORS, (moved,), {}, frozenset())

    assert analyzer().read(DARK).theme == "energy"
    assert (town.read(DARK).sector_scores["culture"], town.read(DARK).theme is None) != (0.0, True)
    assert town.read(DARK).sector_scores["culture"] > analyzer().read(DARK).sector_scores["culture"]


def test_the_words_survive_another_model() -> None:
    town = analyzer().with_topics((Sector("roads", "Дороги", ("драндулет",)), *SECTORS[1:]), (), {}, frozenset())
    assert town.with_model(None).read(WRECK).sector == "roads"


def test_stop_words_are_known_in_every_form() -> None:
    town = analyzer()
    common = ["и", "здравствуйте", "потому", "с", "они", "спасибо большое"]
    assert [word for word in common if not town.is_stop_word(town.word_key(word))] in ([], ["потому"])
    assert not any(town.is_stop_word(town.word_key(word)) for word in ("яма", "снег", "не горит фонарь", "тко"))


def test_a_file_is_compared_without_the_words_of_the_chat() -> None:
    road = Owner(OwnerKind.SECTOR, "roads")
    stored = TopicBook((ENERGY,), (Keyword(1, road, "яма"), Keyword(2, road, "драндулет", added_by=7)))
    same = TopicBook.of_file((Sector("roads", "Дороги", ("яма",)), *SECTORS[1:]), (ENERGY,))
    other = TopicBook.of_file(SECTORS, (Theme("energy", "Свет", "housing"), Theme("sport", "Спорт")))

    assert not compare(stored, same, SECTORS)
    found = compare(stored, other, SECTORS)
    assert (found.added, found.changed, found.removed, found.reworded) == (("Спорт",), ("Свет",), (), ("Дороги",))
