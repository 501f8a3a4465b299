"""The standard sectors. A municipality configures some of them and may add its own."""

from dataclasses import dataclass, field

STANDARD_SECTORS: dict[str, str] = {
    "housing": "Жилищно-коммунальное хозяйство",
    "improvement": "Благоустройство",
    "roads": "Дороги",
    "transport": "Общественный транспорт",
    "waste": "Отходы",
    "energy": "Электро-, газо- и теплоснабжение",
    "education": "Образование",
    "health": "Здравоохранение",
    "social": "Социальная защита",
    "guardianship": "Опека и попечительство",
    "property": "Земля и имущество",
    "construction": "Строительство",
    "trade": "Торговля",
    "culture": "Культура",
    "sport": "Спорт",
    "ecology": "Экология и животные",
    "safety": "Безопасность",
    "digital": "Связь и госуслуги",
    "other": "Прочее",
}
"""Code → default Russian title."""


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector. ``keywords`` are the municipality's own words or their beginnings."""

    code: str
    title: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A level between topic and sector. ``sector``: the one that it is a part of; ``None``: a person chooses.

    A code of :data:`STANDARD_SECTORS` brings the built-in words of that sector. ``added_by``: who added it in the chat.
    """

    code: str
    title: str
    sector: str | None = None
    keywords: tuple[str, ...] = ()
    added_by: int | None = field(default=None, compare=False)
