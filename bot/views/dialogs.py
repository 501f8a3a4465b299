"""What an official reads while doing something in steps: answering, correcting, typing a message in."""

from collections.abc import Callable

from bot.domain.facts import NoteFacts
from bot.domain.russian import plural
from bot.messengers.codec import unpack_media
from bot.messengers.content import Bold, Button, Content, Quote, Span, Text
from bot.views.codes import Op, pack
from bot.views.look import Look, shorten
from bot.views.refusals import said

COMMANDS: dict[str, str] = {
    "my": "Мои сообщения в работе",
    "find": "Найти: номер или слова",
    "new": "Внести сообщение вручную",
    "digest": "Сводка на сейчас",
    "invite": "Пригласить сотрудников",
    "help": "Что умеет бот",
}
"""Command → its line in the messenger's menu."""

SOURCES = ("Телефон", "Личный приём", "ПОС", "Инцидент Менеджмент", "СЭД", "Другое")
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
}


def welcome_staff(note: NoteFacts, look: Look) -> Content:
    roles = ", ".join(_ROLES.get(role, role) for role in note.facts["roles"])
    return Content.of(
        f"Здравствуйте, {note.facts['name']}! Вы подключены к центру управления «{note.facts['centre']}».\n"
        f"Ваша роль: {roles}.\n\n",
        *_help(note.facts["commands"], note.facts["works_tickets"]),
    )


def help_staff(note: NoteFacts, look: Look) -> Content:
    return Content.of(*_help(note.facts["commands"], note.facts["works_tickets"]))


def _help(commands: list[str], works_tickets: bool) -> list[Span]:
    spans: list[Span] = []
    if works_tickets:
        spans.append(
            Text(
                "Новые сообщения жителей приходят сюда карточками. Кнопками под карточкой их можно принять, "
                "передать другому блоку или ответить. Короткий путь: ответьте на карточку обычным ответом, "
                "и текст уйдёт жителю после вашего подтверждения.\n\n"
            )
        )
    spans.append(Bold("Команды"))
    spans += [Text(f"\n/{name} — {COMMANDS[name].lower()}") for name in commands]
    return spans


def unknown_command(note: NoteFacts, look: Look) -> Content:
    return Content.of("Такой команды нет.\n\n", *_help(note.facts["commands"], works_tickets=False))


def no_dialog(note: NoteFacts, look: Look) -> Content:
    return Content.of(
        "Чтобы ответить жителю, нажмите «Ответить» под карточкой или ответьте на неё сообщением. "
        "Список ваших карточек: /my"
    )


def refused(note: NoteFacts, look: Look) -> Content:
    return Content.of(said(note.facts["refusal"], note.facts))


def already_answered(note: NoteFacts, look: Look) -> Content:
    return Content.of(
        f"На сообщение №{note.facts['number']} уже отвечено. Чтобы изменить ответ, нажмите «Исправить ответ» "
        "под карточкой."
    )


def ask_answer(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    ticket = note.tickets.get(number)
    spans: list[Span | str] = [Bold(f"✍️ Ответ на №{number}")]
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 300))]
    if not note.facts.get("bare"):
        spans.append("\nНапишите текст. Можно приложить фото и документы. Перед отправкой покажу, как увидит житель.")
    return Content.of(*spans, keyboard=_cancel(note))


