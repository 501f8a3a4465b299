"""Three years of a large town in one file: tickets with everything that hangs on them, made by the database itself.

Numbers are spread by arithmetic instead of chance: the same file every time. Of a million tickets about 3,000 are open,
the rest were answered, dismissed and closed.
"""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bot.understanding.events.matcher import OpenEvent

HISTORY_SECONDS = 3 * 365 * 86_400  # seconds
OPEN_ONE_IN = 350
PROBLEM_WORDS = (
    *("яма", "фонарь", "мусор", "подъезд", "лифт", "крыша", "ржавая вода", "трубы", "снег", "лёд", "автобус"),
    *("остановка", "школа", "детская площадка", "собаки", "парковка", "светофор", "тротуар", "бордюр", "ливнёвка"),
    *("подвал", "запах", "отопление", "батарея", "управляющая компания", "провода", "дерево", "сосед", "пыль", "газ"),
    *("тёплый пол", "забор", "скамейка", "колодец", "люк"),
)
STREETS = (
    *("Ленина", "Мира", "Пушкина", "Гагарина", "Садовая", "Лесная", "Советская", "Кирова", "Калинина", "Победы"),
    *("Школьная", "Молодёжная", "Октябрьская", "Заречная", "Набережная", "Полевая", "Луговая", "Чехова", "Горького"),
)

_INSERT_TICKETS_SQL = """
INSERT INTO ticket (id, state, sector, likely, source, text, search, text_key, place, street, house, urgent, account,
  author_key, author_id, author_name, registered_at, touched_at, accept_due, answer_due, assignee_id, accepted_at,
  answered_at, ended_at, dismiss_reason, version)
SELECT id, state, sector, '["' || sector || '"]', 'telegram', words, replace(lower_words, 'ё', 'е'), 'k' || id,
  'ул. ' || street || ', ' || house, street, house, id % 97 = 0, 'telegram', 'telegram:' || author, author,
  'Житель ' || author, registered, registered, datetime(registered, '+1 hours'), datetime(registered, '+3 days'),
  CASE WHEN state = 'assigned' THEN NULL ELSE person END,
  CASE WHEN state NOT IN ('assigned', 'dismissed') THEN datetime(registered, '+40 minutes') END,
  CASE WHEN state IN ('answered', 'closed') THEN datetime(registered, '+' || (id % 40 + 2) || ' hours') END,
  CASE WHEN state IN ('closed', 'dismissed') THEN datetime(registered, '+4 days') END,
  CASE WHEN state = 'dismissed' THEN 'not_a_problem' END, 3
FROM (
  SELECT numbers.n AS id, s.code AS sector, s.person, t.name AS street, numbers.n % 190 + 1 AS house,
    200000 + numbers.n * 7 % 60000 AS author,
    datetime(:now, '-' || CAST((:count - numbers.n) * (:years * 1.0 / :count) + 60 AS INTEGER) || ' seconds')
      AS registered,
    'Станция: ' || a.name || ' и ' || b.name || ' на улице ' || t.name || ', ' || (numbers.n % 190 + 1)
      || ', обещали починить ещё на прошлой неделе, но ничего не сделали. Заявка К' || printf('%07d', numbers.n)
      AS words,
    'станция: ' || a.low || ' и ' || b.low || ' на улице ' || t.low || ', ' || (numbers.n % 190 + 1)
      || ', обещали починить еще на прошлой неделе, но ничего не сделали. заявка к' || printf('%07d', numbers.n)
      AS lower_words,
    CASE WHEN numbers.n > :count - :open THEN CASE numbers.n % 3 WHEN 0 THEN 'assigned' ELSE 'accepted' END
         WHEN numbers.n > :count - :open * 5 THEN 'answered' WHEN numbers.n % 9 = 0 THEN 'dismissed'
         ELSE 'closed' END AS state
  FROM numbers
  JOIN bench_sector s ON s.n = numbers.n * 31 % :sectors
  JOIN bench_word a ON a.n = numbers.n * 17 % :words
  JOIN bench_word b ON b.n = (numbers.n / 7) % :words
  JOIN bench_street t ON t.n = numbers.n * 13 % :streets)
"""

