"""The Russian texts of pydantic's errors: each with its key as in the file, and a remedy."""

import re
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.fields import FAULT_ERROR_TYPE
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.schema import ConfigTree

LAW_41_FZ_HINT = (
    "с 01.06.2025 закон 41-ФЗ запрещает органам местного самоуправления общаться с гражданами через иностранные "
    "мессенджеры, поэтому решение принимает муниципалитет и записывает его явно: «bot» — отвечает бот, «person» — "
    "отвечает сотрудник вручную, «off» — ответов нет, сообщения только учитываются"
)

_EXAMPLES = {
    "municipality": 'раздел [municipality] со строками name = "…" и timezone = "Asia/Vladivostok"',
    "municipality.name": 'name = "Лесозаводский городской округ"',
    "municipality.timezone": 'timezone = "Asia/Vladivostok"',
    "database.url": 'url = "sqlite+aiosqlite:///var/mcu.sqlite3"',
    **{
        f"{kind.section_name}.{kind.chats_key}": f"[[{kind.section_name}.{kind.chats_key}]]" for kind in MESSENGER_KINDS
    },
    **{f"{kind.section_name}.{kind.chats_key}.id": f"id = {kind.example_id}" for kind in MESSENGER_KINDS},
    "sectors": "[[sectors]]",
    "sectors.code": 'code = "roads"',
    "sectors.keywords": 'keywords = ["яма", "асфальт"]',
    "themes": "[[themes]]",
    "themes.code": 'code = "energy"',
    "themes.sector": 'sector = "housing"',
    "themes.keywords": 'keywords = ["котельн", "батаре"]',
    "routing.threshold": "threshold = 0.6",
    "routing.model": 'model = "var/model"',
    "routing.prefer": 'prefer = "district"',
    "routing.sorts": 'sorts = ["coordinator", "manager"]',
    "staff": "[[staff]]",
    "staff.name": 'name = "Начальник отдела дорог"',
    "staff.roles": 'roles = ["coordinator", "administrator"]',
    "staff.sectors": 'sectors = ["roads"]',
    "staff.districts": 'districts = ["Центральный"]',
    **{f"staff.{kind.staff_key}": f"{kind.staff_key} = 1001" for kind in MESSENGER_KINDS},
    "deadlines.remind_at": "remind_at = [0.5, 0.8]",
    "roles": "[[roles]]",
    "roles.code": 'code = "lawyer"',
    "rules": "[[rules]]",
    "escalation": "[[escalation]]",
    "rules.approval": 'approval = ["head", "manager"]',
    "rules.draft": 'draft = "4wh"',
    **{f"rules.{key}": f"{key} = true" for key in ("urgent", "four_eyes", "call_before_answer", "satisfaction")},
    "rules.reopen_at_most": "reopen_at_most = 2",
    "staff_notices.lists_at": 'lists_at = ["12:00", "17:00"]',
    "staff_notices.collect": 'collect = "1m"',
    "calendar.working": 'working = ["09:00-13:00", "14:00-18:00"]',
    "post_hours": "[[post_hours]]",
    "post_hours.post": 'post = "Дежурный ЕДДС"',
    "post_hours.working": 'working = ["00:00-24:00"]',
    "post_hours.weekdays": 'weekdays = ["tue", "wed", "thu", "fri", "sat"]',
    "post_hours.holidays": "holidays = true",
    "calendar.days_off": "days_off = [2026-12-30]",
    "calendar.working_days": "working_days = [2026-12-26]",
}

_PROBLEMS_BY_TYPE = {
    "string_type": "ожидается текст в кавычках",
    "string_too_short": "пустое значение",
    "too_short": "список пуст",
    "string_too_long": "значение слишком длинное",
    "int_type": "ожидается целое число без кавычек",
    "int_parsing": "ожидается целое число",
    "int_parsing_size": "число слишком велико",
    "int_from_float": "ожидается целое число, без дробной части",
    "float_type": "ожидается число",
    "float_parsing": "ожидается число",
    "finite_number": "ожидается обычное число",
    "bool_type": "ожидается true или false без кавычек",
    "bool_parsing": "ожидается true или false без кавычек",
    "list_type": "ожидается список в квадратных скобках",
    "tuple_type": "ожидается список в квадратных скобках",
    "model_type": "ожидается раздел с ключами, а не одно значение",
    "model_attributes_type": "ожидается раздел с ключами, а не одно значение",
}


