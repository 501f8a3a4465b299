"""``audit verify`` and ``audit export``: what people did, sealed while the bot runs, and nobody changes it unseen."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from bot.domain.audit import JournalAction
from storage.tables import audit
from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, MARIA, ROADS_HEAD, Harness, message_text
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import list_audit, send_report, wait_until_idle
from tests.e2e.tickets.test_ticket_data import open_menu

HEAD = re.compile(r"[0-9a-f]{64}")


async def run_audit(bot: Harness, *words: str) -> tuple[int, str, str]:
    return await run_command("audit", *words, "--config", str(bot.folder / "config.toml"), cwd=bot.folder)


async def wait_until_sealed(bot: Harness) -> None:
    """Every record is in the chain."""
    await wait_until_idle(bot)
    assert bot.app is not None
    for _ in range(2):
        before = bot.app.scheduler.completed_runs["audit_seal"]
        bot.app.scheduler.trigger_now(("audit_seal",))
        await bot.wait_until(
            lambda before=before: bot.app is not None and bot.app.scheduler.completed_runs["audit_seal"] > before
        )
    code, said, _ = await run_audit(bot, "verify")
    assert code == 0, said
    assert "не в цепочке" not in said


async def execute(bot: Harness, statement: str) -> None:
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        await connection.execute(text(statement))


@ON_BOTH
async def test_verify_finds_what_was_changed_deleted_or_cut_off_by_hand(bot: Harness) -> None:
    assert bot.app is not None
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await wait_until_sealed(bot)
    _, said, _ = await run_audit(bot, "verify")
    head = HEAD.search(said)
    assert head is not None
    assert "Журнал действий цел." in said
    assert (await run_audit(bot, "verify", "--head", head[0]))[0] == 0
    code, said, errors = await run_audit(bot, "verify", "--head", "f" * 64)
    assert (code, "конец журнала отрезан или переписан" in errors) == (1, True)

    await execute(bot, "UPDATE audit SET person_id = 3 WHERE action = 'accept'")
    code, said, errors = await run_audit(bot, "verify")
    assert code == 1
    assert re.search(r"Запись \d+ \(20\.11\.2026 14:\d\d, accept, сообщение №1, печать \d+ .*изменена", errors), errors
    assert "Журнал действий цел" not in said
    await execute(bot, "DELETE FROM audit WHERE action = 'accept'")
    code, _, errors = await run_audit(bot, "verify")
    assert (code, "запись удалена" in errors) == (1, True)


async def test_verify_refuses_a_hash_that_is_none_and_a_faulty_configuration(bot: Harness) -> None:
    code, _, errors = await run_audit(bot, "verify", "--head", "привет")
    assert (code, "64 знака" in errors) == (2, True)
    (bot.folder / "config.toml").write_text("[municipality]\n", encoding="utf-8")
    assert (await run_audit(bot, "verify"))[0] == 2
    assert (await run_audit(bot, "export"))[0] == 2


async def test_the_administrator_gets_the_hash_once_a_day_and_only_if_something_happened(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_sealed(bot)
    bot.set_time("21.11 09:01")
    note = await bot.wait_for_message(ADMINISTRATOR, "🔏 Журнал действий запечатан")
    head = HEAD.search(message_text(note))
    assert head is not None
    assert (await run_audit(bot, "verify", "--head", head[0]))[0] == 0
    assert note["disable_notification"]

    await wait_until_sealed(bot)
    bot.set_time("21.11 23:01")
    await bot.wait_for_tasks("audit_head")
    await wait_until_idle(bot)
    assert sum("🔏" in one for one in bot.bot_texts(ADMINISTRATOR)) == 1


@ON_BOTH
async def test_the_erasure_of_a_person_leaves_the_chain_whole(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    code = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.press_code(MARIA, ROADS_HEAD, card["message_id"], code)
    await wait_until_sealed(bot)
    done, _, errors = await run_command(
        *("person", "erase", "--account", f"telegram:{MARIA}", "--yes", "--force"),
        *("--config", str(bot.folder / "config.toml")),
        cwd=bot.folder,
    )
    assert done == 0, errors
    await wait_until_sealed(bot)
    assert "стёрты по требованию или по сроку: 1" in (await run_audit(bot, "verify"))[1]


async def test_the_export_names_who_did_what_where_and_what_was_before(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await open_menu(bot, "Срочность", "Сделать срочным")
    await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]")
    await bot.send_message(COORDINATOR, "/find 8 914 123-45-67")
    await wait_until_idle(bot)
    (row,) = await list_audit(bot, 1, "data_changed")
    assert (row.account, row.facts["before"], row.facts["after"]) == ("telegram", {"urgency": "no"}, {"urgency": "yes"})

    file = bot.folder / "audit.csv"
    assert (await run_audit(bot, "export", "--since", "20.11.2026", "--output", str(file)))[0] == 0
    content = file.read_text(encoding="utf-8")
    assert content.startswith("\ufeffЗапись;Когда;Кто;Мессенджер;Действие;")
    lines = list(csv.DictReader(io.StringIO(content.lstrip("\ufeff")), delimiter=";"))
    changed = next(one for one in lines if one["Код действия"] == "data_changed")
    who, where, what = "Координатор", "Telegram", "изменено: срочность"
    assert (changed["Кто"], changed["Мессенджер"], changed["Действие"]) == (who, where, what)
    assert (changed["Было"], changed["Стало"]) == ("urgency: no", "urgency: yes")
    searched = next(one for one in lines if one["Код действия"] == "searched" and "phone" in one["Подробности"])
    assert searched["Кто"] == "Координатор"
    assert "914" not in content

    assert (await run_audit(bot, "export", "--until", "2026-11-19", "--output", str(file)))[0] == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1
    assert (
        "выгрузка журнала действий"
        in (await run_command("journal", "--config", str(bot.folder / "config.toml"), cwd=bot.folder))[1]
    )


async def test_a_journal_that_is_too_long_for_one_list_says_where_to_go_on(bot: Harness) -> None:
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        for number in range(1_001):
            moment = bot.clock.now() + timedelta(hours=number)
            await uow.audit_log.record(JournalAction.SEARCHED.value, moment, facts={"by": "ivan", "chars": number + 1})
    first = (bot.clock.now() + timedelta(hours=1)).astimezone(ZoneInfo("Asia/Vladivostok"))
    await bot.stop()
    journal = ("journal", "--config", str(bot.folder / "config.toml"))

    code, lines, told = await run_command(*journal, cwd=bot.folder)

    assert code == 0
    assert len(lines.splitlines()) == 1_000
    assert "знаков в запросе: 2\n" in lines
    assert "знаков в запросе: 1\n" not in lines
    assert f"Показаны последние 1000 записей, с {first:%d.%m.%Y %H:%M}. Есть более ранние" in told
    assert f"--until {first:%d.%m.%Y}" in told

    _, lines, told = await run_command(*journal, "--until", f"{first:%d.%m.%Y}", cwd=bot.folder)
    assert "знаков в запросе: 1\n" in lines
    assert told == ""


async def test_changed_settings_are_recorded_with_what_was_before(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()
    bot.settings["answer"] = "6h"
    await bot.start()
    await send_report(bot, "На Мира 7 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 2)
    async with bot.read_tables() as connection:
        query = select(audit.c.facts).where(audit.c.action == "settings_applied").order_by(audit.c.id.desc())
        facts = (await connection.execute(query.limit(1))).scalar_one()
        count = await connection.scalar(select(func.count()).where(audit.c.action == "settings_applied"))
    assert set(facts["before"]) == {"deadlines.answer"}
    assert '"6"' in facts["after"]["deadlines.answer"]
    await bot.stop()
    await bot.start()
    await send_report(bot, "На Садовой 3 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 3)
    async with bot.read_tables() as connection:
        assert await connection.scalar(select(func.count()).where(audit.c.action == "settings_applied")) == count


@ON_BOTH
async def test_what_came_last_is_sealed_when_the_bot_is_stopped(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await wait_until_sealed(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "В работе"), "Ответить")
    await wait_until_idle(bot)
    await bot.stop()
    code, said, _ = await run_audit(bot, "verify")
    assert (code, "не в цепочке" in said) == (0, False)
