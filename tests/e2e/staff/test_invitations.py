"""An official whose number nobody knows joins by a code, once, and finds what has been waiting."""

from tests.e2e.harness import ADMINISTRATOR, ANNA, COORDINATOR, GROUP, MARIA, PYOTR, STAFF, Harness, message_text

WITHOUT_ACCOUNT = STAFF.replace("telegram_id = 1001", "")


async def invitation_code(town: Harness, *earlier: str) -> str:
    """Return a fresh code of the head of roads, other than those given out before."""
    known = len([text for text in town.bot_texts(ADMINISTRATOR) if "Приглашения" in text])
    await town.send_message(ADMINISTRATOR, "/invite")
    await town.wait_until(
        lambda: len([text for text in town.bot_texts(ADMINISTRATOR) if "Приглашения" in text]) > known
    )
    letter = await town.wait_for_message(ADMINISTRATOR, "Начальник отдела дорог: /start")
    code = message_text(letter).rpartition("/start ")[2].split()[0]
    assert code not in earlier
    return code


async def test_a_head_joins_by_code_and_gets_the_cards_that_waited(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.wait_for_card(1003, 1)  # nobody else can be reached: the coordinator sees it

    await town.sandbox.telegram.start_bot(ANNA, await invitation_code(town))

    await town.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    card = await town.wait_for_card(ANNA, 1)
    await town.press_button(ANNA, card, "Принять")
    await town.wait_for_card(ANNA, 1, "В работе: Начальник отдела дорог")

    await town.stop()  # the account is remembered without being in the configuration
    await town.start()
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 огромная яма на дороге")
    await town.wait_for_card(ANNA, 2)


async def test_a_code_works_once_and_a_wrong_one_never(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    code = await invitation_code(town)
    await town.sandbox.telegram.start_bot(ANNA, code)
    await town.wait_for_message(ANNA, "Начальник отдела дорог")

    await town.sandbox.telegram.start_bot(PYOTR, code)
    await town.sandbox.telegram.start_bot(MARIA, "made-up")

    await town.wait_for_message(PYOTR, "код не подошёл")
    assert "Опишите проблему" in message_text(await town.wait_for_message(MARIA, "Здравствуйте"))


async def test_until_the_head_has_joined_the_coordinator_works_the_tickets_and_knows_why(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.wait_for_message(COORDINATOR, "Ещё не вошли в бота", "Начальник отдела дорог")
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")

    await town.press_button(COORDINATOR, await town.wait_for_card(COORDINATOR, 1), "Принять")
    await town.wait_for_card(COORDINATOR, 1, "В работе: Координатор")
    await town.send_message(COORDINATOR, "/my")
    await town.wait_for_message(COORDINATOR, "Ждут вас: 1 сообщение")


async def test_a_code_without_the_command_is_a_code_and_a_wrong_one_is_said_to_be_wrong(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    code = await invitation_code(town)

    await town.send_message(ANNA, code)
    await town.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await town.send_message(PYOTR, code)
    await town.wait_for_message(PYOTR, "код не подошёл")
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
    await town.wait_for_card(ANNA, 1, "Мира")  # neither code has become a ticket


async def test_person_who_lost_the_account_joins_again(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.sandbox.telegram.start_bot(ANNA, await invitation_code(town))
    await town.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await town.stop()
    town.settings["staff"] = WITHOUT_ACCOUNT.replace("Начальник отдела дорог", "Начальник управления дорог")
    await town.start()
    await town.send_message(ADMINISTRATOR, "/invite")
    letter = await town.wait_for_message(ADMINISTRATOR, "Начальник управления дорог: /start")

    await town.sandbox.telegram.start_bot(ANNA, message_text(letter).rpartition("/start ")[2].split()[0])

    await town.wait_for_message(ANNA, "Здравствуйте, Начальник управления дорог!")


async def test_only_those_who_may_hand_out_codes(town: Harness) -> None:
    await town.send_message(1001, "/invite")
    await town.wait_for_message(1001, "не для вашей роли")
