"""Rounds of hostile updates in a running town, and the promises that must hold afterwards.

Every update is handled, or it is a dead letter of which the administrator knows; no loop has failed, and an ordinary
message in each messenger becomes a card.
"""

import asyncio
import random
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot.inbox.worker import MAX_ATTEMPTS
from storage.tables import inbox
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, CURATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, button_labels
from tests.fuzz.hostile import mutate

MAX_TOKEN, HOUSE = "max-token-for-fuzzing-only", -70_801_090_403_050

MAX_CONFIG = """
[problems]
join = false

[limits]
messages_per_author_hour = 100000
messages_per_chat_hour = 100000

[max]
token = "{token}"
api_base = "{url}/max"
[[max.chats]]
id = {chat}
title = "Дом"
kind = "official"
"""

ID_PLACES = (
    ("message", "message_id"),
    ("message", "body", "mid"),
    ("object", "message", "conversation_message_id"),
    ("object", "id"),
)
"""The places in which the messengers' updates name the message that they are about."""

RETRY_PAUSE_SECONDS = 31
"""Longer than any pause between two attempts of the inbox."""

ROUND_TIMEOUT_SECONDS = 300.0

PARSER_REASONS = ("unknown kind", "no ", "too long", "impossible", "malformed", "VK ", "VK:", "a message")
"""Beginnings of the reasons that parsers give; any other is the name of an unexpected exception."""


