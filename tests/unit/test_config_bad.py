"""A wrong configuration is answered with every fault at once: its key, what is wrong, how to mend it."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ConfigFaults, Fault, load_config, render_faults
from bot.config.secrets import is_placeholder
from bot.domain.roles import Role

TOKEN = "7000000001:AAFakeButWellFormedTokenOfATest_00"
GOOD = {
    "municipality": 'name = "Город"\ntimezone = "Asia/Vladivostok"\n',
    "telegram": f'token = "{TOKEN}"\n',
    "sectors": '[[sectors]]\ncode = "roads"\n',
    "staff": '[[staff]]\nname = "Координатор"\nrole = "coordinator"\ntelegram_id = 1\n',
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("MCU_"):
            monkeypatch.delenv(name)


def build_config(**changes: str) -> str:
    """The text of a good small configuration with some sections replaced or added; an empty text removes one."""
    text = ""
    for name, body in {**GOOD, **changes}.items():
        text += body if body.lstrip().startswith("[") or not body else f"[{name}]\n{body}"
        text += "\n"
    return text


def faults_of(tmp_path: Path, text: str, *, tokens_needed: bool = True) -> dict[str, Fault]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_config(path, tokens_needed=tokens_needed)
    faults = caught.value.faults
    assert faults
    for fault in faults:
        assert re.search("[а-я]", fault.problem)
        assert re.search("[а-я]", fault.remedy)
        assert TOKEN not in fault.problem + fault.remedy + fault.key
    assert len({fault.key for fault in faults}) == len(faults), faults
    return {fault.key: fault for fault in faults}


def test_the_small_town_is_good(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(build_config(), encoding="utf-8")
    assert load_config(path).tree.municipality.name == "Город"


CHAT = '[[telegram.chats]]\nid = -100\nanswers = "bot"\n'


@pytest.mark.parametrize(
    ("changes", "key", "problem", "remedy"),
    [
        # keys
        ({"municipality": ""}, "municipality", "раздел не указан", "timezone"),
        ({"municipality": 'timezone = "Europe/Moscow"\n'}, "municipality.name", "не указан", "name ="),
        ({"municipality": GOOD["municipality"] + 'nmae = "x"\n'}, "municipality.nmae", "неизвестный ключ", "«name»"),
        ({"municipality": GOOD["municipality"] + "zzz = 1\n"}, "municipality.zzz", "неизвестный ключ", "«timezone»"),
        ({"calender": 'working = ["09:00-18:00"]\n'}, "calender", "неизвестный раздел", "«calendar»"),
        ({"quiet": 'form = "22:00"\n'}, "quiet.form", "неизвестный", "«from»"),
        ({"staff": GOOD["staff"] + "telegramid = 5\n"}, "staff[0].telegramid", "неизвестный", "«telegram_id»"),
        # types
        ({"municipality": 'name = 5\ntimezone = "Europe/Moscow"\n'}, "municipality.name", "в кавычках", "name ="),
        ({"municipality": 'name = " "\ntimezone = "Europe/Moscow"\n'}, "municipality.name", "пустое", "name ="),
        ({"staff": GOOD["staff"].replace("= 1\n", '= "ivan"\n')}, "staff[0].telegram_id", "целое число", "1001"),
        ({"staff": GOOD["staff"].replace("= 1\n", "= -1\n")}, "staff[0].telegram_id", "не меньше 1", "1001"),
        ({"staff": GOOD["staff"].replace("= 1\n", "= 1.5\n")}, "staff[0].telegram_id", "целое число", "1001"),
        ({"sectors": '[sectors]\ncode = "roads"\n'}, "sectors", "записи списка", "[[sectors]]"),
        ({"sectors": "x = 1\n", "staff": ""}, "sectors", "записи списка", "[[sectors]]"),
        ({"telegram": f'token = "{TOKEN}"\nchats = 5\n'}, "telegram.chats", "записи списка", "[[telegram.chats]]"),
        ({"sectors": '[[sectors]]\ncode = "roads"\nkeywords = "яма"\n'}, "sectors[0].keywords", "список", "яма"),
        ({"telegram": "token = 5\n"}, "telegram.token", "в кавычках", "config.example.toml"),
        # places
        (
            {"municipality": 'name = "Г"\ntimezone = "Asia/Vladivastok"\n'},
            "municipality.timezone",
            "неизвестен",
            "«Asia/Vladivostok»",
        ),
        (
            {"municipality": 'name = "Г"\ntimezone = "asia/vladivostok"\n'},
            "municipality.timezone",
            "неизвестен",
            "«Asia/Vladivostok»",
        ),
        (
            {"municipality": 'name = "Г"\ntimezone = "UTC+10"\n'},
            "municipality.timezone",
            "неизвестен",
            "Asia/Vladivostok",
        ),
        ({"municipality": 'name = "Г"\ntimezone = "../../etc"\n'}, "municipality.timezone", "неизвестен", "пояса"),
        ({"municipality": 'name = "Г"\ntimezone = "Asia"\n'}, "municipality.timezone", "неизвестен", "пояса"),
        (
            {"municipality": 'name = "Г"\ntimezone = "Europe/Barnaul"\n'},
            "municipality.timezone",
            "Barnaul",
            "«Asia/Barnaul»",
        ),
        ({"municipality": 'name = "Г"\ntimezone = 10\n'}, "municipality.timezone", "в кавычках", "Asia"),
        ({"places": 'gazetteer = "none.csv"\n'}, "places.gazetteer", "none.csv", "путь"),
        ({"places": f'gazetteer = "{"ж" * 190}"\n'}, "places.gazetteer", "нет", "путь"),
        ({"places": 'gazetteer = "a\\u0000b"\n'}, "places.gazetteer", "нет", "путь"),
        ({"telegram": f'token_file = "{"ж" * 190}"\n'}, "telegram.token_file", "не читается", "путь"),
        ({"telegram": 'token_file = "a\\u0000b"\n'}, "telegram.token_file", "не читается", "путь"),
        ({"database": 'url = "mysql://root:p4ss@db/x"\n'}, "database.url", "«mysql»", "sqlite"),
        ({"database": 'url = "var/mcu.sqlite3"\n'}, "database.url", "не адрес", "sqlite"),
        ({"database": 'url = "sqlite:///x.db"\n'}, "database.url", "«sqlite»", "aiosqlite"),
        ({"database": 'url = "postgresql+asyncpg://"\n'}, "database.url", "сервера", "asyncpg"),
        ({"http": 'listen = "8080"\n'}, "http.listen", "порт", "127.0.0.1:8080"),
        ({"http": 'listen = "127.0.0.1:99999"\n'}, "http.listen", "порт", "127.0.0.1:8080"),
        (
            {"vk": 'api_base = "api.vk.ru"\n[[vk.communities]]\nid = 1\ntoken = "vk1.a.x"\n'},
            "vk.api_base",
            "адрес",
            "https",
        ),
        (
            {"telegram": GOOD["telegram"] + 'api_base = "http://botapi.gorod.ru:8081"\n'},
            "telegram.api_base",
            "токен",
            "127.0.0.1",
        ),
        (
            {"telegram": GOOD["telegram"] + 'proxy = "proxy.gorod.ru:1080"\n'},
            "telegram.proxy",
            "это не адрес прокси",
            "socks5://",
        ),
        (
            {"telegram": GOOD["telegram"] + 'proxy = "http://10.0.0.5:3128"\nproxy_file = "tg.proxy"\n'},
            "telegram.proxy",
            "указаны и proxy, и proxy_file",
            "оставьте что-то одно",
        ),
        (
            {"vk": 'api_base = "http://[::1"\n[[vk.communities]]\nid = 1\ntoken = "vk1.a.x"\n'},
            "vk.api_base",
            "адрес",
            "https",
        ),
        # time
        ({"deadlines": 'accept = "1 час"\n'}, "deadlines.accept", "срок: «1 час»", "wh"),
        ({"deadlines": 'answer = "0wh"\n'}, "deadlines.answer", "больше нуля", "wh"),
        ({"deadlines": "answer = 8\n"}, "deadlines.answer", "в кавычках", "8wh"),
        ({"deadlines": 'accept = "9wh"\n'}, "deadlines.accept", "длиннее", "answer"),
        ({"deadlines": "remind_at = [0.5, 1.0]\n"}, "deadlines.remind_at[1]", "меньше 1", "0.5"),
        ({"deadlines": "remind_at = [0]\n"}, "deadlines.remind_at[0]", "больше 0", "0.5"),
        ({"deadlines": "remind_at = [nan]\n"}, "deadlines.remind_at[0]", "число", "0.5"),
        ({"deadlines": "remind_at = 0.5\n"}, "deadlines.remind_at", "список", "0.5"),
        ({"answers": 'close_after = "12h"\n'}, "answers.close_after", "раньше, чем жителя спросят", "ask_solved_after"),
        ({"follow_up": 'within = "1wh"\n'}, "follow_up.within", "рабочее", "30m"),
        ({"staff_notices": 'fallback_after = "1wh"\n'}, "staff_notices.fallback_after", "рабочее", "30m"),
        ({"staff_notices": "lists_at = []\n"}, "staff_notices.lists_at", "пуст", '["12:00", "17:00"]'),
        ({"staff_notices": 'lists_at = "12:00"\n'}, "staff_notices.lists_at", "список", '["12:00", "17:00"]'),
        ({"staff_notices": 'lists_at = ["25:00"]\n'}, "staff_notices.lists_at[0]", "время", "23:59"),
        ({"staff_notices": 'lists_at = ["в полдень"]\n'}, "staff_notices.lists_at[0]", "время", "09:00"),
        ({"staff_notices": 'lists_at = ["12:00", "12:00"]\n'}, "staff_notices.lists_at[1]", "дважды", "12:00"),
        ({"staff_notices": 'lists_at = ["12:00", "23:30"]\n'}, "staff_notices.lists_at[1]", "тихие", "[quiet]"),
        ({"staff_notices": 'collect = "1wh"\n'}, "staff_notices.collect", "рабочее", "30m"),
        ({"staff_notices": 'collect = "0s"\n'}, "staff_notices.collect", "больше нуля", "30m"),
        ({"staff_notices": "collect = 60\n"}, "staff_notices.collect", "в кавычках", '"8wh"'),
        ({"staff_notices": 'collect = "31m"\n'}, "staff_notices.collect", "слишком поздно", '"1m"'),
        ({"problems": 'within = "1wd"\n'}, "problems.within", "рабочее", "30m"),
        ({"digest": 'at = "9 утра"\n'}, "digest.at", "время", "09:00"),
        ({"digest": 'at = "25:00"\n'}, "digest.at", "время", "23:59"),
        ({"quiet": 'from = "22.00"\n'}, "quiet.from", "время", "09:00"),
        ({"calendar": 'working = ["18:00-09:00"]\n'}, "calendar.working[0]", "начинается", "раньше"),
        ({"calendar": 'working = ["с 9 до 18"]\n'}, "calendar.working[0]", "промежуток", "09:00-13:00"),
        ({"calendar": "working = []\n"}, "calendar.working", "пуст", "09:00-13:00"),
        ({"calendar": 'working = ["13:00-18:00", "09:00-14:00"]\n'}, "calendar.working[0]", "пересекаются", "working"),
        ({"calendar": 'days_off = ["2026-02-30"]\n'}, "calendar.days_off[0]", "такой даты нет", "2026-12-30"),
        ({"calendar": "days_off = [2026-01-01T10:00:00]\n"}, "calendar.days_off[0]", "без времени", "2026-12-30"),
        (
            {"calendar": 'days_off = ["11.09.2026"]\nworking_days = [2026-09-11]\n'},
            "calendar.working_days",
            "11.09.2026",
            "одном",
        ),
        ({"routing": "threshold = 60\n"}, "routing.threshold", "не больше 1", "0.6"),
        # messengers
        ({"telegram": ""}, "telegram, vk, max", "ни один мессенджер", "[telegram]"),
        ({"vk": 'api_base = "https://api.vk.ru"\n'}, "vk.communities", "сообщества", "[[vk.communities]]"),
        ({"telegram": "[telegram]\nchats = []\n"}, "telegram.token", "не указан", "MCU_TELEGRAM__TOKEN"),
        ({"telegram": 'token = "abc"\n'}, "telegram.token", "не похоже на токен", "@BotFather"),
        ({"telegram": 'token_file = "none"\n'}, "telegram.token_file", "не читается", "путь"),
        ({"telegram": f'token = "{TOKEN}"\ntoken_file = "x"\n'}, "telegram.token", "и token, и token_file", "одно"),
        ({"telegram": GOOD["telegram"] + 'mode = "poling"\n'}, "telegram.mode", "poling", "«polling»"),
        ({"telegram": GOOD["telegram"] + 'private = "yes"\n'}, "telegram.private", "yes", "41-ФЗ"),
        ({"chats": "[[telegram.chats]]\nid = -100\n"}, "telegram.chats[0].answers", "кто отвечает", "41-ФЗ"),
        ({"chats": CHAT.replace("bot", "boot")}, "telegram.chats[0].answers", "boot", "«bot»"),
        ({"chats": CHAT + 'kind = "group"\n'}, "telegram.chats[0].kind", "group", "«official»"),
        ({"chats": CHAT + CHAT}, "telegram.chats[1].id", "уже есть: telegram.chats[0]", "удалите"),
        ({"chats": '[[telegram.chats]]\nid = "@town"\nanswers = "bot"\n'}, "telegram.chats[0].id", "целое", "-100"),
        (
            {"vk": "[[vk.communities]]\nid = 1\n"},
            "vk.communities[0].token",
            "не указан",
            "MCU_VK__COMMUNITIES__0__TOKEN",
        ),
        (
            {"vk": '[[vk.communities]]\nid = -1\ntoken = "vk1.a.x"\n'},
            "vk.communities[0].id",
            "не меньше 1",
            "без минуса",
        ),
        ({"vk": '[[vk.communities]]\ntoken = "vk1.a.x"\n'}, "vk.communities[0].id", "не указан", "id ="),
        ({"max": 'api_base = "https://platform-api2.max.ru"\n'}, "max.token", "не указан", "MCU_MAX__TOKEN"),
        # people
        ({"sectors": "", "staff": ""}, "staff", "сообщения некому передать", "centre_staff"),
        ({"themes": '[[themes]]\ncode = "energy"\nsector = "rods"\n'}, "themes[0].sector", "rods", "«roads»"),
        ({"themes": '[[themes]]\ncode = "lights"\n'}, "themes[0].title", "своей темы «lights»", "стандартные"),
        ({"themes": '[[themes]]\ncode = "energy"\n' * 2}, "themes[1].code", "тема с таким кодом", "удалите"),
        (
            {"telegram": GOOD["telegram"] + '[[telegram.chats]]\nid = -1\nanswers = "bot"\nsector = "x"\n'},
            "telegram.chats[0].sector",
            "блока «x» нет",
            "roads",
        ),
        ({"routing": 'prefer = "town"\n'}, "routing.prefer", "town", "district"),
        ({"routing": "sorts = []\n"}, "routing.sorts", "пуст", "sorts ="),
        ({"sectors": GOOD["sectors"] * 2}, "sectors[1].code", "уже есть: sectors[0]", "удалите"),
        ({"sectors": '[[sectors]]\ncode = "Дороги"\ntitle = "Д"\n'}, "sectors[0].code", "не подходит", "латинских"),
        ({"sectors": '[[sectors]]\ncode = "rodas"\n'}, "sectors[0].title", "названия", "«roads»"),
        ({"staff": ""}, "sectors[0]", "некому", "coordinator"),
        ({"staff": '[[staff]]\nname = "К"\nrole = "curator"\n'}, "sectors[0]", "некому", "head"),
        ({"staff": "", "sectors": GOOD["sectors"] + '[[sectors]]\ncode = "other"\n'}, "staff", "всех блоков", "head"),
        (
            {
                "staff": '[[staff]]\nname = "Р"\nrole = "head"\nsectors = ["roads"]\n',
                "sectors": GOOD["sectors"] + '[[sectors]]\ncode = "other"\n',
            },
            "sectors[1]",
            "«other»",
            "deputy",
        ),
        (
            {"staff": '[[staff]]\nname = "Р"\nrole = "head"\nsectors = ["roads"]\ndistricts = ["Центр"]\n'},
            "sectors[0]",
            "некому",
            "районам",
        ),
        ({"staff": '[[staff]]\nname = "К"\n'}, "staff[0].role", "роль не указана", "«coordinator»"),
        ({"staff": '[[staff]]\nname = "К"\nroles = []\n'}, "staff[0].role", "роль не указана", "roles"),
        (
            {"staff": GOOD["staff"] + 'roles = ["head"]\nsectors = ["roads"]\n'},
            "staff[0].role",
            "и role, и roles",
            "одно",
        ),
        ({"staff": GOOD["staff"] + '[[staff]]\nname = "Г"\nrole = "hed"\n'}, "staff[1].role", "hed", "«head»"),
        (
            {"staff": GOOD["staff"] + '[[staff]]\nname = "Г"\nrole = "head"\n'},
            "staff[1].sectors",
            "ни блоков",
            "sectors",
        ),
        (
            {"staff": GOOD["staff"] + '[[staff]]\nname = "Г"\nrole = "head"\nsectors = ["roadz"]\n'},
            "staff[1].sectors[0]",
            "roadz",
            "«roads»",
        ),
        (
            {"staff": GOOD["staff"] * 2},
            "staff[1].telegram_id",
            "Telegram уже указан у другого сотрудника: staff[0] «Координатор»",
            "roles",
        ),
        ({"staff": '[[staff]]\nrole = "coordinator"\n'}, "staff[0].name", "не указан", "name ="),
    ],
)
def test_one_fault(tmp_path: Path, changes: dict[str, str], key: str, problem: str, remedy: str) -> None:
    faults = faults_of(tmp_path, build_config(**changes))
    assert list(faults) == [key]
    assert problem in faults[key].problem
    assert remedy in faults[key].remedy


WEBHOOK = GOOD["telegram"] + 'mode = "webhook"\n'


@pytest.mark.parametrize(
    ("telegram", "keys"),
    [
        (WEBHOOK, ["telegram.webhook_url", "telegram.secret"]),
        (WEBHOOK + 'webhook_url = "http://bot.gorod.ru/tg"\nsecret = "c2VjcmV0"\n', ["telegram.webhook_url"]),
        (WEBHOOK + 'webhook_url = "bot.gorod.ru"\nsecret = "c2VjcmV0"\n', ["telegram.webhook_url"]),
        (WEBHOOK + 'webhook_url = "https://bot.gorod.ru"\nsecret = "секрет"\n', ["telegram.secret"]),
        (WEBHOOK + 'webhook_url = "https://bot.gorod.ru"\nsecret = "a+b"\n', ["telegram.secret"]),
    ],
)
def test_webhooks(tmp_path: Path, telegram: str, keys: list[str]) -> None:
    assert list(faults_of(tmp_path, build_config(telegram=telegram, http="[http]\n"))) == keys


VK_HOOK = """mode = "webhook"
webhook_url = "https://bot.gorod.ru/vk"
[[vk.communities]]
id = 7
token = "vk1.a.real"
"""
MAX_SECRET = 'secret = "c2VjcmV0"\n'
MAX_HOOK = 'token = "max.real"\nmode = "webhook"\nwebhook_url = "https://bot.gorod.ru/max"\n'


@pytest.mark.parametrize(
    ("sections", "keys"),
    [
        ({"vk": VK_HOOK}, ["vk.communities[0].secret"]),
        ({"vk": VK_HOOK + f'secret = "{"a" * 51}"\n'}, ["vk.communities[0].secret"]),
        ({"vk": VK_HOOK.replace("webhook_url", "#")}, ["vk.webhook_url", "vk.communities[0].secret"]),
        ({"max": MAX_HOOK + 'secret = "four"\n'}, ["max.secret"]),
        ({"max": MAX_HOOK}, ["max.secret"]),
        (
            {
                "vk": VK_HOOK + MAX_SECRET,
                "max": MAX_HOOK.replace("/max", "/vk/") + MAX_SECRET,
            },
            ["max.webhook_url"],
        ),
        ({"vk": VK_HOOK + MAX_SECRET, "max": MAX_HOOK + MAX_SECRET, "http": ""}, ["http"]),
    ],
)
def test_webhooks_of_vk_and_max(tmp_path: Path, sections: dict[str, str], keys: list[str]) -> None:
    assert list(faults_of(tmp_path, build_config(**{"http": "[http]\n", **sections}))) == keys


def test_webhooks_need_the_listener(tmp_path: Path) -> None:
    telegram = WEBHOOK + 'webhook_url = "http://localhost:8080/tg"\nsecret = "c2VjcmV0"\n'
    assert list(faults_of(tmp_path, build_config(telegram=telegram))) == ["http"]


def test_every_fault_at_once(tmp_path: Path) -> None:
    text = """
