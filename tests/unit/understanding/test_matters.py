"""Several matters in one message: only the parts that may be one are read."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.matters import find_matters
from bot.understanding.reading import Reading


@pytest.fixture
def read_texts(small_town: TextAnalyzer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read from now on."""
    texts: list[str] = []
    read = TextAnalyzer.read

    def note(analyzer: TextAnalyzer, text: str, district: str | None = None) -> Reading:
        texts.append(text)
        return read(analyzer, text, district)

    monkeypatch.setattr(TextAnalyzer, "read", note)
    return texts


def test_a_message_that_goes_on_without_another_place_is_not_read_in_parts(
    small_town: TextAnalyzer, read_texts: list[str]
) -> None:
    text = "На Ленина 45 огромная яма на дороге. Звонили диспетчеру, обещали разобраться, но никто не приехал."

    assert find_matters(text, small_town) == ()
    assert read_texts == []


def test_reading_ends_when_nothing_can_follow(small_town: TextAnalyzer, read_texts: list[str]) -> None:
    text = "Второй день нет горячей воды. На Ленина 45 огромная яма на дороге. Мусор из контейнеров не вывозят."

    find_matters(text, small_town)

    assert len(read_texts) == 2


def test_a_part_that_speaks_for_no_topic_is_not_read(small_town: TextAnalyzer, read_texts: list[str]) -> None:
    text = "Добрый вечер, уважаемые соседи и коллеги! На Ленина 45 огромная яма на дороге."

    assert find_matters(text, small_town) == ()
    assert read_texts == []


def test_two_matters_are_found(small_town: TextAnalyzer) -> None:
    text = "На Ленина 45 огромная яма на дороге. А ещё в подъезде третий день нет горячей воды."

    assert [one.text[:9] for one in find_matters(text, small_town)] == ["На Ленина", "в подъезд"]


@pytest.mark.parametrize(
    "text",
    [
        "На Ленина 45 огромная яма на дороге. А ещё в подъезде третий день нет горячей воды.",
        "Второй день нет горячей воды;на Ленина 45 огромная яма на дороге\nМусор из контейнеров не вывозят.",
        "Никто не! горит мусор в контейнере у дома. На Ленина 45 огромная яма на дороге.",
        "В доме не. Работает лифт с ошибками второй день. На Ленина 45 огромная яма на дороге.",
        "В подъезде нет [ада. второй] день горячей воды. На Ленина 45 огромная яма на дороге.",
        "Нет горячей воды второй дееень! На Ленина45 огромная яма на дороге, фото https://ya.ru/a. b",
        " !  ",
    ],
)
def test_matters_are_the_same_by_the_words_of_the_reading(small_town: TextAnalyzer, text: str) -> None:
    parsed = small_town.read(text).parsed

    assert find_matters(text, small_town, parsed) == find_matters(text, small_town)
