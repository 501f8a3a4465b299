"""Views of dialogs and commands: prompts, confirmations, help and invitations."""

from collections.abc import Mapping, Sequence

from bot.domain.notifications.dialogs import (
    AskDismissReason,
    AskHandOverReason,
    DialogKept,
    PromptClosed,
    PromptDone,
    PromptResult,
)
from bot.domain.notifications.refusals import Refused
from bot.domain.notifications.solutions import AskControlDate
from bot.domain.notifications.staff import FindHelp, Help, InvitationList, NoDialog, UnknownCommand, Welcome
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content, Link, Span, Text
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import DRAFT_VIEWS, cancel_row
from bot.views.dialogs.manual_entry import MANUAL_ENTRY_VIEWS
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext
from bot.views.role_titles import role_title
from bot.views.toasts import message_refusal_text

COMMAND_TITLES: dict[str, str] = {
    "my": "Мои сообщения в работе",
    "control": "Контроль: просрочки, сроки, кто работает",
    "find": "Найти: номер или слова",
    "new": "Внести сообщение вручную",
    "entries": "Что ждёт внесения в ПОС и другие системы",
    "digest": "Сводка на сейчас",
    "stats": "Показатели за месяц",
    "report": "Отчёт для регионального центра",
    "questions": "Вопросы на рассмотрении",
    "people": "Сотрудники: пригласить, перевести, уволить",
    "templates": "Шаблоны ответов",
    "topics": "Темы и слова, по которым бот узнаёт блок",
    "invite": "Пригласить сотрудников",
    "accounts": "Входы сотрудников и коды",
    "away": "Отпуск и замещение",
    "settings": "В каком мессенджере получать уведомления",
    "help": "Что умеет бот",
}
"""Description of each command in the messenger's menu."""

PROMPT_RESULTS: Mapping[PromptResult, str] = {
    PromptResult.STAND_IN_AGREED: "✅ Вы согласились заместить.",
    PromptResult.STAND_IN_REFUSED: "Вы отказались замещать.",
    PromptResult.ABSENCE_CANCELLED: "Отпуск отменён.",
    PromptResult.ACCOUNT_DISOWNED: (
        "🔒 Новый вход отключён: карточек там больше нет, все действующие коды этого сотрудника отозваны."
    ),
    PromptResult.BUTTONS_GONE: "Кнопки под этим сообщением больше не действуют.",
    PromptResult.ANSWER_RESENT: "🔁 Ответ на проблему №{number} отправляется ещё раз.",
    PromptResult.ANSWER_RELEASED: "📤 Ответ на №{number} отправляется.",
    PromptResult.ANSWER_WITHHELD: "Ответ на №{number} не публикуется. Сообщение остаётся у вас в работе.",
    PromptResult.ANSWER_WITHHELD_LATER: "Ответ на №{number} не публикуется. Сообщение остаётся отвеченным.",
    PromptResult.ANSWER_DECLINED: "🚫 Ответ на №{number} не отправлен.",
    PromptResult.REPLY_ADOPTED: "✅ №{number}: ответом считается сообщение в чате.",
    PromptResult.REPLY_SUBMITTED: "📨 №{number}: сообщение в чате отправлено на согласование. Согласует: {name}.",
    PromptResult.REPLY_IGNORED: "Хорошо, №{number} остаётся без ответа.",
    PromptResult.CLOSED_UNANSWERED: "✅ №{number} закрыто, новый ответ не нужен.",
    PromptResult.CALL_LATER: "📞 №{number}: напомню о звонке в это время.",
    PromptResult.PASSED_BACK: "✅ №{number} вернулось тому, кто распределяет сообщения.",
}
"""The words that take the place of a prompt."""


