"""A messenger that is silent, or in which the person has blocked us: what was meant for it goes to the next one, and
one word tells of it on return."""

import asyncio

import pytest

from bot.domain.channels import Way
from bot.domain.tickets import State
from sandbox.faults import FaultKind
from tests.e2e.chat_clients import Desk, Telegram, Vk
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GLANCE,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PATIENCE,
    PYOTR,
    ROADS_HEAD,
    Town,
)
from tests.e2e.queries import HATCH, ROOF, delivered, report, state
from tests.e2e.staff.test_two_messengers import IN_VK, choose, open_both

HOLE = "На Мира 7 на дороге яма"
SILENT = "⚠️ Telegram не отвечает"
BACK = "✅ Telegram снова доступен"


async def reported_in_vk(town: Town, text: str = HATCH, who: int = MARIA) -> None:
    await town.sandbox.vk.message(COMMUNITY, who, text)


async def fail_for(town: Town, minutes: float) -> None:
    """Telegram does not work, and so much time passes; the bot has noticed."""
    town.sandbox.telegram.faults.down()
    await failing(town)
    town.pass_time(minutes=minutes)
    await town.told()


async def failing(town: Town) -> None:
    """Wait until the bot has noticed, and written down since when."""
    assert town.app is not None
    async with asyncio.timeout(PATIENCE):
        while True:
            async with town.app.database.read() as uow:
                if await uow.outages.lasting("telegram", Way.IN):
                    return
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, GLANCE)


@pytest.fixture
async def desks(closed_town: Town) -> tuple[Desk, Desk]:
    """The head of the roads has Telegram (the first) and VK; no choice was made."""
    return await open_both(closed_town)


async def test_a_silent_messenger_is_passed_over_and_one_word_tells_of_it(
    closed_town: Town, desks: tuple[Desk, Desk]
) -> None:
    town, (telegram, vk) = closed_town, desks
    await reported_in_vk(town)
    await telegram.card(1)
    await delivered(town)
    await fail_for(town, 11)

    await reported_in_vk(town, HOLE, PYOTR)
    card = await vk.card(2, "🆕")
    await vk.letter(SILENT, "/my")
    assert await vk.press(card, "Принять") == "Принято в работу"
    await reported_in_vk(town, "На Калинина 9 на дороге яма", PYOTR)
    await vk.card(3)
    assert len([text for text in vk.texts if SILENT in text]) == 1
    before = len(telegram.texts)

    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=1)
    word = await telegram.letter(BACK, "не дошло: 2 карточки", "VK", "№2", "№3")
    await delivered(town)
    assert telegram.texts[before:] == [word.text], "one word, and no flood"
    assert word.labels == ["№2", "№3"]

    await telegram.tap(word, "№2")
    await telegram.card(2, "В работе")
    await reported_in_vk(town, "На Садовой 3 на дороге яма", PYOTR)  # all is as before
    await telegram.card(4)
    await delivered(town)
    assert vk.cards(4) == []
    assert len([text for text in telegram.texts if BACK in text]) == 1


async def test_what_is_stuck_goes_on_and_cards_there_are_mended_by_edit(
    closed_town: Town, desks: tuple[Desk, Desk]
) -> None:
    town, (telegram, vk) = closed_town, desks
    await reported_in_vk(town)
    shown = await telegram.card(1)
    await delivered(town)
    town.sandbox.telegram.faults.down()
    await failing(town)
    await reported_in_vk(town, HOLE, PYOTR)
    await town.settled()
    town.pass_time(minutes=5)
    await town.told()
    assert vk.cards(2) == [], "it may be back any minute"

    town.pass_time(minutes=6)
    await vk.card(2)
    await vk.write("/find 1")
    await vk.tap(await vk.card(1), "Принять")
    await vk.card(1, "В работе")
    town.pass_time(minutes=35)
    await vk.letter("⏰", "№2")

    before = len(telegram.texts)
    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=2)
    await telegram.letter(BACK)
    assert (await telegram.card(1, "В работе")).id == shown.id
    await delivered(town)
    assert len(telegram.texts) == before + 1
    assert telegram.cards(2) == []


