"""Tables of other systems: the headings of their columns, and the words that call a message finished there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property

from bot.domain.imports import Field
from bot.domain.text_normal import fold

Headings = Mapping[Field, tuple[str, ...]]

ANSWER_HEADINGS = ("Текст ответа", "Дата ответа", "Внесено")
"""The columns that follow those of another system when answers are written back in its form."""


class SystemStatus(Enum):
    """The states of a ticket that another system has a word for."""

    WAITING = auto()  # nobody has accepted it
    IN_WORK = auto()
    POSTPONED = auto()
    ANSWERED = auto()  # and the answer is entered there


_FINISHED_WORDS = (
    *("закрыто", "закрыта", "закрыт", "завершено", "завершена", "завершен", "решено", "решена", "решен"),
    *("исполнено", "исполнена", "исполнен", "выполнено", "выполнена", "выполнен", "снято с контроля", "в архиве"),
    *("обработано", "обработана", "ответ дан", "дан ответ", "отправлен ответ заявителю", "списано в дело"),
)
"""Statuses that mean the same in every system."""

_OPEN_WORDS = ("не решено", "отложено", "не исполнено", "не выполнено", "возобновлено", "на доработке")
"""Statuses that keep a row open though it has a date of the end: the date of a postponed or a reopened matter."""

_NOT_WORDS = re.compile(r"[^\w№]+")


def heading_key(heading: str) -> str:
    """Return *heading* without what people and programs change in it: case, «ё», spaces, line breaks, punctuation."""
    return _NOT_WORDS.sub("", fold(heading))


@dataclass(frozen=True)
class Layout:
    """One system's table.

    ``headings``: the columns that are understood. A subject is made of all its columns; of the columns of any other
    field, the first that is not empty in a row counts. ``finished``, ``opened``: the system's own words for a status,
    besides those that all use; ``table``: all headings as the system writes them, in their order. ``words``: the words
    in which the system says a status, for its columns of the status in their order.
    """

    code: str
    title: str
    headings: Headings
    finished: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    table: tuple[str, ...] = ()
    words: Mapping[SystemStatus, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Key of a heading → the field that its column holds."""
        return {heading_key(text): field for field, texts in self.headings.items() for text in texts}

    @cached_property
    def _finished_keys(self) -> frozenset[str]:
        return frozenset(map(heading_key, (*_FINISHED_WORDS, *self.finished)))

    @cached_property
    def _open_keys(self) -> frozenset[str]:
        return frozenset(map(heading_key, (*_OPEN_WORDS, *self.opened)))

    def is_finished_status(self, status: str) -> bool:
        """Return whether the system calls a message with this status finished."""
        return heading_key(status) in self._finished_keys

    def is_open_status(self, status: str) -> bool:
        """Return whether the status says that there is work left, whatever the dates say."""
        return heading_key(status) in self._open_keys


_NAMES_IN_NUMBERS = {
    "pos": r"пос|pos",
    "ecur": r"ецур|ecur",
    "ecpur": r"ецпур|ecpur",
    "incident": r"инцидент|инц|им|incident",
    "smls": r"см\s?лс|smls",
    "sakhalin": r"сахалин\W?онлайн|sakhalin",
    "sed": r"сэд|sed",
}
"""The names with which people begin a number to say whose it is: «ПОС-17»."""

_NAMED_NUMBERS = {code: re.compile(rf"(?:{names})\W*\d.*", re.IGNORECASE) for code, names in _NAMES_IN_NUMBERS.items()}
_INDEX = re.compile(r".*[\w/]-ОГ-.*|\d{1,4}/\d{1,4}-.+", re.IGNORECASE)
"""The index of a document in an office: «07/19-ОГ-10»."""

_SYSTEMS_OF_DIGITS = frozenset({"pos", "ecur", "incident"})


def is_foreign_number(number: str, system: str) -> bool:
    """Return whether *number* surely is no number of *system*: it names another one, or is a document's index."""
    named = next((code for code, pattern in _NAMED_NUMBERS.items() if pattern.fullmatch(number)), system)
    return named != system or (system in _SYSTEMS_OF_DIGITS and _INDEX.fullmatch(number) is not None)


