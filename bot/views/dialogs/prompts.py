"""What an official reads while doing something in steps: answering, correcting, typing a message in."""

from collections.abc import Callable

from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Link, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import DRAFT_VIEWS, cancel_row
from bot.views.render_context import RenderContext
from bot.views.toasts import refusal_text

COMMAND_TITLES: dict[str, str] = {
    "my": "Мои сообщения в работе",
    "find": "Найти: номер или слова",
    "new": "Внести сообщение вручную",
    "digest": "Сводка на сейчас",
    "stats": "Показатели за месяц",
    "invite": "Пригласить сотрудников",
    "settings": "В каком мессенджере получать уведомления",
    "help": "Что умеет бот",
}
"""Command → its line in the messenger's menu."""

SOURCES_WITHOUT_NUMBER = ("Телефон", "Личный приём")
"""Sources that give a message no number."""

MANUAL_SOURCES = ("Телефон", "Личный приём", "ПОС", "Инцидент Менеджмент", "СЭД", "Другое")
"""Where a message that is typed in may have come from."""

_ROLES = {
    "head": "руководитель отраслевого блока",
    "deputy": "заместитель руководителя блока",
    "employee": "сотрудник блока",
    "block_curator": "куратор блока",
    "coordinator": "координатор",
    "manager": "руководитель центра",
    "curator": "куратор центра",
    "administrator": "администратор",
    "duty": "дежурный",
}


def welcome_staff(note: NoteFacts, context: RenderContext) -> Content:
    roles = ", ".join(_ROLES.get(role, role) for role in note.facts["roles"])
    return Content.of(
        f"Здравствуйте, {note.facts['name']}! Вы подключены к центру управления «{note.facts['centre']}».\n"
        f"Ваша роль: {roles}.\n\n",
        *_automatic_messages(note),
        *_help_spans(note),
    )


def _automatic_messages(note: NoteFacts) -> list[Span]:
    """What will arrive here unasked, so that silence until then frightens nobody."""
    roles = note.facts["roles"]
    said = []
    if note.facts.get("digest_at"):
        said.append(f"Каждый день в {note.facts['digest_at']} здесь будет сводка.")
    if {"curator", "block_curator"} & set(roles):
        said.append("О просрочках сообщу сразу.")
    if "duty" in roles:
        said.append("Если житель напишет о преступлении или угрозе жизни, сообщу сразу, в любое время суток.")
    if "administrator" in roles:
        said.append("Сообщу, если бот чего-то не слышит или не может писать.")
    return [Text(" ".join(said) + "\n\n")] if said else []


