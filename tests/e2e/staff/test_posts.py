"""One responsible post: who gets the card of a message, and who has live buttons on it."""

from typing import Any

from bot.domain.tickets import State
from tests.e2e.harness import (
    ANNA,
    COORDINATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    STAFF,
    Harness,
    button_labels,
)
from tests.e2e.queries import (
    button_rows,
    get_ticket,
    get_ticket_state,
    refusal_codes,
    send_report,
    wait_until_idle,
)

DISTRICTS = ("Центральный", "Железнодорожный", "Индустриальный", "Ленинский", "Октябрьский", "Затон")
DISTRICT_HEADS = range(1040, 1040 + len(DISTRICTS))
WORKING_ROWS = ["✅ Принять", "✍️ Ответить"]


def line(name: str, role: str, number: int, **scope: str) -> str:
    keys = "".join(f'{key} = ["{value}"]\n' for key, value in scope.items() if key != "title")
    title = f'title = "{scope["title"]}"\n' if "title" in scope else ""
    return f'[[staff]]\nname = "{name}"\nrole = "{role}"\n{title}{keys}telegram_id = {number}\n'


async def start(bot: Harness, staff: str, *numbers: int) -> None:
    """Start the bot with *staff*, of whom *numbers* are new in the sandbox."""
    bot.settings["staff"] = staff
    for number in numbers:
        bot.sandbox.telegram.user(number, f"Сотрудник {number}")
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()


async def start_with_districts(bot: Harness) -> None:
    without_head = "[[staff]]".join(one for one in STAFF.split("[[staff]]") if 'sectors = ["roads"]' not in one)
    heads = "".join(
        line(f"Глава {district}", "head", number, sectors="roads", districts=district)
        for number, district in zip(DISTRICT_HEADS, DISTRICTS, strict=True)
    )
    await start(bot, without_head + heads, *DISTRICT_HEADS)


async def test_message_without_street_rings_at_one_phone(closed_bot: Harness) -> None:
    await start_with_districts(closed_bot)
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, "Когда засыплют яму на дороге? Машины вязнут")
    card = await closed_bot.wait_for_card(COORDINATOR, 1, "Дороги", "Район неизвестен")
    assert WORKING_ROWS in button_rows(card)
    await wait_until_idle(closed_bot)
    assert [closed_bot.ticket_numbers(head) for head in DISTRICT_HEADS] == [[]] * len(DISTRICTS)


TWO_ON_A_POST = STAFF + line("Второй начальник", "head", 1040, sectors="roads")


async def test_first_of_a_post_to_accept_is_the_one(closed_bot: Harness) -> None:
    bot = closed_bot
    await start(bot, TWO_ON_A_POST, 1040)
    await send_report(bot)
    mine, other = await bot.wait_for_card(ROADS_HEAD, 1), await bot.wait_for_card(1040, 1)
    assert button_rows(other)[0] == WORKING_ROWS

    await bot.press_button(ROADS_HEAD, mine, "Принять")

    other = await bot.wait_for_card(1040, 1, "В работе: Начальник отдела дорог")
    assert button_rows(other) == [["🕘 История"]]
    for code in ("1:a:1", "1:w:1", "1:ht:1:housing"):
        toast = await bot.press_code(1040, 1040, other["message_id"], code)
        assert "Начальник отдела дорог" in str(toast)
    assert (await get_ticket(bot, 1)).sector == "roads"
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем.")
    await bot.wait_for_message(GROUP, "Засыплем.")


async def test_deputy_replaces_a_head_who_blocked_the_bot_before_anybody_above(closed_bot: Harness) -> None:
    bot = closed_bot
    await start(bot, STAFF + line("Зам", "deputy", 1040, sectors="roads"), 1040)
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await send_report(bot, "На Мира 7 на дороге яма", 2002)
    await bot.wait_for_card(ROADS_HEAD, 2)

    await bot.sandbox.telegram.block(ROADS_HEAD)

    card = await bot.wait_for_card(1040, 2, "недоступен в боте: Начальник отдела дорог")
    assert button_rows(card)[0] == WORKING_ROWS
    await bot.wait_for_card(1040, 1, "В работе: Начальник отдела дорог")
    await bot.answer_ticket(1040, 1, "Засыплем.")
    await bot.wait_for_message(GROUP, "Засыплем.")
    await bot.press_button(1040, card, "Принять")
    assert bot.ticket_numbers(COORDINATOR) == []

    await send_report(bot, "На Калинина 9 на дороге яма", 2003)
    await bot.wait_for_card(1040, 3, "недоступен")
    await bot.sandbox.telegram.unblock(ROADS_HEAD)

    card = await bot.wait_for_card(ROADS_HEAD, 3)
    assert button_rows(card)[0] == WORKING_ROWS
    await bot.wait_until(lambda: bot.find_message(1040, "№3", "Сейчас у: Начальник отдела дорог"))
    taken = await bot.wait_for_card(ROADS_HEAD, 2, "В работе: Зам")
    assert button_rows(taken) == [["🕘 История"]]
    assert await get_ticket_state(bot, 2) is State.ACCEPTED
    assert await refusal_codes(bot, 2) == []


