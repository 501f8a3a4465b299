"""Messages about one event. An invented town; every message is made up here."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.grouping import EventAssignment, EventGrouper, group_in_order
from bot.understanding.events.matcher import MessageToMatch

EVENT_IDLE_SECONDS = 6 * 3600.0
YARD, TOWN, PARENTS = "Двор на Заводской", "Наш Пригорск", "Родители лицея 2"


class Conversation:
    """Feeds messages one by one, a minute apart, and remembers the event of each."""

    def __init__(self, understanding: TextAnalyzer) -> None:
        self._understanding = understanding
        self._grouping = EventGrouper(understanding.event_matcher, EVENT_IDLE_SECONDS)
        self.now = 0.0
        self._count = 0

    def add_message(self, text: str, chat: str = TOWN, *, reply_to: str | None = None, after: float = 60.0) -> str:
        """Returns the message's id."""
        self.join_message(text, chat, reply_to=reply_to, after=after)
        return f"m{self._count}"

    def join_message(
        self, text: str, chat: str = TOWN, *, reply_to: str | None = None, after: float = 60.0, author: str = ""
    ) -> EventAssignment | None:
        self._count += 1
        self.now += after
        post = MessageToMatch(f"m{self._count}", self.now, author or f"u{self._count}", chat, text, reply_to)
        return self._grouping.add(post, self._understanding.read(text))

    def events(self, texts: Iterable[str], chat: str = TOWN) -> list[int | None]:
        return [
            joined.event_number if (joined := self.join_message(text, chat)) is not None else None for text in texts
        ]


@pytest.fixture
def talk(everything: TextAnalyzer) -> Conversation:
    return Conversation(everything)


@pytest.mark.parametrize(
    "texts",
    [
        ("Заводская 12 нет воды", "на заводской 14 воды тоже нет", "Прорвало трубу, ул. Заводская, 12"),
        ("автобус 8 не пришёл", "восьмой маршрут отменили что ли", "ждали автобус №8 сорок минут"),
        ("в лицее 2 холодно, дети мёрзнут", "лицей №2 батареи ледяные", "во втором лицее не топят"),
        ("у пляжа бродячая стая собак", "возле пляжа собаки бросаются на людей", "на пляже стая покусала ребёнка"),
        ("мкр Сосновый без света", "в сосновом нет электричества", "Сосновый 4, света нет"),
    ],
)
def test_one_trouble_at_one_place_is_one_event(talk: Conversation, texts: tuple[str, ...]) -> None:
    events = talk.events(texts)

    assert len(set(events)) == 1
    assert events[0] is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Заводская 12 нет воды", "Заводская 12 лифт не работает"),
        ("Заводская 12 нет воды", "Полевая 12 нет воды"),
        ("Заводская 12 нет воды", "Заводская 96 нет воды"),
        ("автобус 8 не пришёл", "автобус 5 не пришёл"),
        ("в лицее 2 холодно, дети мёрзнут", "в лицее 3 холодно, дети мёрзнут"),
        ("у пляжа бродячая стая собак", "на пляже не работает фонарь"),
        ("на Полевой не вывозят мусор", "тариф на вывоз мусора подняли"),
    ],
)
def test_near_things_stay_apart(talk: Conversation, first: str, second: str) -> None:
    events = talk.events([first, second])

    assert None not in events
    assert events[0] != events[1]


def test_grouping_without_rubbish_collection_is_one_event_for_town(talk: Conversation) -> None:
    texts = ("Полевая 3 мусор не вывозят неделю", "на Заводской 7 баки переполнены", "мусоровоз не приезжал, Лесная 1")

    assert len(set(talk.events(texts))) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("третью неделю не вывозят снег с ул. Полевой", "с ул. Заводской так и не вывозят снег"),
        ("на Полевой 3 не вывозят кучи снега", "Заводская 7, баки с мусором переполнены"),
        ("сугробы с Лесной никто не вывозит", "Полевая 3 мусор не вывозят неделю"),
    ],
)
def test_snow_that_is_not_taken_away_is_no_rubbish_of_the_whole_town(
    talk: Conversation, first: str, second: str
) -> None:
    events = talk.events([first, second])

    assert None not in events
    assert events[0] != events[1]


