"""Messages that tell of an event in words of another matter, later, or without a place. Invented town and people."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.matcher import OpenEvent
from tests.unit.understanding.test_grouping import PARENTS, TOWN, Conversation

QUARTER = "ЖК «Ясный», жильцы"


@pytest.fixture
def talk(everything: TextAnalyzer) -> Conversation:
    return Conversation(everything)


@pytest.mark.parametrize(
    ("event", "neighbour"),
    [
        (["Света нет, Кленовая 4", "Кленовая 6 без света"], "на Кленовой столб лежит поперёк дороги"),
        (["На Кленовой 4 мусор не вывозят", "Кленовая 4, баки переполнены"], "по двору уже крысы бегают"),
        (["Вонь стоит на Кленовой", "на Кленовой 4 вонища страшная"], "это канализация, колодец переполнен"),
    ],
)
def test_what_an_event_brings_with_it_is_told_of_it(talk: Conversation, event: list[str], neighbour: str) -> None:
    *_, joined = talk.events([*event, neighbour])
    opened = talk.events([event[0]])

    assert joined is not None
    assert [joined] == opened


def test_street_lamps_are_another_matter_than_an_outage(talk: Conversation) -> None:
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света"])
    lamp = talk.join_message("на Кленовой фонарь у остановки не горит неделю")

    assert lamp is None or lamp.event_number not in outage


def test_after_an_hour_of_silence_what_is_still_absent_needs_no_name(talk: Conversation) -> None:
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света", "и в восьмом тоже"])
    still = talk.join_message("у нас в 10-м до сих пор нет", after=5400)

    assert still is not None
    assert {still.event_number} == set(outage)


def test_what_is_absent_after_the_end_is_no_part_of_the_outage(talk: Conversation) -> None:
    talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света", "дали свет"])

    assert talk.join_message("а сметаны до сих пор нет", after=5400) is None


def test_in_a_chat_of_one_place_nobody_needs_to_name_it(talk: Conversation) -> None:
    outage = talk.events(["горячей воды нет с утра", "тоже сухо", "у всех"], QUARTER)
    later = talk.join_message("диспетчер сказал ждать до обеда", QUARTER, after=3000)
    elsewhere = talk.join_message("диспетчер сказал ждать до обеда", TOWN, after=60)

    assert later is not None
    assert {later.event_number} == set(outage)
    assert elsewhere is None or elsewhere.event_number not in outage


def test_yesterdays_ice_still_lies_but_yesterdays_outage_is_over(talk: Conversation) -> None:
    ice = talk.events(["крыльцо лицея 2 сплошной лёд", "да, скользко, упала там"], PARENTS)
    fall = talk.join_message("я вчера там упала, крыльцо не посыпают", PARENTS)
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света"])
    flicker = talk.join_message("вчера на Кленовой свет мигал")

    assert fall is not None
    assert {fall.event_number} == set(ice)
    assert flicker is None or flicker.event_number not in outage


def test_an_outage_reaches_the_next_street_of_a_village_within_minutes(talk: Conversation) -> None:
    first, second = talk.events(["Кленовая 4, воды нет", "на Дубовой воды нет"], "Село Ясное")
    others = talk.events(["Кленовая 4, света нет", "на Дубовой света нет"], TOWN)

    assert first is not None
    assert first == second
    assert others[0] != others[1]


@pytest.mark.parametrize(
    "news", ["скорая приехала", "электрики проехали на Кленовую", "экскаватор приехал, роют", "автобус пошёл наконец"]
)
def test_news_that_help_has_come_is_no_report(talk: Conversation, news: str) -> None:
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света"])

    assert talk.join_message(news) is None
    assert {talk.join_message("Кленовая 8, света нет").event_number} == set(outage)


def test_help_that_brings_a_new_outage_or_does_not_come_is_told_of_the_event(talk: Conversation) -> None:
    leak = talk.events(["Кленовая 4 газом пахнет", "Кленовая 4, сильный запах газа"])

    assert talk.events(["приехали газовщики, перекрыли стояк, Кленовая 4"])[0] == leak[0]


def test_how_young_somebody_is_does_not_make_an_outage_old(talk: Conversation) -> None:
    cold = talk.events(["На Кленовой 4 батареи ледяные", "Кленовая 4 батареи холодные"])

    assert talk.events(["Кленовая 4, в квартире 15 градусов, а ребёнку два месяца"])[0] == cold[0]


def test_links_and_reminders_are_no_notices(talk: Conversation) -> None:
    outage = talk.events(["На Кленовой нет связи с провайдером", "на Кленовой интернета нет"])

    assert outage[0] is not None
    assert outage[0] == outage[1]


def test_a_report_of_two_streets_is_of_the_one_that_is_known(talk: Conversation) -> None:
    tree = talk.events(["На Кленовой упало дерево", "дерево лежит поперёк Кленовой"])

    assert talk.events(["Объезжайте Кленовую через Садовую, там ствол на всю дорогу"])[0] == tree[0]


def test_a_bus_of_the_morning_and_of_the_evening_is_one_matter(talk: Conversation) -> None:
    morning = talk.events(["автобус 8 не пришёл", "восьмой маршрут отменили что ли"])
    evening = talk.join_message("автобуса 8 опять нет, стоим час", after=8 * 3600.0)

    assert evening is not None
    assert evening.event_number == morning[0]


def test_an_answer_that_agrees_is_about_what_was_just_said(talk: Conversation) -> None:
    tree = talk.events(["На Кленовой упало дерево", "дерево лежит поперёк Кленовой"])
    agreed, other = talk.events(["ой да, мы еле обошли с коляской по дороге", "Ямы на дороге у Дубовой 3"])

    assert agreed == tree[0]
    assert other != tree[0]


def test_where_it_is_still_absent_after_good_news_it_is_no_cheer(talk: Conversation) -> None:
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света", "Кленовая 8 света нет"])
    assert talk.join_message("дали свет!") is None

    assert talk.events(["Кленовая 6 всё ещё без него"]) == [outage[0]]
    assert talk.events(["и у нас!"]) == [None]


def test_the_second_message_of_a_talk_tells_what_the_first_was_about(talk: Conversation) -> None:
    first, second, third = talk.events(
        [
            "Опять ночью отключали? часы моргают, будильник не сработал",
            "да, и до сих пор нету",
            "на подстанции обрыв, электричества нет",
        ]
    )

    assert first is not None
    assert first == second == third


def test_and_in_the_first_house_is_an_echo_however_little_it_reports(talk: Conversation) -> None:
    outage = talk.events(["воды на Кленовой нет или только у нас в доме 3?", "в пятом та же беда"])
    echo = talk.join_message("и в первом, с обеда")

    assert echo is not None
    assert {echo.event_number} == set(outage)


def test_a_plough_that_has_not_reached_us_is_still_absent(talk: Conversation) -> None:
    snow = talk.events(["Кленовую замело, не проехать", "снег не чистят третий день, Кленовая"], "Село Ясное")
    still = talk.join_message("к нам на край так и не дошёл, по пояс", "Село Ясное", after=3600)

    assert still is not None
    assert {still.event_number} == set(snow)


@pytest.mark.parametrize("answer", ["у нас всё есть", "да у нас всё есть"])
def test_who_lacks_nothing_answers_that_it_is_not_there(talk: Conversation, answer: str) -> None:
    talk.events(["Кленовая 4, воды нет. У кого ещё нет?", "Кленовая 8, тоже нет воды"])

    assert talk.join_message(answer) is None


def test_electricians_who_seek_the_fault_are_not_hired_for_one_flat(talk: Conversation) -> None:
    outage = talk.events(["Света нет, Кленовая 4", "Кленовая 6 без света"])
    search = talk.join_message("слышал, электрики ищут причину", after=300.0)

    assert search is not None
    assert {search.event_number} == set(outage)


def test_people_who_were_freed_end_the_event(talk: Conversation) -> None:
    talk.events(["Лифт в Кленовой 4 встал, внутри мужчина", "Кленовая 4, лифт стоит, сосед внутри"])

    assert talk.join_message("вынули из лифта, живой") is None


def test_who_is_fine_has_no_part_in_it(talk: Conversation) -> None:
    talk.events(["На Кленовой 4 батареи ледяные", "Кленовая 4 батареи холодные"])

    assert talk.join_message("у меня в 7 доме норм, терпимо") is None


def test_dogs_that_scattered_the_bags_end_nothing(talk: Conversation) -> None:
    heaps = talk.events(["На Кленовой мусор не вывозят", "Кленовая, баки переполнены"])

    assert talk.events(["Кленовая 30, мусор не вывозят, собаки всё растащили"]) == [heaps[0]]


def test_a_topic_is_as_good_as_a_word_for_the_next_message(talk: Conversation) -> None:
    leak = talk.events(["с потолка на первом льёт вода, прорвало трубу", "стояк лопнул, паркет всплыл"], QUARTER)

    assert leak[0] is not None
    assert leak[0] == leak[1]


def test_who_is_asked_how_it_is_elsewhere_answers_in_any_words(talk: Conversation) -> None:
    asked = talk.join_message("у кого нет холодной воды? кран плюётся", QUARTER)
    here = talk.join_message("у нас на шестом совсем ничего", QUARTER)
    fine = talk.join_message("у нас работает", QUARTER)

    assert asked is not None
    assert here is not None
    assert here.event_number == asked.event_number
    assert fine is None


def test_an_event_remembers_the_question_when_it_is_stored() -> None:
    event = OpenEvent(1, 60.0, asked=60.0)
    older = OpenEvent(2, 90.0)

    assert OpenEvent.from_record(1, event.to_record()).asked == 60.0
    older.merge(event)
    assert older.asked == 60.0
