"""Officials' accounts: a new one is announced, a closed one loses everything at once, codes end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.people import MessengerName, StaffAccount
from bot.services.staff import invitations
from storage.tables import audit, invitation, outbox
from tests.e2e.chat_clients import OfficialChat, TelegramChatClient, VkChatClient
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    COORDINATOR,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import send_report, wait_until_idle
from tests.e2e.staff.people_file import apply_people
from tests.e2e.staff.test_invitations import WITHOUT_ACCOUNT, invitation_code
from tests.e2e.staff.test_preferences import open_settings
from tests.e2e.staff.test_two_messengers import IN_VK

HEADLESS = STAFF.replace("telegram_id = 1001", "")


async def _connect_code(chat: OfficialChat) -> str:
    await chat.press_without_answer(await open_settings(chat), "Подключить")
    letter = await chat.wait_for_message("Срок кода", button="Назад")
    return next(line for line in letter.text.splitlines() if line.startswith("/start ")).partition(" ")[2]


async def _join_by_vk(bot: Harness) -> tuple[OfficialChat, OfficialChat]:
    """The head, and somebody who got hold of the code that the head asked for."""
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    head, other = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    await other.send_message(f"/start {await _connect_code(head)}")
    await other.wait_for_message("Вы подключены к центру управления")
    return head, other


async def _list_actions(bot: Harness, action: str) -> list[tuple[int | None, dict[str, object]]]:
    async with bot.read_tables() as connection:
        query = select(audit.c.person_id, audit.c.facts).where(audit.c.action == action).order_by(audit.c.id)
        return [(row[0], row[1]) for row in await connection.execute(query)]


@pytest.mark.parametrize("presser", [ROADS_HEAD, ADMINISTRATOR])
async def test_a_new_account_is_announced_and_closed_by_not_me(bot: Harness, presser: int) -> None:
    """The owner's other account and the administrator hear of it; either ends it, with all that it showed."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    head, thief = await _join_by_vk(bot)
    await head.wait_for_message("Новый вход в центр управления", f"VK {IN_VK}", button="Это не я")
    await bot.wait_for_message(ADMINISTRATOR, "Новый вход", "Начальник отдела дорог", f"VK {IN_VK}")
    await thief.send_message("/find 1")
    card = await thief.wait_for_card(1, "Ленина 45", button="Ответить")
    await thief.press_without_answer(card, "Ответить")
    await thief.wait_for_message("Ответ на №1")

    news = await bot.wait_for_message(presser, "Новый вход")
    said = await bot.press_button(presser, news, "Это не я")

    assert said["text"] == "Вход отключён"
    await thief.wait_for_message("Ваш доступ к сообщениям жителей", "отключён")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in thief.bot_texts))
    assert "Ответить" not in str([one.button_labels for one in thief.client.bot_messages()])
    await bot.wait_for_message(presser, "Новый вход отключён")
    other = ADMINISTRATOR if presser == ROADS_HEAD else ROADS_HEAD
    await bot.wait_for_message(other, f"вход VK {IN_VK} отключён")
    await thief.send_message("Засыплем когда-нибудь")
    await thief.send_message("/my")
    await wait_until_idle(bot)
    assert thief.find_message("Ответ увидит житель") is None
    assert thief.find_message("Вы подключены") is None  # the welcome went with the rest, and there was no other
    [(by, facts)] = await _list_actions(bot, "account_removed")
    assert by is not None
    assert (facts["account"], facts["disowned"]) == (f"vk.{IN_VK}", presser == ROADS_HEAD)
    assert "Ленина 45" in message_text(await bot.wait_for_card(ROADS_HEAD, 1))  # the owner's own card stays


async def test_only_its_owner_and_administrators_close_an_account(bot: Harness) -> None:
    _, thief = await _join_by_vk(bot)
    news = await bot.wait_for_message(ROADS_HEAD, "Новый вход")
    await bot.send_message(COORDINATOR, "/accounts")
    await bot.wait_for_message(COORDINATOR, "не для вашей роли")
    for person, code in ((COORDINATOR, f"1:nm:0:vk.{IN_VK}"), (1002, f"1:ac:0:rm=vk.{IN_VK}")):
        await bot.press_code(person, person, news["message_id"], code)
    await thief.send_message("/my")
    await thief.wait_for_message("Сейчас вас ничего не ждёт")
    again = await bot.press_button(ROADS_HEAD, news, "Это не я")
    assert again["text"] == "Вход отключён"


