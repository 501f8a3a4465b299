"""An official whose number nobody knows joins by a code, once, and finds what has been waiting."""

from tests.e2e.town import ADMINISTRATOR, ANNA, GROUP, MARIA, PYOTR, STAFF, Town, words

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

    assert "Опишите проблему" in words(await town.letter(PYOTR, "Здравствуйте"))
    assert "Опишите проблему" in words(await town.letter(MARIA, "Здравствуйте"))


async def test_only_those_who_may_hand_out_codes(town: Town) -> None:
    await town.write(1001, "/invite")
    await town.letter(1001, "недоступно")
