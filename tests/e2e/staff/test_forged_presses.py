"""Presses that an altered app invents: an official's press counts in private, under a message with that button."""

from collections.abc import Iterable
from itertools import cycle

import pytest

from bot.domain.dialogs import DialogStep
from bot.views.callback_codes import Op, pack
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    ROADS_HEAD,
    Harness,
    message_text,
)
from tests.e2e.queries import ROOF, get_ticket, list_audit, send_report, wait_until_idle
from tests.e2e.staff.test_any_messenger import HEAD, MAX_SECTION, MAX_TOKEN, STAFF

ARGUMENTS = {
    Op.HAND_TO: "housing",
    Op.DISMISS_FOR: "duplicate",
    Op.CHOOSE_SECTOR: "housing",
    Op.SETTINGS: "connect",
    Op.MANUAL_ENTRY: "source=phone",
    Op.MERGE_INTO: "2",
}
EVERY_CODE = [pack(op, 0 if op in (Op.SETTINGS, Op.MANUAL_ENTRY) else 1, ARGUMENTS.get(op, "1")) for op in Op]
PEOPLE = (MARIA, ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR)


async def _press_all(bot: Harness, presses: Iterable[tuple[int, int, int, str]]) -> list[str]:
    """Make these presses (person, chat, message, code); return the words of the answers."""
    telegram = bot.sandbox.telegram
    ids = [await telegram.press_callback_data(*press) for press in presses]
    await bot.wait_until(lambda: all(one in telegram.callback_answers for one in ids))
    return [telegram.callback_answers[one].get("text", "") for one in ids]


async def test_no_press_counts_in_a_group(bot: Harness) -> None:
    """A forged press of a head would overwrite the public answer, and «Подключить» would print a code there."""
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    before, said = await get_ticket(bot, 1), bot.bot_texts(GROUP)
    letters = {person: bot.bot_texts(person) for person in PEOPLE}

    # Only so many presses of a citizen are answered in an hour.
    people = [*zip(cycle(PEOPLE), EVERY_CODE[:50]), *zip(cycle(PEOPLE[1:]), EVERY_CODE[50:])]
    people += [(ROADS_HEAD, code) for code in EVERY_CODE]
    answers = await _press_all(bot, ((person, GROUP, answer["message_id"], code) for person, code in people))

    await wait_until_idle(bot)
    assert await get_ticket(bot, 1) == before
    assert bot.bot_texts(GROUP) == said
    assert {person: bot.bot_texts(person) for person in PEOPLE} == letters
    assert set(answers) == {
        "Эти кнопки — для сотрудников центра управления.",
        "Кнопки центра управления действуют только в личном чате с ботом.",
        "Эта кнопка — для автора сообщения.",
    }
    refused = await list_audit(bot, 1, "refused")
    citizens = (pack(Op.SOLVED, 1), pack(Op.NOT_SOLVED, 1))  # buttons of citizens: no row for each press
    assert len(refused) == len([code for _, code in people if ":1" in code[3:] and not code.startswith(citizens)])
    assert {row.facts["chat"] for row in refused if row.person_id is not None} == {f"telegram/{GROUP}"}


async def test_no_press_counts_under_a_message_without_that_button(bot: Harness) -> None:
    """A welcome carries no button, the card of one ticket none about another, and a message may not exist."""
    await send_report(bot)
    await send_report(bot, ROOF)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "/start")
    welcome = await bot.wait_for_message(ROADS_HEAD, "Здравствуйте, Начальник отдела дорог!")
    await wait_until_idle(bot)
    before = [await get_ticket(bot, number) for number in (1, 2)]
    letters = bot.bot_texts(ROADS_HEAD)
    about_first = [code for code in EVERY_CODE if ":1" in code[3:] and not code.startswith("1:o:")]

    in_dialogs = [code for code in about_first if code[2] in "sex" and code[3] == ":"]
    forged = list(zip(cycle((welcome["message_id"], 77_777)), sorted({*about_first} - {*in_dialogs})))
    forged += [(77_777, code) for code in in_dialogs]
    forged += [(card["message_id"], code) for code in ("1:a:2", "1:ht:2:roads", "1:g:0:connect", "1:q:0:0")]
    answers = await _press_all(bot, ((ROADS_HEAD, ROADS_HEAD, message, code) for message, code in forged))

    await wait_until_idle(bot)
    assert [await get_ticket(bot, number) for number in (1, 2)] == before
    assert bot.bot_texts(ROADS_HEAD) == letters
    assert set(answers) == {
        "Эта кнопка здесь больше не действует. Откройте карточку заново: /my или /find с номером.",
        "Это действие уже завершено или отменено.",
        "Эта кнопка — для автора сообщения.",
    }
    codes = {row.facts["code"] for row in await list_audit(bot, 1, "refused")}
    assert codes == {"foreign_button", "dialog_over"}


