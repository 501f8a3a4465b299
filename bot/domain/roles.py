"""The roles of officials, and the rights of each."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """A role of the regulations. One person may hold several."""

    HEAD = "head"  # руководитель отраслевого блока
    DEPUTY = "deputy"  # заместитель руководителя блока
    EMPLOYEE = "employee"  # сотрудник блока
    BLOCK_CURATOR = "block_curator"  # куратор блока
    COORDINATOR = "coordinator"  # координатор
    MANAGER = "manager"  # руководитель МЦУ, ответственный исполнитель
    CURATOR = "curator"  # куратор МЦУ
    ADMINISTRATOR = "administrator"  # администратор
    DUTY = "duty"  # дежурный: ему сообщают о преступлениях и угрозе самоубийства


class Right(StrEnum):
    """An action that a role may permit."""

    ACCEPT = "accept"
    ANSWER = "answer"
    HAND_OVER = "hand_over"
    DISMISS = "dismiss"
    TRIAGE = "triage"
    CORRECT = "correct"
    REOPEN = "reopen"
    SEE_TICKET = "see_ticket"
    TYPE_IN = "type_in"
    DIGEST = "digest"
    LIST_OWN = "list_own"
    FIND = "find"
    INVITE = "invite"
    MUTE = "mute"  # read messages over the limit, and not listen to their author for a day
    GROUP = "group"  # merge messages about one event into a problem, or split it


class Scope(StrEnum):
    """The tickets that a right extends to."""

    ALL = "all"  # every ticket
    OWN = "own"  # tickets of the person's own sectors and districts, and those the person is responsible for
    STAND_IN = "stand_in"  # tickets the person is responsible for because nobody earlier on the ladder is


BLOCK_ROLES = frozenset({Role.HEAD, Role.DEPUTY, Role.EMPLOYEE, Role.BLOCK_CURATOR})
"""The roles that are bounded by sectors and districts."""

SEE_PERSONAL_DATA = frozenset({Role.DUTY, Role.EMPLOYEE})
"""Roles that act on the citizen's telephone and flat outside the bot, although they have none of its rights to act."""

_WATCHING = (Right.SEE_TICKET, Right.LIST_OWN, Right.FIND)
_WORKING = (Right.ACCEPT, Right.ANSWER, Right.CORRECT)
_DIRECTING = (Right.HAND_OVER, Right.DISMISS, Right.REOPEN, Right.GROUP)

_SORTING = (Right.TRIAGE, Right.MUTE)

_HEAD = dict.fromkeys((*_WATCHING, *_WORKING, *_DIRECTING), Scope.OWN) | dict.fromkeys(_SORTING, Scope.STAND_IN)
_COORDINATOR = dict.fromkeys(
    (*_WATCHING, *_DIRECTING, *_SORTING, Right.TYPE_IN, Right.DIGEST), Scope.ALL
) | dict.fromkeys(_WORKING, Scope.STAND_IN)

RIGHTS: Mapping[Role, Mapping[Right, Scope]] = {
    Role.HEAD: _HEAD,
    Role.DEPUTY: _HEAD,
    Role.EMPLOYEE: dict.fromkeys(_WATCHING, Scope.OWN),
    Role.BLOCK_CURATOR: dict.fromkeys(_WATCHING, Scope.OWN),
    Role.COORDINATOR: _COORDINATOR,
    Role.MANAGER: _COORDINATOR | {Right.INVITE: Scope.ALL},
    Role.CURATOR: dict.fromkeys((Right.SEE_TICKET, Right.FIND, Right.DIGEST), Scope.ALL),
    Role.ADMINISTRATOR: dict.fromkeys((*_WATCHING, *_WORKING, *_DIRECTING, *_SORTING, Right.TYPE_IN), Scope.STAND_IN)
    | {Right.INVITE: Scope.ALL},
    Role.DUTY: {},  # gets a notification with the text and a link, and works in other systems
}
"""The one table of rights. Absent means no."""