def format_key(loc: Iterable[int | str]) -> str:
    """Format ``("telegram", "chats", 0, "answers")`` as ``telegram.chats[0].answers``."""
    key = ""
    for part in loc:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key


def to_fault(error: ErrorDetails) -> Fault:
    """Convert a pydantic error to a fault. Only values of enumerations are repeated."""
    loc = error["loc"]
    key, name = format_key(loc), ".".join(part for part in loc if isinstance(part, str))
    kind, context = error["type"], error.get("ctx", {})
    if kind == FAULT_ERROR_TYPE:
        return Fault(key, context["problem"], context["remedy"])
    if kind == "missing":
        return _missing_fault(key, name)
    if kind == "extra_forbidden":
        return _unknown_key_fault(key, loc)
    if kind == "enum":
        return _choice_fault(key, name, error["input"], str(context.get("expected", "")))
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        if name == "vk.communities.id":
            return Fault(
                key,
                f"число должно быть {_bound_text(kind, context)}",
                "номер сообщества пишется без минуса: id = 123456",
            )
        return Fault(key, f"число должно быть {_bound_text(kind, context)}", _example(name))
    if kind in ("list_type", "tuple_type") and _EXAMPLES.get(name, "").startswith("[["):
        return Fault(key, "ожидаются записи списка", f"заголовок пишется в двойных скобках: {_EXAMPLES[name]}")
    return Fault(key, _PROBLEMS_BY_TYPE.get(kind, "значение не подходит"), _example(name))


def _example(name: str) -> str:
    example = _EXAMPLES.get(name)
    return f"запишите так: {example}" if example else "посмотрите этот ключ в config.example.toml"


def _missing_fault(key: str, name: str) -> Fault:
    if name == "telegram.chats.answers":
        return Fault(key, "не указано, кто отвечает гражданам в этом чате", f"добавьте ключ answers: {LAW_41_FZ_HINT}")
    what = "раздел не указан" if name in ConfigTree.model_fields else "ключ не указан"
    example = _EXAMPLES.get(name)
    return Fault(key, what, f"добавьте: {example}" if example else "посмотрите этот ключ в config.example.toml")


def _unknown_key_fault(key: str, loc: Sequence[int | str]) -> Fault:
    known = _keys_at(loc[:-1])
    hint = did_you_mean(str(loc[-1]), known)
    what = "неизвестный раздел или ключ" if len(loc) == 1 else "неизвестный ключ"
    return Fault(key, what, hint or f"удалите его; здесь бывают {quoted_list(known)}")


def _choice_fault(key: str, name: str, value: object, expected: str) -> Fault:
    allowed = re.findall(r"'([^']+)'", expected)
    word = value if isinstance(value, str) and len(value) <= 30 else ""
    hint = did_you_mean(word, allowed)
    remedy = f"{hint + '; ' if hint else ''}допустимые значения: {quoted_list(allowed)}"
    if name in ("telegram.chats.answers", "telegram.private"):
        remedy += f"; {LAW_41_FZ_HINT}"
    return Fault(key, f"значение «{word}» не подходит" if word else "значение не подходит", remedy)


def _bound_text(kind: str, context: dict[str, Any]) -> str:
    words = {
        "greater_than": ("больше", "gt"),
        "greater_than_equal": ("не меньше", "ge"),
        "less_than": ("меньше", "lt"),
        "less_than_equal": ("не больше", "le"),
    }
    word, name = words[kind]
    bound = context[name]
    return f"{word} {bound:g}".replace(".", ",")


def _keys_at(loc: Sequence[int | str]) -> list[str]:
    """Return the keys that the file may have at *loc*."""
    model: type[BaseModel] = ConfigTree
    for part in loc:
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        inner = _model_in(fields[part].annotation) if part in fields else None
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: type | UnionType | None) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