def test_message_about_snow_and_rubbish_belongs_to_both(talk: Conversation) -> None:
    texts = (
        "Полевая 3 мусор не вывозят, снег не чистят",
        "на Заводской 7 баки переполнены",
        "на Лесной не вывозят неделю",
    )

    assert len(set(talk.events(texts))) == 1


def test_replies_and_pluses_are_voices(talk: Conversation) -> None:
    first = talk.join_message("Заводская 12 нет воды", YARD)
    assert first is not None
    assert (first.is_new_event, first.is_upvote) == (True, False)

    for text, reply_to in (("и у нас тоже", None), ("+1", None), ("обещали к вечеру", "m1"), ("сил нет", "m4")):
        joined = talk.join_message(text, YARD, reply_to=reply_to)
        assert joined is not None, text
        assert (joined.event_number, joined.is_upvote, joined.is_new_event) == (first.event_number, True, False)


def test_an_echo_without_an_event_is_nothing(talk: Conversation) -> None:
    assert talk.join_message("+1") is None
    assert talk.join_message("и у нас тоже") is None
    talk.add_message("Заводская 12 нет воды", YARD)
    assert talk.join_message("+1", TOWN) is None
    assert talk.join_message("+1", YARD, after=3 * 3600) is None


def test_talk_and_thanks_stay_out(talk: Conversation) -> None:
    water = talk.add_message("Заводская 12 нет воды", YARD)
    talk.add_message("на заводской 10 воды нет", YARD)

    for text in ("Доброе утро, соседи!", "Продам коляску, самовывоз", "с праздником всех"):
        assert talk.join_message(text, YARD) is None
    assert talk.join_message("спасибо большое", YARD, reply_to=water) is None


def test_a_reply_about_something_else_elsewhere_is_its_own_event(talk: Conversation) -> None:
    water = talk.join_message("Заводская 12 нет воды")
    other = talk.join_message("а на Полевой 3 упало дерево на дорогу", reply_to="m1")

    assert water is not None
    assert other is not None
    assert water.event_number != other.event_number


def test_without_a_place_it_joins_what_the_chat_is_talking_about(talk: Conversation) -> None:
    texts = ["Заводская 12 нет воды", "на заводской 14 воды нет", "водовозку пришлите, без воды сидим"]

    events = talk.events(texts, YARD)

    assert len(set(events)) == 1


def test_a_quiet_event_closes(talk: Conversation) -> None:
    first, second = talk.join_message("Заводская 12 нет воды"), talk.join_message("Заводская 12 нет воды", after=3600)
    later = talk.join_message("Заводская 12 нет воды", after=30 * 3600)

    assert first is not None
    assert second is not None
    assert later is not None
    assert first.event_number == second.event_number != later.event_number
    assert later.is_new_event


def test_a_burst_is_one_event_and_the_others_are_not_swallowed(talk: Conversation) -> None:
    burst = [f"Заводская {10 + number % 5} нет воды, подъезд {number % 4 + 1}" for number in range(200)]
    others = ["яма на Полевой 5", "не горит фонарь на Лесной 8", "в лицее 2 холодно", "собаки у пляжа бросаются, стая"]

    events = talk.events([*burst[:100], *others, *burst[100:]])

    assert len(set(events[:100]) | set(events[104:])) == 1
    assert len(set(events[100:104])) == 4
    assert events[0] not in events[100:104]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.integers(0, 5), st.floats(0, 1e5)), max_size=12))
def test_any_text_will_do(everything: TextAnalyzer, messages: list[tuple[str, int, float]]) -> None:
    talk = Conversation(everything)

    for text, reply_to, after in messages:
        joined = talk.join_message(text, reply_to=f"m{reply_to}", after=after)
        assert joined is None or joined.event_number > 0


