"""The map of stored data: for every column, what it holds, and what erasure and retention do with it.

The statements that erase and export a citizen's data are built from this map, and a test fails if a column has no line
in it, so that a new column cannot be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import Column, Table

from storage import tables


class Content(Enum):
    """The kinds of column contents, by what becomes of them."""

    FIGURE = auto()  # row numbers, codes, states, moments, streets: kept as statistics
    OFFICIAL = auto()  # who of the officials did something, and their chats: kept
    PERSONAL = auto()  # a citizen's words, name, account, and what is quoted of them: cleared
    PRECISE = auto()  # house number, point on the map, the part of a message: cleared at erasure alone
    PRIVATE_CHAT = auto()  # cleared where the chat is the citizen's own


class Rows(Enum):
    """The way in which the rows about a citizen or a ticket are found."""

    NONE = auto()  # nothing about citizens
    TICKET = auto()
    OF_TICKET = auto()
    MESSAGE = auto()
    OF_MESSAGE = auto()
    SPECIAL = auto()  # by a statement of its own (storage.repositories.personal_data)


@dataclass(frozen=True, slots=True)
class TableData:
    """The lines of one table: its purpose, its rows, and its columns by content."""

    purpose: str
    rows: Rows
    contents: Mapping[str, Content] = field(default_factory=dict)

    def columns(self, table: Table, *contents: Content) -> list[Column[object]]:
        """Return the columns of *table* with one of these *contents*."""
        return [column for column in table.columns if self.contents[column.name] in contents]


def _lines(
    purpose: str,
    rows: Rows,
    *,
    figures: str = "",
    official: str = "",
    personal: str = "",
    precise: str = "",
    private: str = "",
) -> TableData:
    named = {
        Content.FIGURE: figures,
        Content.OFFICIAL: official,
        Content.PERSONAL: personal,
        Content.PRECISE: precise,
        Content.PRIVATE_CHAT: private,
    }
    return TableData(purpose, rows, {name: what for what, names in named.items() for name in names.split()})


DATA_MAP: Mapping[Table, TableData] = {
    tables.ticket: _lines(
        "the work on a citizen's problem; the statistics",
        Rows.TICKET,
        figures="id state sector topic theme likely district problem_id lead_id source street account urgent urgency"
        " settlement danger registered_at touched_at accept_due answer_due accepted_at answered_at ended_at"
        " dismiss_reason previous_id version anonymized_at applicant_kind external_due importance first_word_due"
        " first_word_sent_at first_word_at solve_due divided_from",
        official="assignee_id handed_to created_by",
        personal="why matter sketch text search text_key author_key author_id author_name external_number"
        " applicant_name phone",
        precise="place house latitude longitude",  # the place becomes settlement and street
    ),
    tables.message: _lines(
        "citizens' messages and officials' own replies",
        Rows.MESSAGE,
        figures="id account chat_kind sent_at stored_at edited_at deleted_at ticket_id",
        personal="external_id author_id author_name text media album reply_to link forwarded_from",
        precise="part",  # without it no answer goes under the message, and no card names it
        private="chat_id root thread chat_title",
    ),
    tables.upvote: _lines(
        "who said «us too»",
        Rows.SPECIAL,  # a person's own; at retention those of the ticket
        figures="ticket_id at",
        personal="author_key",
    ),
    tables.answer: _lines(
        "answers; one for a whole problem is addressed to everybody and kept until retention",
        Rows.OF_TICKET,
        figures="id ticket_id problem_id state revision created_at kind",
        official="person_id publisher_id",
        personal="text media",
    ),
    tables.answer_mark: _lines(
        "what was wanting in answers, for the reports",
        Rows.OF_TICKET,
        figures="id answer_id ticket_id revision kind first last at",
        official="person_id",
    ),
    tables.template: _lines(
        "templates of answers; made without personal data",
        Rows.NONE,
        figures="id sector topic text at deleted_at",
        official="person_id",
    ),
    tables.theme: _lines(
        "the town's themes", Rows.NONE, figures="code title sector position removed_at", official="added_by"
    ),
    tables.keyword: _lines(
        "the town's words for blocks, themes and topics",
        Rows.NONE,
        figures="id owner_kind owner_code word added_at",
        official="person_id",
    ),
    tables.switched_off: _lines(
        "themes and topics that the town does not use",
        Rows.NONE,
        figures="owner_kind owner_code at",
        official="person_id",
    ),
    tables.sent_answer: _lines(
        "how many answers went out, while a limit is set",
        Rows.OF_TICKET,
        figures="answer_id ticket_id is_public at",
        personal="text_key",
    ),
    tables.held_answer: _lines(
        "answers over a limit, which wait for the coordinator",
        Rows.OF_TICKET,
        figures="id ticket_id kind reason state at",
        official="person_id decided_by",
        personal="text media",
    ),
    tables.draft: _lines(
        "texts that wait for approval",
        Rows.OF_TICKET,
        figures="id ticket_id kind state version step step_due answer_id created_at needs_post",
        official="author_id approver_id approver_for_id",
    ),
    tables.draft_version: _lines(
        "the versions of such texts",
        Rows.OF_TICKET,
        figures="draft_id version ticket_id at",
        official="author_id",
        personal="text media",
    ),
    tables.draft_approval: _lines(
        "who approved or returned which version",
        Rows.OF_TICKET,
        figures="id draft_id ticket_id version step role decision at",
        official="person_id",
    ),
    tables.delegation: _lines(
        "who was asked to write an answer, or a part of it",
        Rows.OF_TICKET,
        figures="id ticket_id at due state given_at",
        official="person_id by_id",
        personal="part media",
    ),
    tables.solution: _lines(
        "what came of the answer: whether the citizen was asked, and said that the problem is solved",
        Rows.OF_TICKET,
        figures="ticket_id ask_at asked_at solved_at returned returned_at problem_id control_at",
        official="control_by",
    ),
    tables.system_entry: _lines(
        "which texts were entered into the system that a ticket came from",
        Rows.OF_TICKET,
        figures="id ticket_id answer_id system state is_correction asked_at ended_at",
        official="ended_by",
    ),
    tables.import_record: _lines(
        "the numbers of other systems, as hashes, and what those systems said last",
        Rows.OF_TICKET,
        figures="system number_key ticket_id is_imported status due is_finished finished_at organisation seen_at"
        " changed_at list_id similar_id",
        personal="cells",  # the number that the message has elsewhere
    ),
    tables.import_content: _lines(
        "the bytes of files of other systems, deleted when they are entered or cancelled, or after a day",
        Rows.NONE,
        figures="file_id data",
    ),
    tables.import_file: _lines(
        "files of other systems; the refused rows are deleted when they are entered, or after a day",
        Rows.NONE,
        figures="id system state name data attachment position total counts refusals created_at touched_at ended_at",
        official="person_id account chat_id note_id",
    ),
    tables.clock_event: _lines(
        "what happened to the deadlines of tickets",
        Rows.OF_TICKET,
        figures="id ticket_id kind at deadline due",
        official="person_id post",
    ),
    tables.publication: _lines(
        "where answers were published",
        Rows.OF_TICKET,
        figures="id answer_id ticket_id message_id state posted_at poster about checks via_id",
        official="poster_id",
        personal="external_ids link error check_at text spot",  # without check_at nobody looks for the post any more
    ),
    tables.remark: _lines(
        "officials' remarks to colleagues",
        Rows.OF_TICKET,
        figures="id ticket_id kind at",
        official="person_id",
        personal="text",
    ),
    tables.inquiry: _lines(
        "questions to other units, to the management and to citizens, and what they said",
        Rows.OF_TICKET,
        figures="id ticket_id kind state sector asked_at due_at remind_at answered_at control_at answer_id message_id",
        official="asker_id answered_by",
        personal="unit question answer",
    ),
    tables.promise: _lines(
        "days that answers have named; the words are in the answer",
        Rows.OF_TICKET,
        figures="id ticket_id answer_id made_at due_at remind_at ended_at origin outcome",
        official="person_id",
    ),
    tables.review_item: _lines(
        "posts whose subject is in doubt, and people's verdicts: training examples; at erasure the rows are deleted",
        Rows.OF_MESSAGE,
        figures="message_id score at listed_at verdict decided_at",
        official="person_id",
    ),
    tables.problem: _lines(
        "several tickets about one event",
        Rows.SPECIAL,
        figures="id lead_id matter members people heard_at",
        personal="sketch",  # of it the chats and nouns; subjects, streets, house numbers are statistics
    ),
    tables.card: _lines(
        "where officials see a ticket; at erasure the cards are shown again, empty",
        Rows.OF_TICKET,
        figures="ticket_id account hash menu media_shown updated_at",
        official="person_id chat_id external_id",
    ),
    tables.sent_message: _lines(
        "the bot's messages about tickets; those in the citizen's chat are deleted, officials' notes are emptied",
        Rows.SPECIAL,
        figures="account ticket_id kind sent_at twin shown",
        personal="chat_id external_id",
    ),
    tables.due_moment: _lines("due moments", Rows.OF_TICKET, figures="id ticket_id limit kind share at state step"),
    tables.notice: _lines(
        "reminders to officials",
        Rows.OF_TICKET,
        figures="id ticket_id code created_at sent_at",
        official="person_id",
    ),
    tables.inbox: _lines(
        "raw updates; handled ones recognise repetitions for three days, and quote cards with people's words",
        Rows.SPECIAL,
        figures="id account key status attempts due_at leased_until holder error received_at done_at",
        personal="conversation payload",
    ),
    tables.outbox: _lines(
        "messages to send; sent ones are a log of two weeks",
        Rows.SPECIAL,
        figures="id kind account chat_kind ticket_id subject_id priority silent dedupe status attempts due_at"
        " expires_at leased_until holder form own_key error created_at done_at",
        official="person_id",
        personal="facts progress",
        private="chat_id root thread order_key",
    ),
    tables.held_note: _lines(
        "notes that wait until somebody of their audience can be reached; at erasure what they quote is cleared",
        Rows.SPECIAL,
        figures="id audience sameness since until times given_at",
        official="person_id",
        personal="facts",
    ),
    tables.dialog: _lines(
        "drafts of officials; those about the citizen's tickets are deleted",
        Rows.SPECIAL,
        figures="account step ticket_id version expires_at",
        official="user_id chat_id",
        personal="text media facts",
    ),
    tables.audit: _lines(
        "who did what",
        Rows.SPECIAL,
        figures="id at action ticket_id account",
        official="person_id",
        personal="facts",  # of them the account of a citizen who pressed officials' buttons
    ),
    tables.audit_personal: _lines(
        "keyed digests of the accounts in such facts; the key (salt) is cleared with them",
        Rows.NONE,
        figures="audit_id salt digest",
    ),
    tables.audit_seal: _lines(
        "the hash chain over the audit",
        Rows.NONE,
        figures="position sealed_at since settled_id backlog_id last_id records hash",
    ),
    tables.once_key: _lines(
        "things done once; keys with a citizen's account are deleted", Rows.SPECIAL, figures="at", personal="key"
    ),
    tables.official_page_comment: _lines(
        "comments on official pages; the citizen's are deleted",
        Rows.SPECIAL,
        figures="account root place thread ours to_all sent_at",
        personal="chat_id external_id link",
    ),
    tables.held_message: _lines(
        "messages over a limit; at erasure the rows are deleted", Rows.OF_MESSAGE, figures="message_id flood_id at"
    ),
    tables.act: _lines(
        "acts that are counted against a limit; the citizen's are deleted",
        Rows.SPECIAL,
        figures="id at",
        personal="subject",
    ),
    tables.flood: _lines(
        "who went over a limit",
        Rows.SPECIAL,
        figures="id began_at last_at muted_until told_at",
        personal="subject",
    ),
    tables.wrong_code: _lines(
        "invitation codes that did not fit; the citizen's are deleted",
        Rows.SPECIAL,
        figures="id messenger at",
        personal="user_id",
    ),
    tables.button: _lines(
        "tickets behind officials' buttons",
        Rows.OF_TICKET,
        figures="account ticket_id sent_at",
        official="chat_id external_id",
    ),
    tables.installation: _lines("what distinguishes this installation", Rows.NONE, figures="name value"),
    tables.erasure: _lines(
        "records of erasures", Rows.NONE, figures="id at account_hash counts copies", official="performed_by"
    ),
    tables.unread: _lines("how often content could not be read", Rows.NONE, figures="id account kind at"),
    tables.cursor: _lines(
        "where the reading of updates goes on", Rows.NONE, figures="account value moved_at gap_since"
    ),
    tables.outage: _lines("messengers that fail", Rows.NONE, figures="account way since"),
    tables.chat_alias: _lines("groups that moved", Rows.NONE, figures="account old_id new_id since"),
    tables.leader_lease: _lines("the leading process", Rows.NONE, figures="id term holder expires_at"),
    tables.official_page: _lines("official pages", Rows.NONE, figures="account root watched_since last_post_at"),
    tables.digest: _lines("days whose digest was sent", Rows.NONE, figures="day since until"),
    tables.person: _lines(
        "officials",
        Rows.NONE,
        official="id name active title stands_in systems digest_at quiet_from quiet_to days_off budget",
    ),
    tables.account: _lines(
        "officials' accounts",
        Rows.NONE,
        official="messenger user_id person_id joined unreachable_since wants_cards wants_reports via diverted_since"
        " joined_at",
    ),
    tables.invitation: _lines(
        "invitations of officials",
        Rows.NONE,
        official="code person_id purpose created_at expires_at used_at revoked_at issued_by",
    ),
    tables.absence: _lines(
        "absences of officials",
        Rows.NONE,
        official="id person_id first_day last_day stand_in_id agreed_at decided_by started_at ended_at reminded_days"
        " created_by created_at",
    ),
    tables.assignment: _lines("officials' roles", Rows.NONE, official="id person_id role sector district"),
    tables.review_list: _lines(
        "where officials see the review queue; at erasure the lists are shown again",
        Rows.NONE,
        official="person_id account chat_id external_id hash page posted_at",
    ),
    tables.board: _lines(
        "where officials see the board of control; at erasure the boards are shown again",
        Rows.NONE,
        official="person_id account chat_id external_id hash view posted_at",
    ),
    tables.daily_summary: _lines("officials' daily summaries", Rows.NONE, official="person_id day until"),
}
"""One line for every table of :mod:`storage.tables`."""
