"""The bot learns from people's decisions at night, while it works, and without a restart."""

import asyncio
import errno
import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import cli
from bot.domain.training import EXIT_CODES, TrainingFault
from bot.services.monitoring import watchdog
from bot.services.reports import training_examples
from bot.understanding.model.registry import ModelRegistry
from bot.understanding.model.training_data import Example
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COORDINATOR,
    HOUSING_HEAD,
    PYOTR,
    ROADS_HEAD,
    START_TIME,
    TIMEOUT_SECONDS,
    Harness,
    message_text,
)
from tests.e2e.queries import HATCH, ROOF, UNCLEAR_REPORT, button_rows, send_report
from tests.storage.helpers import add_ticket

SCENES = ("у почты", "за рынком", "на углу", "у пруда", "в сквере", "возле бани", "под горой")
TROUBLES = (
    ("ливнёвка забита листвой", "housing"),
    ("лоток переполнен", "housing"),
    ("жёлоб промыло", "housing"),
    ("кружок робототехники закрыли", "education"),
    ("вожатых не хватает", "education"),
    ("тетради не выдали", "education"),
)
"""Texts that the built-in rules do not know or take for something else."""


@pytest.fixture
def closed_bot(closed_bot: Harness) -> Harness:
    """The town whose bot looks for a new model at once; nothing here waits ten seconds."""
    closed_bot.further_options["model_poll_seconds"] = 0.1
    return closed_bot


async def decide_messages(bot: Harness, count: int) -> None:
    """People have decided about *count* messages, one after another."""
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        for number in range(count):
            trouble, sector = TROUBLES[number % len(TROUBLES)]
            text = f"{SCENES[number % len(SCENES)]} {trouble}, участок {number}"
            ticket = await add_ticket(uow, text, sector=sector, registered_at=START_TIME, touched_at=START_TIME)
            await uow.audit_log.record("hand_over", START_TIME, person_id=1, ticket_id=ticket.id)


async def list_examples(bot: Harness) -> list[Example]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        found, _ = await training_examples.collect_examples(uow)
    return found


def sector_of(bot: Harness, text: str) -> str | None:
    assert bot.app is not None
    return bot.app.municipality().understanding.read(text).sector


async def test_every_decision_about_a_ticket_is_an_example(bot: Harness) -> None:
    await send_report(bot, HATCH)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await send_report(bot, UNCLEAR_REPORT, PYOTR)
    await bot.press_button(COORDINATOR, await bot.wait_for_card(COORDINATOR, 2), "ЖКХ")
    await send_report(bot, ROOF, ANNA)
    card = await bot.wait_for_card(HOUSING_HEAD, 3)
    await bot.press_button(HOUSING_HEAD, card, "Передать")
    await bot.wait_until(lambda: ["Дороги"] in button_rows(card))
    await bot.press_button(HOUSING_HEAD, card, "Дороги")
    await bot.wait_for_inbox()

    assert await list_examples(bot) == [
        Example(HATCH, ("roads",), None, training_examples.ACCEPTED_WEIGHT),
        Example(UNCLEAR_REPORT, ("housing",), None, training_examples.CHOSEN_WEIGHT),
        Example(ROOF, ("roads",), None, training_examples.CHOSEN_WEIGHT),
    ]

    card = await bot.wait_for_card(ROADS_HEAD, 3)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: any("Не требует ответа" in text for row in button_rows(card) for text in row))
    await bot.press_button(ROADS_HEAD, card, "Не требует ответа")
    await bot.wait_until(lambda: any("Не о проблеме" in row for row in button_rows(card)))
    await bot.press_button(ROADS_HEAD, card, "Не о проблеме")
    await bot.wait_for_card(ROADS_HEAD, 3, "не о проблеме")
    assert [one.text for one in await list_examples(bot)] == [HATCH, UNCLEAR_REPORT]

    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 3, "не о проблеме"), "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 3, "🆕 №3 · Дороги")
    assert [one.text for one in await list_examples(bot)] == [HATCH, UNCLEAR_REPORT, ROOF]


async def test_by_night_a_better_model_is_trained_taken_and_told_of(bot: Harness) -> None:
    fresh = "у вокзала ливнёвка забита, лоток переполнен"
    await decide_messages(bot, 150)
    before = sector_of(bot, fresh)
    assert before != "housing"

    bot.set_time("21.11 03:31")
    note = await bot.wait_until(lambda: bot.find_message(ADMINISTRATOR, "Модель обновлена"), 120)

    assert "на 30 последних сообщениях" in message_text(note)
    assert note.get("disable_notification") is not False
    assert await bot.wait_until(lambda: sector_of(bot, fresh) == "housing")
    entry = ModelRegistry(bot.folder / "var" / "model").last_run()
    assert (entry["kept"], entry["own"], entry["judged"]) == (True, 150, 30)
    assert 0 <= entry["before"] < entry["after"] <= 1

    # Going back is noticed, too, and the next night without anything new changes nothing.
    ModelRegistry(bot.folder / "var" / "model").rollback()
    assert await bot.wait_until(lambda: sector_of(bot, fresh) == before)
    bot.set_time("22.11 03:31")
    await decide_messages(bot, 5)
    await bot.wait_for_outbox()
    assert ModelRegistry(bot.folder / "var" / "model").last_run() == entry
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "Модель" in text]) == 1


