"""Heads at work: each answers one card after another, also while the bot is being killed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TypeVar

from crashtest.messenger_clients import BotMessage, ChatClient, PressOutcome
from crashtest.workload import COMPLAINT_NUMBER
from sandbox.change_log import ChangeLog

T = TypeVar("T")

REPLY_TIMEOUT_SECONDS = 300.0
"""Seconds after which a head who waits for the bot has found a button that hangs."""

MAX_LIVES = 60
"""Processes that may start and be killed meanwhile: on a busy machine each of them has time for little."""


class BotNotAnswering(Exception):
    """The bot does not answer. The message says where."""


@dataclass(slots=True)
class Head:
    """One official."""

    client: ChatClient
    change_log: ChangeLog
    random: Random
    is_closing: Callable[[], bool]
    """Tells whether no process is killed any more."""
    count_starts: Callable[[], int]
    """Counts the processes that have started."""
    accepted_answers: dict[int, str] = field(default_factory=dict)
    """Complaint → the answer that the bot has accepted."""
    failures: list[str] = field(default_factory=list)
    press_count: int = 0
    late_press_count: int = 0
    """Presses for whose answer the messenger did not wait while processes were killed."""
    leftover_buttons: int = 0
    _answered_tickets: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Handle cards until the workload is closing and the current card is done."""
        while True:
            card = await self._next_card()
            if card is None:
                return
            number = card.card_number or 0
            self._answered_tickets.add(number)
            try:
                await self._answer_card(card, number)
            except BotNotAnswering as error:
                self.failures.append(f"head {self.client.head_id}, №{number}: {error}")

    async def cancel_leftover_dialogs(self) -> None:
        """Press the leftover buttons of prompts: each must be answered and removed."""
        for letter in self.client.messages_from_bot():
            if _has_button(letter, "Отмена"):
                try:
                    await self._press_button(letter, "Отмена")
                    await self._wait_for_message("a button to go", partial(_lost_its_buttons, letter.id))
                except BotNotAnswering as error:
                    self.failures.append(f"head {self.client.head_id}, left over: {error}")
                else:
                    self.leftover_buttons += 1

    async def _next_card(self) -> BotMessage | None:
        while not self.is_closing():
            revision = self.change_log.revision
            for letter in reversed(self.client.messages_from_bot()):
                if (
                    letter.card_number is not None
                    and letter.card_number not in self._answered_tickets
                    and _has_button(letter, "Ответить")
                ):
                    return letter
            await self.change_log.wait_for_change(revision, 0.5)
        return None

    async def _answer_card(self, card: BotMessage, number: int) -> None:
        found = COMPLAINT_NUMBER.search(card.text)
        complaint = int(found[1]) if found else -1
        if self.random.random() < 0.3:
            await self._press_button(card, "Принять")
            card = await self._wait_for_message(
                "the accepted card", lambda one: one.card_number == number and not _has_button(one, "Принять")
            )
        await self._press_button(card, "Ответить")
        await self._wait_for_message(
            "the question", lambda one: f"Ответ на №{number}" in one.text and _has_button(one, "Отмена")
        )
        text = f"Ответ на жалобу {complaint:05}: скамейку починим завтра."
        if self.random.random() < 0.15:
            draft = await self._write_draft("Не знаю.")
            await self._press_button(draft, "Изменить")
            await self._wait_for_message(
                "the invitation to rewrite", lambda one: f"новый ответ на №{number}" in one.text
            )
        draft = await self._write_draft(text)
        await self._press_button(draft, "Отправить")
        self.accepted_answers[complaint] = text
        await self._wait_for_message("the end", lambda one: one.card_number == number and "Отвечено" in one.text)

    async def _write_draft(self, text: str) -> BotMessage:
        await self.client.send_text(text)
        return await self._wait_for_message(
            "the preview", lambda one: text in one.text and _has_button(one, "Отправить")
        )

    async def _wait_for_message(self, what: str, fits: Callable[[BotMessage], bool]) -> BotMessage:
        return await self._wait_for(what, lambda: next(filter(fits, reversed(self.client.messages_from_bot())), None))

    async def _press_button(self, letter: BotMessage, button: str) -> None:
        """Press *button* and check that it is answered. Somebody else may have changed the message meanwhile.

        While processes are killed, the messenger may wait in vain. If it forgets the press, the head presses again, as
        people do, until the button is gone.
        """
        while True:
            is_peaceful, pressed_at = self.is_closing(), f"{self.change_log.now():%H:%M:%S}"
            outcome = await self._press_once(letter, button)
            if outcome is PressOutcome.ANSWERED:
                return
            if is_peaceful:
                raise BotNotAnswering(f"no answer to «{button}», pressed at {pressed_at}")
            self.late_press_count += 1
            letter = next((one for one in self.client.messages_from_bot() if one.id == letter.id), letter)
            if outcome is PressOutcome.LATE or not _has_button(letter, button):
                return

    async def _press_once(self, letter: BotMessage, button: str) -> PressOutcome:
        try:
            label = next(label for label in letter.buttons if button in label)
            outcome = await self.client.press_button(letter, label)
        except (LookupError, StopIteration):
            raise BotNotAnswering(f"«{button}» has disappeared before the press") from None
        self.press_count += 1
        return await self._wait_for(f"end of a press of «{button}»", outcome)

    async def _wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        lives = self.count_starts()
        while True:
            is_peaceful = self.is_closing()
            try:
                found = await self.change_log.wait_until(look, REPLY_TIMEOUT_SECONDS)
            except TimeoutError:
                if is_peaceful or self.count_starts() - lives > MAX_LIVES:
                    raise BotNotAnswering(f"no {what}") from None
                continue
            assert found is not None
            return found


def _has_button(letter: BotMessage, button: str) -> bool:
    return any(button in label for label in letter.buttons)


def _lost_its_buttons(message_id: int | str, message: BotMessage) -> bool:
    return message.id == message_id and not message.buttons
