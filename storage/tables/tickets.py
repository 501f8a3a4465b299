"""Tickets, citizens' posts, answers, cards and the review queue."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.domain.tickets import OPEN_TICKET_STATES, State
from storage.tables.base import Document, Id, NullableDocument, PartialIndex, TruncatedString, UtcDateTime, metadata

OPEN_STATES_SQL = f"state IN ({', '.join(repr(state.value) for state in State if state in OPEN_TICKET_STATES)})"
"""The condition for open tickets, which are few. It is spelled out because a database uses a partial index only for
exactly this condition; a change of the open states needs a new index."""

BOARD_STATES_SQL = OPEN_STATES_SQL.replace("state", "coalesce(state, '')", 1)
"""The same for the board of control: coalesce keeps SQLite from reading the tickets by their state instead."""

ticket = Table(
    "ticket",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("sector", String(64)),
    Column("topic", String(100)),
    Column("theme", String(64)),  # a configured theme, between topic and sector
    Column("likely", Document, nullable=False),
    Column("why", Document),  # words of the message that decided for the likeliest sector
    Column("district", String(100)),
    Column("problem_id", Id),  # common to the tickets about one event
    Column("lead_id", Id),  # of a problem's other tickets: the one whose card represents it
    Column("matter", String(80)),  # subject family; NULL: the ticket joins no problem
    Column("sketch", NullableDocument),  # fingerprint to compare messages with, while in no problem
    Column("source", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("text_key", String(64)),
    Column("place", TruncatedString(200)),
    Column("settlement", TruncatedString(120)),  # without its type word; NULL: the message names none
    Column("street", TruncatedString(120)),
    Column("house", TruncatedString(40)),
    Column("latitude", Float),  # degrees, WGS 84
    Column("longitude", Float),
    Column("urgent", Boolean, nullable=False),
    Column("urgency", String(16)),  # why it is urgent
    Column("danger", String(16)),  # in which its author is told where to call
    Column("account", String(64)),
    Column("author_key", String(80)),  # messenger:user, common to all accounts of the bot in one messenger
    Column("author_id", String(64)),
    Column("author_name", TruncatedString(200)),
    Column("applicant_name", TruncatedString(200)),  # as said in the message, or typed in
    Column("phone", TruncatedString(40)),
    Column("applicant_kind", String(16)),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("accept_due", UtcDateTime, nullable=False),
    Column("answer_due", UtcDateTime, nullable=False),
    Column("external_due", UtcDateTime),  # the deadline in the system that the ticket came from
    Column("importance", String(16)),  # as a person has set it; NULL: normal
    Column("first_word_due", UtcDateTime),
    Column("first_word_sent_at", UtcDateTime),  # when somebody pressed «Взять в работу и сообщить»
    Column("first_word_at", UtcDateTime),  # when the citizen could read it
    Column("solve_due", UtcDateTime),  # until when the problem has to be solved
    Column("assignee_id", Id, ForeignKey("person.id")),
    Column("handed_to", Id),  # the person to whom a chain has handed it over, until somebody accepts it
    Column("accepted_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("dismiss_reason", String(32)),
    Column("previous_id", Id, ForeignKey("ticket.id")),
    Column("divided_from", Id),  # the ticket whose message this one shares: another matter of it
    Column("external_number", String(100)),
    Column("created_by", Id, ForeignKey("person.id")),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("anonymized_at", UtcDateTime),  # when the citizen's words, name and account were erased
    Index("ix_ticket_state", "state", "sector"),
    Index("ix_ticket_problem", "problem_id", "author_key"),
    PartialIndex("ix_ticket_alone", "matter", "registered_at", where="problem_id IS NULL AND matter IS NOT NULL"),
    PartialIndex("ix_ticket_danger", "danger", where="danger IS NOT NULL"),
    Index("ix_ticket_author", "author_key", "id"),
    PartialIndex("ix_ticket_divided", "divided_from", where="divided_from IS NOT NULL"),
    PartialIndex("ix_ticket_place", "street", "topic", where="street IS NOT NULL AND answered_at IS NOT NULL"),
    # These indexes contain all columns that the reports count, so that the table itself is not read.
    Index("ix_ticket_came", "registered_at", "sector"),
    Index("ix_ticket_taken", "accepted_at", "registered_at"),
    Index("ix_ticket_over", "ended_at", "state", "sector"),
    Index("ix_ticket_served", "answered_at", "sector", "registered_at"),
    PartialIndex("ix_ticket_open", "answer_due", "id", where=OPEN_STATES_SQL),
    PartialIndex(  # all columns that the board of control counts and filters by
        "ix_ticket_board",
        "answer_due",
        "id",
        "sector",
        "district",
        "state",
        "accept_due",
        "assignee_id",
        "source",
        "lead_id",
        where=BOARD_STATES_SQL,
    ),
    PartialIndex("ix_ticket_answered", "answered_at", where="state = 'answered'"),
    PartialIndex("ix_ticket_external", "external_number", where="external_number IS NOT NULL"),
    PartialIndex("ix_ticket_words_key", "text_key", where="text_key IS NOT NULL"),
    PartialIndex("ix_ticket_words", "ended_at", "answered_at", where="anonymized_at IS NULL"),
    sqlite_autoincrement=True,
)

problem = Table(
    "problem",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lead_id", Id, ForeignKey("ticket.id"), nullable=False),  # the first ticket: its card and deadlines count
    Column("matter", String(80), nullable=False),
    Column("sketch", Document, nullable=False),  # fingerprint to compare new messages with
    Column("members", Integer, nullable=False),  # number of tickets, the leading one included
    Column("people", Integer, nullable=False),
    Column("heard_at", UtcDateTime, nullable=False),
    Index("ix_problem_heard", "heard_at"),
    sqlite_autoincrement=True,
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("chat_kind", String(16), nullable=False),
    Column("root", String(64), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("chat_title", TruncatedString(200)),
    Column("external_id", String(64), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("author_name", TruncatedString(200)),
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("album", String(64)),
    Column("reply_to", String(64)),
    Column("link", TruncatedString(300)),
    Column("forwarded_from", TruncatedString(200)),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("ticket_id", Id, ForeignKey("ticket.id"), index=True),
    Column("part", String(16)),
    UniqueConstraint("account", "chat_id", "external_id"),
    Index("ix_message_album", "account", "chat_id", "album"),
    Index("ix_message_stored", "stored_at"),
    Index("ix_message_sent", "sent_at"),
    PartialIndex("ix_message_link", "link", where="link IS NOT NULL AND ticket_id IS NOT NULL"),
)

upvote = Table(  # upvotes: «us too» about a ticket, with no description of one's own
    "voice",
    metadata,
    Column("ticket_id", Id, ForeignKey("ticket.id"), primary_key=True),
    Column("author_key", String(80), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("problem_id", Id),  # the answer goes to everybody who wrote about this problem
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(16), nullable=False),  # draft, approved
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("publisher_id", Id),  # whose press published it, if not that of its author
    Column("kind", String(16), nullable=False, server_default="answer"),  # answer, question, interim
)

publication = Table(
    "publication",
    metadata,
    Column("id", Id, primary_key=True),
    Column("answer_id", Id, ForeignKey("answer.id"), nullable=False, index=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("external_ids", Document, nullable=False),
    Column("link", TruncatedString(300)),
    Column("error", TruncatedString(200)),
    Column("posted_at", UtcDateTime),
    Column("poster", String(16)),  # bot, person, noticed, staff_reply
    Column("poster_id", Id),
    Column("about", String(32)),
    Column("check_at", UtcDateTime),  # when to check whether the post is still visible
    Column("checks", Integer, nullable=False, server_default="0"),
    Column("text", Text),  # the text as posted
    Column("spot", String(300)),  # the conversation that one post of a problem's answer covers
    Column("via_id", Id),  # the publication whose post covers this one, too
    UniqueConstraint("answer_id", "message_id"),
    Index("ix_publication_spot", "answer_id", "spot"),
    PartialIndex("ix_publication_via", "via_id", where="via_id IS NOT NULL"),
    PartialIndex("ix_publication_by_hand", "message_id", where="state = 'by_person'"),
    PartialIndex("ix_publication_check", "check_at", where="check_at IS NOT NULL"),
)

card = Table(
    "card",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), nullable=False),
    Column("external_id", String(64)),
    Column("hash", String(64)),
    Column("menu", String(80), nullable=False, server_default=""),
    Column("media_shown", Integer, nullable=False, server_default="0"),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_card_ticket", "ticket_id"),
    Index("ix_card_updated", "updated_at"),
)

remark = Table(
    "remark",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

review_item = Table(  # posts that a person has to review; the verdicts are training examples
    "doubt",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("score", Float, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("listed_at", UtcDateTime),
    Column("verdict", String(16)),  # problem, talk, left
    Column("decided_at", UtcDateTime),
    Column("person_id", Id, ForeignKey("person.id")),
    PartialIndex("ix_doubt_waiting", "message_id", where="verdict IS NULL"),
)

review_list = Table(
    "doubt_list",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), nullable=False),
    Column("external_id", String(64)),
    Column("hash", String(64)),
    Column("page", Integer, nullable=False, server_default="0"),
    Column("posted_at", UtcDateTime, nullable=False),
)
