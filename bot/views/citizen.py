"""The texts for citizens: answers as the official wrote them, and short notes in private chats."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.messages import UnreadKind
from bot.domain.names import visible_name
from bot.domain.notifications.base import CitizenNote
from bot.domain.notifications.citizens import (
    AccessClosed,
    AuthorMuted,
    CitizenWelcome,
    ContentUnread,
    DangerAdvice,
    HowToWrite,
    InvitationCodeWrong,
    InvitationPaused,
    MessagesHeld,
    Redirected,
    TicketDismissed,
    TicketRegistered,
)
from bot.domain.notifications.solutions import BackInWork, SolvedConfirmed, SolvedQuestion
from bot.domain.tickets import DismissReason
from bot.domain.view_data import PublicationFacts
from bot.messengers.content import Button, Content, Mention, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.danger import DANGER_TEXTS
from bot.views.render_context import shorten

MAX_NAME_CHARS = 60
"""Characters of a citizen's name before an answer: people write anything there."""

_UNREAD_TITLES: Mapping[UnreadKind, str] = {
    UnreadKind.AUDIO: "Аудио",
    UnreadKind.LINK: "Ссылки без пояснения",
    UnreadKind.ARTICLE: "Статьи",
    UnreadKind.CALL: "Звонки",
    UnreadKind.CONTACT: "Контакты",
    UnreadKind.GAME: "Игры",
    UnreadKind.GIFT: "Подарки",
    UnreadKind.GIVEAWAY: "Розыгрыши",
    UnreadKind.GIVEAWAY_WINNERS: "Розыгрыши",
    UnreadKind.GRAFFITI: "Граффити",
    UnreadKind.INVOICE: "Счета",
    UnreadKind.MARKET: "Товары",
    UnreadKind.MINI_APP: "Мини-приложения",
    UnreadKind.PAID_MEDIA: "Платные фото и видео",
    UnreadKind.PASSPORT: "Документы из Telegram Passport",
    UnreadKind.PODCAST: "Подкасты",
    UnreadKind.POLL: "Опросы",
    UnreadKind.STORY: "Истории",
    UnreadKind.OTHER: "Такие вложения",
}

_FIRST_WORD = "Здравствуйте! Ваше сообщение взяли в работу. Им занимается: {post}.{until}"
_NEW_TERM = "Здравствуйте! По вашему сообщению нужно больше времени: ответим до {due}."

_TEMPLATES: Mapping[type[CitizenNote], str] = {
    CitizenWelcome: (
        "Здравствуйте! Это «{note.municipality}».\n\nОпишите проблему одним сообщением: что случилось и где "
        "(улица, дом). Можно приложить фото, видео или геопозицию. Мы передадим её тем, кто за это отвечает, "
        "и ответим здесь же.\n\nЭто не официальное заявление: подать его можно через Госуслуги или письменно "
        "в администрацию."
    ),
    HowToWrite: (
        "Здравствуйте! Опишите проблему одним сообщением: что случилось и где (улица, дом). Можно приложить фото."
    ),
    InvitationCodeWrong: (
        "Этот код не подошёл или уже использован. Если вы сотрудник центра, попросите у администратора новый. "
        "Если вы хотите сообщить о проблеме, опишите её словами."
    ),
    InvitationPaused: (
        "Слишком много неверных кодов. Следующий код можно прислать через {note.minutes} мин. "
        "Если вы хотите сообщить о проблеме, опишите её словами."
    ),
    AccessClosed: (
        "Ваш доступ к сообщениям жителей в «{note.municipality}» отключён. "
        "Если это ошибка, обратитесь к администратору."
    ),
    Redirected: "Здравствуйте! «{note.municipality}» здесь не отвечает. Пожалуйста, напишите нам сюда: {note.url}",
    MessagesHeld: (
        "От вас пришло очень много сообщений подряд. Новые сохранены: их посмотрит сотрудник, отдельного ответа на "
        "каждое не будет. Если людям грозит опасность, звоните 112."
    ),
    AuthorMuted: (
        "От вас пришло слишком много сообщений, поэтому ближайшие сутки мы на них не отвечаем. Всё, что вы напишете, "
        "сохранится. Если людям грозит опасность, звоните 112."
    ),
    SolvedConfirmed: "Сообщение №{note.ticket_id}: вопрос решён. Спасибо, что сказали!",
    BackInWork: (
        "Сообщение №{note.ticket_id} снова в работе: вопрос не решён. Если хотите, напишите, что не сделано. "
        "Ответ придёт сюда."
    ),
    TicketRegistered: "Сообщение №{note.ticket_id} принято. Ответ придёт сюда.",
}

