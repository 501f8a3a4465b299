"""Missing activity reaches the administrator once, and once more when it is over."""

from datetime import timedelta

from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from bot.services.monitoring import watchdog
from sandbox.faults import Fault, FaultKind
from storage.tables import message
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, GROUP, MARIA, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle

REFUSED = Fault(FaultKind.REFUSE)


async def wait_until_failing(bot: Harness, account: str, *, fails: bool = True) -> None:
    """Until a poll has failed (or has not): a thing that cannot be seen from outside."""
    assert bot.app is not None
    health = bot.app.health
    await bot.wait_until(lambda: (account in health.failing_since) is fails)


async def wait_for_audit(bot: Harness) -> None:
    """The other sweeps have caught up, and the auditor, who believes what it sees twice, has looked."""
    await bot.wait_for_tasks(*CLOCK_DRIVEN_TASKS, "inactivity")
    await bot.wait_for_tasks("watchdog", times=2)


async def test_a_messenger_that_does_not_answer_is_reported_once_and_so_is_its_return(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.poll_seconds = 5  # the message meets a poll that waits
    await bot.start()
    vk = bot.sandbox.vk
    vk.faults.order("longpoll", REFUSED, times=500)
    vk.faults.order("groups.getLongPollServer", REFUSED, times=500)
    await vk.send_message(COMMUNITY, MARIA, "На Мира 7 огромная яма на дороге")  # wakes the poll that waits: it fails
    await wait_until_failing(bot, f"vk:{COMMUNITY}")

    bot.pass_time(minutes=6)
    await wait_for_audit(bot)
    await bot.wait_for_message(ADMINISTRATOR, "Самопроверка", "VK «Администрация» не отвечает")
    bot.pass_time(minutes=30)
    await bot.sandbox.telegram.send_message(-1001000000001, MARIA, "На Ленина 45 огромная яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")  # the other messenger works on
    await wait_for_audit(bot)
    await bot.wait_for_outbox()
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "не отвечает" in text]) == 1

    vk.faults.clear()
    await wait_until_failing(bot, f"vk:{COMMUNITY}", fails=False)
    await wait_for_audit(bot)
    await bot.wait_for_message(ADMINISTRATOR, "снова в порядке", "VK «Администрация»")
    await bot.wait_for_card(ROADS_HEAD, 2, "Мира")


async def test_an_update_that_nobody_handles_is_reported(bot: Harness) -> None:
    assert bot.app is not None
    now = bot.clock.now()
    later = now + timedelta(minutes=2)
    async with bot.app.database.begin() as uow:  # as another process would that is long at it
        await uow.inbox.store("telegram", [("stuck", "1:1", {"update_id": 5, "message": {}})], now)
        await uow.inbox.claim(later, timedelta(seconds=60), 10)

    bot.clock.set(later)

    await wait_for_audit(bot)
    await bot.wait_for_message(ADMINISTRATOR, "Самопроверка", "входящие сообщения не обрабатываются")


async def test_a_chat_that_is_silent_for_unusually_long_is_told_once_with_what_to_do(bot: Harness) -> None:
    assert bot.app is not None
    week = [bot.clock.now() - timedelta(weeks=weeks) for weeks in (1, 2, 3, 4)]
    row = {"account": "telegram", "chat_kind": "group", "root": str(GROUP), "thread": "", "media": [], "text": ""}
    rows = [
        row | {"chat_id": str(GROUP), "external_id": f"old{index}", "author_id": "7", "sent_at": at, "stored_at": at}
        for index, at in enumerate(then + timedelta(minutes=minutes) for then in week for minutes in range(5, 180, 10))
    ]
    async with bot.app.database.engine.begin() as connection:
        await connection.execute(message.insert(), rows)
    await wait_until_idle(bot)  # or the welcome would be three hours late
    bot.pass_time(hours=3)
    await wait_for_audit(bot)
    await bot.wait_for_message(ADMINISTRATOR, "Самопроверка", "Telegram: нет ни одного сообщения", "режим приватности")
    async with bot.app.database.read() as uow:
        assert [one.code for one in await watchdog.list_reported(uow)] == ["hush"]

    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await bot.wait_for_inbox()
    await wait_for_audit(bot)
    await bot.wait_for_message(ADMINISTRATOR, "снова в порядке", "Telegram")
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if text.startswith("⚠️ Самопроверка: Telegram: нет")]) == 1


async def test_rights_that_are_taken_while_the_bot_runs_are_noticed(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.check_seconds = 0.2
    await bot.start()
    assert bot.app is not None
    health = bot.app.health
    await bot.wait_until(lambda: len(health.rights_faults) == 2)
    assert health.rights_faults == {"telegram": [], f"vk:{COMMUNITY}": []}
    bot.sandbox.vk.world.communities[COMMUNITY].longpoll_enabled = False
    await bot.wait_for_message(ADMINISTRATOR, "Long Poll API выключен")
    assert health.rights_faults[f"vk:{COMMUNITY}"]
    bot.sandbox.vk.world.communities[COMMUNITY].longpoll_enabled = True
    await bot.wait_until(lambda: not health.rights_faults[f"vk:{COMMUNITY}"])
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "Long Poll API выключен" in text]) == 1
