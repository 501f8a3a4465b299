"""Acts of the town's people that the person at the page triggers."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.page.max_acts import MaxActions
from sandbox.page.pictures import SAMPLES, sample_png
from sandbox.server import Sandbox
from sandbox.vk.world import image_extension

Json = dict[str, Any]

TEXT_LIMIT = 4096
MAX_PICTURES = 10
BOT_REPLY_TIMEOUT_SECONDS = 10.0  # seconds that a pressed button waits for the bot's word
TOWN_CENTRE = (56.8389, 60.6057)  # where «Точка на карте» is


class InvalidAction(ValueError):
    """A request of the page makes no sense; the text is for the person at the page."""


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """``telegram/<chat>``, ``max/<chat>``, ``vk/<community>/wall`` or ``vk/<community>/<peer>``."""

    messenger: str
    chat: int
    peer: int | None = None

    @classmethod
    def parse(cls, name: object) -> "ChatAddress":
        pieces = str(name).split("/")
        try:
            match pieces:
                case ["telegram" | "max" as messenger, chat]:
                    return cls(messenger, int(chat))
                case ["vk", community, "wall"]:
                    return cls("vk", int(community))
                case ["vk", community, peer]:
                    return cls("vk", int(community), int(peer))
        except ValueError:
            pass
        raise InvalidAction("Такого места в городе нет.")


class PageActions:
    """Each act is a JSON object with ``act`` and what that act needs; the result is a JSON object too.

    What does not fit raises :class:`BadAct`.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._max = MaxActions(sandbox.max)
        self._acts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "say": self._send_message,
            "edit": self._edit_message,
            "delete": self._delete_message,
            "press": self._press_button,
        }

    async def perform(self, body: Json) -> Json:
        act = self._acts.get(str(body.get("act")))
        if act is None:
            raise InvalidAction("Так на этой странице сделать нельзя.")
        try:
            return await act(body)
        except LookupError:
            raise InvalidAction("Этого сообщения или человека здесь уже нет.") from None

    async def _send_message(self, body: Json) -> Json:
        place, who = ChatAddress.parse(body.get("place")), _number(body, "who")
        text, pictures = _text(body), _pictures(body)
        location = TOWN_CENTRE if body.get("location") else None
        if not (text.strip() or pictures or location):
            raise InvalidAction("Напишите что-нибудь или приложите картинку.")
        if place.messenger == "max":
            reply = None if body.get("reply_to") is None else _mid(body, "reply_to")
            return await self._max.send_message(place.chat, who, text, pictures, location, reply)
        if place.messenger == "telegram":
            return await self._send_in_telegram(
                place, who, text, pictures, location, _optional_number(body, "reply_to")
            )
        if place.peer is not None:
            said = await self._sandbox.vk.send_message(
                place.chat, place.peer, text, photos=pictures, geo=location, reply_to=_optional_number(body, "reply_to")
            )
            return {"key": f"vk/{place.chat}/{place.peer}/{said.cmid}"}
        return await self._post_on_wall(place, who, text, pictures, body)

    async def _send_in_telegram(
        self,
        place: ChatAddress,
        who: int,
        text: str,
        pictures: list[bytes],
        location: tuple[float, float] | None,
        reply_to: int | None,
    ) -> Json:
        if who not in self._sandbox.telegram.world.users or (place.chat > 0 and place.chat != who):
            raise InvalidAction("Этот человек здесь писать не может.")
        number = await self._sandbox.telegram.send_message(
            place.chat,
            who,
            text,
            reply_to=reply_to,
            photo=pictures[0] if len(pictures) == 1 else None,
            album=list(pictures) if len(pictures) > 1 else None,
            location=location,
        )
        return {"key": f"telegram/{place.chat}/{number}"}

    async def _post_on_wall(self, place: ChatAddress, who: int, text: str, pictures: list[bytes], body: Json) -> Json:
        vk, post = self._sandbox.vk, _optional_number(body, "post")
        if who not in vk.world.users:
            raise InvalidAction("Этот человек не зарегистрирован в VK.")
        if post is None:
            number = await vk.visitor_post(place.chat, who, text, photos=pictures)
            return {"key": f"vk/{place.chat}/wall/post{number}"}
        number = await vk.comment(
            place.chat,
            post,
            who,
            text,
            reply_to=_optional_number(body, "reply_to"),
            photo=pictures[0] if pictures else None,
        )
        return {"key": f"vk/{place.chat}/wall/{number}"}

    async def _edit_message(self, body: Json) -> Json:
        place, text = ChatAddress.parse(body.get("place")), _text(body)
        if not text.strip():
            raise InvalidAction("Сообщение не может стать пустым.")
        if place.messenger == "max":
            await self._max.edit_message(place.chat, _mid(body, "message"), text)
            return {}
        message = _number(body, "message")
        if place.messenger == "telegram":
            await self._sandbox.telegram.edit(place.chat, message, text)
        elif place.peer is not None:
            await self._sandbox.vk.edit_message(place.chat, place.peer, message, text)
        else:
            await self._sandbox.vk.edit_comment(place.chat, _number(body, "post"), message, text)
        return {}

    async def _delete_message(self, body: Json) -> Json:
        place = ChatAddress.parse(body.get("place"))
        if place.messenger == "max":
            await self._max.delete_message(place.chat, _mid(body, "message"))
            return {}
        message = _number(body, "message")
        if place.messenger == "telegram":
            await self._sandbox.telegram.delete(place.chat, message)
        elif place.peer is not None:
            await self._sandbox.vk.delete_message(place.chat, place.peer, message)
        else:
            await self._sandbox.vk.delete_comment(place.chat, _number(body, "post"), message)
        return {}

    async def _press_button(self, body: Json) -> Json:
        """Press a button and wait for the bot's word: ``{"text": …, "alert": …}``."""
        place = ChatAddress.parse(body.get("place"))
        who, code = _number(body, "who"), str(body.get("code"))
        if place.messenger == "max":
            return await self._max.press_button(place.chat, who, _mid(body, "message"), code)
        message = _number(body, "message")
        try:
            if place.messenger == "telegram":
                return await self._press_in_telegram(place, who, message, code)
            return await self._press_in_vk(place, who, message, code)
        except TimeoutError:
            raise InvalidAction("Бот не ответил на нажатие.") from None

    async def _press_in_telegram(self, place: ChatAddress, who: int, message: int, code: str) -> Json:
        telegram = self._sandbox.telegram
        # An old keyboard sends an old button, as in Telegram.
        press = await telegram.press_callback_data(who, place.chat, message, code)
        answer = (
            await self._sandbox.change_log.wait_until(
                lambda: telegram.callback_answers.get(press), BOT_REPLY_TIMEOUT_SECONDS
            )
            or {}
        )
        return {"text": answer.get("text") or "", "alert": bool(answer.get("show_alert"))}

    async def _press_in_vk(self, place: ChatAddress, who: int, message: int, code: str) -> Json:
        vk = self._sandbox.vk
        letter = vk.world.dialogs[(place.chat, place.peer or 0)].messages[message]
        rows = (letter.keyboard or {}).get("buttons", [])
        if not any(button["action"].get("label") == code for row in rows for button in row):
            raise InvalidAction("Этой кнопки под сообщением уже нет.")
        event = await vk.press_button(who, place.chat, letter, code)
        if event is None:
            return {"text": "", "alert": False}
        press = vk.world.presses[event]
        await self._sandbox.change_log.wait_until(lambda: press.answered, BOT_REPLY_TIMEOUT_SECONDS)
        return {"text": str((press.answer or {}).get("text", "")), "alert": False}


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidAction("Страница прислала не то, что нужно. Обновите её.")
    return value


def _mid(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise InvalidAction("Страница прислала не то, что нужно. Обновите её.")
    return value


def _optional_number(body: Json, name: str) -> int | None:
    return None if body.get(name) is None else _number(body, name)


def _text(body: Json) -> str:
    text = str(body.get("text") or "")
    if len(text) > TEXT_LIMIT:
        raise InvalidAction(f"Слишком длинно: в одном сообщении не больше {TEXT_LIMIT} знаков.")
    return text


def _pictures(body: Json) -> list[bytes]:
    wanted = body.get("pictures") or []
    if not isinstance(wanted, list) or len(wanted) > MAX_PICTURES:
        raise InvalidAction(f"Не больше {MAX_PICTURES} картинок сразу.")
    return [_picture(str(one)) for one in wanted]


def _picture(wanted: str) -> bytes:
    """A sample by its name, or a picture of the person's own (``data:image/…;base64,…``)."""
    if wanted in SAMPLES:
        return sample_png(wanted)
    try:
        data = base64.b64decode(wanted.partition(";base64,")[2], validate=True)
    except binascii.Error:
        data = b""
    if image_extension(data) is None:
        raise InvalidAction("Это не картинка JPEG, PNG или GIF.")
    return data