def help_staff(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(*_help_spans(note))


def _help_spans(note: NoteFacts) -> list[Span]:
    spans: list[Span] = []
    if note.facts.get("sorts"):
        spans.append(
            Text("Если бот не уверен, чьё это сообщение, карточка приходит вам: выберите отрасль кнопкой.\n\n")
        )
    if note.facts.get("works_tickets"):
        spans.append(
            Text(
                "Новые сообщения жителей приходят сюда карточками. Кнопками под карточкой их можно принять, "
                "передать другому блоку или ответить. Короткий путь: ответьте на карточку обычным ответом, "
                "и текст уйдёт жителю после вашего подтверждения.\n\n"
            )
        )
    spans.append(Bold("Команды"))
    spans += [Text(f"\n/{name} — {COMMAND_TITLES[name].lower()}") for name in note.facts["commands"]]
    return spans


def unknown_command(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Такой команды нет.\n\n", *_help_spans(note))


def card_below(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"№{note.facts['number']}: карточка теперь ниже.")


def no_dialog(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        "Чтобы ответить жителю, нажмите «Ответить» под карточкой или ответьте на неё сообщением. "
        "Список ваших карточек: /my"
    )


def refused(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(refusal_text(note.facts["refusal"], note.facts))


def already_answered(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"На сообщение №{note.facts['number']} уже отвечено. Чтобы изменить ответ, нажмите «Исправить ответ» "
        "под карточкой."
    )


def closed(note: NoteFacts, context: RenderContext) -> Content:
    """A question of ours that has been answered: only the words stay, the buttons go."""
    return Content.of(note.facts["text"])


def handed(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    return Content.of(
        f"↪️ Сообщение №{number} передано: {note.facts['sector']}.",
        keyboard=[[Button("💬 Добавить пояснение", pack(Op.REASON, number))]],
    )


def ask_reason(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    return Content.of(f"Напишите пояснение к №{number} для коллег. Жители его не увидят.", keyboard=cancel_row(note))


def reason_added(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Пояснение к №{note.facts['number']} добавлено в карточку.")


def ask_dismiss_reason(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    return Content.of(f"Почему №{number} не требует ответа? Напишите коротко.", keyboard=cancel_row(note))


def dismissed(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"🚫 Сообщение №{note.facts['number']} закрыто без ответа.")


def new_text(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        Bold("📝 Новое сообщение"),
        "\nНапишите, что сообщил житель: что случилось, где, кто сообщил и как с ним связаться.",
        keyboard=cancel_row(note),
    )


def new_source(note: NoteFacts, context: RenderContext) -> Content:
    rows = [[Button(name, pack(Op.MANUAL_ENTRY, 0, f"source={i}"))] for i, name in enumerate(MANUAL_SOURCES)]
    pairs = [rows[i][0:1] + (rows[i + 1] if i + 1 < len(rows) else []) for i in range(0, len(rows), 2)]
    left = "Файлы сюда не вносятся, записан только текст. " if note.facts.get("files_left") else ""
    return Content.of(f"{left}Откуда пришло сообщение?", keyboard=[*pairs, *cancel_row(note)])


def new_number(note: NoteFacts, context: RenderContext) -> Content:
    skip = Button("Нет номера", pack(Op.MANUAL_ENTRY, 0, "number="))
    return Content.of("Номер в той системе? Напишите его.", keyboard=[[skip], *cancel_row(note)])


def new_due(note: NoteFacts, context: RenderContext) -> Content:
    skip = Button("Обычный срок", pack(Op.MANUAL_ENTRY, 0, "due="))
    faults = {
        "unread": "Не получилось прочитать дату. ",
        "past": "Это время уже прошло. ",
        "far": "Проверьте год: до этого больше двух лет. ",
    }
    wrong = faults.get(note.facts.get("wrong", ""), "")
    return Content.of(
        f"{wrong}До какого времени нужно ответить? Например: 25.11.2026 15:00 или 25.11",
        keyboard=[[skip], *cancel_row(note)],
    )


def new_done(note: NoteFacts, context: RenderContext) -> Content:
    where = f"передано: {note.facts['sector']}" if note.facts["sector"] else "выберите отрасль в карточке"
    return Content.of(f"✅ Сообщение №{note.facts['number']} внесено, {where}.")


def invitations(note: NoteFacts, context: RenderContext) -> Content:
    invited = note.facts["invited"]
    if not invited:
        return Content.of("У всех сотрудников из настроек уже есть доступ, приглашать некого.")
    spans: list[Span | str] = [
        Bold("Приглашения"),
        "\nПерешлите каждому его код лично. Сотрудник открывает этого бота и отправляет команду целиком; "
        "код действует один раз.\n",
    ]
    for name, code in invited:
        spans.append(f"\n{name}: /start {code}")
        spans += [
            span
            for title, link in note.facts.get("links", ())
            for span in (" · ", Link(f"ссылка: {title}", link.format(code=code)))
        ]
    if note.facts.get("links"):
        spans.append("\n\nСообщество VK не может написать первым: по ссылке достаточно написать любое слово.")
    return Content.of(*spans)


def find_how(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Напишите номер или слова, например: /find 142 или /find люк Ленина")


DIALOG_VIEWS: dict[str, Callable[[NoteFacts, RenderContext], Content]] = {
    view.__name__: view
    for view in (
        *DRAFT_VIEWS,
        welcome_staff,
        help_staff,
        no_dialog,
        card_below,
        unknown_command,
        refused,
        already_answered,
        dismissed,
        closed,
        handed,
        ask_reason,
        reason_added,
        ask_dismiss_reason,
        new_text,
        new_source,
        new_number,
        new_due,
        new_done,
        find_how,
        invitations,
    )
}


def command_menu(commands: list[str]) -> list[tuple[str, str]]:
    """(name, description) of each command, for the messenger's own menu."""
    return [(name, COMMAND_TITLES[name]) for name in commands if name in COMMAND_TITLES]
