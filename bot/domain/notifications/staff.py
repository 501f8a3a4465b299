"""Notifications about an official's own access: who they are here, and where messages reach them."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.domain.notice_budgets import NoticeBudget
from bot.domain.notifications.base import Notification, stored


class Welcome(Notification, code="welcome_staff"):
    """The answer to ``/start``; ``digest_at`` is the hour of the daily digest, for its readers."""

    name: str
    municipality: str = stored("centre")
    roles: tuple[str, ...]
    commands: tuple[str, ...]
    digest_at: str | None = stored(default=None)
    works_tickets: bool = stored(default=False)
    sorts_messages: bool = stored("sorts", default=False)


class Help(Notification, code="help_staff"):
    """The answer to ``/help``."""

    commands: tuple[str, ...]
    works_tickets: bool = stored(default=False)
    sorts_messages: bool = stored("sorts", default=False)
    enters_tables: bool = stored("tables", default=False, omit_default=True)


class UnknownCommand(Notification, code="unknown_command"):
    """The answer to a command that does not exist; ``in_dialog``: it is no part of the text that the bot waits for."""

    commands: tuple[str, ...]
    in_dialog: bool = stored(default=False, omit_default=True)


class NoDialog(Notification, code="no_dialog"):
    """The answer to a message that belongs to no card and no dialog; ``answers``: the person may answer citizens."""

    answers: bool = stored(default=True, omit_default=True)


class FindHelp(Notification, code="find_how"):
    """The answer to ``/find`` without words."""


class StartLink(NamedTuple):
    """An account of the bot; ``url`` opens its private chat and has ``{code}`` in it, ``None`` where there is none."""

    title: str
    url: str | None


class Invitation(NamedTuple):
    """The code by which a person joins."""

    name: str
    code: str


class InvitationList(Notification, code="invitations"):
    """The answer to ``/invite``."""

    invitations: tuple[Invitation, ...] = stored("invited", default=())
    links: tuple[StartLink, ...] = stored(default=())
    valid: str | None = stored(default=None)  # for how long: «24 часа»

    secret_keys = ("invited",)


class NotJoined(Notification, code="not_joined"):
    """Officials who have not joined yet."""

    names: tuple[str, ...]


class AccountAdded(Notification, code="account_added"):
    """An official has a new account, «vk.3001»; ``mine``: it is told to their other accounts."""

    name: str
    account: str
    mine: bool


class AccountRemoved(Notification, code="account_removed"):
    """An official's account, «vk.3001», was closed; ``disowned``: the official says that it was not theirs."""

    name: str
    account: str
    by: str
    disowned: bool


class ClosedAccount(NamedTuple):
    """A person and their account, «vk.3001»."""

    name: str
    account: str


class AccountsClosed(Notification, code="accounts_closed"):
    """Accounts that a change of the configuration has closed."""

    closed: tuple[ClosedAccount, ...]


class AccessEnded(Notification, code="access_ended"):
    """The words left of a message whose reader may not see its content any more."""


class AccountEntry(NamedTuple):
    """An account of an official, «vk.3001»; ``joined_at`` is empty if a code of 0.1.0 was used."""

    name: str
    account: str
    configured: bool
    joined_at: str = ""


class InvitationEntry(NamedTuple):
    """The codes of a person that can still be used, until ``expires_at``."""

    person_id: int
    name: str
    amount: int
    expires_at: str


class AccountList(Notification, code="accounts"):
    """A page of ``/accounts``; ``asked`` is the account whose removal is to be confirmed."""

    accounts: tuple[AccountEntry, ...]
    invitations: tuple[InvitationEntry, ...]
    page: int = stored(default=0)
    asked: str = stored(default="")


class Unreachable(Notification, code="unreachable"):
    """A colleague who gets no messages anywhere."""

    name: str


class Reachable(Notification, code="reachable"):
    """A colleague who gets messages again."""

    name: str


class Diverted(Notification, code="diverted"):
    """A messenger does not work, so its messages come here; ``blocked`` if the official does not let it write."""

    messenger: str
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetting:
    """An official's account and what it receives; ``name`` is «vk.3001», ``account`` the bot's own."""

    name: str
    account: str
    receives_cards: bool = stored("cards")
    receives_reports: bool = stored("reports")
    blocked: bool
    unavailable: bool = stored("silent")


class TimesSetting(NamedTuple):
    """The quiet hours, «22:00» to «08:00» (equal: never), ``is_own`` or the town's, and the days off."""

    quiet_from: str
    quiet_to: str
    is_own: bool
    weekdays: tuple[int, ...]
    dates: tuple[date, ...]


class AskQuietHours(Notification, code="ask_quiet_hours"):
    """Prompt for the own quiet hours."""


class AskDaysOff(Notification, code="ask_days_off"):
    """Prompt for single days off."""


class Settings(Notification, code="settings"):
    """One page of ``/settings``; ``others`` are messengers that could be connected by the code ``invitation``."""

    page: str
    channels: tuple[ChannelSetting, ...] = stored("places")
    others: tuple[StartLink, ...]
    invitation: str | None = stored(default=None, omit_default=True)
    valid: str | None = stored(default=None, omit_default=True)  # for how long: «24 часа»
    times: TimesSetting | None = stored(default=None, omit_default=True)
    digest_at: str | None = stored(default=None, omit_default=True)
    """The hour of the daily summary, «18:00»; ``None`` for somebody who gets none."""
    digest_is_own: bool = stored(default=False, omit_default=True)
    budget: NoticeBudget = stored(default=NoticeBudget.ALL, omit_default=True)

    secret_keys = ("invitation",)