[municipality]
nmae = "Город"
timezone = "Asia/Nowhere"
[telegram]
token = "ваш токен"
[[telegram.chats]]
id = -100
[[telegram.chats]]
id = -100
answers = "bot"
[[vk.communities]]
id = 7
[[sectors]]
code = "roads"
[[staff]]
name = "Руководитель"
role = "head"
sectors = ["rods"]
telegram_id = 1
[[staff]]
name = "Другой"
telegram_id = 1
[deadlines]
answer = "сутки"
[digset]
at = "09:00"
[places]
gazetteer = "none.csv"
"""
    assert set(faults_of(tmp_path, text)) == {
        "municipality.name",
        "municipality.nmae",
        "municipality.timezone",
        "telegram.token",
        "telegram.chats[0].answers",
        "telegram.chats[1].id",
        "vk.communities[0].token",
        "staff[0].sectors[0]",
        "staff[1].role",
        "staff[1].telegram_id",
        "deadlines.answer",
        "digset",
        "places.gazetteer",
    }


@pytest.mark.parametrize(
    "token",
    [
        "…",
        "...",
        "ваш токен",
        "123456:ABC…",
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "<token>",
        "your-token-here",
        "TOKEN",
        "changeme",
        "xxxxxxxx",
        "***",
        "  ",
        "vk1.a...",
        "with space",
    ],
)
def test_examples_are_not_tokens(tmp_path: Path, token: str) -> None:
    faults = faults_of(tmp_path, build_config(telegram=f'token = "{token}"\n'))
    assert list(faults) == ["telegram.token"]
    assert "образец" in faults["telegram.token"].problem
    path = tmp_path / "config.toml"
    assert load_config(path, tokens_needed=False).telegram is not None


@pytest.mark.parametrize("token", [TOKEN, "1:a", "vk1.a.Zx_-9", "42:sandbox-token"])
def test_real_tokens_are_not_examples(token: str) -> None:
    assert not is_placeholder(token)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'[municipality]\nname = "a\n', "строка 2, столбец"),
        (b'[municipality]\nname = "a"\nname = "b"\n', "второй раз"),
        (b"[municipality]\n[municipality]\n", "второй раз"),
        ('[municipality]\nname = "Город"\n'.encode("cp1251"), "UTF-8"),
        (b"[digest]\nat = 09:00\n", "строка 2"),
        (b"[", "ошибка записи"),
    ],
)
def test_invalid_toml_is_reported(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigFaults) as caught:
        load_config(path)
    (fault,) = caught.value.faults
    assert fault.key == str(path)
    assert problem in fault.problem
    assert re.search("[а-я]", fault.remedy)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.toml", "файла настроек нет"), (tmp_path, "папка")):
        with pytest.raises(ConfigFaults) as caught:
            load_config(path)
        assert words in caught.value.faults[0].problem


def test_faults_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_TELEGRM__TOKEN", TOKEN)
    monkeypatch.setenv("MCU_TELEGRAM__TOKN", TOKEN)
    monkeypatch.setenv("MCU_DEADLINES__REMIND_AT", "0.5;0.8")
    faults = faults_of(tmp_path, build_config())
    assert set(faults) == {"MCU_TELEGRM__TOKEN", "telegram.tokn", "deadlines.remind_at"}
    assert "«telegram»" in faults["MCU_TELEGRM__TOKEN"].remedy
    assert "«token»" in faults["telegram.tokn"].remedy


def test_without_network_everything_but_tokens_is_still_checked(tmp_path: Path) -> None:
    text = build_config(telegram='token = "…"\ntoken_fil = "x"\n', deadlines='answer = "?"\n')
    assert set(faults_of(tmp_path, text, tokens_needed=False)) == {"telegram.token_fil", "deadlines.answer"}


def test_rendered_for_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(build_config(telegram='token = "…"\n', chats="[[telegram.chats]]\nid = -1\n"), encoding="utf-8")
    with pytest.raises(ConfigFaults, match="2 ошибки в настройках") as caught:
        load_config(path)
    text = render_faults(caught.value.faults)
    assert text.startswith("В настройках 2 ошибки:")
    assert "telegram.token: вместо токена стоит образец." in text
    assert "Как исправить: добавьте ключ answers" in text
    assert ".." not in text
    assert render_faults(()) == ""


def test_every_role_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for role in Role:
        path.write_text(
            build_config(staff=GOOD["staff"] + f'[[staff]]\nname = "Ч"\nrole = "{role}"\nsectors = ["roads"]\n'),
            encoding="utf-8",
        )
        assert load_config(path).staff[1].roles == {role}


scalars = st.one_of(
    st.none().map(lambda _: "[]"), st.integers().map(str), st.booleans().map(lambda b: str(b).lower()), st.just('"x"'),
    st.just("{}"), st.just("[[]]"), st.just("[1]"), st.just("1.5"), st.just("2026-01-01"), st.just("{a = 1}"),
)  # fmt: skip
KEYS = """
municipality database telegram vk max http sectors routing staff deadlines calendar quiet follow_up problems
places digest staff_notices
telegram.chats telegram.token vk.communities municipality.name municipality.timezone staff.role calendar.working
deadlines.remind_at quiet.from max.chats telegram.chats.id
"""
keys = st.sampled_from(KEYS.split())


@settings(deadline=None)
@given(st.dictionaries(keys, scalars, max_size=5))
def test_nothing_of_any_shape_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    """Any value at any key gives a list of faults."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text("\n".join(f"{key} = {value}" for key, value in values.items()), encoding="utf-8")
    for tokens_needed in (True, False):
        with pytest.raises(ConfigFaults) as caught:
            load_config(path, tokens_needed=tokens_needed)
        assert render_faults(caught.value.faults)


