"""/my, /find, /start, /help, and the menus of commands."""

from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Town,
    words,
)
from tests.e2e.queries import HATCH, RIDDLE, ROOF, audit, delivered, preview, report, rows


async def three(town: Town) -> None:
    """№1 of the roads, №2 of housing, №3 for the coordinator."""
    await report(town, HATCH)
    await report(town, ROOF, PYOTR)
    await town.card(HOUSING_HEAD, 2)
    await report(town, RIDDLE, 2003)
    await town.card(COORDINATOR, 3)


async def test_my_lists_what_waits_for_one_with_buttons(town: Town) -> None:
    await three(town)
    await town.write(ROADS_HEAD, "/my")
    listing = await town.letter(ROADS_HEAD, "Ждут вас: 1 сообщение")
    assert words(listing).splitlines()[1:] == [f"№1 · до 22:30 · {HATCH}"]
    assert rows(listing) == [["№1"]]
    await town.press(ROADS_HEAD, listing, "№1")
    await town.letter(ROADS_HEAD, "№1: карточка теперь ниже.")

    await town.write(COORDINATOR, "/my")
    listing = await town.letter(COORDINATOR, "Ждут вас: 1 сообщение")
    assert rows(listing) == [["№3"]]

    await town.answer(ROADS_HEAD, 1, "Сделано.")
    await town.card(ROADS_HEAD, 1, "Отвечено")
    await town.write(ROADS_HEAD, "/my")
    await town.letter(ROADS_HEAD, "Сейчас вас ничего не ждёт.")


async def test_find_by_number_shows_the_card_below(town: Town) -> None:
    await three(town)
    for wording in ("/find 1", "/find №1", "/find@mcu_test_bot  № 1 "):
        before = len(town.letters(ROADS_HEAD))
        await town.write(ROADS_HEAD, wording)
        await town.until(lambda before=before: len(town.letters(ROADS_HEAD)) == before + 1)
        card = town.letters(ROADS_HEAD)[-1]
        assert words(card).startswith("🆕 №1 · Дороги")
        assert rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
    # the cards above are not left with buttons of their own life
    await town.until(lambda: len([t for t in town.texts(ROADS_HEAD) if t == "№1: карточка теперь ниже."]) == 3)
    assert len([letter for letter in town.letters(ROADS_HEAD) if rows(letter)]) == 1


async def test_find_by_words_whatever_their_case_and_yo(town: Town) -> None:
    await report(town, "На Ленина 45 на дороге ЁЛКА упала, объезд по встречной")
    await town.card(ROADS_HEAD, 1)
    for wording in ("елка", "ЁЛКА", "Ёлка дорог", "ленина", "ЛЕНИНА 45", "мария"):
        before = len(town.letters(ROADS_HEAD))
        await town.write(ROADS_HEAD, f"/find {wording}")
        await town.until(lambda before=before: len(town.letters(ROADS_HEAD)) > before)
        assert words(town.letters(ROADS_HEAD)[-1]).startswith("Найдено: 1 сообщение\n№1"), wording
    await town.write(ROADS_HEAD, "/find берёза")
    await town.letter(ROADS_HEAD, "Ничего не нашлось")
    await town.write(ROADS_HEAD, "/find %")
    await town.until(lambda: len([t for t in town.texts(ROADS_HEAD) if t.startswith("Ничего не нашлось")]) == 2)
    await town.write(ROADS_HEAD, "/find")
    await town.letter(ROADS_HEAD, "Напишите номер или слова, например: /find 142")


async def test_a_head_finds_the_own_sector_alone_the_curator_everything(town: Town) -> None:
    await three(town)
    await town.write(ROADS_HEAD, "/find на")
    found = await town.letter(ROADS_HEAD, "Найдено: 1 сообщение")
    assert rows(found) == [["№1"]]
    await town.write(CURATOR, "/find на")
    assert {b for row in rows(await town.letter(CURATOR, "Найдено")) for b in row} >= {"№1", "№2"}
    await town.write(ROADS_HEAD, "/find 2")
    await town.letter(ROADS_HEAD, "Сообщение №2 — другого блока, вам оно недоступно.")
    await town.write(ROADS_HEAD, "/find 77")
    await town.letter(ROADS_HEAD, "Сообщения с таким номером нет.")
    await town.write(ROADS_HEAD, "/find 99999999999999999999")
    await delivered(town)
    await town.write(CURATOR, "/find 2")
    card = await town.card(CURATOR, 2)
    assert rows(card) == [["🕘 История"]]


