"""What should have happened and did not reaches the administrator, once, and once more when it is over."""

from datetime import timedelta

from bot.scheduler.scheduler import BY_THE_CLOCK
from bot.services.monitoring import watchdog
from sandbox.faults import Fault, FaultKind
from storage.tables import message
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, GROUP, MARIA, ROADS_HEAD, Town
from tests.e2e.queries import delivered

REFUSED = Fault(FaultKind.REFUSE)


async def until_failing(town: Town, account: str, *, fails: bool = True) -> None:
    """Until a poll has failed (or has not): a thing that cannot be seen from outside."""
    assert town.app is not None
    health = town.app.health
    await town.until(lambda: (account in health.failing) is fails)


async def audited(town: Town) -> None:
    """The other sweeps have caught up, and the auditor, who believes what it sees twice, has looked."""
    await town.swept(*BY_THE_CLOCK, "silence")
    await town.swept("audit", times=2)


async def test_a_messenger_that_does_not_answer_is_reported_once_and_so_is_its_return(town: Town) -> None:
    vk = town.sandbox.vk
    vk.faults.order("longpoll", REFUSED, times=500)
    vk.faults.order("groups.getLongPollServer", REFUSED, times=500)
    await vk.message(COMMUNITY, MARIA, "На Мира 7 огромная яма на дороге")  # wakes the poll that waits: it fails
    await until_failing(town, f"vk:{COMMUNITY}")

    town.pass_time(minutes=6)
    await audited(town)
    await town.letter(ADMINISTRATOR, "Самопроверка", "VK «Администрация» не отвечает")
    town.pass_time(minutes=30)
    await town.sandbox.telegram.say(-1001000000001, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.card(ROADS_HEAD, 1, "Ленина")  # the other messenger works on
    await audited(town)
    await town.told()
    assert len([text for text in town.texts(ADMINISTRATOR) if "не отвечает" in text]) == 1

    vk.faults.clear()
    await until_failing(town, f"vk:{COMMUNITY}", fails=False)
    await audited(town)
    await town.letter(ADMINISTRATOR, "снова в порядке", "VK «Администрация»")
    await town.card(ROADS_HEAD, 2, "Мира")


async def test_an_update_that_nobody_handles_is_reported(town: Town) -> None:
    assert town.app is not None
    now = town.clock.now()
    later = now + timedelta(minutes=2)
    async with town.app.database.begin() as uow:  # as another process would that is long at it
        await uow.inbox.store("telegram", [("stuck", "1:1", {"update_id": 5, "message": {}})], now)
        await uow.inbox.claim(later, timedelta(seconds=60), 10)

    town.clock.set(later)

    await audited(town)
    await town.letter(ADMINISTRATOR, "Самопроверка", "входящие сообщения не обрабатываются")


async def test_a_chat_that_is_silent_for_unusually_long_is_told_once_with_what_to_do(town: Town) -> None:
    assert town.app is not None
    week = [town.clock.now() - timedelta(weeks=weeks) for weeks in (1, 2, 3, 4)]
    row = {"account": "telegram", "chat_kind": "group", "root": str(GROUP), "thread": "", "media": [], "text": ""}
    rows = [
        row | {"chat_id": str(GROUP), "external_id": f"old{index}", "author_id": "7", "sent_at": at, "stored_at": at}
        for index, at in enumerate(then + timedelta(minutes=minutes) for then in week for minutes in range(5, 180, 10))
    ]
    async with town.app.database.engine.begin() as connection:
        await connection.execute(message.insert(), rows)
    await delivered(town)  # or the welcome would be three hours late
    town.pass_time(hours=3)
    await audited(town)
    await town.letter(ADMINISTRATOR, "Самопроверка", "Telegram: нет ни одного сообщения", "режим приватности")
    async with town.app.database.read() as uow:
        assert [one.code for one in await watchdog.lasting(uow)] == ["hush"]

    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.settled()
    await audited(town)
    await town.letter(ADMINISTRATOR, "снова в порядке", "Telegram")
    assert len([text for text in town.texts(ADMINISTRATOR) if text.startswith("⚠️ Самопроверка: Telegram: нет")]) == 1


async def test_rights_that_are_taken_while_the_bot_runs_are_noticed(closed_town: Town) -> None:
    town = closed_town
    town.check_seconds = 0.2
    await town.start()
    assert town.app is not None
    health = town.app.health
    await town.until(lambda: len(health.faults) == 2)
    assert health.faults == {"telegram": [], f"vk:{COMMUNITY}": []}
    town.sandbox.vk.world.communities[COMMUNITY].longpoll_enabled = False
    await town.letter(ADMINISTRATOR, "Long Poll API выключен")
    assert health.faults[f"vk:{COMMUNITY}"]
    town.sandbox.vk.world.communities[COMMUNITY].longpoll_enabled = True
    await town.until(lambda: not health.faults[f"vk:{COMMUNITY}"])
    assert len([text for text in town.texts(ADMINISTRATOR) if "Long Poll API выключен" in text]) == 1