@dataclass
class Fuzzer:
    """A running town, real updates of all its messengers, and what has become of their mutations."""

    bot: Harness
    dice: random.Random
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by account
    sent: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _canaries: int = 0

    async def prepare(self) -> None:
        """Let people do everything once, and take the updates from the inbox."""
        bot, telegram, vk = self.bot, self.bot.sandbox.telegram, self.bot.sandbox.vk
        first = await telegram.send_message(GROUP, MARIA, "Яма на дороге, Ленина 45", photo=b"a picture")
        await telegram.edit(GROUP, first, "Яма на дороге, Ленина 45, у перехода")
        await telegram.send_message(GROUP, PYOTR, "Подтверждаю", reply_to=first)
        card = await bot.wait_for_card(ROADS_HEAD, 1)
        for label in button_labels(card)[-2:]:
            await bot.press_button(ROADS_HEAD, card, label)
        await bot.send_message(CURATOR, "/find яма")
        await vk.send_message(COMMUNITY, MARIA, "Яма на дороге, Кирова 10", photos=[b"a picture"])
        await vk.send_message(COMMUNITY, MARIA, "И ещё одна")
        post = await vk.post(COMMUNITY, "Новость")
        comment = await vk.comment(COMMUNITY, post, PYOTR, "На Мира 7 яма на дороге")
        await vk.edit_comment(COMMUNITY, post, comment, "На Мира 7 большая яма на дороге")
        await vk.delete_comment(COMMUNITY, post, await vk.comment(COMMUNITY, post, PYOTR, "Спасибо"))
        house = bot.sandbox.max
        mid = await house.send_message(HOUSE, MARIA, "Яма на дороге, Садовая 7", photos=[b"a picture"])
        await house.edit(mid, "Яма на дороге, Садовая 7, глубокая")
        await house.remove(await house.send_message(HOUSE, MARIA, "Ой"))
        await house.send_message(MARIA, MARIA, "Нет света на Мира 9")
        await bot.wait_for_inbox()
        await bot.wait_for_outbox()
        for account, payload in await self._read(select(inbox.c.account, inbox.c.payload)):
            self.samples.setdefault(account, []).append(payload)
        assert len(self.samples) == 3, sorted(self.samples)

    async def run_round(self, updates_per_messenger: int) -> None:
        """Send hostile updates, wait for their end, and check the promises."""
        bot, vk_account = self.bot, f"vk:{COMMUNITY}"
        for account, samples in self.samples.items():
            for _ in range(updates_per_messenger):
                self.sent[account] += 1
                update = mutate(with_new_ids(self.dice.choice(samples), self.sent.total()), self.dice)
                if account == vk_account:
                    if any(update.get("event_id") == one.get("event_id") for one in samples):
                        update["event_id"] = f"fuzz{self.sent[account]}"
                    await bot.sandbox.vk.push_raw(COMMUNITY, update)
                elif account == "telegram":
                    await bot.sandbox.telegram.push_raw({k: v for k, v in update.items() if k != "update_id"})
                else:
                    await bot.sandbox.max.push_raw(update)
        try:
            async with asyncio.timeout(ROUND_TIMEOUT_SECONDS):
                await self._wait_for_end()
                await self._send_canaries()
        except TimeoutError:
            waiting = await self._count_by(inbox.c.account, status="new")
            self.violations.append(f"stuck: {waiting or 'an ordinary message has no card, or the outbox never ends'}")
        await self._check()

    async def _wait_for_end(self) -> None:
        """Let time pass until every update is handled or set aside."""
        assert self.bot.app is not None
        for _ in range(MAX_ATTEMPTS * 4):
            if await self.bot._is_inbox_empty():
                break
            await asyncio.sleep(0.2)
            self.bot.pass_time(seconds=RETRY_PAUSE_SECONDS)
            self.bot.app.runtime.inbox_wake_up.set()
        await self.bot.wait_for_inbox(ROUND_TIMEOUT_SECONDS)

    async def _send_canaries(self) -> None:
        bot, sandbox = self.bot, self.bot.sandbox
        self._canaries += 1
        for number, send in enumerate(
            (
                lambda text: sandbox.telegram.send_message(GROUP, 9001, text),
                lambda text: sandbox.vk.send_message(COMMUNITY, PYOTR, text),
                lambda text: sandbox.max.send_message(HOUSE, MARIA, text),
            )
        ):
            word = f"проверка{self._canaries}ч{number}"
            await send(f"Огромная яма на дороге, Гоголя {self._canaries}, {word}")
            await bot.wait_for_message(ROADS_HEAD, word)

    async def _check(self) -> None:
        app = self.bot.app
        assert app is not None
        assert app._leader is not None
        supervisor = app._leader._supervisor
        restarts = {**app.supervisor.restart_counts, **(supervisor.restart_counts if supervisor else {})}
        if restarts:
            self.violations.append(f"restarted: {restarts}")
        if app.database.current_fault is not None:
            self.violations.append(f"fault: {app.database.current_fault}")
        stored = dict(await self._count_by(inbox.c.account))
        if stored["telegram"] < self.sent["telegram"]:
            self.violations.append(f"lost: {self.sent['telegram'] - stored['telegram']} updates of Telegram")
        for account, number in await self._count_by(inbox.c.account, status="dead"):
            title = app.messengers[account].title
            if number and not any(title in text for text in self.bot.bot_texts(ADMINISTRATOR)):
                self.violations.append(f"{account}: {number} dead letters, and the administrator knows of none")
        for account, error, number in await self._count_by(inbox.c.account, inbox.c.error, status="dead"):
            if not str(error).startswith(PARSER_REASONS):
                self.violations.append(f"{account}: {number} × {error}")

    async def figures(self) -> dict[str, int]:
        """Return the number of updates by what has become of them."""
        return dict(await self._count_by(inbox.c.status))

    async def _count_by(self, *columns: Any, status: str | None = None) -> list[Any]:
        """Return the values of *columns* in the inbox, and how often they occur together."""
        statement = select(*columns, func.count()).group_by(*columns)
        return await self._read(statement if status is None else statement.where(inbox.c.status == status))

    async def _read(self, statement: Any) -> list[Any]:
        async with self.bot.read_tables() as connection:
            return list(await connection.execute(statement))


def with_new_ids(update: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a copy of *update* about another message: a known one would be skipped."""
    changed = deepcopy(update)
    for *way, last in ID_PLACES:
        inner: Any = changed
        for key in way:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and last in inner:
            inner[last] = f"mid.{number:032x}" if isinstance(inner[last], str) else 100_000 + number
    return changed


def configure(bot: Harness) -> None:
    """Add MAX to the town, and a person whose messages are never hostile; call it before the start."""
    bot.sandbox.max.add_bot(MAX_TOKEN)
    bot.sandbox.max.user(MARIA, "Мария", "Ким")
    bot.sandbox.max.chat(HOUSE, "Дом на Ленина, 45")
    bot.sandbox.telegram.user(9001, "Проверяющий")
    bot.settings["more"] = MAX_CONFIG.format(token=MAX_TOKEN, url=bot.sandbox.url, chat=HOUSE)