async def test_by_day_and_with_little_to_learn_nothing_is_trained(closed_bot: Harness) -> None:
    await closed_bot.start()
    await decide_messages(closed_bot, 60)
    await closed_bot.wait_for_outbox()
    assert ModelRegistry(closed_bot.folder / "var" / "model").last_run() == {}
    closed_bot.set_time("21.11 06:00")  # the night is over
    await closed_bot.wait_for_outbox()
    assert closed_bot.app is not None
    async with closed_bot.app.database.read() as uow:
        assert await uow.once_keys.list_keys("night school") == []


async def test_a_broken_model_stops_nobody(bot: Harness) -> None:
    folder = bot.folder / "var" / "model"
    (folder / "000007").mkdir(parents=True)
    (folder / "000007" / "model.json").write_text("{}", encoding="utf-8")
    (folder / "current.json").write_text(json.dumps({"models": ["000007"]}), encoding="utf-8")

    await bot.wait_for_message(ADMINISTRATOR, "000007", "нельзя использовать", "train --back")
    await send_report(bot, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)

    await bot.stop()
    await bot.start()
    await send_report(bot, "На Мира 3 на дороге яма, объехать негде", PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 2)


async def find_night(bot: Harness, day: int) -> datetime | None:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return await uow.once_keys.get(f"night school:2026-11-{day}")


async def list_troubles(bot: Harness) -> list[str]:
    """List the incidents that /readyz and /metrics show."""
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return [one.code for one in await watchdog.list_reported(uow)]


def test_the_training_process_tells_its_fault_by_its_exit_code(tmp_path: Path) -> None:
    """Nobody may make folders in /sys, root included."""
    settings = """
        [municipality]
        name = "Город"
        timezone = "Asia/Vladivostok"
        [routing]
        model = "/sys/mcu/model"
        [[sectors]]
        code = "roads"
        [[staff]]
        name = "Координатор"
        role = "coordinator"
        telegram_id = 1
        [telegram]
        private = "bot"
        [[telegram.chats]]
        id = -1001
        title = "Подслушано"
        answers = "bot"
    """
    (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
    result = CliRunner().invoke(cli, ["train", "--own", "--config", str(tmp_path / "config.toml")])
    assert (result.exit_code, "нет прав доступа" in result.output) == (EXIT_CODES[TrainingFault.RIGHTS], True)
    assert TrainingFault.of_error(MemoryError()) is TrainingFault.MEMORY
    assert TrainingFault.of_error(OSError(errno.ENOSPC, "")) is TrainingFault.DISK


NIGHTLY_TRAINING = "ночное обучение"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file that is run in place of Python; there is none yet."""
    from bot.scheduler import nightly_training

    program = tmp_path / "program"
    monkeypatch.setattr(nightly_training.sys, "executable", str(program))
    return program


async def spend_night(bot: Harness, day: int, program: Path, command: str | None) -> None:
    """Let *command* be the training of the night of *day*, and wait until it has begun."""
    started = program.with_name(f"started-{day}")
    if command is not None:
        fresh = program.with_name(f"program-{day}")  # a shell may still read the file of the night before
        fresh.write_text(f"#!/bin/sh\ntouch {started}\n{command}\n")
        fresh.chmod(0o755)
        fresh.replace(program)
    await bot.wait_for_outbox()  # a message that waits for a day is an incident of its own
    bot.set_time(f"{day}.11 03:31")
    while not await find_night(bot, day):
        await bot.wait_for_tasks("watchdog")
    if command is not None:
        await bot.wait_until(started.exists)


async def wait_for_report(bot: Harness, *words: str) -> None:
    """Let the watchdog look until it has told the administrator; a training ends at a moment of its own."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while bot.find_message(ADMINISTRATOR, NIGHTLY_TRAINING, *words) is None:
            await bot.wait_for_tasks("watchdog")
            await bot.wait_for_outbox()


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("exit 71", "training_memory", "не хватило памяти"),
        ("exit 77", "training_rights", "нет прав на запись"),
        ("exit 74", "training_disk", "на диске нет места"),
        ("kill -9 $$", "training_killed", "прервано системой"),
        ("exit 1", "training_other", "python -m bot train --own"),
        (None, "training_other", "python -m bot train --own"),
    ],
)
async def test_a_failed_night_is_told_with_its_fault(
    bot: Harness, program: Path, script: str | None, code: str, words: str
) -> None:
    await decide_messages(bot, 40)
    await spend_night(bot, 21, program, script)
    await wait_for_report(bot, "Самопроверка", words)
    assert await list_troubles(bot) == [code]


async def test_a_failed_night_is_told_once_until_a_night_succeeds(bot: Harness, program: Path) -> None:
    await decide_messages(bot, 40)
    await spend_night(bot, 21, program, "exit 71")
    await wait_for_report(bot, "Самопроверка")
    await spend_night(bot, 22, program, "exit 71")
    await bot.wait_for_tasks("watchdog", times=2)
    assert await list_troubles(bot) == ["training_memory"]
    await spend_night(bot, 23, program, "exit 0")  # begins when the night before has been written down
    await wait_for_report(bot, "снова в порядке")
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if NIGHTLY_TRAINING in text]) == 2
    assert await list_troubles(bot) == []


async def test_training_ends_with_the_bot(bot: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A training process that never ends is stopped and does not delay the bot."""
    from bot.scheduler import nightly_training

    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(nightly_training.sys, "executable", str(slow))
    await decide_messages(bot, 40)
    bot.set_time("21.11 03:31")
    await bot.wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    number = (tmp_path / "pid").read_text().strip()

    await bot.stop()

    assert not Path(f"/proc/{number}").exists() or "sleep" not in Path(f"/proc/{number}/cmdline").read_text()
    shutil.rmtree(bot.folder / "var", ignore_errors=True)