def test_an_outage_spreads_with_a_crowd_and_a_pit_does_not(talk: Conversation) -> None:
    outage = ["Заводская 12 нет воды", "Заводская 14, воды нет", "и на Полевой тоже нет", "Лесная 4. сижу без воды"]
    pits = ["яма на Заводской 12", "на Заводской 14 яма", "и на Полевой яма", "Лесная 4, тоже яма"]

    assert len(set(talk.events(outage, YARD))) == 1
    assert len(set(talk.events(pits, TOWN))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "аварийка приехала, копают",
        "когда дадут, никто не знает?",
        "это насос сгорел на скважине",
        "+ Полевая 3",
        "у нас тоже",
    ],
)
def test_what_the_chat_says_of_the_event_needs_no_subject(talk: Conversation, text: str) -> None:
    events = talk.events(["Заводская 12 нет воды", "Заводская 14, воды нет", text], YARD)

    assert len(set(events)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "вчера на Заводской 12 не было воды",
        "на Заводской 16 каждую зиму нет воды, привыкли",
        "у нас на Заводской 20 вода есть, всё нормально",
        "Полевая 5, в квартире кран потёк, посоветуйте сантехника",
        "без воды и жизнь веселее ахахаха",
        "это безобразие, качели на площадке сломаны",
        "и на почте очередь на два часа",
    ],
)
def test_what_is_another_matter_or_none_stays_out(talk: Conversation, text: str) -> None:
    water, second, other = talk.events(["Заводская 12 нет воды", "Заводская 14, воды нет", text], YARD)

    assert water == second != other


def test_news_that_it_is_over_ends_the_event(talk: Conversation) -> None:
    first = talk.join_message("Заводская 12 нет воды", YARD)
    talk.join_message("Заводская 14, воды нет", YARD)
    over = talk.join_message("Ура, дали воду на Заводской", YARD)
    soon = talk.join_message("Заводская 12, а у нас воды всё ещё нет", YARD)
    talk.join_message("дали!", YARD)
    evening = talk.join_message("Заводская 12 нет воды", YARD, after=2 * 3600)

    assert over is None
    assert first is not None
    assert soon is not None
    assert evening is not None
    assert first.event_number == soon.event_number != evening.event_number


def test_a_topic_is_a_matter_without_a_common_word(talk: Conversation) -> None:
    events = talk.events(["Заводская 12, батареи ледяные", "на Заводской 12 когда включат отопление"], TOWN)

    assert len(set(events)) == 1


def test_events_of_different_streets_in_different_chats_stay_apart(talk: Conversation) -> None:
    first = talk.events(["Заводская 12 нет света", "Заводская 14, света нет"], YARD)
    second = talk.events(["Полевая 3 нет света", "Полевая 5 без света сидим"], PARENTS)

    assert len(set(first)) == len(set(second)) == 1
    assert first[0] != second[0]


def test_another_settlement_is_another_event_and_one_village_is_one(talk: Conversation) -> None:
    village = ["в селе Малиновка нет воды, Речная 5", "с. Малиновка, Школьная 2, ни капли"]
    other = "в деревне Ключи тоже нет воды"

    first, second, third = talk.events([*village, other])

    assert first == second
    assert third != first


def test_a_question_opens_a_talk_and_its_answers_are_one_event(talk: Conversation) -> None:
    events = talk.events(["Доброе утро! У кого горячая вода есть?", "у нас тоже нет", "+"], YARD)

    assert len(set(events)) == 1
    assert None not in events


def test_answers_to_one_question_are_of_one_event_and_take_it_in(talk: Conversation) -> None:
    asked = talk.add_message("Соседи, ну что там у вас?", YARD)
    first = talk.join_message("Заводская 12 нет воды", YARD, reply_to=asked)
    second = talk.join_message("сухо, с ночи жду", YARD, reply_to=asked, after=7200)
    other = talk.join_message("Полевая 3, упало дерево на дорогу", YARD, reply_to=asked)

    assert first is not None
    assert second is not None
    assert other is not None
    assert second.event_number == first.event_number != other.event_number
    assert (first.answered, second.answered, other.answered) == (None, asked, None)


def test_a_guessed_topic_does_not_part_a_message_from_what_the_crowd_writes_of(talk: Conversation) -> None:
    crowd = ["Парковая 10, свет пропал", "Парковая 12, света нет", "Парковая 8 без света"]

    assert len(set(talk.events([*crowd, "Парковая 6. Рыбки в аквариуме без воздуха"], YARD))) == 1