async def test_a_found_card_is_answered_like_any_other(town: Town) -> None:
    await three(town)
    await town.write(ROADS_HEAD, "/find 1")
    await town.letter(ROADS_HEAD, "№1: карточка теперь ниже.")
    card = await town.until(lambda: town.find(ROADS_HEAD, "🆕 №1 · "))
    await town.write(ROADS_HEAD, "Сделано.", reply_to=card["message_id"])
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "Сделано."), "Отправить")
    await town.letter(GROUP, "Сделано.")
    await town.until(lambda: words(card).startswith("✅ №1"))


async def test_every_role_sees_its_own_commands(town: Town) -> None:
    await delivered(town)
    wanted = {
        ROADS_HEAD: ["my", "find", "settings", "help"],
        HOUSING_HEAD: ["my", "find", "settings", "help"],
        COORDINATOR: ["my", "find", "new", "digest", "stats", "settings", "help"],
        CURATOR: ["find", "digest", "stats", "settings", "help"],
        ADMINISTRATOR: ["invite", "settings", "help"],
    }
    seen = {person: [one["command"] for one in town.sandbox.telegram.commands(person)] for person in wanted}
    assert seen == wanted
    assert town.sandbox.telegram.commands() == []
    assert town.sandbox.telegram.commands(MARIA) == []


async def test_help_and_start_say_what_one_can_do(town: Town) -> None:
    hello = words(await town.letter(ROADS_HEAD, "Здравствуйте, Начальник отдела дорог!"))
    assert "Ваша роль: руководитель отраслевого блока" in hello
    assert "Короткий путь: ответьте на карточку" in hello
    assert "/my — мои сообщения в работе" in hello
    assert "/new" not in hello
    assert "выберите отрасль" in words(await town.letter(COORDINATOR, "Здравствуйте, Координатор!"))
    admin = words(await town.letter(ADMINISTRATOR, "Здравствуйте, Администратор!"))
    assert "карточ" not in admin
    assert "Сообщу, если бот чего-то не слышит или не может писать." in admin
    curator = words(await town.letter(CURATOR, "Здравствуйте, "))
    assert "Каждый день в 09:00 здесь будет сводка. О просрочках сообщу сразу." in curator
    await town.write(CURATOR, "/help")
    await town.until(lambda: len(town.letters(CURATOR)) == 2)
    told = words(town.letters(CURATOR)[-1])
    lines = ["Команды", "/find — найти: номер или слова", "/digest — сводка на сейчас", "/stats — показатели за месяц"]
    lines += ["/settings — в каком мессенджере получать уведомления", "/help — что умеет бот"]
    assert told.splitlines() == lines


async def test_commands_of_others_are_refused(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    for person, command in ((ROADS_HEAD, "/new"), (ROADS_HEAD, "/digest"), (CURATOR, "/my"), (CURATOR, "/new а")):
        before = len(town.letters(person))
        await town.write(person, command)
        await town.until(lambda before=before, person=person: len(town.letters(person)) > before)
        name = command.partition(" ")[0]
        own = "/my, /find, /settings, /help" if person == ROADS_HEAD else "/find, /digest, /stats, /settings, /help"
        assert words(town.letters(person)[-1]) == f"Команда {name} не для вашей роли. Ваши команды: {own}"
    assert [row.action for row in await audit(town, 1)] == ["registered"]


async def test_an_employee_looks_and_does_not_touch(closed_town: Town) -> None:
    employee = '[[staff]]\nname = "Мастер"\nrole = "employee"\nsectors = ["roads"]\ntelegram_id = 1012\n'
    closed_town.settings["staff"] = STAFF + employee
    closed_town.sandbox.telegram.user(1012, "Глеб")
    await closed_town.sandbox.telegram.start_bot(1012)
    await closed_town.start()
    await report(closed_town)
    await closed_town.card(ROADS_HEAD, 1)
    await closed_town.write(1012, "/find 1")
    card = await closed_town.card(1012, 1)
    assert rows(card) == [["🕘 История"]]
    await closed_town.write(1012, "Я отвечу!", reply_to=card["message_id"])
    await closed_town.letter(1012, "Сообщение №1 сейчас не у вас")
    said = await closed_town.press_raw(1012, 1012, card["message_id"], "1:a:1")
    assert said["show_alert"]
