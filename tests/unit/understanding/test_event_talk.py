"""Evidence that a talk of several people adds to the words of a message. Invented town, people and messages."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from tests.unit.understanding.test_grouping import TOWN, Conversation


@pytest.fixture
def talk(everything: TextAnalyzer) -> Conversation:
    return Conversation(everything)


def test_a_number_that_does_not_come_is_a_route(talk: Conversation) -> None:
    outage = talk.events(["Лесная 5 нет горячей воды", "Лесная 9, горячей нет", "и на Лесной 11 тоже"])
    buses = talk.events(["почему 38 не едет, ждём с семи", "38 отменили?"])

    assert len(set(outage)) == 1
    assert len(set(buses)) == 1
    assert set(outage).isdisjoint(buses)


def test_another_route_is_another_event(talk: Conversation) -> None:
    first, second = talk.events(["38 опять не пришёл", "а 41 ходит? тоже не пришёл"])

    assert first != second


def test_a_house_in_the_talk_of_a_bus_is_of_the_outage(talk: Conversation) -> None:
    outage = talk.events(["Садовая 20 нет воды", "Садовая 24 тоже сухо", "Садовая 18, воды нет"])
    bus = talk.events(["автобус 7 не пришёл", "семёрки нет сорок минут", "автобус 7 так и не приехал"])
    still = talk.join_message("на втором этаже по Садовой 22 тоже нет")

    assert still is not None
    assert still.event_number in outage
    assert still.event_number not in bus


def test_a_street_that_told_of_an_outage_goes_on_with_it(talk: Conversation) -> None:
    outage = talk.events(["Полевая 3 нет воды", "Полевая 5 тоже сухо", "Садовая 18, воды нет"])
    talk.events(["автобус 7 не пришёл", "семёрки нет сорок минут"])
    still = talk.join_message("на Полевой тоже пропала")

    assert still is not None
    assert {still.event_number} == set(outage)


def test_a_complaint_in_other_words_is_part_of_a_burst(talk: Conversation) -> None:
    outage = talk.events(["Света нет во всём Сосновом", "у нас в 16 тоже", "и в 18 нет света"])
    complaint = talk.join_message("чай согреть не могу, дети голодные")

    assert complaint is not None
    assert {complaint.event_number} == set(outage)


@pytest.mark.parametrize(("after", "goes_on"), [(120.0, True), (240.0, False)])
def test_the_next_words_of_the_same_matter_mean_the_same_place(
    talk: Conversation, after: float, *, goes_on: bool
) -> None:
    """There are many pits, and «яма на дороге» of somebody else is another one, unless it follows at once."""
    fall = talk.join_message("На Полевой возле аптеки гололёд, дед упал")
    more = talk.join_message("весь тротуар там обледенел, песка нет", after=after)

    assert fall is not None
    assert more is not None
    assert (more.event_number == fall.event_number) is goes_on


@pytest.mark.parametrize(
    ("remark", "joins"),
    [("мясо в морозилке потекло", True), ("живой", False), ("четвёртый раз за месяц", False)],
)
def test_a_doubtful_remark_in_a_wave_needs_some_words_of_this_hour(
    talk: Conversation, remark: str, *, joins: bool
) -> None:
    outage = talk.events(["Света нет во всём Сосновом", "у нас в 16 тоже", "и в 18 нет света"])
    joined = talk.join_message(remark)

    assert ([joined.event_number] if joined is not None else []) == outage[:joins]


@pytest.mark.parametrize(("answer", "agrees"), [("да, тянет от стадиона", True), ("тянет от стадиона", False)])
def test_an_agreeing_answer_may_name_a_landmark(talk: Conversation, answer: str, agrees: bool) -> None:
    smoke = talk.events(["Дымом пахнет, окна не открыть", "и у нас гарью несёт"])
    source = talk.join_message(f"{answer}, каждую пятницу жгут")

    assert len(set(smoke)) == 1
    assert (source is not None and source.event_number in smoke) is agrees


@pytest.mark.parametrize(
    ("texts", "after", "is_same"),
    [
        (("Гололёд на Садовой, тротуар как каток", "на Садовой скользко, упал"), 60, True),
        (("Гололёд на Садовой, тротуар как каток", "на Садовой скользко, упал"), 600, False),
        (("На Садовой яма, колесо пробил", "на Садовой в яму все влетают"), 60, False),
    ],
)
def test_ice_of_a_wave_is_the_same_on_the_next_street_and_a_pit_is_not(
    talk: Conversation, texts: tuple[str, ...], after: float, is_same: bool
) -> None:
    reports = talk.events(texts)
    echo = talk.join_message("и на спуске к Полевой та же песня", after=after)

    assert len(set(reports)) == 1
    assert (echo is not None and echo.event_number in reports) is is_same


@pytest.mark.parametrize("after", [120, 4000])
def test_a_second_report_without_a_place_is_of_the_same_matter_at_once_alone(talk: Conversation, after: float) -> None:
    first = talk.join_message("Собаки стаей лежат, прохожим не пройти", TOWN)
    second = talk.join_message("стая бросается на людей", TOWN, after=after)

    assert first is not None
    assert second is not None
    assert (first.event_number == second.event_number) is (after < 300)


@pytest.mark.parametrize(
    "text",
    [
        "12 числа с 10:00 до 12:00 плановое отключение электроэнергии: ул. Лесная, Полевая. Просим подготовиться.",
        "Субботник в воскресенье, сбор у клуба, мешки для мусора выдаются",
        "автобус пришёл минута в минуту, я в шоке",
        "дыма нет и ладно",
        "Вывоз мусора, старой мебели, грузчики 24/7",
    ],
)
def test_notices_feasts_and_praise_open_no_event(talk: Conversation, text: str) -> None:
    assert talk.join_message(text) is None


def test_a_notice_joins_no_event(talk: Conversation) -> None:
    talk.events(["Лесная 5 нет света", "Лесная 9, света нет"])
    notice = "Уважаемые жители! Аварийное отключение электроэнергии на ул. Лесной. Работы до 14:00."

    assert talk.join_message(notice) is None


def test_a_burst_pipe_is_no_turnkey_offer(talk: Conversation) -> None:
    first, second = talk.events(["Лесная 5, воды нет", "Лесная 7, из-под асфальта бьёт ключом"])

    assert first is not None
    assert first == second