async def test_a_thief_does_not_close_the_account_of_the_owner(closed_bot: Harness) -> None:
    """A code lets a second account in; with a forged «Это не я» it would be the only one."""
    bot = closed_bot
    bot.settings["staff"] = HEADLESS
    await bot.start()
    await bot.sandbox.telegram.start_bot(ANNA, await invitation_code(bot))
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    owner, thief = OfficialChat(TelegramChatClient(bot, ANNA)), OfficialChat(VkChatClient(bot, IN_VK))
    bot.pass_time(minutes=1)
    await thief.send_message(f"/start {await _connect_code(owner)}")
    await thief.wait_for_message("Вы подключены к центру управления")
    page = await open_settings(thief)
    payload = f'{{"c": "1:nm:0:telegram.{ANNA}"}}'
    await bot.sandbox.vk.press_payload(IN_VK, COMMUNITY, IN_VK, page.id, payload)
    await wait_until_idle(bot)
    assert await _list_actions(bot, "account_removed") == []
    news = await bot.wait_for_message(ANNA, "Новый вход")
    assert (await bot.press_button(ANNA, news, "Это не я"))["text"] == "Вход отключён"


async def test_the_administrator_lists_accounts_and_codes_and_removes_them(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = HEADLESS
    await bot.start()
    code = await invitation_code(bot)
    await bot.sandbox.telegram.start_bot(ANNA, code)
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    housing = OfficialChat(TelegramChatClient(bot, 1002))
    spare = await _connect_code(housing)
    await send_report(bot)
    await bot.wait_for_card(ANNA, 1)

    await bot.send_message(ADMINISTRATOR, "/accounts")
    page = await bot.wait_for_message(ADMINISTRATOR, "Входы сотрудников", f"Telegram {ANNA}, по коду 20.11 14:30")
    assert "Начальник отдела ЖКХ: Telegram 1002, без кода" in message_text(page)
    assert "Начальник отдела ЖКХ: 1 код для входа, до 21.11 14:30" in message_text(page)
    await bot.press_button(ADMINISTRATOR, page, "Отозвать код")
    await bot.wait_until(lambda: "1 код для входа" not in message_text(page))
    await bot.press_button(ADMINISTRATOR, page, "Отключить")
    await bot.wait_for_message(ADMINISTRATOR, f"Отключить Telegram {ANNA} (Начальник отдела дорог)?")
    await bot.press_button(ADMINISTRATOR, page, "Отключить")

    await bot.wait_for_message(ANNA, "Ваш доступ к сообщениям жителей")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ANNA)))
    await bot.wait_for_card(COORDINATOR, 1)  # nobody else can be reached
    await bot.sandbox.telegram.start_bot(PYOTR, spare)
    await bot.wait_for_message(PYOTR, "код не подошёл")
    successor = await invitation_code(bot)
    await bot.sandbox.telegram.start_bot(MARIA, successor)
    await bot.wait_for_message(MARIA, "Здравствуйте, Начальник отдела дорог!")
    await bot.wait_for_card(MARIA, 1)
    await bot.press_code(ADMINISTRATOR, ADMINISTRATOR, page["message_id"], "1:ac:0:rm=telegram.1002")
    await bot.wait_for_message(1002, "Ваш доступ к сообщениям жителей")  # the file named it, the database decides


async def test_a_dismissed_head_keeps_nothing_when_the_successor_has_the_same_title(closed_bot: Harness) -> None:
    """The file names another number under the same name: accounts and codes of the former head are over."""
    bot = closed_bot
    bot.settings["staff"] = HEADLESS
    await bot.start()
    printed = await invitation_code(bot)
    await bot.sandbox.telegram.start_bot(ANNA, await invitation_code(bot, printed))
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await send_report(bot)
    await bot.press_button(ANNA, await bot.wait_for_card(ANNA, 1), "Принять")
    await bot.wait_for_card(ANNA, 1, "В работе")
    bot.settings["staff"] = HEADLESS.replace('sectors = ["roads"]', f'sectors = ["roads"]\nvk_id = {IN_VK}')
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await apply_people(bot)

    await bot.wait_for_message(ADMINISTRATOR, "отключены входы", f"Начальник отдела дорог: Telegram {ANNA}")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ANNA)))
    await bot.sandbox.telegram.start_bot(PYOTR, printed)
    await bot.wait_for_message(PYOTR, "код не подошёл")
    successor = OfficialChat(VkChatClient(bot, IN_VK))
    await successor.client.start_bot()
    await successor.wait_for_card(1, "В работе")