def prompt_done(note: PromptDone, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(PROMPT_RESULTS[note.result].format(number=note.number, name=note.name or "пока некому"))


def welcome_staff(note: Welcome, data: NotificationData, context: RenderContext) -> Content:
    roles = ", ".join(role_title(role, context) for role in note.roles)
    return Content.of(
        f"Здравствуйте, {note.name}! Вы подключены к центру управления «{note.municipality}».\nВаша роль: {roles}.\n\n",
        *_automatic_messages(note),
        *_help_spans(note.commands, works_tickets=note.works_tickets, sorts_messages=note.sorts_messages),
    )


def _automatic_messages(note: Welcome) -> list[Span]:
    """Describe the messages that arrive without a request, so that silence until then worries nobody."""
    roles = note.roles
    sentences = []
    if note.digest_at:
        sentences.append(f"Каждый день в {note.digest_at} здесь будет сводка.")
    if {"curator", "block_curator"} & set(roles):
        sentences.append("О просрочках сообщу списком, об опасности сразу.")
    if "duty" in roles:
        sentences.append("Если житель напишет о преступлении или угрозе жизни, сообщу сразу, в любое время суток.")
    if "administrator" in roles:
        sentences.append("Сообщу, если бот чего-то не слышит или не может писать.")
    return [Text(" ".join(sentences) + "\n\n")] if sentences else []


def help_staff(note: Help, data: NotificationData, context: RenderContext) -> Content:
    tables = (
        "\n\nТаблицу, выгруженную из ПОС или другой системы (XLSX, XLS, CSV), пришлите сюда файлом: бот покажет, что "
        "изменится, и внесёт её после кнопки «Внести»."
    )
    return Content.of(
        *_help_spans(note.commands, works_tickets=note.works_tickets, sorts_messages=note.sorts_messages),
        *([tables] if note.enters_tables else []),
    )


def _help_spans(commands: Sequence[str], *, works_tickets: bool = False, sorts_messages: bool = False) -> list[Span]:
    spans: list[Span] = []
    if sorts_messages:
        spans.append(
            Text("Если бот не уверен, чьё это сообщение, карточка приходит вам: выберите отрасль кнопкой.\n\n")
        )
    if works_tickets:
        spans.append(
            Text(
                "Новые сообщения жителей приходят сюда карточками. Кнопками под карточкой их можно принять, "
                "передать другому блоку или ответить. Короткий путь: ответьте на карточку обычным ответом, "
                "и текст уйдёт жителю после вашего подтверждения.\n\n"
            )
        )
    spans.append(Bold("Команды"))
    for name in commands:
        title = COMMAND_TITLES[name]
        spans.append(Text(f"\n/{name} — {title[:1].lower()}{title[1:]}"))  # «ПОС» stays in capitals
    return spans


def unknown_command(note: UnknownCommand, data: NotificationData, context: RenderContext) -> Content:
    aside = "В начатый текст эти слова не вошли: если они нужны в нём, пришлите их без «/» в начале.\n\n"
    return Content.of("Такой команды нет.\n\n", aside if note.in_dialog else "", *_help_spans(note.commands))


def dialog_kept(note: DialogKept, data: NotificationData, context: RenderContext) -> Content:
    about = f" (№{note.ticket_id})" if note.ticket_id else ""
    if note.is_draft:
        return Content.of(f"✍️ Начатый текст{about} сохранён. Следующее сообщение без «/» продолжит его.")
    return Content.of(f"✍️ Вопрос бота{about} ещё ждёт ответа: им будет ваше следующее сообщение без «/».")


def no_dialog(note: NoDialog, data: NotificationData, context: RenderContext) -> Content:
    if not note.answers:
        return Content.of("Эти слова никому не переданы. Что здесь можно сделать: /help")
    return Content.of(
        "Чтобы ответить жителю, нажмите «Ответить» под карточкой или ответьте на неё сообщением. "
        "Список ваших карточек: /my"
    )


def refused(note: Refused, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(message_refusal_text(note.refusal, note.details))


def ask_reason(note: AskHandOverReason, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Напишите пояснение к №{note.ticket_id} для коллег. Жители его не увидят.",
        keyboard=cancel_row(data, note.ticket_id),
    )


def ask_dismiss_reason(note: AskDismissReason, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Почему №{note.ticket_id} не требует ответа? Напишите коротко.", keyboard=cancel_row(data, note.ticket_id)
    )


def control_date(note: AskControlDate, data: NotificationData, context: RenderContext) -> Content:
    words = f"До какого дня №{note.ticket_id} на контроле? В этот день напомню. Например: {EXAMPLES}"
    rows = [*passed_row(note, data, context, note.ticket_id), *cancel_row(data, note.ticket_id)]
    return Content.of(f"{date_fault(note, context)}{words}", keyboard=rows)


def invitations(note: InvitationList, data: NotificationData, context: RenderContext) -> Content:
    if not note.invitations:
        return Content.of("У всех сотрудников из настроек уже есть доступ, приглашать некого.")
    spans: list[Span | str] = [
        Bold("Приглашения"),
        "\nПерешлите каждому его код лично. Сотрудник открывает этого бота и отправляет команду целиком; "
        f"код действует один раз.{f' Срок кода: {note.valid}.' if note.valid else ''}\n",
    ]
    for name, code in note.invitations:
        spans.append(f"\n{name}: /start {code}")
        spans += [
            span
            for title, url in note.links
            if url is not None
            for span in (" · ", Link(f"ссылка: {title}", url.format(code=code)))
        ]
    if note.links:
        spans.append("\n\nСообщество VK не может написать первым: по ссылке достаточно написать любое слово.")
    return Content.of(*spans)


DIALOG_VIEWS = (
    *DRAFT_VIEWS,
    *MANUAL_ENTRY_VIEWS,
    row(Welcome, welcome_staff),
    row(Help, help_staff),
    row(UnknownCommand, unknown_command),
    row(DialogKept, dialog_kept),
    row(Refused, refused),
    row(AskHandOverReason, ask_reason),
    row(AskDismissReason, ask_dismiss_reason),
    row(AskControlDate, control_date),
    row(InvitationList, invitations),
    row(PromptDone, prompt_done),
    template_row(PromptClosed, "{note.text}"),
    template_row(FindHelp, "Напишите номер или слова, например: /find 142 или /find люк Ленина"),
    row(NoDialog, no_dialog),
)


def command_menu(commands: list[str]) -> list[tuple[str, str]]:
    """Return (name, description) of each command for the messenger's menu."""
    return [(name, COMMAND_TITLES[name]) for name in commands if name in COMMAND_TITLES]