_DISMISSED: Mapping[DismissReason, str] = {
    DismissReason.NOT_A_PROBLEM: (
        "Сообщение №{number} прочитали. Отдельного ответа на него не будет. Если нужно что-то исправить, напишите, что "
        "случилось и где."
    ),
    DismissReason.ANSWERED_ELSEWHERE: (
        "На вопрос из сообщения №{number} уже отвечали, поэтому отдельного ответа не будет. Если вы его не видели, "
        "напишите ещё раз."
    ),
    DismissReason.DUPLICATE: (
        "Сообщение №{number} повторяет полученное раньше, поэтому отдельного ответа на него не будет."
    ),
    DismissReason.INSULTS: "На сообщение №{number} ответа не будет.",
    DismissReason.NOT_OURS: (
        "Сообщение №{number} не о нашем округе, поэтому ответить на него не сможем. Пожалуйста, напишите в "
        "администрацию того округа, где это случилось."
    ),
    DismissReason.OTHER: (
        "Сообщение №{number} прочитали. Отдельного ответа на него не будет. Если вопрос остался, напишите ещё раз."
    ),
}


def render_citizen_note(note: CitizenNote) -> Content:
    """Return the words of *note*."""
    if isinstance(note, ContentUnread):
        return Content.of(f"{_UNREAD_TITLES[note.kind]} я не читаю, напишите словами.")
    if isinstance(note, DangerAdvice):
        return Content.of(note.text or DANGER_TEXTS[note.danger])
    if isinstance(note, SolvedQuestion):
        return _solved_question(note)
    if isinstance(note, TicketDismissed):
        words = _DISMISSED[note.reason] if note.text is None else note.text
        return Content.of(words.replace("{number}", str(note.ticket_id)))
    return Content.of(_TEMPLATES[type(note)].format(note=note))


def _solved_question(note: SolvedQuestion) -> Content:
    if note.by_words:
        return Content.of("Вопрос решён? Ответьте на это сообщение словом «да» или «нет».")
    yes, no = Button("Да", pack(Op.SOLVED, note.ticket_id)), Button("Нет", pack(Op.NOT_SOLVED, note.ticket_id))
    return Content.of(f"Сообщение №{note.ticket_id}: вам ответили. Вопрос решён?", keyboard=[[yes, no]])


def render_filler() -> Content:
    """Return what replaces the rest of a long answer after a correction has made it shorter."""
    return Content.of("(Ответ исправлен, он в сообщении выше.)")


def render_publication(facts: PublicationFacts) -> Content:
    """Return the answer exactly as the official wrote it, after the citizen's name where it cannot be a reply.

    The message that is answered is never quoted: its author may have deleted it.
    """
    return Content((*(address_by_name(facts) if facts.by_name else ()), Text(facts.text)))


def address_by_name(facts: PublicationFacts) -> tuple[Span, ...]:
    """Return the line with which an answer begins that cannot be a reply."""
    name = visible_name(facts.author_name)
    if name is None:
        return (Text("Ответ на сообщение жителя:\n"),)
    return (Mention(shorten(name, MAX_NAME_CHARS), facts.author_id), Text(", ответ на ваше сообщение:\n"))


def first_word(post: str, due: datetime | None, zone: ZoneInfo) -> str:
    """Return the words by which a citizen learns that the ticket is taken up, by which post, and until when."""
    return _FIRST_WORD.format(post=post, until=f" Ответим до {_moment(due, zone)}." if due is not None else "")


def new_term(due: datetime, zone: ZoneInfo) -> str:
    """Return the words by which a citizen learns of a later deadline."""
    return _NEW_TERM.format(due=_moment(due, zone))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    """Return «25.11.2026», with the hour unless it is the end of the day."""
    local = moment.astimezone(zone)
    return f"{local:%d.%m.%Y}" if (local.hour, local.minute) == (23, 59) else f"{local:%d.%m.%Y, %H:%M}"