_POS = Layout(
    code="pos",
    title="ПОС",
    table=(
        *("Номер", "Номер ЕПГУ", "Источник", "Верхнеуровневый ЛКО", "Категория", "Подкатегория", "Факт"),
        *("Организация, в которую поступило сообщение", "Организация, в которой находится сообщение"),
        *("Дата поступления", "Дата планируемого завершения работ", "Дата фактического завершения работ"),
        *("Стадия", "Статус", "Просрочено", "Фаст-трек", "ФЗ", "Заявитель выбрал подачу по 59-ФЗ", "Тип решения"),
        *("Направлено по email в ФОИВ, не подключенный к ПОС", "Оценка ответа заявителем", "Повторное рассмотрение"),
        *("ФИО координатора", "ФИО исполнителя", "ФИО руководителя"),
    ),
    headings={
        Field.NUMBER: ("Номер", "Номер сообщения", "№ сообщения", "Номер обращения"),
        Field.NUMBER_IN_SOURCE: ("Номер ЕПГУ",),
        Field.SOURCE: ("Источник",),
        Field.SUBJECT: ("Категория", "Подкатегория", "Факт"),
        Field.ORGANISATION: (
            "Организация, в которой находится сообщение",
            "Организация, в которую поступило сообщение",
        ),
        Field.REGISTERED: ("Дата поступления",),
        Field.DUE: ("Дата планируемого завершения работ",),
        Field.FINISHED: ("Дата фактического завершения работ",),
        Field.STATUS: ("Статус", "Стадия", "Тип решения"),
        Field.TEXT: ("Текст сообщения", "Описание"),
        Field.ADDRESS: ("Адрес",),
        Field.MUNICIPALITY: ("Муниципалитет", "Муниципальное образование"),
    },
    words={SystemStatus.ANSWERED: ("Отправлен ответ заявителю", "Завершено")},
)

_ECUR = Layout(
    code="ecur",
    title="ЕЦУР",
    table=(
        *("Номер ЕЦУР", "Номер в источнике", "Дата (первого взятия в работу)", "Направление", "Синт. группа", "Факт"),
        *("Подтема", "Статус", "Куратор", "Исполнитель", "ОМСУ", "Источник", "Спам", "Тип сообщения", "Описание"),
        *("Адрес (формат)", "Район", "Населенный пункт", "Улица", "Дом", "ТУ/ТО", "Сектор"),
    ),
    headings={
        Field.NUMBER: ("Номер ЕЦУР", "№ ЕЦУР"),
        Field.NUMBER_IN_SOURCE: ("Номер в источнике",),
        Field.REGISTERED: ("Дата (первого взятия в работу)", "Дата", "Дата первого взятия в работу"),
        Field.DUE: ("Срок", "Срок исполнения", "Плановая дата"),
        Field.FINISHED: ("Дата закрытия", "Дата фактического исполнения"),
        Field.SUBJECT: ("Направление", "Синт. группа", "Факт", "Подтема"),
        Field.STATUS: ("Статус",),
        Field.ORGANISATION: ("Исполнитель",),
        Field.MUNICIPALITY: ("ОМСУ",),
        Field.SOURCE: ("Источник",),
        Field.TEXT: ("Описание",),
        Field.ADDRESS: ("Адрес (формат)", "Адрес"),
        Field.DISTRICT: ("Район",),
        Field.SETTLEMENT: ("Населенный пункт",),
        Field.STREET: ("Улица",),
        Field.HOUSE: ("Дом",),
        Field.SPAM: ("Спам",),
    },
    finished=("Закрыта", "Закрыта с отложенным", "Готово"),
    opened=(
        *("В работе исполнителя", "На исполнении", "На модерации", "Готова к редактированию", "На согласовании"),
        *("Отправлено во внешние системы", "Готова к согласованию (отложенное решение)", "Возврат модератору"),
        "Оценка обратной связи",
    ),
    words={
        SystemStatus.WAITING: ("На исполнении",),
        SystemStatus.IN_WORK: ("В работе исполнителя",),
        SystemStatus.POSTPONED: ("В работе исполнителя",),
        SystemStatus.ANSWERED: ("Закрыта",),
    },
)

