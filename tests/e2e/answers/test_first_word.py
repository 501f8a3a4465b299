"""«Взять в работу и сообщить»: one press accepts and tells the citizen, once, and the clock of the first word."""

from collections.abc import Sequence

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_clarifications import press_in_menu
from tests.e2e.deadlines.test_terms import press_path
from tests.e2e.harness import GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, SECOND_GROUP, STAFF, Harness, message_text
from tests.e2e.queries import (
    button_shown,
    get_ticket,
    get_ticket_state,
    list_audit,
    open_history,
    refusal_codes,
    send_report,
    wait_until_idle,
)
from tests.e2e.schedules import deadline_notices

BUTTON = "Взять в работу и сообщить"
RULES = '\n[[rules]]\nsector = "roads"\nfirst_word = "1wh"\naccept = "2wh"\nanswer = "2wd"\n'
SAID = "Здравствуйте! Ваше сообщение взяли в работу. Им занимается: Дороги. Ответим до 24.11.2026, 14:30."


async def open_town(bot: Harness, more: str = RULES, **settings: str) -> None:
    """Start the town on a Friday at 14:30, and let a citizen write."""
    bot.settings |= {"more": more, **settings}
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)


def first_words(bot: Harness, chat: int = GROUP) -> Sequence[str]:
    return [text for text in bot.bot_texts(chat) if "взяли в работу" in text]


@ON_BOTH
async def test_one_press_accepts_and_tells_the_citizen_once(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert button_shown(card, BUTTON), "a rule wants a first word"
    pressed = await bot.press_button(ROADS_HEAD, card, BUTTON)
    assert "житель узнает" in pressed["text"]

    said = await bot.wait_for_message(GROUP, "взяли в работу")
    assert message_text(said) == SAID
    assert said["reply_to_message"]["from"]["id"] == MARIA
    card = await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    await wait_until_idle(bot)
    ticket = await get_ticket(bot, 1)
    assert (ticket.state, ticket.answered_at) == (State.ACCEPTED, None)
    assert ticket.first_word_at is not None
    assert not button_shown(card, BUTTON)
    again = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:fw:1")
    assert "Второй раз не пишем" in again["text"]
    bot.pass_time(hours=3)
    await wait_until_idle(bot)
    assert (len(first_words(bot)), await refusal_codes(bot, 1)) == (1, ["first_word_said"])
    assert deadline_notices(bot, ROADS_HEAD, "жителю не сказали") == []
    assert "жителю сообщили, что вопрос взят в работу" in await open_history(bot, ROADS_HEAD, card)


@ON_BOTH
async def test_a_late_first_word_is_told_once(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    bot.set_time("20.11 15:29")
    await wait_until_idle(bot)
    assert deadline_notices(bot, ROADS_HEAD, "жителю не сказали") == []
    bot.set_time("20.11 15:31")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1", "жителю не сказали, что вопрос взят в работу")
    bot.pass_time(hours=2)
    await wait_until_idle(bot)
    assert len(deadline_notices(bot, ROADS_HEAD, "жителю не сказали")) == 1
    assert "first_word" in [row.facts["limit"] for row in await list_audit(bot, 1, "overdue")]


async def test_the_published_answer_ends_the_clock(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму засыпали.")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    bot.pass_time(hours=3)
    await wait_until_idle(bot)
    assert deadline_notices(bot, ROADS_HEAD, "жителю не сказали") == []
    pressed = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:fw:1")
    assert "устарела" in pressed["text"]
    assert first_words(bot) == []


async def test_without_a_rule_the_button_is_in_the_menu_and_names_the_post(closed_bot: Harness) -> None:
    bot = closed_bot
    titled = STAFF.replace('role = "head"', 'title = "Отдел благоустройства"\nrole = "head"', 1)
    await open_town(bot, more="", staff=titled)
    assert not button_shown(await bot.wait_for_card(ROADS_HEAD, 1), BUTTON)
    await press_in_menu(bot, BUTTON)
    said = message_text(await bot.wait_for_message(GROUP, "взяли в работу"))
    assert said.endswith("Им занимается: Отдел благоустройства. Ответим до 20.11.2026, 22:30.")


async def test_a_person_posts_it_where_the_bot_may_not(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, answers="person")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), BUTTON)
    await bot.wait_for_message(ROADS_HEAD, SAID)
    assert (await get_ticket(bot, 1)).first_word_at is None
    request = await bot.wait_until(
        lambda: next((one for one in bot.bot_messages(ROADS_HEAD) if button_shown(one, "Опубликовано")), None)
    )
    await bot.press_button(ROADS_HEAD, request, "Опубликовано")
    await wait_until_idle(bot)
    assert (await get_ticket(bot, 1)).first_word_at is not None
    assert first_words(bot) == []


async def test_where_answers_are_off_the_ticket_is_only_accepted(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, answers="off")
    pressed = await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), BUTTON)
    assert "ему ничего не сказано" in pressed["text"]
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    bot.pass_time(hours=3)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert deadline_notices(bot, ROADS_HEAD, "жителю не сказали") == []


async def test_a_problem_gets_one_word_in_each_chat(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, more=RULES + '\n[[rules]]\nsector = "housing"\nfirst_word = "1wh"\n')
    for who, chat in ((MARIA, GROUP), (PYOTR, GROUP), (PYOTR, SECOND_GROUP)):
        await bot.sandbox.telegram.send_message(chat, who, "Нет горячей воды на улице Мира, 7, весь дом без воды")
    await wait_until_idle(bot)
    card = await bot.wait_for_card(HOUSING_HEAD, 2)
    await bot.press_button(HOUSING_HEAD, card, BUTTON)
    await wait_until_idle(bot)
    await bot.wait_for_message(SECOND_GROUP, "взяли в работу")
    assert (len(first_words(bot)), len(first_words(bot, SECOND_GROUP))) == (1, 1)
    assert all([(await get_ticket(bot, number)).first_word_at is not None for number in (2, 3)])


async def test_only_who_may_accept_says_it(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    pressed = await bot.press_code(HOUSING_HEAD, ROADS_HEAD, card["message_id"], "1:fw:1")
    assert pressed["text"]
    assert (first_words(bot), await get_ticket_state(bot, 1)) == ([], State.ASSIGNED)


async def test_the_clock_explains_itself(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await press_path(bot, ROADS_HEAD, "Ещё", "Почему такой срок?")
    await bot.wait_for_message(ROADS_HEAD, "Первое слово жителю до", "1 рабочий час (по правилу №1)")
