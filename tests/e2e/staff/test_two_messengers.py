"""A head with accounts in two messengers: the same cards and buttons in both, kept in step."""

import pytest

from bot.domain.people import Account, MessengerName
from tests.e2e.chat_clients import Desk, Telegram, Vk
from tests.e2e.harness import COORDINATOR, GROUP, PYOTR, ROADS_HEAD, STAFF, Town
from tests.e2e.queries import HATCH, audit, delivered, report, state

IN_VK = 3001
JPEG = b"\xff\xd8the hole"
HEAD, BOTH = 'role = "head"\nsectors = ["roads"]', 'roles = ["head", "curator"]\nsectors = ["roads"]'
OWN_TELEGRAM, OWN_VK = Account(MessengerName.TELEGRAM, str(ROADS_HEAD)), Account(MessengerName.VK, str(IN_VK))


async def open_both(town: Town) -> tuple[Desk, Desk]:
    """The town runs; the head of the roads has opened the bot in Telegram (the first) and VK."""
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", f"telegram_id = 1001\nvk_id = {IN_VK}")
    await town.start()
    telegram, vk = Desk(Telegram(town, ROADS_HEAD)), Desk(Vk(town, IN_VK))
    await vk.phone.start()
    await vk.letter("Вы подключены")
    return telegram, vk


async def choose(town: Town, telegram: bool, vk: bool, *, reports_in_vk: bool = False) -> None:
    """As /settings does it."""
    assert town.app is not None
    async with town.app.database.begin() as uow:
        await uow.people.choose(OWN_TELEGRAM, cards=telegram, reports=not reports_in_vk)
        await uow.people.choose(OWN_VK, cards=vk, reports=reports_in_vk)


@pytest.fixture
async def desks(closed_town: Town) -> tuple[Desk, Desk]:
    """Both are chosen for cards."""
    both = await open_both(closed_town)
    await choose(closed_town, True, True)
    return both


async def test_without_a_choice_the_first_account_gets_everything(closed_town: Town) -> None:
    town = closed_town
    telegram, vk = await open_both(town)
    await report(town)
    await telegram.card(1)
    await delivered(town)
    assert vk.cards(1) == []

    await vk.write("/my")  # the other is opened on demand
    await vk.tap(await vk.letter("Ждут вас", button="№1"), "№1")
    card = await vk.card(1, button="Принять")
    assert await vk.press(card, "Принять") == "Принято в работу"
    await vk.card(1, "В работе: Начальник отдела дорог")
    await telegram.card(1, "В работе: Начальник отдела дорог")


async def test_the_same_card_and_a_press_in_one_changes_the_other(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town, (telegram, vk) = closed_town, desks
    await report(town, photo=JPEG)
    here, there = await telegram.card(1), await vk.card(1)
    assert here.labels == there.labels
    assert here.text.splitlines()[0] == there.text.splitlines()[0]
    await delivered(town)
    town.pass_time(seconds=3)
    await town.until(lambda: [one for one in vk.phone.letters() if one.pictures])
    await town.until(lambda: [one for one in telegram.phone.letters() if one.pictures])

    assert await vk.press(there, "Принять") == "Принято в работу"
    await vk.card(1, "В работе", button="Ответить")
    await telegram.card(1, "В работе", button="Ответить")

    await telegram.tap(await telegram.card(1), "Ещё")  # a page of buttons is opened in one place only
    await telegram.card(1, button="Назад")
    await delivered(town)
    assert "Назад" not in str((await vk.card(1)).labels)

    await telegram.tap(await telegram.card(1, button="Назад"), "Назад")
    await telegram.answer(1, "Засыплем завтра.")
    await telegram.card(1, "✅ Отвечено")
    await vk.card(1, "✅ Отвечено")
    await delivered(town)
    assert [len(desk.cards(1)) for desk in desks] == [1, 1]
    assert [row.action for row in await audit(town, 1)][:2] == ["registered", "accept"]


async def test_a_draft_belongs_to_its_chat_and_an_answer_elsewhere_voids_it(
    closed_town: Town, desks: tuple[Desk, Desk]
) -> None:
    town, (telegram, vk) = closed_town, desks
    await report(town)
    await telegram.tap(await telegram.card(1), "Ответить")
    await telegram.letter("Ответ на №1")
    await vk.write("Это не к черновику")
    await vk.letter("Чтобы ответить жителю, нажмите «Ответить»")
    await telegram.write("Черновик в Телеграме")
    await telegram.letter("Так ответ увидит житель", "Черновик в Телеграме")

    await vk.write("Ответ из ВК.", reply_to=await vk.card(1))
    await vk.tap(await vk.letter("Так ответ увидит житель", "Ответ из ВК.", button="Отправить"), "Отправить")
    answer = await town.letter(GROUP, "Ответ из ВК.")
    assert answer["reply_to_message"]
    closed = await telegram.letter("Черновик в Телеграме", opening="(?!Так ответ)")
    assert closed.labels == []
    await delivered(town)
    assert telegram.find("коллега") is None, "it was no colleague, it was the same person"


async def test_notes_come_to_both_and_a_press_closes_both(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town, (telegram, vk) = closed_town, desks
    hatch = await report(town)
    await telegram.card(1)
    await vk.card(1)
    await town.sandbox.telegram.say(GROUP, COORDINATOR, "Уже засыпали, спасибо.", reply_to=hatch)
    offered = await telegram.letter("Считать это ответом?", button="Да, это ответ")
    other = await vk.letter("Считать это ответом?", button="Да, это ответ")
    assert (offered.reply_to, other.reply_to) == ((await telegram.card(1)).id, (await vk.card(1)).id)

    await vk.press(other, "Да, это ответ")
    await vk.letter("ответом считается сообщение в чате")
    assert (await telegram.letter("ответом считается сообщение в чате")).id == offered.id

    await report(town, "На Мира 7 на дороге яма", PYOTR)
    await telegram.card(2)
    town.pass_time(minutes=40)
    await town.told()
    for desk in desks:
        assert (await desk.letter("⏰", "№2")).reply_to == (await desk.card(2)).id


async def test_the_digest_goes_where_it_was_asked_for(closed_town: Town) -> None:
    town = closed_town
    staff = STAFF.replace("telegram_id = 1001", f"telegram_id = 1001\nvk_id = {IN_VK}")
    curator_too = staff.replace(
        'role = "head"\nsectors = ["roads"]', 'roles = ["head", "curator"]\nsectors = ["roads"]'
    )
    town.settings["staff"] = curator_too
    town.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await town.start()
    telegram, vk = Desk(Telegram(town, ROADS_HEAD)), Desk(Vk(town, IN_VK))
    await vk.phone.start()
    await vk.letter("Вы подключены")
    await choose(town, True, False, reports_in_vk=True)
    await report(town, HATCH)
    await telegram.card(1)
    town.at("21.11 09:00")
    await vk.letter("Сводка за")
    await delivered(town)
    assert telegram.find("Сводка за") is None
    await telegram.write("/digest")  # what was asked for comes where it was asked for
    await telegram.letter("Сводка")
    assert await state(town, 1)