def test_a_word_of_the_matter_is_enough_in_a_fresh_talk(talk: Conversation) -> None:
    crowd = ["Заводская 12 нет воды", "Заводская 14 воды нет", "Заводская 10 без воды"]

    assert len(set(talk.events([*crowd, "кран молчит, посуда стоит горой"], YARD))) == 1


def test_a_crowd_is_heard_in_the_next_chat(talk: Conversation) -> None:
    events = talk.events(["Заводская 12 нет воды", "Заводская 14 воды нет", "Заводская 10 без воды"], YARD)
    elsewhere = talk.join_message("А почему воды нет, кто знает?", TOWN)

    assert elsewhere is not None
    assert {elsewhere.event_number} == set(events)


def test_echoes_of_good_news_are_no_voices(talk: Conversation) -> None:
    talk.events(["Заводская 12 нет воды", "Заводская 14 воды нет"], YARD)

    assert talk.join_message("Есть! Бегу мыться", YARD) is None
    assert talk.join_message("у нас тоже", YARD) is None
    assert talk.join_message("а у нас тоже ещё нету", YARD) is not None


def test_messages_are_grouped_as_is_known_after_the_last_one(everything: TextAnalyzer) -> None:
    texts = [("Соседи, ну что там?", None), ("Заводская 12 нет воды", "1"), ("и на Заводской 14 нет воды", "1")]
    posts = [MessageToMatch(str(at), at * 60.0, "", YARD, text, to) for at, (text, to) in enumerate(texts, start=1)]
    grouper = EventGrouper(everything.event_matcher, EVENT_IDLE_SECONDS)

    assert group_in_order(grouper, ((post, everything.read(post.text)) for post in posts)) == [1, 1, 1]


def test_an_outage_is_carried_to_the_next_street_by_two_reports(talk: Conversation) -> None:
    events = talk.events(["Заводская 12 нет воды", "Заводская 14 воды нет", "Полевая 3 пропала вода"], YARD)
    alone = talk.events(["Лесная 8 нет света", "Садовая 2 нет света"], TOWN)

    assert len(set(events)) == 1
    assert alone[0] != alone[1]


@pytest.mark.parametrize(("author", "joins"), [("anna", True), ("boris", False)])
def test_an_author_goes_on_with_the_matter_and_others_do_not(talk: Conversation, author: str, joins: bool) -> None:
    first = talk.join_message("Заводская 12 нет воды", author="anna")
    talk.add_message("Заводская 14, воды нет")
    later = talk.join_message("Помогите, трое маленьких детей и старики", author=author, after=1500)

    assert first is not None
    assert (later is not None and later.event_number == first.event_number) is joins


@pytest.mark.parametrize(
    "text",
    [
        "Вывоз мусора, грузчики, газель, недорого",
        "Уважаемые жители! В связи с ремонтом вывоз мусора переносится на завтра",
    ],
)
def test_offers_and_notices_are_no_reports(talk: Conversation, text: str) -> None:
    assert talk.join_message(text) is None
    talk.events(["Полевая 3 мусор не вывозят неделю", "на Заводской 7 баки переполнены"])
    assert talk.join_message(text) is None


def test_a_street_named_like_a_matter_tells_no_matter(talk: Conversation) -> None:
    events = talk.events(["Заводская 12 нет света", "Заводская 14 без света", "и на Лесной нет света"], YARD)
    still = talk.join_message("на Лесной ещё нет", YARD, after=1500)

    assert still is not None
    assert {still.event_number} == set(events)


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (
            (
                "Ленина и Мира, авария, две легковые",
                "на Ленина лоб в лоб, скорую вызвали",
                "из-за дтп на Ленина пробка",
            ),
            1,
        ),
        (("Лесная 4, упала сосна на качели", "на Лесной сосна лежит поперёк двора", "на ул. Полевой тополь рухнул"), 2),
        (("чем воняет на Заводской?", "на Полевой вонь, окна не открыть", "Лесная, тоже запах тухлых яиц"), 1),
        (("Заводская 12, отопления нет", "и горячей воды нет, Заводская 12", "Заводская 14 остались без тепла"), 1),
    ],
)
def test_kinds_of_trouble_are_known_by_many_words(talk: Conversation, texts: tuple[str, ...], count: int) -> None:
    events = talk.events(texts, YARD)

    assert None not in events
    assert len(set(events)) == count
