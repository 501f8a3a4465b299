"""Views of absences."""

from datetime import date

from bot.domain.notifications.absences import (
    AbsenceBegins,
    AbsenceEnds,
    AbsenceNeedsStandIn,
    AskAbsenceDays,
    ChooseStandIn,
    StandInAgreed,
    StandInAsked,
    StandInChosen,
    StandInRefused,
)
from bot.domain.russian_text import plural
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext


def _days(first: date, last: date) -> str:
    if first == last:
        return f"{first:%d.%m.%Y}"
    return f"с {first:%d.%m.%Y} по {last:%d.%m.%Y}"


def ask_days(note: AskAbsenceDays, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [Bold("🏖 Отпуск" if note.is_own else f"🏖 Отпуск: {note.name}")]
    rows = []
    for one in note.planned:
        who = f"замещает {one.stand_in}{'' if one.is_agreed else ' (ещё не согласился)'}" if one.stand_in else "никто"
        spans.append(f"\n• {_days(one.first_day, one.last_day)}: {who if one.stand_in else 'замещающий не выбран'}")
        rows.append(
            [
                Button("Кто замещает", pack(Op.ABSENCE_CHOOSE, 0, one.absence_id)),
                Button("Отменить", pack(Op.ABSENCE_CANCEL, 0, one.absence_id)),
            ]
        )
    subject = "вас не будет" if note.is_own else "человека не будет"
    spans.append(f"\nС какого и по какое число {subject}? Например: 01.12–14.12")
    return Content.of(*spans, keyboard=[*rows, *cancel_row(data)])


def choose_stand_in(note: ChooseStandIn, data: NotificationData, context: RenderContext) -> Content:
    words = f"🏖 {note.name}: {_days(note.first_day, note.last_day)}. "
    if not note.candidates:
        return Content.of(words, "Замещать некому: сообщения перейдут заместителю, куратору блока или координатору.")
    rows = [
        [Button(one.name[:60], pack(Op.ABSENCE_STAND_IN, 0, f"{note.absence_id}.{one.person_id}"))]
        for one in note.candidates
    ]
    return Content.of(words, "Кто замещает?", keyboard=rows)


def asked(note: StandInAsked, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"🤝 {note.name} просит заместить: {_days(note.first_day, note.last_day)}. "
        "Сообщения и согласования на это время перейдут к вам.",
        keyboard=[
            [
                Button("Согласен", pack(Op.ABSENCE_AGREE, 0, note.absence_id)),
                Button("Не могу", pack(Op.ABSENCE_REFUSE, 0, note.absence_id)),
            ]
        ],
    )


def chosen(note: StandInChosen, data: NotificationData, context: RenderContext) -> Content:
    state = "согласие не нужно, решено" if note.is_agreed else "жду согласия"
    return Content.of(f"🏖 {note.name}: {_days(note.first_day, note.last_day)}. Замещает {note.stand_in}, {state}.")


def agreed(note: StandInAgreed, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ Вас замещает {note.name}: {_days(note.first_day, note.last_day)}.")


def refused(note: StandInRefused, data: NotificationData, context: RenderContext) -> Content:
    choose = Button("Выбрать другого", pack(Op.ABSENCE_CHOOSE, 0, note.absence_id))
    return Content.of(f"{note.name} не может вас заместить.", keyboard=[[choose]])


def begins(note: AbsenceBegins, data: NotificationData, context: RenderContext) -> Content:
    others = ", ".join(note.successors) or "заместитель, куратор блока или координатор"
    if note.stand_in:
        who = f"замещает {note.stand_in}"
    elif note.asked:
        who = f"ждём согласия ({note.asked}), пока сообщения получает {others}"
    else:
        who = f"замещающий не выбран, сообщения получает {others}"
    counts = [plural(note.tickets, "сообщение", "сообщения", "сообщений")] if note.tickets else []
    if note.approvals:
        counts.append(plural(note.approvals, "согласование", "согласования", "согласований"))
    over = f" Перешло: {', '.join(counts)}." if counts else ""
    return Content.of(f"🏖 {note.name} в отпуске по {note.last_day:%d.%m.%Y}: {who}.{over}")


def ends(note: AbsenceEnds, data: NotificationData, context: RenderContext) -> Content:
    if note.is_own:
        return Content.of("С возвращением! Сообщения, которых никто не брал, снова у вас.")
    return Content.of(f"{note.name} снова на месте. Что вы приняли, остаётся у вас, остальное вернулось.")


def needs_stand_in(note: AbsenceNeedsStandIn, data: NotificationData, context: RenderContext) -> Content:
    choose = Button("Кто замещает", pack(Op.ABSENCE_CHOOSE, 0, note.absence_id))
    return Content.of(f"🏖 {note.name}: отпуск с {note.first_day:%d.%m.%Y}, а замещающего ещё нет.", keyboard=[[choose]])


ABSENCE_VIEWS = (
    row(AskAbsenceDays, ask_days),
    row(ChooseStandIn, choose_stand_in),
    row(StandInAsked, asked),
    row(StandInChosen, chosen),
    row(StandInAgreed, agreed),
    row(StandInRefused, refused),
    row(AbsenceBegins, begins),
    row(AbsenceEnds, ends),
    row(AbsenceNeedsStandIn, needs_stand_in),
)
