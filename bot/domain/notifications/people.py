"""Notifications about the people of the centre: who comes, who changes, who goes."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored
from bot.domain.people_plan import PersonField


class ChangedPerson(NamedTuple):
    """A person, and what differs of them."""

    name: str
    fields: tuple[PersonField, ...]


class PeopleDiffer(Notification, code="people_differ"):
    """The configuration names other people than the database, and nothing was changed."""

    added: tuple[str, ...]
    changed: tuple[ChangedPerson, ...]
    dismissed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """A person's place in the centre: the post, the codes of the roles, the titles of blocks, the districts."""

    title: str
    roles: tuple[str, ...]
    sectors: tuple[str, ...]
    districts: tuple[str, ...]


class PlaceChanged(Notification, code="people_place_changed"):
    """News for an official of another place; ``lost_roles`` are codes."""

    now: PlaceFacts
    lost_roles: tuple[str, ...] = stored(default=())


class PostVacant(Notification, code="people_post_vacant"):
    """News for those who sort messages: nobody holds this post any more."""

    place: PlaceFacts


class PeopleApplied(Notification, code="people_applied"):
    """News for the administrator: the people of the file were taken over."""

    added: tuple[str, ...]
    changed: tuple[ChangedPerson, ...]
    dismissed: tuple[str, ...]
