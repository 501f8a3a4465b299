"""``/templates``: list, add, change and delete templates; «Сделать шаблоном» on an answered card."""

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.templates import AskTemplate, ListedTemplate, TemplateList, TemplateSaved
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.answers import templates
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.views.callback_codes import MAX_NUMBER_DIGITS, Op

PAGE_SIZE = 3
"""Templates on one page: VK allows ten buttons under a message."""

MAX_TEMPLATE_CHARS = 4000


async def send_list(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await _page(ctx, person, 0), priority=Priority.INTERACTIVE)


async def _page(ctx: UseCaseContext, person: Person, page: int) -> TemplateList:
    kept = await templates.list_kept(ctx, person)
    pages = max(1, -(-len(kept) // PAGE_SIZE))
    page = min(page, pages - 1)
    shown = kept[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    purposes = templates.describe_purpose(ctx, shown)
    listed = tuple(ListedTemplate(one.id, purposes[one.id], one.text) for one in shown)
    return TemplateList(templates=listed, page=page, pages=pages)


async def on_press(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Turn the page, or add, change or delete a template."""
    argument = press.callback.arg
    if argument == "add":
        await _ask(ctx, press, None)
    elif argument[:1] == "e":
        await _ask(ctx, press, _number(argument[1:]))
    elif argument[:1] == "d":
        await templates.delete(ctx, press.person, _number(argument[1:]))
        await answer_callback(ctx, press, ToastCode.TEMPLATE_DELETED)
        await edit_pressed_note(ctx, press, await _page(ctx, press.person, 0))
    else:
        await answer_callback(ctx, press)
        await edit_pressed_note(ctx, press, await _page(ctx, press.person, press.callback.page))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_DIGITS):
        raise OutdatedButton()
    return int(text)


async def _ask(ctx: UseCaseContext, press: ButtonPress, template_id: int | None) -> None:
    known = await templates.get_kept(ctx, press.person, template_id) if template_id is not None else None
    dialog: Dialog = await dialogs.start(ctx, press.person, DialogStep.TEMPLATE_TEXT)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.TEMPLATE_TEXT, template=template_id)
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskTemplate(text=known.text if known is not None else None))


async def on_text(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Store the text of a template."""
    text = message.require_text()[:MAX_TEMPLATE_CHARS]
    template_id = message.dialog.facts.get("template")
    if template_id is None:
        saved = await templates.add(ctx, message.person, text)
    else:
        saved = await templates.get_kept(ctx, message.person, template_id)
        await templates.change(ctx, message.person, template_id, text)
    await dialogs.end(ctx, message.dialog)
    purpose = templates.describe_purpose(ctx, [saved])[saved.id]
    await notify.notify(ctx, message.person, TemplateSaved(purpose=purpose), priority=Priority.INTERACTIVE)


async def make_template(ctx: UseCaseContext, press: ButtonPress) -> None:
    await templates.make_template(ctx, press.person, press.ticket_id)
    await answer_callback(ctx, press, ToastCode.TEMPLATE_MADE)


BUTTON_HANDLERS: ButtonHandlers = {Op.TEMPLATES: on_press, Op.MAKE_TEMPLATE: make_template}
COMMAND_HANDLERS: CommandHandlers = {"templates": send_list}
STEP_HANDLERS: DialogStepHandlers = {DialogStep.TEMPLATE_TEXT: on_text}