async def test_answers_to_citizens_never_change_their_place(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town, (telegram, vk) = closed_town, desks
    await report(town)
    await telegram.card(1)
    await fail_for(town, 11)
    await vk.write("/find 1")
    await vk.answer(1, "Засыплем завтра.")
    await vk.card(1, "Ответ отправляется")
    town.pass_time(minutes=30)
    await town.told()
    assert await state(town, 1) is State.PUBLISHING
    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=2)
    await town.letter(GROUP, "Засыплем завтра.")
    await vk.card(1, "✅ Отвечено")
    await telegram.card(1, "✅ Отвечено")


@pytest.mark.parametrize("failure", [FaultKind.HTTP_500, FaultKind.DROP])
async def test_a_messenger_that_hears_and_does_not_send(
    closed_town: Town, desks: tuple[Desk, Desk], failure: FaultKind
) -> None:
    town, (telegram, vk) = closed_town, desks
    await delivered(town)
    town.sandbox.telegram.faults.down(failure, "sendMessage")
    await reported_in_vk(town)
    await town.settled()  # or the time passes before there is anything to send
    for _ in range(12):
        town.pass_time(minutes=1)
        await town.told()
    await vk.card(1)
    await vk.letter(SILENT)
    await reported_in_vk(town, HOLE, PYOTR)
    await vk.card(2)
    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=2)
    await telegram.letter(BACK)
    town.pass_time(minutes=2)
    await reported_in_vk(town, "На Калинина 9 на дороге яма", PYOTR)
    await telegram.card(3)


async def test_who_blocks_one_messenger_gets_everything_in_the_other(
    closed_town: Town, desks: tuple[Desk, Desk]
) -> None:
    town, (telegram, vk) = closed_town, desks
    await report(town)
    await telegram.card(1)
    await town.sandbox.telegram.block(ROADS_HEAD)
    await vk.card(1)  # what waits for the person is where it can be seen
    await vk.letter("⚠️ Telegram не принимает для вас сообщения", "/settings")
    await report(town, HOLE, PYOTR)
    await vk.card(2)
    await delivered(town)
    assert town.find(COORDINATOR, "не получает карточки") is None
    assert town.find(COORDINATOR, "№1") is None

    before = len(telegram.texts)
    await town.sandbox.telegram.unblock(ROADS_HEAD)
    await telegram.letter(BACK, "№2")
    await delivered(town)
    assert len(telegram.texts) == before + 1
    await report(town, "На Калинина 9 на дороге яма", PYOTR)
    await telegram.card(3)


async def test_a_block_that_nobody_told_of_is_noticed_at_the_next_card(
    closed_town: Town, desks: tuple[Desk, Desk]
) -> None:
    town, (_, vk) = closed_town, desks
    town.sandbox.telegram.world.place(ROADS_HEAD).bot_status = "kicked"
    await report(town)
    await vk.card(1)
    await delivered(town)
    assert town.find(COORDINATOR, "не получает") is None
    assert len(vk.cards(1)) == 1


async def test_who_has_blocked_both_is_missed(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town, (telegram, _) = closed_town, desks
    await town.sandbox.telegram.block(ROADS_HEAD)
    await town.sandbox.vk.deny(COMMUNITY, IN_VK)
    await town.letter(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    await report(town)
    await town.card(COORDINATOR, 1)
    await town.sandbox.telegram.unblock(ROADS_HEAD)
    await telegram.card(1)
    await town.letter(COORDINATOR, "снова получает карточки")


async def test_of_two_chosen_places_one_is_silent(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town, (telegram, vk) = closed_town, desks
    await choose(town, True, True)
    await fail_for(town, 11)
    await reported_in_vk(town)
    await vk.card(1)
    await vk.letter(SILENT)
    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=1)
    await telegram.letter(BACK, "не дошло: 1 карточка", "№1")


async def test_who_has_one_messenger_waits_for_it(closed_town: Town, desks: tuple[Desk, Desk]) -> None:
    town = closed_town
    await fail_for(town, 11)
    await reported_in_vk(town, ROOF)
    await town.settled()
    town.pass_time(minutes=5)
    await town.told()
    town.sandbox.telegram.faults.up()
    town.pass_time(minutes=2)
    await town.card(HOUSING_HEAD, 1)
    await delivered(town)
    assert Desk(Telegram(town, HOUSING_HEAD)).find(BACK) is None
    assert Desk(Vk(town, IN_VK)).cards(1) == []
