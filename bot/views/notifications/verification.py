"""A published answer does not stand any more: what happened, and what can be done."""

from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext, shorten

REMOVAL_REASONS = {
    "gone": "опубликованный ответ удалён",
    "closed": "комментарии под записью закрыли, ответа не видно",
    "changed": "житель изменил сообщение после ответа",
}


def answer_lost(note: NoteFacts, context: RenderContext) -> Content:
    number, why = note.facts["number"], note.facts["why"]
    what = REMOVAL_REASONS.get(why, REMOVAL_REASONS["gone"])
    spans: list[Span | str] = [Bold(f"⚠️ №{number}: {what}"), f" · {note.message_source}" if note.message_source else ""]
    if why == "changed":
        spans += ["\nТеперь житель пишет:\n", Quote(shorten(note.message_text or "", 1000))]
    spans += ["\nОтвет был такой:\n", Quote(shorten(note.answer_text or "", 1500))]
    if note.facts["back"]:
        spans.append("\nСообщение снова у вас в работе.")
    else:
        spans.append("\nВ других местах ответ остаётся.")
    if note.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", note.message_link)]
    again = Button("🔁 Опубликовать снова", pack(Op.RETRY, number, note.facts["publication_id"]))
    if why == "changed":
        again = Button("✍️ Ответить заново", pack(Op.ANSWER, number))
    fine = "✅ Ответ подходит, закрыть" if why == "changed" else "✅ Закрыть"
    close = Button(fine, pack(Op.CLOSE_WITHOUT_ANSWER, number, note.facts["publication_id"]))
    return Content.of(*spans, keyboard=[[again], [close]] if note.facts["back"] else ())
