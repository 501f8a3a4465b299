"""``train``, ``evaluate`` and ``classify`` with a model, as people type them."""

import csv
import json
import os
from pathlib import Path

from tests.e2e.operations.test_commands import run_command, run_process

BOT_USER = 65534
"""Any user but root."""

CONFIG = """
[municipality]
name = "Пригорск"
timezone = "Europe/Moscow"
[[sectors]]
code = "gorsvet"
title = "Горсвет"
[[sectors]]
code = "sady"
title = "Сады и парки"
"""


def write_config(folder: Path) -> str:
    path = folder / "town.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return str(path)


def write_training_table(folder: Path) -> str:
    lamps = ("не горит фонарь", "мигает прожектор", "погасла опора")
    trees = ("клумба вытоптана", "липа засохла", "газон перекопан")
    path = folder / "past.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "sector"))
        for number in range(90):
            trouble, sector = (lamps, "Горсвет") if number % 2 else (trees, "sady")
            rows.writerow((f"{trouble[number // 2 % 3]} у дома {number}", sector))
    return str(path)


async def test_training_measuring_using_and_going_back(tmp_path: Path) -> None:
    config, table = write_config(tmp_path), write_training_table(tmp_path)
    if os.geteuid() == 0:
        os.chown(tmp_path, BOT_USER, BOT_USER)
    line = json.dumps({"id": 1, "text": "засохла липа", "district": "Левый берег"}) + "\n"

    code, output, errors = await run_process("train", "--from", table, "--config", config, cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert "стало 100.0%" in output
    files = {file.name for file in (tmp_path / "var" / "model" / "000001").iterdir()}
    assert files == {"model.npz", "model.json", "table.jsonl.gz"}
    assert not any(path.stat().st_mode & 0o077 for path in (tmp_path / "var").rglob("*"))
    owners = {path.stat().st_uid for path in (tmp_path / "var" / "model").rglob("*")}
    assert owners == {tmp_path.stat().st_uid}  # root trains for the bot's user

    _, output, _ = await run_command("classify", "--config", config, cwd=tmp_path, given=line)
    taught = json.loads(output)
    assert taught["sector"] == "sady"
    assert taught["sector_scores"]["sady"] > 0.8

    code, output, _ = await run_command("evaluate", table, "--config", config, cwd=tmp_path)
    assert code == 0
    assert "Калибровка" in output

    picture = tmp_path / "picture.png"
    code, output, errors = await run_command(
        "evaluate", table, "--plot", str(picture), "--config", config, cwd=tmp_path
    )
    assert (code, errors) == (0, "")
    assert "ошибка" in output
    assert picture.read_bytes()[:4] == b"\x89PNG"
    code, _, errors = await run_command("evaluate", table, "--plot", "absent/p.png", "--config", config, cwd=tmp_path)
    assert (code, "не записана" in errors, "Traceback" in errors) == (2, True, False)

    code, output, _ = await run_command("train", "--back", "--config", config, cwd=tmp_path)
    assert (code, "встроенные правила" in output) == (0, True)
    _, output, _ = await run_command("classify", "--config", config, cwd=tmp_path, given=line)
    assert json.loads(output)["sector_scores"]["sady"] < 0.5


async def test_faults_are_one_plain_message(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    for words, said in (
        (("train", "--from", "absent.csv"), "Файла absent.csv нет"),
        (("train",), "Укажите одно: --from"),
        (("train", "--back"), "Возвращаться не к чему"),
        (("evaluate", "notes.txt"), "нужен CSV или XLSX"),
        (("evaluate", "."), "«.» — папка"),
        (("train", "--from", "."), "«.» — папка"),
        (("train", "--from", "var/.."), "«var/..» — папка"),
    ):
        code, output, errors = await run_command(*words, "--config", config, cwd=tmp_path)
        assert (code, output) == (2, "")
        assert said in errors
        assert "Traceback" not in errors


async def test_a_spoiled_model_is_named(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    (tmp_path / "var" / "model").mkdir(parents=True)
    (tmp_path / "var" / "model" / "current.json").write_text("{", encoding="utf-8")

    code, output, errors = await run_command(
        "classify", "--config", config, cwd=tmp_path, given='{"id": 1, "text": "яма"}'
    )

    assert (code, output) == (2, "")
    assert "повреждён" in errors
    assert "Traceback" not in errors


async def test_group_names_the_event_of_every_message(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "t": 0, "author": "u1", "chat": "Двор", "text": "Заводская 12 нет воды", "reply_to": None},
        {"id": "b", "t": 60, "author": "u2", "chat": "Двор", "text": "у нас тоже", "reply_to": "a"},
        {"id": "c", "t": 90, "author": "u3", "chat": "Двор", "text": "яма на Полевой 3", "reply_to": None},
        {"id": "d", "t": 99, "author": "u4", "chat": "Двор", "text": "доброе утро", "reply_to": None},
    ]
    given = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\nno json\n"

    code, output, errors = await run_command("group", "--config", write_config(tmp_path), cwd=tmp_path, given=given)

    groups = {record["id"]: record["group"] for record in map(json.loads, output.splitlines())}
    assert list(groups) == ["a", "b", "c", "d"]
    assert groups["a"] == groups["b"] is not None
    assert (groups["c"], groups["d"]) == (None, None)
    assert (code, "Строка 5" in errors, "Traceback" in errors) == (1, True, False)


async def test_without_matplotlib_there_are_figures_and_no_picture(tmp_path: Path) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("raise ImportError\n", encoding="utf-8")
    config, table = write_config(tmp_path), write_training_table(tmp_path)

    code, output, errors = await run_process("evaluate", table, "--plot", "p.png", "--config", config, cwd=tmp_path)
    assert (code, output) == (2, "")
    assert "mcu-bot[plot]" in errors
    code, output, _ = await run_process("evaluate", table, "--config", config, cwd=tmp_path)
    assert (code, "Калибровка" in output) == (0, True)


async def test_events_are_measured_by_pairs(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    texts = ("Лесная 3, нет воды", "на Лесной 5 воды тоже нет", "кто продаёт мёд?")
    lines = [
        {"id": number, "t": 60 * number, "chat": "Двор", "text": text, "event_id": "вода" if "вод" in text else None}
        for number, text in enumerate(texts)
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    code, output, errors = await run_command("evaluate", "events.jsonl", "--config", config, cwd=tmp_path)

    assert (code, errors) == (0, "")
    assert "События: F1 1.000 (точность 1.000, полнота 1.000, пар 1, сообщений 3)" in output
    assert "Групп без события: 0; групп, где слились разные события: 0." in output

    (tmp_path / "events.jsonl").write_text("{}", encoding="utf-8")
    code, _, errors = await run_command("evaluate", "events.jsonl", "--config", config, cwd=tmp_path)
    assert code == 2
    assert "строка 1: нужен объект вида" in errors
