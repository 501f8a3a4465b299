"""The private chat of one official in one messenger, the same way for all of them: what stands there, press, write."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.e2e.harness import COMMUNITY, Town, buttons, words

Rows = list[list[str]]


@dataclass(frozen=True)
class Letter:
    """A message of our bot as its reader sees it now. ``raw`` is the sandbox's own."""

    id: Any
    text: str
    rows: Rows
    reply_to: Any
    pictures: int
    raw: Any

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label in row]


class Phone(Protocol):
    """What each messenger's sandbox is asked for."""

    town: Town
    person: int

    def letters(self) -> list[Letter]: ...

    async def press(self, letter: Letter, label: str) -> Callable[[], str | None]:
        """Press; what returns the words of the answer once there is one («» for none)."""
        ...

    async def write(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None: ...

    async def start(self) -> None:
        """Open the bot there."""
        ...


@dataclass(frozen=True)
class Telegram:
    town: Town
    person: int

    def letters(self) -> list[Letter]:
        return [
            Letter(
                one["message_id"],
                words(one),
                [[b["text"] for b in row] for row in one.get("reply_markup", {}).get("inline_keyboard", [])],
                one.get("reply_to_message", {}).get("message_id"),
                int("photo" in one),
                one,
            )
            for one in self.town.letters(self.person)
        ]

    async def press(self, letter: Letter, label: str) -> Callable[[], str | None]:
        telegram = self.town.sandbox.telegram
        assert label in buttons(letter.raw)
        press_id = await telegram.press(self.person, self.person, letter.id, label)
        return lambda: None if press_id not in telegram.answered else telegram.answered[press_id].get("text") or ""

    async def write(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        await self.town.sandbox.telegram.say(self.person, self.person, text, photo=photo, reply_to=reply_to)

    async def start(self) -> None:
        await self.town.sandbox.telegram.start_bot(self.person)


@dataclass(frozen=True)
class Vk:
    town: Town
    person: int

    def letters(self) -> list[Letter]:
        vk = self.town.sandbox.vk
        return [
            Letter(
                one.cmid,
                one.text,
                [[b["action"]["label"] for b in row] for row in (one.keyboard or {}).get("buttons", [])],
                one.reply.cmid if one.reply else None,
                sum(1 for thing in one.attachments if thing["type"] == "photo"),
                one,
            )
            for one in vk.messages(COMMUNITY, self.person)
            if one.out
        ]

    async def press(self, letter: Letter, label: str) -> Callable[[], str | None]:
        vk = self.town.sandbox.vk
        event = await vk.press(self.person, COMMUNITY, letter.raw, label)
        assert event is not None
        press = vk.world.presses[event]
        return lambda: (press.answer or {}).get("text", "") if press.answered else None

    async def write(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        photos = [photo] if photo else []
        await self.town.sandbox.vk.message(COMMUNITY, self.person, text, photos=photos, reply_to=reply_to)

    async def start(self) -> None:
        await self.town.sandbox.vk.message(COMMUNITY, self.person, "Начать", payload={"command": "start"})


@dataclass(frozen=True)
class Max:
    town: Town
    person: int

    def letters(self) -> list[Letter]:
        return [
            Letter(
                one.mid,
                one.text,
                [[b["text"] for b in row] for row in one.keyboard],
                one.reply_to,
                sum(1 for thing in one.media if thing["type"] == "image"),
                one,
            )
            for one in self.town.sandbox.max.from_bot(self.person)
        ]

    async def press(self, letter: Letter, label: str) -> Callable[[], str | None]:
        server = self.town.sandbox.max
        press_id = await server.press(self.person, letter.id, label)

        def answered() -> str | None:
            if press_id not in server.answered:
                return None
            return str(server.answered[press_id].get("notification") or "")

        return answered

    async def write(self, text: str = "", *, photo: bytes | None = None, reply_to: Any = None) -> None:
        photos = [photo] if photo else []
        await self.town.sandbox.max.say(self.person, self.person, text, photos=photos, reply_to=reply_to)

    async def start(self) -> None:
        await self.town.sandbox.max.start_bot(self.person)


@dataclass(frozen=True)
class Desk:
    """What tests ask of a phone."""

    phone: Phone

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.phone.letters()]

    def find(self, *pieces: str, opening: str = "", button: str = "") -> Letter | None:
        """The newest letter that holds every one of *pieces* (begins with the pattern *opening*, has a button that
        reads *button* somewhere)."""
        found = [
            one
            for one in self.phone.letters()
            if all(piece in one.text for piece in pieces)
            and re.match(opening, one.text)
            and any(button in label for label in one.labels or [""])
        ]
        return found[-1] if found else None

    async def letter(self, *pieces: str, opening: str = "", button: str = "") -> Letter:
        """Wait for such a letter."""
        try:
            return await self.phone.town.until(lambda: self.find(*pieces, opening=opening, button=button))
        except TimeoutError:
            raise AssertionError(f"no {pieces} with {button!r}; there is: {self.texts}") from None

    async def card(self, number: int, *pieces: str, button: str = "") -> Letter:
        """Wait for the card of that ticket that reads so."""
        return await self.letter(*pieces, opening=rf"[^\s:]+ №{number} · ", button=button)

    def cards(self, number: int) -> list[Letter]:
        """The cards of that ticket that stand there."""
        return [one for one in self.phone.letters() if re.match(rf"[^\s:]+ №{number} · ", one.text)]

    async def press(self, letter: Letter, button: str) -> str:
        """Press a button by a part of its words; the words of the answer. Some presses are answered by what happens."""
        answered = await self.phone.press(letter, next(label for label in letter.labels if button in label))
        await self.phone.town.until(lambda: answered() is not None)
        return answered() or ""

    async def tap(self, letter: Letter, button: str) -> None:
        """Press where no word is expected: MAX lets such presses be."""
        await self.phone.press(letter, next(label for label in letter.labels if button in label))

    async def write(self, text: str = "", *, photo: bytes | None = None, reply_to: Letter | None = None) -> None:
        await self.phone.write(text, photo=photo, reply_to=reply_to.id if reply_to else None)

    async def answer(self, number: int, text: str) -> None:
        """The whole way of an answer: button, words, preview, «Отправить»."""
        await self.tap(await self.card(number, button="Ответить"), "Ответить")
        await self.letter(f"Ответ на №{number}")
        await self.write(text)
        await self.tap(await self.letter("Так ответ увидит житель", text[:40], button="Отправить"), "Отправить")