def test_an_invitation_stands_only_where_answers_are_off(tmp_path: Path) -> None:
    chat = '[[telegram.chats]]\nid = -1001\ntitle = "Чат"\nanswers = "{}"\ninvite = "https://max.ru/x"\n'
    assert set(faults_of(tmp_path, build_config() + chat.format("bot"))) == {"telegram.chats[0].invite"}
    assert set(faults_of(tmp_path, build_config() + chat.format("off").replace("https://max.ru/x", "max"))) == {
        "telegram.chats[0].invite"
    }
    private = build_config(telegram=f'token = "{TOKEN}"\ninvite = "https://max.ru/x"\n')
    assert set(faults_of(tmp_path, private)) == {"telegram.invite"}


def test_a_page_is_watched_only_where_the_bot_hears_it(tmp_path: Path) -> None:
    page = '[[pages]]\nmessenger = "{}"\nid = {}\ntitle = "Школа"\n'
    assert set(faults_of(tmp_path, build_config() + page.format("vk", 901))) == {"pages[0].id"}
    assert set(faults_of(tmp_path, build_config() + page.format("max", -5))) == {"pages[0].id"}
    assert set(faults_of(tmp_path, build_config() + page.format("telegram", -1005))) == {"pages[0].discussion"}
    assert set(faults_of(tmp_path, build_config() + page.format("ok", 901))) == {"pages[0].messenger"}
    vk = build_config(vk='service_token = "…"\n') + page.format("vk", 901)
    assert "vk.service_token" in faults_of(tmp_path, vk)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("retention", "words", "5m"),
        ("retention", "words", "8wh"),
        ("deadlines", "answer", "1y"),
        ("follow_up", "within", "1y"),
    ],
)
def test_years_are_for_retention_and_hours_are_not(tmp_path: Path, section: str, key: str, value: str) -> None:
    faults = faults_of(tmp_path, build_config(**{section: f'{key} = "{value}"\n'}))
    assert set(faults) == {f"{section}.{key}"}