async def test_no_press_counts_under_the_picture_of_a_card(bot: Harness) -> None:
    """It is recorded for the ticket, so that replies to it are known, and never had a button."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Ленина 45", photo=b"\xff\xd8photo")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.settle_and_advance()
    picture = await bot.wait_until(lambda: next((one for one in bot.bot_messages(ROADS_HEAD) if "photo" in one), None))
    await wait_until_idle(bot)
    before = await get_ticket(bot, 1)

    answer = await bot.press_code(ROADS_HEAD, ROADS_HEAD, picture["message_id"], pack(Op.DISMISS_FOR, 1, "duplicate"))

    assert answer["text"].startswith("Эта кнопка здесь больше не действует.")
    assert await get_ticket(bot, 1) == before


async def test_a_button_works_under_each_message_that_carries_it(bot: Harness) -> None:
    """Cards, lists, settings and prompts: their own buttons are known."""
    await send_report(bot)
    await send_report(bot, ROOF)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(COORDINATOR, card, "Ещё")
    await bot.send_message(ROADS_HEAD, "/settings")
    settings = await bot.wait_for_message(ROADS_HEAD, "Куда приходят карточки")
    await bot.press_button(ROADS_HEAD, settings, "Подключить")
    await bot.wait_for_message(ROADS_HEAD, "Ещё один мессенджер", "/start ")
    await bot.send_message(COORDINATOR, "/new Звонили: нет света")
    question = await bot.wait_for_message(COORDINATOR, "Откуда")
    await bot.press_button(COORDINATOR, question, "Телефон")
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        dialog = await uow.dialogs.get("telegram", str(COORDINATOR), bot.clock.now())
    assert dialog is not None
    assert dialog.step is DialogStep.ENTRY_DEADLINE


@pytest.mark.parametrize("text", ["/settings", "/invite", "/my", "/find 1", "/new Нет света на Мира 7"])
async def test_commands_of_officials_do_nothing_in_a_group(bot: Harness, text: str) -> None:
    """Nor is a command an answer to the citizen whom the official happens to reply to."""
    question = await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    letters = {person: bot.bot_texts(person) for person in (ADMINISTRATOR, ROADS_HEAD)}

    await bot.sandbox.telegram.send_message(GROUP, ADMINISTRATOR, text, reply_to=question)
    await bot.sandbox.telegram.send_message(GROUP, ROADS_HEAD, f"{text}@mcu_test_bot")

    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert {person: bot.bot_texts(person) for person in (ADMINISTRATOR, ROADS_HEAD)} == letters


async def test_no_press_counts_in_a_conversation_of_vk_or_a_chat_of_max(closed_bot: Harness) -> None:
    bot, talk, chat = closed_bot, 2_000_000_001, -7001
    vk, maks = bot.sandbox.vk, bot.sandbox.max
    maks.add_bot(MAX_TOKEN, username="mcu_max_bot")
    maks.user(HEAD, "Лев", "Орлов")
    vk.user(HEAD, "Лев", "Орлов")
    vk.conversation(COMMUNITY, talk, "Дворы")
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", f"vk_id = {HEAD}\nmax_id = {HEAD}")
    bot.settings["more"] = MAX_SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url)
    maks.chat(chat, "Подслушано")
    await bot.start()
    await maks.start_bot(HEAD)
    await bot.wait_until(lambda: maks.from_bot(HEAD))
    mid = await maks.send_message(chat, HEAD, "Здравствуйте")
    await send_report(bot)

    codes = ("1:g:0:connect", "1:a:1", "1:ht:1:housing")
    in_vk = [await vk.press_payload(HEAD, COMMUNITY, talk, 1, f'{{"c": "{code}"}}') for code in codes]
    in_max = [await maks.press_payload(HEAD, mid, code) for code in codes]

    words = "только в личном чате"
    await bot.wait_until(lambda: all(words in (vk.world.presses[one].answer or {}).get("text", "") for one in in_vk))
    await bot.wait_until(
        lambda: all(words in str(maks.callback_answers.get(one, {}).get("notification")) for one in in_max)
    )
    assert [one for one in vk.messages(COMMUNITY, talk) if one.out] == []
    assert maks.from_bot(chat) == []
    assert all("/start " not in message_text(one) for one in bot.bot_messages(GROUP))
