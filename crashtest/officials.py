"""Heads at work: each takes one card after another and answers it, whatever happens to the bot meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from crashtest.messenger_clients import Letter, Phone
from crashtest.workload import MARK
from sandbox.change_log import Journal

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds after which a head who waits for the bot has found a button that hangs."""


class Stuck(Exception):
    """The bot does not answer. The message says where."""


@dataclass(slots=True)
class Head:
    """One official."""

    phone: Phone
    journal: Journal
    random: Random
    closing: Callable[[], bool]
    sent: dict[int, str] = field(default_factory=dict)
    """Complaint → the answer that the bot has accepted."""
    stuck: list[str] = field(default_factory=list)
    presses: int = 0
    left_over: int = 0
    _done: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Work until the town closes and the card in hand is done."""
        while True:
            card = await self._next()
            if card is None:
                return
            number = card.card or 0
            self._done.add(number)
            try:
                await self._answer(card, number)
            except Stuck as error:
                self.stuck.append(f"head {self.phone.head}, №{number}: {error}")

    async def tidy(self) -> None:
        """Nobody is in the middle of anything: whatever button of a question is left must say so, and go."""
        for letter in self.phone.letters():
            if _has(letter, "Отмена"):
                try:
                    await self._press(letter, "Отмена")
                    await self._find("a button to go", lambda one, id=letter.id: one.id == id and not one.buttons)  # type: ignore[misc]
                except Stuck as error:
                    self.stuck.append(f"head {self.phone.head}, left over: {error}")
                else:
                    self.left_over += 1

    async def _next(self) -> Letter | None:
        while not self.closing():
            revision = self.journal.revision
            for letter in reversed(self.phone.letters()):
                if letter.card is not None and letter.card not in self._done and _has(letter, "Ответить"):
                    return letter
            await self.journal.wait_newer(revision, 0.5)
        return None

    async def _answer(self, card: Letter, number: int) -> None:
        found = MARK.search(card.text)
        complaint = int(found[1]) if found else -1
        if self.random.random() < 0.3:
            await self._press(card, "Принять")
            card = await self._find("the accepted card", lambda one: one.card == number and not _has(one, "Принять"))
        await self._press(card, "Ответить")
        await self._find("the question", lambda one: f"Ответ на №{number}" in one.text and _has(one, "Отмена"))
        text = f"Ответ на жалобу {complaint:05}: скамейку починим завтра."
        if self.random.random() < 0.15:
            draft = await self._draft("Не знаю.")
            await self._press(draft, "Изменить")
            await self._find("the invitation to rewrite", lambda one: f"новый ответ на №{number}" in one.text)
        draft = await self._draft(text)
        await self._press(draft, "Отправить")
        self.sent[complaint] = text
        await self._find("the end", lambda one: one.card == number and "Отвечено" in one.text)

    async def _draft(self, text: str) -> Letter:
        await self.phone.write(text)
        return await self._find("the preview", lambda one: text in one.text and _has(one, "Отправить"))

    async def _find(self, what: str, fits: Callable[[Letter], bool]) -> Letter:
        return await self._until(what, lambda: next(filter(fits, reversed(self.phone.letters())), None))

    async def _press(self, letter: Letter, button: str) -> None:
        """Press, and see that the button does not spin for ever. Somebody else may have changed the message since."""
        label = next(label for label in letter.buttons if button in label)
        try:
            is_answered = await self.phone.press(letter, label)
        except (LookupError, StopIteration):
            raise Stuck(f"«{button}» has gone from under the finger") from None
        self.presses += 1
        await self._until(f"the answer to «{button}»", is_answered)

    async def _until(self, what: str, look: Callable[[], T | None]) -> T:
        try:
            found = await self.journal.until(look, PATIENCE)
        except TimeoutError:
            raise Stuck(f"waited in vain for {what}") from None
        assert found is not None
        return found


def _has(letter: Letter, button: str) -> bool:
    return any(button in label for label in letter.buttons)
