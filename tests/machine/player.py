"""One story: every act of somebody, all its effects, and the laws afterwards; what happened is kept for a failure."""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.domain.dialogs import DialogStep
from bot.views.callback_codes import Op, unpack
from storage import tables
from tests.databases import DatabasePool, migrated_database
from tests.machine import chats, divisions, laws, public_words, snapshot
from tests.machine.crowd import Crowd
from tests.machine.screens import Phone, Seen, Square, Toast, squares
from tests.machine.snapshot import Snapshot
from tests.machine.town import NEWCOMERS, OFFICIALS, CentreTown, TownRules

happened: Counter[str] = Counter()
"""The number of times that the audit of all stories has each action: one that is never there is never tested."""

CITIZENS_BUTTONS = frozenset({Op.SOLVED, Op.NOT_SOLVED})

Button = tuple[Phone, Seen, str, str]
"""The owner of a button, the message that carries it, its label and its code."""


@dataclass
class Player:
    """A running town and what it has been seen to do."""

    kind: str
    pool: DatabasePool
    crowd: Crowd = field(default_factory=Crowd)
    story: list[str] = field(default_factory=list)
    released: set[str] = field(default_factory=set)
    written: list[tuple[Square, Any, int]] = field(default_factory=list)  # citizens' messages: place, id, author
    left_blocked: set[Phone] = field(default_factory=set)
    """Chats of people who have left while the bot was blocked there: it could not empty them."""
    known: dict[Phone, dict[tuple[Any, str], None]] = field(default_factory=dict)  # buttons that were seen, in order
    town: CentreTown = field(init=False)
    now: Snapshot = field(init=False)
    phones: list[Phone] = field(init=False)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self, rules: TownRules, base: Path) -> None:
        """Start the town in a new folder below *base*."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(dir=base)))
        url = await self._stack.enter_async_context(migrated_database(self.kind, folder, self.pool))
        self.town = CentreTown(folder, rules=rules)
        self.town.settings["database"] = url
        self._stack.push_async_callback(self.town.close)
        self.story.append(f"the rules are {rules}")
        await self.town.open()
        await self.town.settle()
        accounts = [(one.messenger, one.user_id) for one in OFFICIALS]
        self.phones = [Phone(self.town, *account) for account in (*accounts, *NEWCOMERS)]
        self.now = await snapshot.take(self.town)

    async def close(self) -> None:
        if self.story:
            happened.update(row.action for _, row in self.now.audit)
        await self._stack.aclose()

    async def act(self, what: str, doing: Awaitable[Any], phone: Phone | None = None, *, sweeps: bool = False) -> Any:
        """Let something happen, wait for its effects, and check the laws; return what *doing* has returned.

        *sweeps*: the periodic tasks have work to do.
        """
        self.story.append(what)
        before = self.now
        person = chats.owner_of(before, phone) if phone is not None else None
        async with asyncio.timeout(120):
            done = await doing
            await (self.town.settle() if sweeps else self.town.settle_messages())
            self.now = await snapshot.take(self.town)
            if any(row.action.startswith("absence") for row in self.now.since(before)):  # a sweep begins and ends them
                await self.town.settle()
                self.now = await snapshot.take(self.town)
        self._check(before, person.id if person is not None else None)
        return done

    def _check(self, before: Snapshot, actor: int | None) -> None:
        now, rules = self.now, self.town.rules
        shown = [(phone, phone.messages()) for phone in self.phones]
        for phone, messages in shown:
            known = self.known.setdefault(phone, {})
            known.update({(one.id, code): None for one in messages for _, code in one.buttons})
        laws.check_acts(before, now, actor)
        public_words.check_decisions(before, now, actor, rules.four_eyes)
        self.released |= public_words.check_releases(before, now, actor, rules)
        public_words.check_said([(one, one.messages()) for one in squares(self.town)], self.released, now)
        laws.check_tickets(now)
        divisions.check_divisions(before, now, actor)
        laws.check_voices(now)
        laws.check_drafts(now)
        laws.check_approvers(now)
        self.left_blocked |= {one for one in self.phones if one.is_blocked and chats.owner_of(now, one) is None}
        chats.check_chats(now, [(phone, messages) for phone, messages in shown if phone not in self.left_blocked])
        chats.check_cards(now)

    # what officials do

    def officials(self) -> list[Phone]:
        """Return the phones of those who work here now and have not blocked the bot."""
        return [one for one in self.phones if chats.owner_of(self.now, one) is not None and not one.is_blocked]

    def buttons(self, phone: Phone, latest: int = 6) -> list[Button]:
        """Return the buttons under the latest messages that have some."""
        carrying = [one for one in phone.messages() if one.buttons][-latest:]
        return [(phone, one, label, code) for one in carrying for label, code in one.buttons]

    async def press(self, button: Button, *, must_refuse: bool = False) -> None:
        """Press a button; a refused press changes nothing, says why, and is in the audit."""
        phone, message, label, code = button
        before = self.now
        toast: Toast = await self.act(f"{phone} presses «{label}» {code}", phone.press(message.id, code), phone)
        person = chats.owner_of(before, phone)
        refused = [row for row in self.now.since(before) if row.action == "refused"]
        assert refused or not must_refuse, f"{phone} may not press {code} under {message}"
        if refused:
            is_citizens = (pressed := unpack(code)) is not None and pressed.op in CITIZENS_BUTTONS
            assert person is None or is_citizens or refused[0].person_id == person.id
            assert toast(), f"the refusal of {code} has no words"
            for name, rows in self.now.rows.items():
                assert rows == before.rows[name], f"the refused {code} has changed {name}"

    async def write(self, phone: Phone, text: str, reply_to: Any = None) -> None:
        await self.act(f"{phone} writes: {text}", phone.write(text, reply_to), phone)

    async def find_dialogs(self) -> list[tuple[Phone, DialogStep]]:
        """Return who is in the middle of something, and at which step."""
        assert self.town.app is not None
        query = select(tables.dialog.c.account, tables.dialog.c.user_id, tables.dialog.c.step)
        query = query.where(tables.dialog.c.expires_at > self.town.clock.now()).order_by(*tables.dialog.primary_key)
        async with self.town.app.database.read() as uow:
            rows = list(await uow._connection.execute(query))
        found = {(phone.account, str(phone.user_id)): phone for phone in self.phones}
        open_steps = [(found.get((row[0], row[1])), DialogStep(row[2])) for row in rows]
        return [(phone, step) for phone, step in open_steps if phone is not None and step is not DialogStep.ENDED]

    async def find_ticket(self, phone: Phone, message_id: Any) -> int | None:
        """Return the ticket that a message of the bot is about, be it without buttons: a press may name that ticket."""
        assert self.town.app is not None
        async with self.town.app.database.read() as uow:
            found = await uow.sent_messages.ticket_of(phone.account, str(phone.user_id), str(message_id))
        return found[0] if found is not None else None

    async def continue_dialog(self, phone: Phone, dice: random.Random) -> None:
        """Write what the bot waits for."""
        for one, step in await self.find_dialogs():
            if one == phone:
                await self.write(phone, self.crowd.words_for(step, dice))
                return

    def find_button(self, phone: Phone, *starts: str) -> Button | None:
        """Return the newest button whose code begins so."""
        return next((one for one in reversed(self.buttons(phone, 20)) if one[3].startswith(starts)), None)

    # the world

    async def wait(self, **step: float) -> None:
        """Let time pass: ``hours=3``."""

        async def passing() -> None:
            self.town.pass_time(**step)

        await self.act(f"{step} pass", passing(), sweeps=True)

    async def restart(self) -> None:
        async def again() -> None:
            await self.town.stop()
            await self.town.start()

        await self.act("the process restarts", again(), sweeps=True)

    # what citizens do

    async def write_in_public(self, place: Square, who: int, text: str, reply_to: Any = None) -> None:
        what = f"{who} writes at {place} in reply to {reply_to}: {text}"
        message_id = await self.act(what, place.write(who, text, reply_to))
        self.written.append((place, message_id, who))