_INSERT_RELATED_SQL = (
    """INSERT INTO message (id, account, chat_id, chat_kind, root, thread, external_id, author_id, author_name, text,
       media, link, sent_at, stored_at, ticket_id, part)
       SELECT id, 'telegram', :group, 'group', :group, '', 900000 + id, author_id, author_name, text, '[]',
       'https://t.me/c/1/' || id, registered_at, registered_at, id, 'root' FROM ticket""",
    """INSERT INTO answer (id, ticket_id, person_id, state, text, media, revision, created_at)
       SELECT id, id, assignee_id, 'approved', 'Бригада выехала, починим до пятницы. Спасибо, что написали.', '[]', 0,
       answered_at FROM ticket WHERE answered_at IS NOT NULL""",
    """INSERT INTO publication (id, answer_id, ticket_id, message_id, state, external_ids, link, posted_at, checks)
       SELECT id, id, id, id, 'posted', '["' || (5000000 + id) || '"]', 'https://t.me/c/1/' || (5000000 + id),
       answered_at, 0 FROM ticket WHERE answered_at IS NOT NULL""",
    """INSERT INTO card (person_id, ticket_id, account, chat_id, external_id, hash, menu, media_shown, updated_at)
       SELECT s.person, t.id, 'telegram', s.chat, 7000000 + t.id, 'h', '', 0, t.registered_at
       FROM ticket t JOIN bench_sector s ON s.code = t.sector""",
    """INSERT INTO letter (account, chat_id, external_id, ticket_id, kind, sent_at)
       SELECT account, chat_id, external_id, ticket_id, 'card', updated_at FROM card""",
    """INSERT INTO due (ticket_id, "limit", kind, share, at, state)
       SELECT id, 'accept', 'overdue', 1.0, accept_due, CASE WHEN state = 'assigned' AND accept_due > :now
       THEN 'waiting' ELSE 'void' END FROM ticket
       UNION ALL SELECT id, 'answer', 'overdue', 1.0, answer_due, CASE WHEN state IN ('assigned', 'accepted')
       AND answer_due > :now THEN 'waiting' ELSE 'void' END FROM ticket""",
    """INSERT INTO audit (at, action, person_id, ticket_id, facts)
       SELECT registered_at, 'created', NULL, id, '{}' FROM ticket
       UNION ALL SELECT accepted_at, 'accept', assignee_id, id, '{}' FROM ticket WHERE accepted_at IS NOT NULL
       UNION ALL SELECT answered_at, 'published', NULL, id, '{}' FROM ticket WHERE answered_at IS NOT NULL""",
    """INSERT INTO notice (person_id, ticket_id, code, created_at, sent_at)
       SELECT s.person, t.id, 'accept_reminder', t.accept_due, t.accept_due
       FROM ticket t JOIN bench_sector s ON s.code = t.sector WHERE t.id % 10 = 0""",
    # One problem with a thousand members, as a storm two months ago has left it.
    """INSERT INTO problem (id, lead_id, matter, sketch, members, people, heard_at)
       VALUES (1, :count - :open + 1, '', :sketch, :crowd, :crowd, datetime(:now, '-60 days'))""",
    """UPDATE ticket SET problem_id = 1, sector = 'station0', state = 'assigned',
       lead_id = CASE WHEN id > :count - :open + 1 THEN :count - :open + 1 END
       WHERE id > :count - :open AND id <= :count - :open + :crowd""",
    "DELETE FROM card WHERE ticket_id IN (SELECT id FROM ticket WHERE lead_id IS NOT NULL)",
    # A tenth of what is open waits for the coordinator.
    "UPDATE ticket SET state = 'triage', sector = NULL WHERE id > :count - :open / 10 AND id % 2 = 0",
    # What was never a ticket, and of that what might have been: a few wait for somebody's word.
    """INSERT INTO message (id, account, chat_id, chat_kind, root, thread, external_id, author_id, author_name, text,
       media, link, sent_at, stored_at)
       SELECT 2000000 + id, account, chat_id, chat_kind, root, thread, 9000000 + id, author_id, author_name, text, '[]',
       NULL, sent_at, stored_at FROM message WHERE id % 10 = 0""",
    """INSERT INTO doubt (message_id, score, at, listed_at, verdict)
       SELECT id, 0.5, sent_at, sent_at, CASE WHEN id <= 2000000 + :count - :open THEN 'left' END
       FROM message WHERE ticket_id IS NULL""",
)


def fill_database(file: Path, tickets: int, group: int, heads: list[tuple[str, int, int]]) -> float:
    """Fill the migrated, empty *file* with *tickets* of *heads* (sector, person's number, chat); the seconds it took.

    Indexes are made afterwards, and the file is as durable as before only at the end: this is for nobody's town.
    """
    began = time.perf_counter()
    values = {
        "now": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
        "count": tickets,
        "open": tickets // OPEN_ONE_IN,
        "sketch": json.dumps(OpenEvent(number=0, last=0.0).to_record()),
        "crowd": min(1_000, tickets // OPEN_ONE_IN // 2),
        "years": HISTORY_SECONDS,
        "sectors": len(heads),
        "words": len(PROBLEM_WORDS),
        "streets": len(STREETS),
        "group": str(group),
    }
    with closing(sqlite3.connect(file, isolation_level=None)) as books:
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
            books.execute(f"PRAGMA {pragma}")
        books.execute("BEGIN")
        _create_lookup_tables(books, tickets, heads)
        later = _drop_indexes(books)
        for statement in (_INSERT_TICKETS_SQL, *_INSERT_RELATED_SQL):
            books.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})
        for statement in later:
            books.execute(statement)
        books.execute("INSERT INTO ticket_search (ticket_search) VALUES ('rebuild')")
        for name in ("numbers", "bench_sector", "bench_word", "bench_street"):
            books.execute(f"DROP TABLE temp.{name}")
        books.execute("COMMIT")
        books.execute("PRAGMA journal_mode=WAL")
    return time.perf_counter() - began


def _create_lookup_tables(books: sqlite3.Connection, tickets: int, heads: list[tuple[str, int, int]]) -> None:
    books.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
    books.execute(
        "WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < ?)"
        " INSERT INTO numbers SELECT n FROM c",
        (tickets,),
    )
    books.execute("CREATE TEMP TABLE bench_sector (n INTEGER PRIMARY KEY, code TEXT, person INTEGER, chat TEXT)")
    books.executemany(
        "INSERT INTO bench_sector VALUES (?, ?, ?, ?)",
        [(n, code, who, str(chat)) for n, (code, who, chat) in enumerate(heads)],
    )
    for name, words in (("bench_word", PROBLEM_WORDS), ("bench_street", STREETS)):
        books.execute(f"CREATE TEMP TABLE {name} (n INTEGER PRIMARY KEY, name TEXT, low TEXT)")
        books.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", [(n, w, w.casefold()) for n, w in enumerate(words)])


def _drop_indexes(books: sqlite3.Connection) -> list[str]:
    """Drop what would be kept up to date row by row; the statements that bring it back."""
    found = books.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND"
        " (type = 'trigger' OR type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%')"
    ).fetchall()
    for kind, name, _ in found:
        books.execute(f"DROP {kind} {name}")
    return [sql for _, _, sql in found]
