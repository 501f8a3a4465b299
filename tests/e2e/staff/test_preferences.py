"""/settings: everybody says where the own cards and reports come; one message that changes in place."""

from tests.e2e.chat_clients import Desk, Letter, Telegram, Vk
from tests.e2e.harness import COMMUNITY, PYOTR, ROADS_HEAD, STAFF, Town
from tests.e2e.queries import HATCH, delivered, report
from tests.e2e.staff.test_two_messengers import BOTH, HEAD, IN_VK, open_both

HOLE = "На Мира 7 на дороге яма"


async def opened(desk: Desk, page: str = "") -> Letter:
    """The settings, on one of their pages."""
    await desk.write("/settings")
    letter = await desk.letter("⚙️ Куда приходят карточки и сводки")
    if page:
        await desk.tap(letter, page)
        letter = await desk.letter("Где получать", button="Назад")
    return letter


async def test_cards_come_where_they_were_asked_for(closed_town: Town) -> None:
    town = closed_town
    telegram, vk = await open_both(town)
    await report(town)
    await telegram.card(1)

    page = await opened(vk, "Карточки")
    assert page.rows == [["✅ Telegram"], ["▫️ VK"], ["← Назад"]]
    assert await vk.press(page, "VK") == "Будет приходить сюда"
    page = await vk.letter("Где получать карточки", button="✅ VK")
    await vk.card(1, "🆕")  # what waits is shown at once
    await report(town, HOLE, PYOTR)
    await vk.card(2)
    await telegram.card(2)

    assert await vk.press(page, "Telegram") == "Больше не будет приходить сюда"
    page = await vk.letter("Где получать карточки", button="▫️ Telegram")
    await report(town, "На Калинина 9 на дороге яма", PYOTR)
    await vk.card(3)
    await delivered(town)
    assert telegram.cards(3) == []
    await vk.tap(await vk.card(2), "Принять")  # what stood in the other place is kept in step
    await telegram.card(2, "В работе")

    assert "хотя бы в один" in await vk.press(page, "✅ VK")
    await vk.tap(page, "Назад")
    overview = await vk.letter(
        "⚙️ Куда приходят карточки и сводки", "Карточки и уведомления: VK", "Сводки и отчёты: Telegram"
    )
    assert overview.id == page.id
    assert overview.labels == ["🗂 Карточки и уведомления", "📊 Сводки и отчёты"]


async def test_reports_come_to_one_place(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = STAFF.replace(HEAD, f"{BOTH}\nvk_id = {IN_VK}")
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await town.start()
    telegram, vk = Desk(Telegram(town, ROADS_HEAD)), Desk(Vk(town, IN_VK))
    await vk.phone.start()
    await vk.letter("Вы подключены", "/settings — в каком мессенджере получать уведомления")
    page = await opened(telegram, "Сводки")
    assert page.rows == [["✅ Telegram"], ["▫️ VK"], ["← Назад"]]
    await telegram.press(page, "VK")
    page = await telegram.letter("Где получать сводки", button="✅ VK")
    assert page.rows == [["▫️ Telegram"], ["✅ VK"], ["← Назад"]]
    await report(town, HATCH)
    await telegram.card(1)
    town.at("21.11 09:00")
    await vk.letter("Сводка за")
    await delivered(town)
    assert telegram.find("Сводка за") is None
    assert vk.cards(1) == []


async def test_one_more_messenger_is_connected_by_a_code(town: Town) -> None:
    telegram, vk = Desk(Telegram(town, ROADS_HEAD)), Desk(Vk(town, IN_VK))
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    letter = await opened(telegram)
    assert letter.labels == ["➕ Подключить ещё мессенджер"]
    await telegram.tap(letter, "Подключить")
    letter = await telegram.letter("VK «Администрация»", "действует один раз", button="Назад")
    command = next(line for line in letter.text.splitlines() if line.startswith("/start "))

    await vk.write(command)
    await vk.letter("Вы подключены к центру управления")
    await report(town)
    await telegram.card(1)
    await delivered(town)
    assert vk.cards(1) == []
    page = await opened(vk, "Карточки")
    await vk.press(page, "VK")
    await vk.card(1)

    await town.sandbox.vk.message(COMMUNITY, PYOTR, command)
    await Desk(Vk(town, PYOTR)).letter("Этот код")
    await delivered(town)
    await town.stop()
    await town.start()
    await report(town, HOLE, PYOTR)
    await vk.card(2)
    await telegram.card(2)


async def test_a_link_brings_the_code_where_nobody_may_be_written_to_first(town: Town) -> None:
    telegram, vk = Desk(Telegram(town, ROADS_HEAD)), Desk(Vk(town, IN_VK))
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await telegram.tap(await opened(telegram), "Подключить")
    letter = await telegram.letter("откройте по ссылке", button="Назад")
    link = next(one["url"] for one in letter.raw["entities"] if one["type"] == "text_link")
    address, _, code = link.partition("?ref=")
    assert address == f"https://vk.me/club{COMMUNITY}"
    await town.sandbox.vk.message(COMMUNITY, IN_VK, "Здравствуйте", ref=code)
    await vk.letter("Вы подключены к центру управления")


async def test_a_place_that_was_never_opened_is_not_chosen(closed_town: Town) -> None:
    town = closed_town
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    town.settings["staff"] = STAFF.replace(HEAD, f"{HEAD}\nvk_id = {IN_VK}")
    await town.start()
    telegram = Desk(Telegram(town, ROADS_HEAD))
    await telegram.press(await opened(telegram, "Карточки"), "VK")
    await report(town)
    await telegram.card(1)
    await telegram.letter("⚠️ VK не принимает для вас сообщения")  # it has been tried
    await delivered(town)
    letter = await opened(telegram)
    assert "⚠️ VK: бот там не может вам писать" in letter.text
    await telegram.tap(letter, "Сводки")
    page = await telegram.letter("Где получать сводки", button="Назад")
    assert "Там бот ещё не может вам писать" in await telegram.press(page, "VK")


async def test_nobody_changes_what_is_anothers(town: Town) -> None:
    for code in ("1:g:0:cards=telegram.1001", "1:g:0:reports=vk.1", "1:g:0:cards=", "1:g:0:zz", "1:g:0:=x"):
        said = await town.press_raw(1002, 1002, 1, code)
        if code != "1:g:0:cards=":
            assert said["show_alert"], code
    said = await town.press_raw(2001, 2001, 1, "1:g:0:connect")
    assert "для сотрудников" in said["text"]