async def test_who_sorts_chooses_the_district_and_the_term_of_the_answer_stays(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_with_districts(bot)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Когда засыплют яму на дороге? Машины вязнут")
    card = await bot.wait_for_card(COORDINATOR, 1, "Район неизвестен")
    rows = button_rows(card)
    assert rows[0] == list(DISTRICTS[:2])
    assert "❓ Уточнить у жителя" in [label for row in rows for label in row]
    due = (await get_ticket(bot, 1)).answer_due

    bot.pass_time(minutes=10)
    await bot.press_button(COORDINATOR, card, "Железнодорожный")

    card = await bot.wait_for_card(1041, 1, "район: Железнодорожный")
    assert button_rows(card)[0] == WORKING_ROWS
    await bot.wait_for_message(COORDINATOR, "№1 передано: Дороги, Железнодорожный")
    assert (await get_ticket(bot, 1)).answer_due == due

    await bot.press_button(1041, card, "Принять")
    await bot.wait_for_card(1041, 1, "В работе")
    for label in ("Ещё", "Другой район", "Затон"):
        await press_when_shown(bot, 1041, label)

    card = await bot.wait_for_card(1045, 1, "район: Затон")
    assert button_rows(card)[0] == WORKING_ROWS
    assert (await get_ticket(bot, 1)).answer_due == due
    left = await bot.wait_for_card(1041, 1, "Сейчас у: Глава Затон")
    assert button_rows(left) == []
    for label in ("Ещё", "История"):
        await press_when_shown(bot, 1045, label)
    await bot.wait_for_message(1045, "другой район, передано: Железнодорожный — Координатор", "передано: Затон — Глава")


async def press_when_shown(bot: Harness, person: int, label: str) -> None:
    """Press the button of a menu as soon as the card shows it."""

    def find() -> dict[str, Any] | None:
        shown = (one for one in bot.bot_messages(person) if any(label in text for text in button_labels(one)))
        return next(shown, None)

    await bot.press_button(person, await bot.wait_until(find), label)


async def test_a_district_comes_from_words_a_street_or_the_chat(closed_bot: Harness) -> None:
    bot = closed_bot
    (bot.folder / "streets.csv").write_text("улица;район\nМалахова;Индустриальный район\nПоток;Октябрьский\n")
    bot.settings["more"] = '[places]\ngazetteer = "streets.csv"\n[problems]\njoin = false\n'
    bot.config_replacements['title = "Дворы"'] = 'title = "Дворы"\nsector = "roads"\ndistrict = "Затонский район"'
    bot.config_replacements['"Затон"]'] = '"Затонский"]'
    await start_with_districts(bot)
    for citizen, text, head in (
        (MARIA, "В Железнодорожном районе яма на дороге", 1041),
        (PYOTR, "Яма на дороге на Потоке, машины вязнут", 1044),
        (ANNA, "Малахова 100, яма на дороге", 1042),
    ):
        await bot.sandbox.telegram.send_message(GROUP, citizen, text)
        await bot.wait_for_message(head, text)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, "Помогите, безобразие, когда сделаете?")
    await bot.wait_for_message(1045, "Помогите", "Дороги", "район: Затонский")
    assert bot.ticket_numbers(COORDINATOR) == []


async def test_the_district_may_come_later(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_with_districts(bot)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Когда засыплют яму на дороге? Машины вязнут")
    await bot.wait_for_card(COORDINATOR, 1, "Район неизвестен")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Это в Ленинском районе")
    card = await bot.wait_for_card(1043, 1, "район: Ленинский")
    assert button_rows(card)[0] == WORKING_ROWS
    left = await bot.wait_for_card(COORDINATOR, 1, "Сейчас у: Глава Ленинский")
    assert button_rows(left) == [["↪️ Передать", "⋯ Ещё"]]
