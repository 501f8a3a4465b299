"""A table of 50,000 rows of ПОС: how long it takes, how much memory, and how long cards wait meanwhile."""

import asyncio
import csv
import io
import os
import random
import resource
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measurements import Figures, new_harness, percentile
from bench.town import ROOT, BenchHarness
from bench.workload_config import NO_JOIN_CONFIG

MAX_ROWS = 50_000
COORDINATOR = 994
MESSAGES_PER_SECOND = 5.0
QUIET_SECONDS = 30.0
TIMEOUT_SECONDS = 900.0
OPEN_ONE_IN = 20

STAFF = f"""
[[staff]]
name = "Координатор"
role = "coordinator"
telegram_id = {COORDINATOR}
"""

HEADINGS = (
    *("Номер", "Номер ЕПГУ", "Источник", "Верхнеуровневый ЛКО", "Категория", "Подкатегория", "Факт"),
    *("Организация, в которую поступило сообщение", "Организация, в которой находится сообщение"),
    *("Дата поступления", "Дата планируемого завершения работ", "Дата фактического завершения работ"),
    *("Стадия", "Статус", "Просрочено", "Фаст-трек", "ФЗ", "Заявитель выбрал подачу по 59-ФЗ", "Тип решения"),
    *("Направлено по email в ФОИВ, не подключенный к ПОС", "Оценка ответа заявителем", "Повторное рассмотрение"),
    *("ФИО координатора", "ФИО исполнителя", "ФИО руководителя"),
)

SUBJECTS = (
    *(("Дороги", "Ремонт дорог", "Яма на проезжей части"), ("ЖКХ", "Отопление", "Нет отопления в квартире")),
    *(("Благоустройство", "Освещение", "Не горит фонарь"), ("ТКО", "Вывоз мусора", "Не вывозят мусор")),
    *(("Транспорт", "Автобусы", "Автобус не пришёл по расписанию"), ("Образование", "Школы", "Холодно в школе")),
)


async def imports(folder: Path, rows: int) -> Figures:
    """Send the table to a bot in the chat while citizens write; then enter it once more by the command."""
    data = await asyncio.to_thread(make_table, rows, datetime.now(UTC).date())  # noqa: TID251 - dates of a real day
    async with new_harness(folder) as town:
        config = town.folder / "config.toml"
        config.write_text(NO_JOIN_CONFIG + STAFF + config.read_text(encoding="utf-8"), encoding="utf-8")
        telegram = town.sandbox.telegram
        telegram.user(COORDINATOR, "Вера")
        await telegram.start_bot(COORDINATOR)
        await town.start()
        await town.warm_up()
        async with _citizens_write(town) as quiet:
            await asyncio.sleep(QUIET_SECONDS)
        began, cpu = time.perf_counter(), town.cpu_seconds()
        await telegram.send_message(COORDINATOR, COORDINATOR, document=("pos.csv", data))
        async with _citizens_write(town) as while_read:
            preview = await _wait_for_message(town, lambda text: "Зазвонит телефонов" in text)
        read = time.perf_counter() - began
        await telegram.press_button(COORDINATOR, COORDINATOR, preview["message_id"], "Внести")
        async with _citizens_write(town) as while_entered:
            await _wait_for_message(town, lambda text: text.startswith("✅"))
        took, memory, cpu = time.perf_counter() - began, town.memory(), town.cpu_seconds() - cpu
        await town.stop()
        second, second_cpu, found = await _import_again(town, data)
        tickets = town.count("SELECT count(*) FROM import_record")
    if tickets != rows:
        raise RuntimeError(f"{tickets} of {rows} rows were entered")
    return {
        "rows": rows,
        "preview_s": round(read, 1),
        "took_s": round(took, 1),
        "cpu_s": round(cpu, 1),
        "peak_rss_mb": memory["peak"],
        "second_s": round(second, 1),
        "second_cpu_s": round(second_cpu, 1),
        "second_new": found,
        "messages_meanwhile": len(while_read) + len(while_entered),
        "card_quiet_p50_s": round(percentile(quiet, 0.5), 3),
        "card_quiet_p99_s": round(percentile(quiet, 0.99), 3),
        "card_read_p99_s": round(percentile(while_read, 0.99), 3),
        "card_entered_p50_s": round(percentile(while_entered, 0.5), 3),
        "card_entered_p99_s": round(percentile(while_entered, 0.99), 3),
        "card_longest_s": round(max(while_read[-1], while_entered[-1]), 3),
    }


