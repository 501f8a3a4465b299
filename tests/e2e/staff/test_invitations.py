"""An official whose number nobody knows joins by a code, once, and finds what has been waiting."""

from tests.e2e.harness import ADMINISTRATOR, ANNA, COORDINATOR, GROUP, MARIA, PYOTR, STAFF, Harness, message_text
from tests.e2e.staff.people_file import apply_people

WITHOUT_ACCOUNT = STAFF.replace("telegram_id = 1001", "")


async def invitation_code(bot: Harness, *earlier: str) -> str:
    """Return a fresh code of the head of roads, other than those given out before."""
    known = len([text for text in bot.bot_texts(ADMINISTRATOR) if "Приглашения" in text])
    await bot.send_message(ADMINISTRATOR, "/invite")
    await bot.wait_until(lambda: len([text for text in bot.bot_texts(ADMINISTRATOR) if "Приглашения" in text]) > known)
    letter = await bot.wait_for_message(ADMINISTRATOR, "Начальник отдела дорог: /start")
    code = message_text(letter).rpartition("/start ")[2].split()[0]
    assert code not in earlier
    return code


async def test_a_head_joins_by_code_and_gets_the_cards_that_waited(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await bot.wait_for_card(1003, 1)  # nobody else can be reached: the coordinator sees it

    await bot.sandbox.telegram.start_bot(ANNA, await invitation_code(bot))

    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    card = await bot.wait_for_card(ANNA, 1)
    await bot.press_button(ANNA, card, "Принять")
    await bot.wait_for_card(ANNA, 1, "В работе: Начальник отдела дорог")

    await bot.stop()  # the account is remembered without being in the configuration
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 огромная яма на дороге")
    await bot.wait_for_card(ANNA, 2)


async def test_a_code_works_once_and_a_wrong_one_never(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    code = await invitation_code(bot)
    await bot.sandbox.telegram.start_bot(ANNA, code)
    await bot.wait_for_message(ANNA, "Начальник отдела дорог")

    await bot.sandbox.telegram.start_bot(PYOTR, code)
    await bot.sandbox.telegram.start_bot(MARIA, "made-up")

    await bot.wait_for_message(PYOTR, "код не подошёл")
    assert "Опишите проблему" in message_text(await bot.wait_for_message(MARIA, "Здравствуйте"))


async def test_until_the_head_has_joined_the_coordinator_works_the_tickets_and_knows_why(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    await bot.wait_for_message(COORDINATOR, "Ещё не вошли в бота", "Начальник отдела дорог")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")

    await bot.press_button(COORDINATOR, await bot.wait_for_card(COORDINATOR, 1), "Принять")
    await bot.wait_for_card(COORDINATOR, 1, "В работе: Координатор")
    await bot.send_message(COORDINATOR, "/my")
    await bot.wait_for_message(COORDINATOR, "Ждут вас: 1 сообщение")


async def test_a_code_without_the_command_is_a_code_and_a_wrong_one_is_said_to_be_wrong(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    code = await invitation_code(bot)

    await bot.send_message(ANNA, code)
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await bot.send_message(PYOTR, code)
    await bot.wait_for_message(PYOTR, "код не подошёл")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
    await bot.wait_for_card(ANNA, 1, "Мира")  # neither code has become a ticket


async def test_person_who_lost_the_account_joins_again(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    await bot.start()
    await bot.sandbox.telegram.start_bot(ANNA, await invitation_code(bot))
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    bot.settings["staff"] = WITHOUT_ACCOUNT.replace("Начальник отдела дорог", "Начальник управления дорог")
    await apply_people(bot)
    await bot.send_message(ADMINISTRATOR, "/invite")
    letter = await bot.wait_for_message(ADMINISTRATOR, "Начальник управления дорог: /start")

    await bot.sandbox.telegram.start_bot(ANNA, message_text(letter).rpartition("/start ")[2].split()[0])

    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник управления дорог!")


async def test_only_those_who_may_hand_out_codes(bot: Harness) -> None:
    await bot.send_message(1001, "/invite")
    await bot.wait_for_message(1001, "не для вашей роли")
