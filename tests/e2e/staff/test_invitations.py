"""An official whose number nobody knows joins by a code, once, and finds what has been waiting."""

from tests.e2e.harness import ADMINISTRATOR, ANNA, COORDINATOR, GROUP, MARIA, PYOTR, STAFF, Town, words

WITHOUT_ACCOUNT = STAFF.replace("telegram_id = 1001", "")


async def _code(town: Town) -> str:
    await town.write(ADMINISTRATOR, "/invite")
    letter = await town.letter(ADMINISTRATOR, "Начальник отдела дорог: /start")
    return words(letter).rpartition("/start ")[2].split()[0]


async def test_a_head_joins_by_code_and_gets_the_cards_that_waited(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.card(1003, 1)  # nobody else can be reached: the coordinator sees it

    await town.sandbox.telegram.start_bot(ANNA, await _code(town))

    await town.letter(ANNA, "Здравствуйте, Начальник отдела дорог!")
    card = await town.card(ANNA, 1)
    await town.press(ANNA, card, "Принять")
    await town.card(ANNA, 1, "В работе: Начальник отдела дорог")

    await town.stop()  # the account is remembered without being in the configuration
    await town.start()
    await town.sandbox.telegram.say(GROUP, PYOTR, "На Мира 7 огромная яма на дороге")
    await town.card(ANNA, 2)


async def test_a_code_works_once_and_a_wrong_one_never(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    code = await _code(town)
    await town.sandbox.telegram.start_bot(ANNA, code)
    await town.letter(ANNA, "Начальник отдела дорог")

    await town.sandbox.telegram.start_bot(PYOTR, code)
    await town.sandbox.telegram.start_bot(MARIA, "made-up")

    await town.letter(PYOTR, "код не подошёл")
    assert "Опишите проблему" in words(await town.letter(MARIA, "Здравствуйте"))


async def test_until_the_head_has_joined_the_coordinator_works_the_tickets_and_knows_why(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.letter(COORDINATOR, "Ещё не вошли в бота", "Начальник отдела дорог")
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")

    await town.press(COORDINATOR, await town.card(COORDINATOR, 1), "Принять")
    await town.card(COORDINATOR, 1, "В работе: Координатор")
    await town.write(COORDINATOR, "/my")
    await town.letter(COORDINATOR, "Ждут вас: 1 сообщение")


async def test_a_code_without_the_command_is_a_code_and_a_wrong_one_is_said_to_be_wrong(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    code = await _code(town)

    await town.write(ANNA, code)
    await town.letter(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await town.write(PYOTR, code)
    await town.letter(PYOTR, "код не подошёл")
    await town.sandbox.telegram.say(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
    await town.card(ANNA, 1, "Мира")  # neither code has become a ticket


async def test_who_has_lost_the_place_joins_again(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = WITHOUT_ACCOUNT
    await town.start()
    await town.sandbox.telegram.start_bot(ANNA, await _code(town))
    await town.letter(ANNA, "Здравствуйте, Начальник отдела дорог!")
    await town.stop()
    town.settings["staff"] = WITHOUT_ACCOUNT.replace("Начальник отдела дорог", "Начальник управления дорог")
    await town.start()
    await town.write(ADMINISTRATOR, "/invite")
    letter = await town.letter(ADMINISTRATOR, "Начальник управления дорог: /start")

    await town.sandbox.telegram.start_bot(ANNA, words(letter).rpartition("/start ")[2].split()[0])

    await town.letter(ANNA, "Здравствуйте, Начальник управления дорог!")


async def test_only_those_who_may_hand_out_codes(town: Town) -> None:
    await town.write(1001, "/invite")
    await town.letter(1001, "не для вашей роли")
