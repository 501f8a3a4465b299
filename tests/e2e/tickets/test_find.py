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
    Harness,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    ROOF,
    UNCLEAR_REPORT,
    button_rows,
    list_audit,
    send_command,
    send_report,
    wait_for_preview,
    wait_until_idle,
)


async def create_three_tickets(bot: Harness) -> None:
    """№1 of the roads, №2 of housing, №3 for the coordinator."""
    await send_report(bot, HATCH)
    await send_report(bot, ROOF, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await send_report(bot, UNCLEAR_REPORT, 2003)
    await bot.wait_for_card(COORDINATOR, 3)


async def test_my_lists_what_waits_for_one_with_buttons(bot: Harness) -> None:
    await create_three_tickets(bot)
    await bot.send_message(ROADS_HEAD, "/my")
    listing = await bot.wait_for_message(ROADS_HEAD, "Ждут вас: 1 сообщение")
    assert message_text(listing).splitlines()[1:] == [f"№1 · принять до 15:30 · {HATCH}"]
    assert button_rows(listing) == [["№1"]]
    await bot.press_button(ROADS_HEAD, listing, "№1")
    await bot.wait_for_message(ROADS_HEAD, "№1: карточка теперь ниже.")

    await bot.send_message(COORDINATOR, "/my")
    listing = await bot.wait_for_message(COORDINATOR, "Ждут вас: 1 сообщение")
    assert button_rows(listing) == [["№3"]]

    await bot.answer_ticket(ROADS_HEAD, 1, "Сделано.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.send_message(ROADS_HEAD, "/my")
    await bot.wait_for_message(ROADS_HEAD, "Сейчас вас ничего не ждёт.")


async def test_find_by_number_shows_the_card_below(bot: Harness) -> None:
    await create_three_tickets(bot)
    for wording in ("/find 1", "/find №1", "/find@mcu_test_bot  № 1 "):
        before = len(bot.bot_messages(ROADS_HEAD))
        await bot.send_message(ROADS_HEAD, wording)
        await bot.wait_until(lambda before=before: len(bot.bot_messages(ROADS_HEAD)) == before + 1)
        card = bot.bot_messages(ROADS_HEAD)[-1]
        assert message_text(card).startswith("🆕 №1 · Дороги")
        assert button_rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
    # the cards above are not left with buttons of their own life
    await bot.wait_until(lambda: len([t for t in bot.bot_texts(ROADS_HEAD) if t == "№1: карточка теперь ниже."]) == 3)
    assert len([letter for letter in bot.bot_messages(ROADS_HEAD) if button_rows(letter)]) == 1


async def test_find_by_words_whatever_their_case_and_yo(bot: Harness) -> None:
    await send_report(bot, "На Ленина 45 на дороге ЁЛКА упала, объезд по встречной")
    await bot.wait_for_card(ROADS_HEAD, 1)
    for wording in ("елка", "ЁЛКА", "Ёлка дорог", "ленина", "ЛЕНИНА 45", "мария"):
        found = await send_command(bot, ROADS_HEAD, f"/find {wording}", "Найдено: ")
        assert message_text(found).startswith("Найдено: 1 сообщение\n№1"), wording
    await bot.send_message(ROADS_HEAD, "/find берёза")
    await bot.wait_for_message(ROADS_HEAD, "Ничего не нашлось")
    await bot.send_message(ROADS_HEAD, "/find %")
    await bot.wait_until(lambda: len([t for t in bot.bot_texts(ROADS_HEAD) if t.startswith("Ничего не нашлось")]) == 2)
    await bot.send_message(ROADS_HEAD, "/find")
    await bot.wait_for_message(ROADS_HEAD, "Напишите номер или слова, например: /find 142")


async def test_find_refuses_a_query_without_end_and_goes_on(bot: Harness) -> None:
    """Fifteen hundred conditions are more than SQLite takes; the next command must not wait for that one."""
    await create_three_tickets(bot)
    for query in (" ".join(f"я{number}" for number in range(600)), "щ" * 4000, " ".join(["яма"] * 1000)):
        await bot.send_message(CURATOR, f"/find {query}"[:4096])
    await bot.send_message(CURATOR, "/find люк " + "л" * 280)
    await bot.wait_for_message(CURATOR, "Ничего не нашлось")
    await bot.send_message(CURATOR, "/find ленина")
    await bot.wait_for_message(CURATOR, "Найдено: 1 сообщение")
    assert len([text for text in bot.bot_texts(CURATOR) if "Слишком длинный запрос" in text]) == 3


async def test_a_head_finds_the_own_sector_alone_the_curator_everything(bot: Harness) -> None:
    await create_three_tickets(bot)
    await bot.send_message(ROADS_HEAD, "/find на")
    found = await bot.wait_for_message(ROADS_HEAD, "Найдено: 1 сообщение")
    assert button_rows(found) == [["№1"]]
    await bot.send_message(CURATOR, "/find на")
    assert {b for row in button_rows(await bot.wait_for_message(CURATOR, "Найдено")) for b in row} >= {"№1", "№2"}
    await bot.send_message(ROADS_HEAD, "/find 2")
    await bot.wait_for_message(ROADS_HEAD, "Сообщение №2 — другого блока, вам оно недоступно.")
    await bot.send_message(ROADS_HEAD, "/find 77")
    await bot.wait_for_message(ROADS_HEAD, "Сообщения с таким номером нет.")
    await bot.send_message(ROADS_HEAD, "/find 99999999999999999999")
    await wait_until_idle(bot)
    await bot.send_message(CURATOR, "/find 2")
    card = await bot.wait_for_card(CURATOR, 2)
    assert button_rows(card) == [["🕘 История"]]


async def test_a_found_card_is_answered_like_any_other(bot: Harness) -> None:
    await create_three_tickets(bot)
    await bot.send_message(ROADS_HEAD, "/find 1")
    await bot.wait_for_message(ROADS_HEAD, "№1: карточка теперь ниже.")
    card = await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "🆕 №1 · "))
    await bot.send_message(ROADS_HEAD, "Сделано.", reply_to=card["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "Сделано."), "Отправить")
    await bot.wait_for_message(GROUP, "Сделано.")
    await bot.wait_until(lambda: message_text(card).startswith("✅ №1"))


async def test_every_role_sees_its_own_commands(bot: Harness) -> None:
    await wait_until_idle(bot)
    wanted = {
        ROADS_HEAD: ["my", "find", "control", "questions", "people", "templates", "away", "settings", "help"],
        HOUSING_HEAD: ["my", "find", "control", "questions", "people", "templates", "away", "settings", "help"],
        COORDINATOR: [
            "my",
            "find",
            "control",
            "new",
            "entries",
            "digest",
            "stats",
            "report",
            "questions",
            "templates",
            "away",
            "settings",
            "help",
        ],
        CURATOR: ["find", "control", "digest", "stats", "report", "away", "settings", "help"],
        ADMINISTRATOR: ["people", "invite", "accounts", "topics", "away", "settings", "help"],
    }
    seen = {person: [one["command"] for one in bot.sandbox.telegram.commands(person)] for person in wanted}
    assert seen == wanted
    assert bot.sandbox.telegram.commands() == []
    assert bot.sandbox.telegram.commands(MARIA) == []


async def test_help_and_start_say_what_one_can_do(bot: Harness) -> None:
    hello = message_text(await bot.wait_for_message(ROADS_HEAD, "Здравствуйте, Начальник отдела дорог!"))
    assert "Ваша роль: руководитель отраслевого блока" in hello
    assert "Короткий путь: ответьте на карточку" in hello
    assert "/my — мои сообщения в работе" in hello
    assert "/new" not in hello
    sorter = message_text(await bot.wait_for_message(COORDINATOR, "Здравствуйте, Координатор!"))
    assert "выберите отрасль" in sorter
    assert "/entries — что ждёт внесения в ПОС и другие системы" in sorter
    admin = message_text(await bot.wait_for_message(ADMINISTRATOR, "Здравствуйте, Администратор!"))
    assert "карточ" not in admin
    assert "Сообщу, если бот чего-то не слышит или не может писать." in admin
    curator = message_text(await bot.wait_for_message(CURATOR, "Здравствуйте, "))
    assert "Каждый день в 09:00 здесь будет сводка. О просрочках сообщу списком, об опасности сразу." in curator
    await bot.send_message(CURATOR, "/help")
    await bot.wait_until(lambda: len(bot.bot_messages(CURATOR)) == 2)
    told = message_text(bot.bot_messages(CURATOR)[-1])
    lines = ["Команды", "/find — найти: номер или слова", "/control — контроль: просрочки, сроки, кто работает"]
    lines += ["/digest — сводка на сейчас", "/stats — показатели за месяц"]
    lines += ["/report — отчёт для регионального центра"]
    lines += ["/away — отпуск и замещение"]
    lines += ["/settings — в каком мессенджере получать уведомления", "/help — что умеет бот"]
    assert told.splitlines() == lines


async def test_commands_of_others_are_refused(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    for person, command in ((ROADS_HEAD, "/new"), (ROADS_HEAD, "/digest"), (CURATOR, "/my"), (CURATOR, "/new а")):
        said = await send_command(bot, person, command, "Ваши команды")
        name = command.partition(" ")[0]
        own = (
            "/my, /find, /control, /questions, /people, /templates, /away, /settings, /help"
            if person == ROADS_HEAD
            else "/find, /control, /digest, /stats, /report, /away, /settings, /help"
        )
        assert message_text(said) == f"Команда {name} не для вашей роли. Ваши команды: {own}"
    assert [row.action for row in await list_audit(bot, 1)] == ["registered"]


async def test_who_watches_is_not_sent_to_commands_of_others(bot: Harness) -> None:
    await bot.send_message(CURATOR, "Как дела?")
    told = message_text(await bot.wait_for_message(CURATOR, "никому не переданы"))
    assert "/help" in told
    assert "/my" not in told
    await bot.send_message(ROADS_HEAD, "Как дела?")
    await bot.wait_for_message(ROADS_HEAD, "Чтобы ответить жителю, нажмите «Ответить»", "/my")


async def test_an_employee_looks_and_does_not_touch(closed_bot: Harness) -> None:
    employee = '[[staff]]\nname = "Мастер"\nrole = "employee"\nsectors = ["roads"]\ntelegram_id = 1012\n'
    closed_bot.settings["staff"] = STAFF + employee
    closed_bot.sandbox.telegram.user(1012, "Глеб")
    await closed_bot.sandbox.telegram.start_bot(1012)
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.send_message(1012, "/find 1")
    card = await closed_bot.wait_for_card(1012, 1)
    assert button_rows(card) == [["🕘 История"]]
    await closed_bot.send_message(1012, "Я отвечу!", reply_to=card["message_id"])
    await closed_bot.wait_for_message(1012, "Сообщение №1 сейчас не у вас")
    said = await closed_bot.press_code(1012, 1012, card["message_id"], "1:a:1")
    assert said["show_alert"]
