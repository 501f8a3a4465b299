"""A valid configuration is read from the file and from the environment."""

import os
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import ConfigFaults, load_config
from bot.config.warnings import list_unsupported, list_warnings
from bot.domain.durations import Duration
from bot.domain.people import MessengerName, Staff, StaffAccount
from bot.domain.posts import Prefer, Routing
from bot.domain.roles import Role
from bot.domain.rules import RuleFacts
from bot.domain.sectors import Sector

ROOT = Path(__file__).resolve().parents[2]
TELEGRAM_TOKEN = "7000000001:AAFakeButWellFormedTokenOfATest_00"
VK_TOKEN = "vk1.a.FakeButWellFormedTokenOfATest"

SMALL = f"""
[municipality]
name = "Город"
timezone = "Asia/Vladivostok"

[telegram]
token = "{TELEGRAM_TOKEN}"

[[sectors]]
code = "roads"

[[staff]]
name = "Координатор"
role = "coordinator"
"""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("MCU_"):
            monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "town" / "config.toml"
    path.parent.mkdir()
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["config.example.toml", "examples/lesozavodsk.toml"])
def test_shipped_files_work_with_tokens_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_TELEGRAM__TOKEN", TELEGRAM_TOKEN)
    monkeypatch.setenv("MCU_VK__COMMUNITIES__0__TOKEN", VK_TOKEN)
    config = load_config(ROOT / name)
    assert config.tree.municipality.name == "Лесозаводский городской округ"
    assert config.zone == ZoneInfo("Asia/Vladivostok")
    assert config.telegram is not None
    assert config.telegram.token.get_secret_value() == TELEGRAM_TOKEN
    assert config.vk is not None
    assert config.vk.communities[0].token.get_secret_value() == VK_TOKEN
    assert not list_unsupported(config)
    assert not list_warnings(config)