async def test_a_person_who_left_the_file_and_came_back_is_invited_again(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = HEADLESS
    await bot.start()
    await bot.sandbox.telegram.start_bot(ANNA, await invitation_code(bot))
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await wait_until_idle(bot)
    for name in ("Начальник управления", "Начальник отдела дорог"):
        bot.settings["staff"] = HEADLESS.replace("Начальник отдела дорог", name)
        await apply_people(bot)
        await bot.send_message(ANNA, "/my")
        await wait_until_idle(bot)
        assert not any("Ждут вас" in text or "ничего не ждёт" in text for text in bot.bot_texts(ANNA))


async def test_another_process_refuses_a_closed_account_at_once(bot: Harness) -> None:
    """This process has not heard of it: neither the press nor the command counts."""
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.staff.unlink_account(1, StaffAccount(MessengerName.TELEGRAM, str(ROADS_HEAD)))

    said = await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.send_message(ROADS_HEAD, "/my")

    assert said["text"] == "Эти кнопки — для сотрудников центра управления."
    await bot.wait_for_message(ROADS_HEAD, "Опишите проблему")


async def test_a_code_ends_with_its_term_and_is_stored_nowhere_in_clear(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    bot.settings["more"] = '[staff_invitations]\nvalid = "2h"\n'
    await bot.start()
    code = await invitation_code(bot)
    await bot.wait_for_message(ADMINISTRATOR, "Срок кода: 2 часа")
    spare = await _connect_code(OfficialChat(TelegramChatClient(bot, 1002)))
    await wait_until_idle(bot)
    async with bot.read_tables() as connection:
        rows = str((await connection.execute(select(invitation.c.code))).all())
        rows += str((await connection.execute(select(outbox.c.facts))).all())
    assert code not in rows
    assert spare not in rows

    bot.pass_time(hours=2, seconds=1)
    await bot.sandbox.telegram.start_bot(ANNA, code)
    await bot.wait_for_message(ANNA, "код не подошёл")


async def test_codes_of_the_release_before_are_void_and_the_administrator_knows(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    await wait_until_idle(bot)
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        old = {"code": "aB3_dE6-gH9k", "person_id": 1, "created_at": bot.clock.now()}
        await connection.execute(invitation.insert().values(old))
    await bot.stop()
    await bot.start()

    await bot.wait_for_message(ADMINISTRATOR, "выданные до обновления, больше не действуют", "Начальник отдела дорог")
    await bot.send_message(ANNA, "aB3_dE6-gH9k")
    await bot.wait_for_message(ANNA, "код не подошёл")


async def test_guessing_is_paused_and_reported(closed_bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    monkeypatch.setattr(invitations, "MANY_WRONG_OVERALL", 7)
    await bot.start()
    code = await invitation_code(bot)
    for number in range(invitations.MAX_WRONG_PER_ACCOUNT):
        await bot.send_message(PYOTR, f"/start 7K2M-X9QD-4HV{number}")
    await bot.send_message(PYOTR, f"/start {code}")

    await bot.wait_for_message(PYOTR, "Следующий код можно прислать через 60 мин")
    await bot.wait_for_message(ADMINISTRATOR, f"Telegram {PYOTR}: 5 неверных кодов")
    for number in range(2):
        await bot.send_message(MARIA, f"7k2m x9qd 4hv{number}")
    await bot.wait_for_message(ADMINISTRATOR, "7 неверных кодов для входа с разных номеров")
    await bot.sandbox.telegram.start_bot(ANNA, code.lower().replace("-", " "))
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")  # strangers keep nobody out
    assert len(await _list_actions(bot, "wrong_code")) == 7
    assert timedelta(hours=1) == invitations.WRONG_CODE_WINDOW
