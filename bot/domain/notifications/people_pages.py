"""The pages of ``/people``: one message, edited in place. Rows keep them as data, views word them."""

from enum import StrEnum
from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored
from bot.domain.notifications.people import PlaceFacts


class PersonState(StrEnum):
    """The reach of an official. Stored: never change."""

    WORKS = "works"
    NOT_JOINED = "not_joined"  # never pressed start
    UNREACHABLE = "unreachable"  # has blocked the bot


class PersonEntry(NamedTuple):
    """A line of the list."""

    person_id: int
    name: str
    place: PlaceFacts
    state: PersonState


class PeopleList(Notification, code="people_list"):
    """A page of the officials whom the reader may see; ``vacant`` names posts and blocks that nobody holds."""

    entries: tuple[PersonEntry, ...]
    vacant: tuple[str, ...]
    page: int = stored(default=0)
    absent_only: bool = stored(default=False)
    lists_accounts: bool = stored(default=False)


class PersonPage(Notification, code="person_page"):
    """An official, with the buttons of what the reader may do; ``tag`` is the state of the staff that it shows."""

    person_id: int
    name: str
    place: PlaceFacts
    state: PersonState
    accounts: tuple[str, ...]
    tag: str
    is_managed: bool
    asks_dismissal: bool = stored(default=False)


class Choice(NamedTuple):
    """A button of a page: ``key`` begins its code; ``is_on``: it is chosen, or the place is vacant."""

    key: str
    title: str
    is_on: bool


class ChoicePage(Notification, code="people_choice"):
    """Roles, blocks or districts (``field``) to choose among, for a person or for a new holder of ``role``.

    ``save`` and ``back`` are codes, ``turn`` begins those of other pages; the titles of roles are their codes.
    """

    field: str
    title: str
    choices: tuple[Choice, ...]
    save: str
    back: str
    role: str = stored(default="")
    page: int = stored(default=0)
    turn: str = stored(default="")


class InvitePage(Notification, code="people_invite"):
    """The places to which the reader may invite somebody, or the roles of a new place."""

    places: tuple[Choice, ...]
    page: int = stored(default=0)
    is_new_place: bool = stored(default=False)


class AskPersonName(Notification, code="people_ask_name"):
    """Prompt for the name of somebody who is invited; with a post also for that."""

    place: PlaceFacts


class AskPersonTitle(Notification, code="people_ask_title"):
    """Prompt for the post of an official."""

    name: str