@pytest.mark.parametrize("name", ["config.example.toml", "examples/lesozavodsk.toml"])
def test_shipped_files_are_refused_only_for_their_tokens(name: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        load_config(ROOT / name)
    assert [fault.key for fault in caught.value.faults] == ["telegram.token", "vk.communities[0].token"]
    assert all("образец" in fault.problem for fault in caught.value.faults)
    assert "@BotFather" in caught.value.faults[0].remedy
    assert "MCU_VK__COMMUNITIES__0__TOKEN" in caught.value.faults[1].remedy


@pytest.mark.parametrize("name", ["config.example.toml", "examples/lesozavodsk.toml"])
def test_shipped_files_serve_commands_without_network(name: str) -> None:
    assert load_config(ROOT / name, tokens_needed=False).sectors()


def test_the_example_shows_every_key() -> None:
    """Every key of the schema is in the example, set or as a commented line."""
    from bot.config.schema import ConfigTree
    from bot.config.wording import _keys_at

    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    for section in ConfigTree.model_fields:
        assert f"[{section}]" in text
        for key in _keys_at([section]):
            assert f"{key} = " in text or f"[{section}.{key}]" in text, f"{section}.{key}"
    for path in (["telegram", "chats"], ["vk", "communities"], ["max", "chats"]):
        assert f"[[{'.'.join(path)}]]" in text
        assert all(f"{key} = " in text for key in _keys_at(path))


def test_lesozavodsk_follows_the_regulation() -> None:
    config = load_config(ROOT / "examples" / "lesozavodsk.toml", tokens_needed=False)
    assert [sector.code for sector in config.sectors()] == ["roads", "education", "housing"]
    heads = [entry for entry in config.staff if Role.HEAD in entry.roles]
    assert [sorted(head.sectors) for head in heads] == [["roads"], ["education"], ["housing"]]
    roles = {role for entry in config.staff for role in entry.roles}
    assert roles >= {Role.CURATOR, Role.MANAGER, Role.HEAD, Role.EMPLOYEE, Role.COORDINATOR}


def test_defaults(file: Path) -> None:
    config = load_config(file)
    assert config.deadline_terms().accept == Duration.parse("1wh")
    assert config.deadline_terms().answer == Duration.parse("8wh")
    assert config.deadline_terms().remind_at == (0.5, 0.8)
    assert config.tree.follow_up.within.to_timedelta() == timedelta(minutes=30)
    assert config.tree.staff_notices.fallback_after.to_timedelta() == timedelta(minutes=10)
    assert config.tree.problems.join
    assert (config.tree.problems.within.to_timedelta(), config.tree.problems.repeat_after.to_timedelta()) == (
        timedelta(hours=6),
        timedelta(minutes=30),
    )
    assert config.tree.digest.at == time(9)
    assert (config.quiet_hours().start, config.quiet_hours().end) == (time(22), time(8))
    assert config.tree.routing.threshold == 0.6
    assert config.gazetteer is None
    assert config.tree.http is None
    assert config.vk is None
    assert config.telegram is not None
    assert config.telegram.api_base == "https://api.telegram.org"
    assert config.sectors() == (Sector("roads", "Дороги"),)
    assert [(s.account, s.source_id, s.answers) for s in config.sources()] == [("telegram", "private", "bot")]


def test_relative_paths_start_at_the_file(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (file.parent / "streets.csv").write_text("улица\nул. Ленина\n", encoding="utf-8")
    (file.parent / "tg.token").write_text(f"{TELEGRAM_TOKEN}\n", encoding="utf-8")
    file.write_text(
        SMALL.replace(f'token = "{TELEGRAM_TOKEN}"', 'token_file = "tg.token"')
        + '[places]\ngazetteer = "streets.csv"\n[database]\nurl = "sqlite+aiosqlite:///var/my.sqlite3?timeout=5"\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("town/config.toml"))
    assert config.gazetteer == file.parent / "streets.csv"
    assert [row.street for row in config.read_streets()] == ["ул. Ленина"]
    assert config.database_url == f"sqlite+aiosqlite:///{file.parent}/var/my.sqlite3?timeout=5"
    assert config.telegram is not None
    assert config.telegram.token.get_secret_value() == TELEGRAM_TOKEN


@pytest.mark.parametrize(
    "url",
    ["sqlite+aiosqlite:////srv/mcu.sqlite3", "sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://u:p@db/mcu"],
)
def test_other_database_addresses_are_left_alone(file: Path, url: str) -> None:
    file.write_text(f'{SMALL}[database]\nurl = "{url}"\n', encoding="utf-8")
    assert load_config(file).database_url == url


def test_everything_written_out(file: Path) -> None:
    file.write_text(
        f"""
[municipality]
name = "Город"
timezone = "Europe/Moscow"
[telegram]
token = "{TELEGRAM_TOKEN}"
api_base = "http://127.0.0.1:8081/"
private = "off"
[[telegram.chats]]
id = -100
title = "Соседи"
answers = "person"
[vk]
api_base = "http://127.0.0.1:8082"
[[vk.communities]]
id = 7
token = "{VK_TOKEN}"
[http]
listen = "0.0.0.0:9000"
[[sectors]]
code = "zoo"
title = "Зоопарк"
keywords = ["слон"]
[routing]
threshold = 1
[learning]
at = "02:15"
[[staff]]
name = "Директор"
roles = ["head", "curator"]
sectors = ["zoo"]
districts = ["Центр"]
telegram_id = 5
vk_id = 6
[[staff]]
name = "Координатор"
role = "coordinator"
[deadlines]
accept = "30m"
answer = "1.5d"
remind_at = []
[calendar]
working = ["08:00-12:00", "13:00-17:00"]
days_off = [2026-09-11, "12.09.2026"]
working_days = ["2026-09-13"]
[quiet]
from = 23:00:00
to = "7:30"
[follow_up]
within = "1h"
[problems]
join = false
within = "2h"
repeat_after = "1h"
[digest]
at = "18:05"
""",
        encoding="utf-8",
    )
    config = load_config(file)
    assert config.telegram is not None
    assert config.telegram.api_base == "http://127.0.0.1:8081"
    assert config.tree.http is not None
    assert (config.tree.http.host, config.tree.http.port) == ("0.0.0.0", 9000)
    assert config.sectors() == (Sector("zoo", "Зоопарк", ("слон",)),)
    assert not config.tree.problems.join
    assert (config.tree.problems.within.to_timedelta(), config.tree.problems.repeat_after.to_timedelta()) == (
        timedelta(hours=2),
        timedelta(hours=1),
    )
    director = config.staff[0]
    assert director.roles == {Role.HEAD, Role.CURATOR}
    assert director.sectors == {"zoo"}
    assert director.districts == {"Центр"}
    assert director.accounts == (StaffAccount(MessengerName.TELEGRAM, "5"), StaffAccount(MessengerName.VK, "6"))
    assert [(s.account, s.source_id, s.title, s.kind, s.answers) for s in config.sources()] == [
        ("telegram", "private", "личные сообщения боту Telegram", "official", "off"),
        ("telegram", "-100", "Соседи", "chat", "person"),
        ("vk:7", "7", "сообщество VK 7", "official", "bot"),
    ]
    calendar = config.working_calendar()
    assert not calendar.is_working_day(date(2026, 9, 11))
    assert not calendar.is_working_day(date(2026, 9, 12))
    assert calendar.is_working_day(date(2026, 9, 13))
    assert config.quiet_hours().end == time(7, 30)
    assert config.deadline_terms().remind_at == ()
    assert config.tree.digest.at == time(18, 5)
    assert config.nightly_training_at == time(2, 15)
    assert config.file == file


def test_the_environment_is_stronger_than_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MCU_ROUTING__THRESHOLD": "0.4",
        "MCU_LEARNING__NIGHTLY": "false",
        "MCU_DEADLINES__ANSWER": "2wd",
        "MCU_DEADLINES__REMIND_AT": "[0.25]",
        "MCU_STAFF__0__TELEGRAM_ID": "77",
        "MCU_STAFF__1__NAME": "Руководитель",
        "MCU_STAFF__1__ROLE": "manager",
        "MCU_QUIET__FROM": "21:00",
        "MCU_HTTP__LISTEN": "127.0.0.1:9999",
        "MCU_MUNICIPALITY__TIMEZONE": "",
        "MCU_CONFIG": "not a section, somebody else's",
    }.items():
        monkeypatch.setenv(name, value)
    config = load_config(file)
    assert config.tree.routing.threshold == 0.4
    assert config.nightly_training_at is None
    assert config.deadline_terms().answer == Duration.parse("2wd")
    assert config.deadline_terms().remind_at == (0.25,)
    assert config.staff[0].accounts == (StaffAccount(MessengerName.TELEGRAM, "77"),)
    assert config.staff[1].roles == {Role.MANAGER}
    assert config.quiet_hours().start == time(21)
    assert config.tree.http is not None
    assert config.tree.http.port == 9999
    assert config.zone == ZoneInfo("Asia/Vladivostok")


def test_a_token_of_the_environment_replaces_a_token_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(SMALL.replace(f'token = "{TELEGRAM_TOKEN}"', 'token_file = "absent"'), encoding="utf-8")
    monkeypatch.setenv("MCU_TELEGRAM__TOKEN", TELEGRAM_TOKEN)
    config = load_config(file)
    assert config.telegram is not None
    assert config.telegram.token.get_secret_value() == TELEGRAM_TOKEN


def test_a_proxy_comes_from_the_file_a_file_of_its_own_or_the_environment_and_hides_itself(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = "socks5://town:p%40ss@proxy.gorod.ru:1080"
    (file.parent / "tg.proxy").write_text(f"{proxy}\n", encoding="utf-8")
    for line in (f'proxy = "{proxy}"', 'proxy_file = "tg.proxy"'):
        file.write_text(SMALL.replace("[[sectors]]", f"{line}\n[[sectors]]", 1), encoding="utf-8")
        config = load_config(file)
        assert config.telegram is not None
        assert config.telegram.proxy_url == proxy
        assert "p%40ss" not in repr(config.tree)
        assert {proxy, "p%40ss", "p@ss"} <= config.known_secrets()
    monkeypatch.setenv("MCU_TELEGRAM__PROXY", "http://10.0.0.5:3128")
    config = load_config(file)
    assert config.telegram is not None
    assert config.telegram.proxy_url == "http://10.0.0.5:3128"


def test_windows_marks_at_the_beginning_do_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_config(file).tree.municipality.name == "Город"


def test_secrets_hide_themselves(file: Path) -> None:
    file.write_text(
        SMALL.replace("[[sectors]]", 'secret = "hushhushhush"\n[[sectors]]', 1)
        + '[database]\nurl = "postgresql+asyncpg://mcu:p4ssw0rd@db/mcu"\n',
        encoding="utf-8",
    )
    config = load_config(file)
    for shown in (repr(config), str(config), repr(config.telegram), repr(config.tree.database)):
        assert "AAFake" not in shown
        assert "hush" not in shown
        assert "p4ssw0rd" not in shown


def test_every_messenger_may_bring_its_updates(file: Path) -> None:
    file.write_text(
        SMALL.replace(
            "[[sectors]]",
            f"""mode = "webhook"
webhook_url = "https://bot.gorod.ru/telegram"
secret = "c2VjcmV0c2VjcmV0"
[http]
[vk]
mode = "webhook"
webhook_url = "https://bot.gorod.ru/vk/"
[[vk.communities]]
id = 7
token = "{VK_TOKEN}"
secret = "c2VjcmV0c2VjcmV0"
confirmation = "c0ffee42"
[max]
token = "{VK_TOKEN}"
mode = "webhook"
webhook_url = "http://127.0.0.1:9001/max"
secret = "c2VjcmV0c2VjcmV0"
[[sectors]]""",
            1,
        ),
        encoding="utf-8",
    )
    config = load_config(file)
    assert config.uses_webhooks
    assert list_unsupported(config) == ()
    assert "c0ffee42" not in repr(config.vk)


def test_a_town_without_anybody_for_triage_is_warned(file: Path) -> None:
    file.write_text(
        SMALL.replace('role = "coordinator"', 'role = "head"\nsectors = ["roads"]').replace(
            "[[sectors]]", '[[telegram.chats]]\nid = 5\nanswers = "off"\n[[sectors]]'
        ),
        encoding="utf-8",
    )
    assert [note.key for note in list_warnings(load_config(file))] == ["staff", "telegram.chats[0].id"]


@pytest.mark.parametrize(
    ("host", "is_open"),
    [
        ("0.0.0.0", True),
        ("[::]", True),
        ("77.88.8.8", True),
        ("127.0.0.1", False),
        ("10.0.0.5", False),
        ("[::1]", False),
    ],
)
def test_listener_that_is_open_to_everybody_is_noted(file: Path, host: str, is_open: bool) -> None:
    file.write_text(SMALL + f'telegram_id = 1\n[http]\nlisten = "{host}:8080"\n', encoding="utf-8")
    assert [note.key for note in list_warnings(load_config(file))] == ["http.listen"] * is_open


def test_commands_without_network_need_neither_messenger_nor_staff(file: Path) -> None:
    file.write_text(
        '[municipality]\nname = "Город"\ntimezone = "Europe/Moscow"\n[[sectors]]\ncode = "roads"\n', encoding="utf-8"
    )
    assert load_config(file, tokens_needed=False).sectors()[0].code == "roads"


def test_towns_follow_their_regulations() -> None:
    """The clause behind each figure is in the example."""
    lovozero, barnaul, kholmsk, lesozavodsk = (
        load_config(ROOT / "examples" / f"{name}.toml", tokens_needed=False)
        for name in ("lovozero", "barnaul", "kholmsk", "lesozavodsk")
    )
    assert lovozero.rules().match(RuleFacts("vk", "housing")).approval == ("manager",)
    assert lesozavodsk.rules().match(RuleFacts("vk", "roads")).approval == ("head",)
    assert kholmsk.rules().match(RuleFacts("pos")).call_before_answer
    assert not kholmsk.rules().match(RuleFacts("vk")).call_before_answer
    assert len(kholmsk.tree.themes) == 14
    kamyshlov = load_config(ROOT / "examples" / "kamyshlov.toml", tokens_needed=False)
    assert not kamyshlov.sectors()
    assert kamyshlov.rules().match(RuleFacts("vk")).approval == ("manager",)
    assert sum(Role.HEAD in one.roles for one in kholmsk.staff) == 7
    assert Staff(barnaul.staff, barnaul.routing()).post_for("improvement").people[0].roles == {Role.CENTRE_STAFF}
    yelizovo = load_config(ROOT / "examples" / "yelizovo.toml", tokens_needed=False)
    limits = yelizovo.answer_limits()
    assert (limits.same_per_hour, limits.per_day) == (5, 200)
    districts = {one.district for one in barnaul.read_streets()}
    assert len(districts) == 5
    assert {district for one in barnaul.staff for district in one.districts} == districts


def test_districts_have_one_spelling_and_posts_their_rules(file: Path) -> None:
    """Officials, streets and chats may write «район» or leave it out."""
    (file.parent / "streets.csv").write_text("улица;район\nМира;Северный район\nСадовая;Дальний\n", encoding="utf-8")
    chat = '[[telegram.chats]]\nid = -100\nanswers = "off"\nsector = "roads"\ndistrict = "р-н Северный"\n'
    places = '[places]\ngazetteer = "streets.csv"\n[routing]\nprefer = "sector"\nsorts = ["manager"]\n'
    post = '[[staff]]\nname = "Глава"\nrole = "head"\ndistricts = ["Северный"]\n'
    file.write_text(SMALL + chat + places + post, encoding="utf-8")
    config = load_config(file)
    streets = config.read_streets()
    assert [row.district for row in streets] == ["Северный", "Дальний"]
    assert config.districts(streets) == ("Северный", "Дальний")
    assert [(one.sector, one.district) for one in config.sources() if one.sector] == [("roads", "Северный")]
    assert config.routing() == Routing(Prefer.SECTOR, (Role.MANAGER,))


def test_posts_that_fit_equally_are_named(file: Path) -> None:
    heads = "".join(
        f'[[staff]]\nname = "{name}"\nrole = "head"\nsectors = ["roads"]\n{more}'
        for name, more in (
            ("Первый", 'title = "Отдел дорог"\n'),
            ("Второй", 'title = "Служба дорог"\n'),
            ("Третий", 'title = "Отдел дорог"\n'),
        )
    )
    file.write_text(SMALL + heads, encoding="utf-8")
    [warning] = list_warnings(load_config(file))
    assert "блок «Дороги»: одинаково подходят «Отдел дорог» и «Служба дорог»" in warning.problem
    assert "сообщения получит «Отдел дорог»" in warning.problem
    assert "title" in warning.remedy
