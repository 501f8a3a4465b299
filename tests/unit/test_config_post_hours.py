"""``[[post_hours]]`` of the configuration: read as written, refused with a remedy where a post could never work."""

from datetime import time
from pathlib import Path

import pytest

from bot.config import load_config
from bot.config.warnings import list_warnings
from bot.domain.calendar import END_OF_DAY
from bot.domain.post_hours import PostHours, Weekday
from tests.unit.test_config_bad import GOOD, build_config, faults_of

HEAD = '[[staff]]\nname = "Р"\ntitle = "Директор рынка"\nrole = "head"\nsectors = ["roads"]\n'
GOOD_HOURS = 'post = "Директор рынка"\nworking = ["09:00-18:00"]\n'


def town(*entries: str) -> str:
    return build_config(staff=GOOD["staff"] + HEAD, rules="".join(f"[[post_hours]]\n{one}" for one in entries))


def test_hours_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    week = 'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nholidays = true\n'
    shift = 'post = ["Дежурный", "Диспетчер"]\nworking = ["20:00-24:00", "00:00-08:00"]\n' + week
    path.write_text(town(GOOD_HOURS, shift), encoding="utf-8")
    night = PostHours(((time(0), time(8)), (time(20), END_OF_DAY)), frozenset(Weekday), holidays=True)
    assert load_config(path).working_hours().definitions == {
        "Директор рынка": PostHours(((time(9), time(18)),)),
        "Дежурный": night,
        "Диспетчер": night,
    }


@pytest.mark.parametrize(
    ("entries", "key", "problem", "remedy"),
    [
        ((GOOD_HOURS + "days = 5\n",), "post_hours[0].days", "неизвестный ключ", "weekdays"),
        (('working = ["09:00-18:00"]\n',), "post_hours[0].post", "не указан", 'post = "'),
        (('post = "Директор рынка"\n',), "post_hours[0].working", "не указан", "00:00-24:00"),
        (('post = []\nworking = ["09:00-18:00"]\n',), "post_hours[0].post", "ни одна должность", "title"),
        (('post = "Директор рынка"\nworking = []\n',), "post_hours[0].working", "никогда не работает", "09:00"),
        (('post = "Р"\nworking = ["20:00-08:00"]\n',), "post_hours[0].working[0]", "начинается", "20:00-24:00"),
        (('post = "Р"\nworking = ["24:00-08:00"]\n',), "post_hours[0].working[0]", "24:00", "09:00"),
        (
            ('post = "Р"\nworking = ["09:00-18:00", "17:00-20:00"]\n',),
            "post_hours[0].working[1]",
            "пересекаются",
            "разделите",
        ),
        ((GOOD_HOURS + "weekdays = []\n",), "post_hours[0].weekdays", "никогда не работает", "удалите ключ"),
        ((GOOD_HOURS + 'weekdays = ["satt"]\n',), "post_hours[0].weekdays[0]", "не подходит", "«sat»"),
        ((GOOD_HOURS + "holidays = true\n",), "post_hours[0].weekdays", "по каким дням недели", "weekdays = "),
        ((GOOD_HOURS, GOOD_HOURS), "post_hours[1].post", "уже указаны: post_hours[0]", "одну запись"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    tmp_path: Path, entries: tuple[str, ...], key: str, problem: str, remedy: str
) -> None:
    (fault,) = faults_of(tmp_path, town(*entries)).values()
    assert fault.key == key
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_hours_of_a_post_that_nobody_holds_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(town(GOOD_HOURS, GOOD_HOURS.replace("рынка", "рынков")), encoding="utf-8")
    (note,) = (one for one in list_warnings(load_config(path)) if one.key.startswith("post_hours"))
    assert note.key == "post_hours[1].post"
    assert "«Директор рынков» нет в [[staff]]" in note.problem
    assert "имели в виду «Директор рынка»" in note.remedy
