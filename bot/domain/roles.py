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
    HEAD_OF_TOWN = "head_of_town"  # глава
    SYSTEM_CURATOR = "system_curator"  # куратор системы (ПОС, «Инцидент Менеджмент» …)
    CENTRE_STAFF = "centre_staff"  # сотрудник МЦУ: работает со всеми блоками


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
    DRAFT = "draft"  # word an answer that others approve
    APPROVE = "approve"  # approve a draft, where a rule names the person's role
    DELEGATE = "delegate"  # give a ticket to an employee who drafts its answer
    SET_TERMS = "set_terms"  # change deadlines
    CHANGE_DATA = "change_data"  # mend the sector, theme, place, urgency, author … of a ticket
    REQUEST = "request"  # ask another unit for information or for a correction
    REFER = "refer"  # pass a ticket to a body outside the centre
    IMPORT = "import"  # bring in the messages of another system
    SEE_PERSON = "see_person"  # see the recorded name, telephone and flat of the applicant
    CONTROL = "control"  # see the lists of what is late and who works on it
    STATISTICS = "statistics"
    MANAGE_PEOPLE = "manage_people"  # invite, move and dismiss officials
    MANAGE_ROLES = "manage_roles"  # give roles to officials and take them away
    TEMPLATES = "templates"  # edit the templates of answers
    AUDIT = "audit"  # read and verify the history of the whole centre


class Scope(StrEnum):
    """The tickets that a right extends to."""

    ALL = "all"  # every ticket
    OWN = "own"  # tickets of the person's own sectors and districts, and those the person is responsible for
    STAND_IN = "stand_in"  # tickets the person is responsible for because nobody earlier on the ladder is


BLOCK_ROLES = frozenset({Role.HEAD, Role.DEPUTY, Role.EMPLOYEE, Role.BLOCK_CURATOR})
"""The roles that are bounded by sectors and districts."""

READS_LISTS = frozenset({Role.CURATOR, Role.HEAD_OF_TOWN})
"""Roles that are told of other people's deadlines in lists alone, at set hours."""

WATCHES_POSTS = READS_LISTS | {Role.BLOCK_CURATOR, Role.MANAGER}
"""Roles whose reply to a card or a list is a word to the post, where they may not answer themselves."""

SUMMARY_ROLES = frozenset({Role.HEAD, Role.BLOCK_CURATOR, Role.COORDINATOR, Role.MANAGER})
"""Roles that get the daily summary of their own field."""

SEE_PERSONAL_DATA = frozenset({Role.DUTY, Role.EMPLOYEE})
"""Roles that act on the citizen's telephone and flat outside the bot, although they have none of its rights to act."""

EDIT_TOPICS = frozenset({Role.MANAGER})
"""Roles that define the town's themes and words; those who give roles may, too."""

_WATCHING = (Right.SEE_TICKET, Right.LIST_OWN, Right.FIND)
_WORKING = (Right.ACCEPT, Right.ANSWER, Right.CORRECT)
_DIRECTING = (Right.HAND_OVER, Right.DISMISS, Right.REOPEN, Right.GROUP)
_LEADING = (Right.DRAFT, Right.APPROVE, Right.DELEGATE, Right.REQUEST, Right.CHANGE_DATA, Right.TEMPLATES)
_MEASURING = (Right.CONTROL, Right.STATISTICS)
_SORTING = (Right.TRIAGE, Right.MUTE)
_ENTERING = (Right.TYPE_IN, Right.IMPORT)

DEPUTIES: Mapping[str, tuple[Role, ...]] = {Role.HEAD: (Role.DEPUTY,)}
"""Roles whose holders approve instead of those of another role, if none of these can be asked."""

TERM_STEP = Role.COORDINATOR.value
"""The role whose holders approve a later deadline where no rule names anybody."""

DRAFT_FOR_ALL_BLOCKS = frozenset({Role.CENTRE_STAFF})
"""Roles whose holders can be asked to draft any answer; others are asked within their block."""

