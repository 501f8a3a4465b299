"""Messages of twenty thousand citizens: raw updates of the Bot API, and past messages to train on.

Everything follows from the number of the message, so every run measures the same work.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GROUP = -1001000000001
FIRST_CITIZEN, CITIZENS = 100_001, 5_000
_FIRST_DAY = 1_790_000_000  # seconds since 1970: moments of messages begin here
_FIRST_UPDATE = 700_000_001

CUSTOM_SECTOR = "parks"
"""A department of the town's own that no built-in word knows: what the trained model is there for."""

PROBLEM_TEXTS = (
    ("roads", "огромная яма на дороге, машины объезжают её по встречной полосе"),
    ("roads", "асфальт провалился, второй водитель за неделю пробил колесо"),
    ("housing", "в подъезде третий день течёт крыша, вода стоит на площадке"),
    ("housing", "лифт не работает, пожилые люди поднимаются пешком на девятый этаж"),
    ("waste", "контейнеры переполнены, мусор не вывозят с прошлой пятницы"),
    ("waste", "кто-то устроил свалку из старой мебели прямо под окнами"),
    ("energy", "опять нет горячей воды, батареи холодные, в квартире двенадцать градусов"),
    ("energy", "уличные фонари не горят вторую неделю, ходим домой в темноте"),
    ("transport", "автобус не приходит по расписанию, на остановке мёрзнут дети"),
    ("transport", "маршрутка проезжает мимо, хотя свободные места есть"),
    ("education", "в школе отменили продлёнку, родители узнали об этом из объявления на двери"),
    ("health", "в поликлинику невозможно записаться к терапевту, талонов нет на месяц вперёд"),
    ("improvement", "на детской площадке сломаны качели, торчат острые болты"),
    ("improvement", "после дождя весь двор стоит в воде, к подъезду не подойти"),
    ("ecology", "стая бродячих собак кидается на прохожих, утром страшно вести ребёнка"),
    ("ecology", "с завода снова тянет едким дымом, окна не открыть"),
    ("social", "маме не начислили субсидию, хотя документы приняли ещё в сентябре"),
    ("safety", "подростки по вечерам взрывают петарды и бьют стёкла на первом этаже"),
    ("trade", "в ларьке торгуют просроченным молоком и не дают чеков"),
    (CUSTOM_SECTOR, "аллея стоит заброшенной, скворечники попадали, за клумбами никто не следит"),
)
STREETS = (
    *("Ленина", "Гагарина", "Мира", "Победы", "Кирова", "Пушкина", "Чехова", "Садовой", "Советской", "Школьной"),
    *("Лесной", "Заречной", "Октябрьской", "Первомайской", "Калинина", "Горького", "Лермонтова", "Комсомольской"),
    *("Набережной", "Полевой", "Строителей", "Космонавтов", "Молодёжной", "Свердлова", "Некрасова", "Толстого"),
)
_OPENINGS = (
    *("", "Здравствуйте! ", "Добрый день. ", "Уважаемая администрация, ", "Соседи, да сколько можно: ", "Помогите! "),
    *("Пишу уже не первый раз. ", "Подскажите, куда писать: ", "Добрый вечер, "),
)
_ENDINGS = (
    "Звонили диспетчеру, обещали разобраться, но никто так и не приехал.",
    "Сделайте что-нибудь, пожалуйста, терпения больше нет.",
    "Просим принять меры до выходных.",
    "Фото могу прислать, если нужно. Когда это наконец исправят?",
    "В прошлом году было то же самое, тогда помогли только после жалобы.",
    "",
    "Кто за это отвечает?",
    "Живём здесь двадцать лет, такого ещё не было, прошу прислать кого-нибудь посмотреть на месте и ответить жителям.",
)


def message_text(number: int) -> tuple[str, str]:
    """(sector, text) of the message *number*: a place of its own and one of thousands of wordings."""
    sector, trouble = PROBLEM_TEXTS[number % len(PROBLEM_TEXTS)]
    street = STREETS[number // 7 % len(STREETS)]
    opening = _OPENINGS[number // 3 % len(_OPENINGS)]
    ending = _ENDINGS[number // 11 % len(_ENDINGS)]
    return sector, f"{opening}На {street} {number // 26 % 170 + 1} {trouble}. {ending}".strip()


def raw_update(number: int) -> dict[str, Any]:
    """The raw update *number*, as getUpdates brings it."""
    citizen = FIRST_CITIZEN + number % CITIZENS
    return {
        "update_id": _FIRST_UPDATE + number,
        "message": {
            "message_id": 1_000 + number,
            "from": {
                "id": citizen,
                "is_bot": False,
                "first_name": "Житель",
                "last_name": str(citizen),
                "username": f"citizen{citizen}",
                "language_code": "ru",
            },
            "chat": {"id": GROUP, "title": "Подслушано", "type": "supergroup"},
            "date": _FIRST_DAY + number,
            "text": message_text(number)[1],
        },
    }


def write_training_table(file: Path, count: int) -> None:
    """A table of past messages, as `train` reads it."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("text", "sector"))
        for number in range(count):
            sector, text = message_text(number * 13 + 5)
            table.writerow((text, sector))


def iter_update_responses(count: int, batch: int = 100) -> Iterator[bytes]:
    """The bodies of the answers to getUpdates that bring updates 0 … *count*."""
    for first in range(0, count, batch):
        result = [raw_update(number) for number in range(first, min(first + batch, count))]
        yield json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
