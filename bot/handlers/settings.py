"""``/settings``: the official's own settings, shown in one message that is edited in place."""

from datetime import time

from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notice_budgets import NoticeBudget
from bot.domain.notifications.staff import (
    AskDaysOff,
    AskQuietHours,
    ChannelSetting,
    Settings,
    StartLink,
    TimesSetting,
)
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.own_times import parse_dates, parse_hours
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.reports import summaries
from bot.services.staff import invitations, preferences
from bot.views.callback_codes import Op

PAGES = frozenset({"", "cards", "reports", "quiet", "days", "budget", "summary"})


async def send_settings(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await _settings_page(ctx, person, ""), priority=Priority.INTERACTIVE)


async def on_settings_button(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Turn a page or apply a choice; e.g. ``cards``, ``cards=vk.3001``, ``reports=vk.3001``, ``days=5``."""
    page, _, name = press.callback.arg.partition("=")
    toast, invitation = ToastCode.NOTHING, None
    if page == "connect":
        invitation = await invitations.create_connect_code(ctx, press.person)
    elif page not in PAGES or (name and not page):
        raise OutdatedButton()
    elif name == "ask" and page in ASKED:
        await _ask(ctx, press, page)
        return
    elif name and page in ASKED:
        await _set_times(ctx, press.person, page, name)
    elif name and page == "summary":
        await _set_summary_hour(ctx, press.person, name)
    elif name and page == "budget":
        await _set_budget(ctx, press.person, name)
        toast = ToastCode.BUDGET_SET
    elif name and page == "cards":
        is_on = await preferences.toggle_cards(ctx, press.person, name)
        toast = ToastCode.SETTINGS_ON if is_on else ToastCode.SETTINGS_OFF
    elif name:
        await preferences.set_reports_account(ctx, press.person, name)
        toast = ToastCode.SETTINGS_ON
    await answer_callback(ctx, press, toast)
    note = await _settings_page(ctx, press.person, page, invitation)
    if press.event.message_id is None:
        await notify.notify(ctx, press.person, note, priority=Priority.INTERACTIVE)
    else:
        await edit_pressed_note(ctx, press, note)


async def _ask(ctx: UseCaseContext, press: ButtonPress, page: str) -> None:
    step, note = ASKED[page]
    dialog = await dialogs.start(ctx, press.person, step)
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, note)


async def _set_times(ctx: UseCaseContext, person: Person, page: str, name: str) -> None:
    if page == "quiet" and name == "usual":
        await preferences.set_quiet_hours(ctx, person, None)
    elif page == "days" and name == "clear":
        await preferences.clear_days_off(ctx, person)
    elif page == "days" and name in set("0123456"):
        await preferences.toggle_day_off(ctx, person, int(name))
    else:
        raise OutdatedButton()


async def _set_summary_hour(ctx: UseCaseContext, person: Person, name: str) -> None:
    if name != "usual" and not (name.isdecimal() and len(name) == 2 and int(name) < 24):
        raise OutdatedButton()
    await preferences.set_summary_hour(ctx, person, None if name == "usual" else time(int(name)))


async def _set_budget(ctx: UseCaseContext, person: Person, name: str) -> None:
    try:
        budget = NoticeBudget(name)
    except ValueError:
        raise OutdatedButton() from None
    await preferences.set_budget(ctx, person, budget)


async def on_quiet_hours(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await preferences.set_quiet_hours(ctx, message.person, parse_hours(message.require_text()))
    await _end_dialog(ctx, message, "quiet")


async def on_days_off(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await preferences.add_days_off(ctx, message.person, parse_dates(message.require_text(), ctx.today))
    await _end_dialog(ctx, message, "days")


async def _end_dialog(ctx: UseCaseContext, message: OfficialMessage, page: str) -> None:
    await dialogs.end(ctx, message.dialog)
    note = await _settings_page(ctx, message.person, page)
    await notify.notify(ctx, message.person, note, priority=Priority.INTERACTIVE)


async def _times(ctx: UseCaseContext, person: Person) -> TimesSetting:
    own = await preferences.find_own_times(ctx, person)
    hours = own.quiet_hours(ctx.municipality.quiet_hours)
    return TimesSetting(
        f"{hours.start:%H:%M}",
        f"{hours.end:%H:%M}",
        own.hours is not None,
        tuple(sorted(own.weekdays)),
        tuple(sorted(own.dates)),
    )


async def _settings_page(ctx: UseCaseContext, person: Person, page: str, invitation: str | None = None) -> Settings:
    channels = tuple(
        ChannelSetting(
            name=one.name,
            account=one.account,
            receives_cards=one.receives_cards,
            receives_reports=one.receives_reports,
            blocked=one.channel.blocked,
            unavailable=one.channel.unavailable,
        )
        for one in await preferences.list_accounts(ctx, person)
    )
    others = tuple(
        StartLink(account.title, account.start_link) for account in preferences.list_unconnected_messengers(ctx, person)
    )
    valid = ctx.municipality.invitation_term.in_russian() if invitation else None
    times = await _times(ctx, person)
    own = await ctx.uow.staff.find_summary_hour(person.id)
    has_summary = summaries.has_summary(ctx, person)
    return Settings(
        page=page,
        channels=channels,
        others=others,
        invitation=invitation,
        valid=valid,
        times=times,
        digest_at=f"{own or ctx.municipality.digest_at:%H:%M}" if has_summary else None,
        digest_is_own=own is not None,
        budget=await ctx.uow.staff.find_budget(person.id),
    )


ASKED = {
    "quiet": (DialogStep.QUIET_HOURS, AskQuietHours()),
    "days": (DialogStep.DAYS_OFF, AskDaysOff()),
}
"""Pages with a value that is written: the step, and the prompt."""

BUTTON_HANDLERS: ButtonHandlers = {Op.SETTINGS: on_settings_button}
COMMAND_HANDLERS: CommandHandlers = {"settings": send_settings}
STEP_HANDLERS: DialogStepHandlers = {DialogStep.QUIET_HOURS: on_quiet_hours, DialogStep.DAYS_OFF: on_days_off}