def ask_correct(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    return Content.of(
        Bold(f"✏️ Исправление ответа на №{number}"),
        "\nСейчас опубликовано:\n",
        Quote(shorten(note.answer_text or "", 3000)),
        "" if note.facts.get("bare") else "\nПришлите новый текст целиком.",
        keyboard=_cancel(note),
    )


def preview(note: NoteFacts, look: Look) -> Content:
    """The draft as the citizen will see it; ``draft`` is what it is when the note leaves."""
    draft, number = note.draft, note.facts["number"]
    if draft is None:
        return Content.of("Черновика уже нет.")
    correcting = draft.step.startswith("correct")
    heading = "Так будет выглядеть исправленный ответ" if correcting else "Так ответ увидит житель"
    send = Button("✏️ Исправить" if correcting else "📤 Отправить", pack(Op.SEND, number, draft.version))
    change = Button("✍️ Изменить", pack(Op.CHANGE, number, draft.version))
    cancel = Button("Отмена", pack(Op.CANCEL, number, draft.version))
    content = Content.of(Bold(f"{heading} (№{number}):"), f"\n\n{draft.text}", keyboard=[[send], [change, cancel]])
    return content.with_media(unpack_media(draft.media))


def draft_sent(note: NoteFacts, look: Look) -> Content:
    files = note.facts.get("files", 0)
    tail = f"\n📎 {plural(files, 'вложение', 'вложения', 'вложений')}" if files else ""
    return Content.of(
        f"📤 Ответ на №{note.facts['number']} отправлен на публикацию:\n", Quote(note.facts["text"] or "—"), tail
    )


def correction_sent(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"✏️ Ответ на №{note.facts['number']} исправляется:\n", Quote(note.facts["text"]))


def draft_cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено, жителю ничего не отправлено.")


def correction_cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено, у жителя остаётся прежний ответ.")


def cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено.")


def draft_again(note: NoteFacts, look: Look) -> Content:
    """After «Изменить»: the old words stay in sight, to be copied."""
    old = note.facts.get("text")
    asked = "" if note.facts.get("bare") else f"Хорошо, пришлите новый ответ на №{note.facts['number']} целиком."
    spans: list[Span | str] = [asked, "\nБыло:\n" if asked else "Было:\n", Quote(old)] if old else [asked or "Было: —"]
    return Content.of(*spans, keyboard=_cancel(note))


def preview_replaced(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"Черновик ответа на №{note.facts['number']} изменён, новый вид — ниже.")


def draft_closed(note: NoteFacts, look: Look) -> Content:
    """What became of a draft that was not sent; its words can still be copied."""
    why = {"other": "отложен: вы начали другое действие", "expired": "закрыт: прошли сутки"}
    said = why.get(note.facts["why"], "закрыт")
    spans: list[Span | str] = [f"Черновик ответа на №{note.facts['number']} {said}. Жителю ничего не отправлено."]
    if note.facts.get("text"):
        spans += ["\n", Quote(shorten(note.facts["text"], 3500))]
    return Content.of(*spans)


def closed(note: NoteFacts, look: Look) -> Content:
    """A question of ours that has been answered: only the words stay, the buttons go."""
    return Content.of(note.facts["text"])


def handed(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    return Content.of(
        f"↪️ Сообщение №{number} передано: {note.facts['sector']}.",
        keyboard=[[Button("💬 Добавить пояснение", pack(Op.REASON, number))]],
    )


def ask_reason(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    return Content.of(f"Напишите пояснение к №{number} для коллег. Жители его не увидят.", keyboard=_cancel(note))


def reason_added(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"Пояснение к №{note.facts['number']} добавлено в карточку.")


def ask_dismiss_reason(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    return Content.of(f"Почему №{number} не требует ответа? Напишите коротко.", keyboard=_cancel(note))


def dismissed(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"🚫 Сообщение №{note.facts['number']} закрыто без ответа.")


def new_text(note: NoteFacts, look: Look) -> Content:
    return Content.of(
        Bold("📝 Новое сообщение"),
        "\nНапишите, что сообщил житель: что случилось, где, кто сообщил и как с ним связаться.",
        keyboard=_cancel(note),
    )


def new_source(note: NoteFacts, look: Look) -> Content:
    rows = [[Button(name, pack(Op.NEW, 0, f"source={i}"))] for i, name in enumerate(SOURCES)]
    pairs = [rows[i][0:1] + (rows[i + 1] if i + 1 < len(rows) else []) for i in range(0, len(rows), 2)]
    return Content.of("Откуда пришло сообщение?", keyboard=[*pairs, *_cancel(note)])


def new_number(note: NoteFacts, look: Look) -> Content:
    skip = Button("Нет номера", pack(Op.NEW, 0, "number="))
    return Content.of("Номер в той системе? Напишите его.", keyboard=[[skip], *_cancel(note)])


def new_due(note: NoteFacts, look: Look) -> Content:
    skip = Button("Обычный срок", pack(Op.NEW, 0, "due="))
    faults = {"unread": "Не получилось прочитать дату. ", "past": "Это время уже прошло. "}
    wrong = faults.get(note.facts.get("wrong", ""), "")
    return Content.of(
        f"{wrong}До какого времени нужно ответить? Например: 25.11.2026 15:00 или 25.11",
        keyboard=[[skip], *_cancel(note)],
    )


def new_done(note: NoteFacts, look: Look) -> Content:
    where = f"передано: {note.facts['sector']}" if note.facts["sector"] else "выберите отрасль в карточке"
    return Content.of(f"✅ Сообщение №{note.facts['number']} внесено, {where}.")


def invitations(note: NoteFacts, look: Look) -> Content:
    invited = note.facts["invited"]
    if not invited:
        return Content.of("У всех сотрудников из настроек уже есть доступ, приглашать некого.")
    spans: list[Span | str] = [
        Bold("Приглашения"),
        "\nПерешлите каждому его код лично. Сотрудник открывает этого бота и отправляет команду целиком; "
        "код действует один раз.\n",
    ]
    spans += [f"\n{name}: /start {code}" for name, code in invited]
    return Content.of(*spans)


def find_how(note: NoteFacts, look: Look) -> Content:
    return Content.of("Напишите номер или слова, например: /find 142 или /find люк Ленина")


def _cancel(note: NoteFacts) -> list[list[Button]]:
    """The last row under a question; its code fits this step of this dialog alone."""
    if note.draft is None:
        return []
    return [[Button("Отмена", pack(Op.CANCEL, note.facts.get("number") or 0, note.draft.version))]]


DIALOGS: dict[str, Callable[[NoteFacts, Look], Content]] = {
    view.__name__: view
    for view in (
        welcome_staff,
        help_staff,
        no_dialog,
        unknown_command,
        refused,
        already_answered,
        ask_answer,
        ask_correct,
        preview,
        draft_sent,
        correction_sent,
        draft_cancelled,
        correction_cancelled,
        cancelled,
        preview_replaced,
        draft_closed,
        dismissed,
        draft_again,
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


def menu(commands: list[str]) -> list[tuple[str, str]]:
    """(name, description) of each command, for the messenger's own menu."""
    return [(name, COMMANDS[name]) for name in commands if name in COMMANDS]