RESPONSIBLE_RIGHTS = frozenset({*_WORKING, *_DIRECTING, Right.DELEGATE, Right.REQUEST, Right.CHANGE_DATA})
"""Rights over own tickets (:attr:`Scope.OWN`) that only those who are responsible for a ticket have."""

_HEAD = dict.fromkeys((*_WATCHING, *_WORKING, *_DIRECTING, *_LEADING, *_MEASURING), Scope.OWN) | dict.fromkeys(
    _SORTING, Scope.STAND_IN
)
_CENTRE_STAFF = dict.fromkeys(
    (
        *(*_WATCHING, *_SORTING, *_ENTERING, *_MEASURING, Right.DIGEST, Right.HAND_OVER, Right.DISMISS, Right.GROUP),
        *(Right.DRAFT, Right.REQUEST, Right.REFER, Right.CHANGE_DATA, Right.SEE_PERSON, Right.TEMPLATES),
    ),
    Scope.ALL,
) | dict.fromkeys(_WORKING, Scope.STAND_IN)
_COORDINATOR = _CENTRE_STAFF | dict.fromkeys((Right.REOPEN, Right.APPROVE, Right.DELEGATE, Right.SET_TERMS), Scope.ALL)

SUPERVISED: Mapping[Role, frozenset[Role]] = {
    Role.BLOCK_CURATOR: frozenset({Role.HEAD, Role.DEPUTY, Role.EMPLOYEE}),
    Role.HEAD: frozenset({Role.DEPUTY, Role.EMPLOYEE}),
}
"""The roles of the same block that a supervisor gives and takes although their holders can do what they cannot."""

RIGHTS: Mapping[Role, Mapping[Right, Scope]] = {
    Role.HEAD: _HEAD | {Right.MANAGE_PEOPLE: Scope.OWN},
    Role.DEPUTY: _HEAD,
    Role.EMPLOYEE: dict.fromkeys((*_WATCHING, Right.DRAFT), Scope.OWN),
    Role.BLOCK_CURATOR: dict.fromkeys(
        (*_WORKING, *_DIRECTING, Right.DRAFT, Right.APPROVE, Right.DELEGATE, Right.REQUEST, Right.CHANGE_DATA),
        Scope.STAND_IN,
    )  # works while the head is away and nobody of the block is left
    | dict.fromkeys(
        (*_WATCHING, *_MEASURING, Right.SEE_PERSON, Right.MANAGE_PEOPLE), Scope.OWN
    ),  # telephones citizens before an answer in ПОС
    Role.COORDINATOR: _COORDINATOR,
    Role.MANAGER: _COORDINATOR
    | dict.fromkeys((Right.INVITE, Right.MANAGE_PEOPLE, Right.AUDIT), Scope.ALL)
    | {Right.SEE_PERSON: Scope.STAND_IN},
    Role.CURATOR: dict.fromkeys((Right.SEE_TICKET, Right.FIND, Right.DIGEST, *_MEASURING), Scope.ALL),
    Role.ADMINISTRATOR: dict.fromkeys(
        (*_WATCHING, *_WORKING, *_DIRECTING, *_SORTING, *_LEADING, Right.TYPE_IN, Right.REFER, Right.SEE_PERSON),
        Scope.STAND_IN,
    )
    | dict.fromkeys((Right.INVITE, Right.MANAGE_PEOPLE, Right.MANAGE_ROLES, Right.AUDIT), Scope.ALL),
    Role.DUTY: {},  # gets a notification with the text and a link, and works in other systems
    Role.HEAD_OF_TOWN: dict.fromkeys((Right.SEE_TICKET, Right.FIND, Right.DIGEST, *_MEASURING), Scope.ALL),
    Role.SYSTEM_CURATOR: dict.fromkeys((*_WATCHING, *_ENTERING, *_MEASURING, Right.HAND_OVER), Scope.ALL),
    Role.CENTRE_STAFF: _CENTRE_STAFF,
}
"""The one table of rights. Absent means no."""