def make_table(rows: int, today: date) -> bytes:
    """Return the table as Excel in Russia saves it; one row in twenty is open."""
    stream, chance = io.StringIO(), random.Random(1)
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for number in range(rows):
        writer.writerow(_line(number, chance, today))
    return stream.getvalue().encode("cp1251")


def _line(number: int, chance: random.Random, today: date) -> list[str | int]:
    came = today - timedelta(days=chance.randrange(1, 700))
    is_open = number % OPEN_ONE_IN == 0
    moments = (came, came + timedelta(days=30), came + timedelta(days=1))
    registered, due, ended = (f"{one:%d.%m.%Y}" for one in moments)
    subject = chance.choice(SUBJECTS)
    states = ("В работе", "Назначен исполнитель") if is_open else ("Завершено", "Отправлен ответ заявителю")
    return [
        *(4_000_000 + number, "-", "ЕПГУ", "-", *subject, "Администрация", "Отдел", registered, due),
        *("-" if is_open else ended, *states, "Нет", "Нет", "Обычное сообщение", "Нет", "-", "Нет", "-", "Нет"),
        *("Иванова И. И.", "Петрова П. П.", "Сидорова С. С."),
    ]


@asynccontextmanager
async def _citizens_write(town: BenchHarness) -> AsyncIterator[list[float]]:
    """Let citizens write within the block; afterwards the list holds how long their cards took, sorted."""
    waits: list[float] = []
    watch, known, log = town.watch_heads(), len(town.sent_at), town.sandbox.change_log
    async with asyncio.TaskGroup() as group:
        # A card is dated by the look that finds it, so the heads' chats are looked at with every change.
        looking = group.create_task(log.wait_until(lambda: watch.cards() is None, TIMEOUT_SECONDS))
        over = asyncio.Event()
        writing = group.create_task(_write(town, over))
        try:
            yield waits
        finally:
            over.set()
            await writing
            written = list(town.sent_at)[known:]
            await log.wait_until(lambda: set(written) <= watch.cards().keys(), 120)
            looking.cancel()
            waits += sorted(watch.cards()[mark] - town.sent_at[mark] for mark in written)


async def _write(town: BenchHarness, over: asyncio.Event) -> None:
    """Write until *over*; a message that is cancelled half-way would count as written, and its card never come."""
    while not over.is_set():
        await town.send_next_message()
        await asyncio.sleep(1 / MESSAGES_PER_SECOND)


async def _wait_for_message(town: BenchHarness, fits: Callable[[str], bool]) -> Any:
    """Wait until the coordinator has such a message."""
    chat = town.sandbox.telegram.world.chats[COORDINATOR]

    def find() -> Any:
        return next((one for one in chat.messages.values() if fits(str(one.get("text", "")))), None)

    await town.sandbox.change_log.wait_until(lambda: find() is not None, TIMEOUT_SECONDS)
    return find()


async def _import_again(town: BenchHarness, data: bytes) -> tuple[float, float, int]:
    """Enter the same table by the command; return its seconds, those of the processor, and the rows it calls new."""
    file = town.folder / "pos.csv"
    file.write_bytes(data)
    began, cpu = time.perf_counter(), _cpu_of_children()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "import", str(file), "--system", "pos"),
        *("--config", str(town.folder / "config.toml")),
        stdout=PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    out, _ = await process.communicate()
    took, cpu = time.perf_counter() - began, _cpu_of_children() - cpu
    lines = out.decode().splitlines()
    [new] = [line for line in lines if line.startswith("новых: ")]
    return took, cpu, int(new.removeprefix("новых: ").split(",")[0])


def _cpu_of_children() -> float:
    """Return the processor time of all processes that have been started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