_INCIDENT = Layout(
    code="incident",
    title="Инцидент Менеджмент",
    table=(
        *("Номер инцидента", "Дата создания", "Дата закрытия", "Группа тем", "Тема", "Регион", "Муниципалитет"),
        *("Населённый пункт", "Улица", "Дом", "Тип инцидента", "Теги", "Текст инцидента", "Итог", "Исполнитель"),
    ),
    headings={
        Field.NUMBER: ("Номер инцидента", "№ инцидента", "ID инцидента"),
        Field.REGISTERED: ("Дата создания", "Дата создания инцидента"),
        Field.DUE: ("Срок", "Плановая дата", "Плановая дата ответа", "Срок ответа"),
        Field.FINISHED: ("Дата окончания/закрытия", "Дата закрытия", "Дата окончания"),
        Field.SUBJECT: ("Группа тем", "Тема"),
        Field.STATUS: ("Итог", "Статус", "Статус инцидента"),
        Field.ORGANISATION: ("Исполнитель",),
        Field.MUNICIPALITY: ("Муниципалитет",),
        Field.SOURCE: ("Источник", "Социальная сеть"),
        Field.TEXT: ("Текст инцидента",),
        Field.SETTLEMENT: ("Населённый пункт",),
        Field.STREET: ("Улица",),
        Field.HOUSE: ("Дом",),
        Field.ADDRESS: ("Адрес",),
        Field.LINK: ("Ссылка", "Ссылка на инцидент", "Ссылка на сообщение", "URL"),
        Field.APPLICANT: ("Автор", "Имя автора"),
        Field.ANSWER: ("Текст ответа",),
    },
    words={
        SystemStatus.WAITING: ("Не решено",),
        SystemStatus.IN_WORK: ("Не решено",),
        SystemStatus.POSTPONED: ("Отложено",),
        SystemStatus.ANSWERED: ("Решено",),
    },
)

_SED = Layout(
    code="sed",
    title="СЭД",
    table=(
        *("№РК/Индекс", "Дата рег.", "Содержание", "Корр./Подписал", "Вид доставки РК", "Рубрика"),
        *("Сообщение ПОС №", "План. дата"),
    ),
    headings={
        Field.NUMBER: ("№РК/Индекс", "№РК", "Рег. №", "Рег. номер", "Регистрационный номер", "Индекс"),
        Field.REGISTERED: ("Дата рег.", "Дата регистрации"),
        Field.DUE: ("План. дата", "Плановая дата", "Срок исполнения"),
        Field.FINISHED: ("Факт. дата", "Фактическая дата", "Дата исполнения"),
        Field.TEXT: ("Содержание", "Краткое содержание"),
        Field.SUBJECT: ("Рубрика",),
        Field.APPLICANT: ("Корр./Подписал", "Корреспондент", "Заявитель"),
        Field.SOURCE: ("Вид доставки РК", "Вид доставки"),
        Field.NUMBER_IN_SOURCE: ("Сообщение ПОС №", "Номер ПОС"),
        Field.ORGANISATION: ("Исполнитель",),
        Field.STATUS: ("Статус", "Состояние"),
        Field.ADDRESS: ("Адрес",),
    },
    words={SystemStatus.ANSWERED: ("Исполнено",)},
)

BUILT_IN: Mapping[str, Layout] = {one.code: one for one in (_POS, _ECUR, _INCIDENT, _SED)}
"""Layouts that are known by the code of their system."""


def merged(layout: Layout, columns: Headings, title: str, finished: tuple[str, ...] = ()) -> Layout:
    """Return *layout* with the headings of *columns* in the place of its own, field by field.

    A heading that *columns* gives another meaning loses its built-in one. Where the layout has no word for an answered
    message, the first of *finished* is that word.
    """
    taken = {heading_key(heading) for headings in columns.values() for heading in headings}
    kept = {
        field: tuple(heading for heading in headings if heading_key(heading) not in taken)
        for field, headings in layout.headings.items()
    }
    headings = {field: headings for field, headings in {**kept, **columns}.items() if headings}
    replaced = {key for key, field in layout.fields.items() if field in columns} | taken
    table = (heading for heading in layout.table if heading_key(heading) not in replaced)
    words = {SystemStatus.ANSWERED: finished[:1]} if finished else {}
    return replace(
        layout,
        title=title,
        headings=headings,
        finished=(*layout.finished, *finished),
        table=(*(heading for headings in columns.values() for heading in headings), *table),
        words={**words, **layout.words},
    )
