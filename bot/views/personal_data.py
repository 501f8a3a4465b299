"""The words of ``person`` and ``journal``: the proof of an erasure, the export of a person's data, the journal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.notifications.dialogs import PromptClosed
from bot.domain.personal_data import AccountOfOfficial, Erasure, ErasureRefused, ExportedTable, WorkUnfinished
from bot.domain.russian_text import plural

EMPTY_NOTE = PromptClosed(text="Данные жителя стёрты по требованию.")
"""The rest of a note to an official about a citizen whose data were erased."""

TABLE_TITLES = {
    "ticket": "Сообщения, над которыми работали",
    "message": "Тексты в чатах и вложения",
    "answer": "Ответы",
    "system_entry": "Что внесено в другие системы",
    "sent_answer": "Отправленные ответы для подсчёта",
    "held_answer": "Ответы, которые ждали координатора",
    "answer_mark": "Замечания к ответам",
    "draft": "Ответы на согласовании",
    "draft_version": "Тексты ответов на согласовании",
    "draft_approval": "Согласования ответов",
    "delegation": "Поручения подготовить ответ",
    "solution": "Решён ли вопрос",
    "import_record": "Номера в других системах",
    "clock_event": "События сроков",
    "publication": "Публикации ответов",
    "remark": "Пояснения для коллег",
    "inquiry": "Запросы сведений, вопросы руководству и жителю",
    "promise": "Обещания промежуточных ответов",
    "doubt": "Очередь на проверку",
    "problem": "Проблемы, к которым относились сообщения",
    "voice": "Поддержал чужие сообщения",
    "card": "Карточки сотрудников",
    "letter": "Сообщения бота",
    "button": "Кнопки под сообщениями бота",
    "due": "Сроки",
    "notice": "Напоминания сотрудникам",
    "inbox": "Ещё не обработанное и отложенное",
    "outbox": "Отправленное и ждущее отправки",
    "held_note": "Уведомления, которые некому было показать",
    "dialog": "Черновики сотрудников",
    "audit": "История действий",
    "once": "Отметки о разовых письмах",
    "page_comment": "Комментарии на официальных страницах",
    "act": "Учёт частоты сообщений",
    "flood": "Превышение частоты сообщений",
    "held_message": "Отложено из-за частоты",
    "wrong_code": "Неверные коды приглашения",
}
"""The tables with citizens' data, for people who read an export or a proof."""


def render_proof(erasure: Erasure, zone: ZoneInfo) -> str:
    """Return the proof of an erasure, to be kept by the town; nothing in it names the person."""
    lines = [
        f"СПРАВКА №{erasure.number} О СТИРАНИИ ДАННЫХ ЧЕЛОВЕКА",
        "",
        f"Когда: {_moment(erasure.at, zone)}",
        f"Кто выполнил (пользователь сервера): {erasure.performed_by}",
        f"Чьи данные: {erasure.account_hash}",
        f"Ключ к предыдущей строке: {erasure.key}",
        "Строка «Чьи данные» — это HMAC-SHA256 от адреса вида telegram:123 с этим ключом (записан шестнадцатерично). "
        "В базе ключа нет: кому принадлежали данные, можно проверить только по этой справке.",
        "",
        "Стёрто, записей:",
        *(f"  {TABLE_TITLES.get(name, name)}: {count}" for name, count in erasure.counts.items()),
        "",
        "Остались числа без имён и слов: отрасль, улица, даты, сроки. В журналах работы программы слов нет.",
    ]
    if erasure.copies:
        lines += ["", "Прежние копии базы, о которых знает бот: данные есть в них, пока их не удалят."]
        lines += [f"  {_moment(copy.at, zone)} · {copy.file}" for copy in erasure.copies]
    if erasure.photos_in_chats:
        photos = plural(erasure.photos_in_chats, "сообщение", "сообщения", "сообщений")
        lines += ["", f"В чатах сотрудников осталось {photos} с фотографиями и файлами: удалите их вручную."]
    lines += [
        "",
        "Сводки, которые сотрудники уже получили, и сами публикации в чатах бот удалить не может. Модель, обученная на "
        "прежних сообщениях, хранит отдельные слова без авторов; следующее обучение пройдёт без стёртых сообщений.",
    ]
    return "\n".join(lines) + "\n"


def describe_public_answers(links: Sequence[str]) -> str:
    """Return the links to the answers that are still public; they are printed once and not stored."""
    return "Ответы города остались в чатах, удалите их там, если нужно:\n" + "\n".join(f"  {link}" for link in links)


def describe_refusal(refusal: ErasureRefused) -> str:
    """Return why nothing was erased, and what to do."""
    match refusal:
        case AccountOfOfficial():
            return "Это сотрудник: его данные нужны, пока он работает. Уберите его из настроек и повторите."
        case WorkUnfinished(ticket_ids=[]):
            return (
                "От этого человека пришло то, что бот ещё не обработал. Повторите через минуту или добавьте --force: "
                "тогда и это будет стёрто."
            )
        case WorkUnfinished(ticket_ids=numbers):
            return (
                f"Ещё не закончена работа: {', '.join(f'№{number}' for number in numbers)}. Ответьте человеку и "
                "повторите или добавьте --force: тогда сообщения будут закрыты без ответа. Сообщение из общей проблемы "
                "останется в ней открытым, но без слов."
            )
    return "Сейчас стереть нельзя."


def export_document(person: str, tables: Sequence[ExportedTable], at: datetime) -> dict[str, Any]:
    """Return everything that is stored of *person*, table by table, ready to be written as JSON."""
    return {
        "Чьи данные": person,
        "Выгружено": at.isoformat(timespec="seconds"),
        "Пояснение": "Вложения названы своими адресами и номерами в мессенджере: самих файлов бот не хранит.",
        "Данные": {TABLE_TITLES.get(one.table, one.table): one.rows for one in tables},
    }


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"
