"""The sandbox is as strict as the real server: it refuses every call that Telegram would refuse."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from sandbox.change_log import ChangeLog
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from sandbox.telegram import TelegramServer, api_fault
from tests.contract.harness import TOKEN
from tests.manual_clock import ManualClock

MARIA, IVAN = 501, 502
GROUP, BASIC, CHANNEL = -1001234567890, -4455, -1009876543210
START_TIME = "2026-11-20T05:30:00+00:00"


class ApiClient:
    """A bare client of the Bot API."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def raw(self, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.base}/bot{token}/{method}", json=params) as response:
            return response.status, await response.json()

    async def __call__(self, method: str, **params: Any) -> Any:
        """Return the result of a call that must succeed."""
        status, body = await self.raw(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """Return the description of a call that must fail."""
        status, body = await self.raw(method, **params)
        assert not body["ok"]
        assert status == body["error_code"]
        return str(body["description"])

    async def update_ids(self, **params: Any) -> list[int]:
        return [one["update_id"] for one in await self("getUpdates", **params)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.fromisoformat(START_TIME))


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(change_log=ChangeLog(clock.now)) as running:
        yield running


@pytest.fixture
def server(sandbox: Sandbox) -> TelegramServer:
    telegram = sandbox.telegram
    telegram.add_bot(TOKEN, username="lgo_bot")
    telegram.user(MARIA, "Мария", "Кузнецова", "masha")
    telegram.user(IVAN, "Иван")
    telegram.group(GROUP, "Подслушано", username="podslushano", bot_is_admin=False)
    return telegram


@pytest.fixture
async def api(sandbox: Sandbox, server: TelegramServer) -> AsyncIterator[ApiClient]:
    async with aiohttp.ClientSession() as session:
        yield ApiClient(session, f"{sandbox.url}/telegram")


# Updates


async def test_an_update_waits_until_an_offset_confirms_it(api: ApiClient, server: TelegramServer) -> None:
    for text in "абв":
        await server.send_message(GROUP, MARIA, text)
    ids = await api.update_ids()
    assert len(ids) == 3
    assert await api.update_ids() == ids
    assert await api.update_ids(limit=2) == ids[:2]
    assert await api.update_ids(offset=ids[1]) == ids[1:]
    assert await api.update_ids() == ids[1:]
    assert await api.update_ids(offset=ids[2] + 1) == []
    assert server.pending_updates == []


async def test_a_negative_offset_forgets_all_but_the_last(api: ApiClient, server: TelegramServer) -> None:
    for text in "абв":
        await server.send_message(GROUP, MARIA, text)
    ids = await api.update_ids()
    assert await api.update_ids(offset=-2) == ids[1:]
    assert await api.update_ids() == ids[1:]


async def test_an_offset_far_ahead_confirms_nothing(api: ApiClient, server: TelegramServer) -> None:
    await server.send_message(GROUP, MARIA, "а")
    assert len(await api.update_ids(offset=2_000_000_000)) == 1


async def test_a_long_poll_ends_with_the_first_news(api: ApiClient, server: TelegramServer) -> None:
    poll = asyncio.ensure_future(api("getUpdates", timeout=30))  # noqa: TID251 - a test may
    await server.change_log.wait_until(lambda: server.calls)
    await server.send_message(GROUP, MARIA, "яма")
    [update] = await asyncio.wait_for(poll, 5)
    assert update["message"]["text"] == "яма"


async def test_of_two_polls_the_older_gives_way(api: ApiClient, server: TelegramServer) -> None:
    first = asyncio.ensure_future(api.raw("getUpdates", timeout=30))  # noqa: TID251 - a test may
    await server.change_log.wait_until(lambda: server.calls)
    second = asyncio.ensure_future(api("getUpdates", timeout=30))  # noqa: TID251 - a test may
    status, body = await asyncio.wait_for(first, 5)
    assert (status, body["description"].partition(":")[0]) == (409, "Conflict")
    await server.send_message(GROUP, MARIA, "яма")
    assert len(await asyncio.wait_for(second, 5)) == 1


async def test_a_webhook_and_polling_exclude_each_other(api: ApiClient, server: TelegramServer) -> None:
    await api("setWebhook", url="https://example.ru/hook")
    assert (await api.refused("getUpdates")).startswith("Conflict: can't use getUpdates method while webhook")
    await server.send_message(GROUP, MARIA, "а")
    info = await api("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == ("https://example.ru/hook", 1)
    await api("deleteWebhook")
    assert len(await api("getUpdates")) == 1
    assert "HTTPS" in await api.refused("setWebhook", url="http://example.ru")
    await api("deleteWebhook", drop_pending_updates=True)
    assert await api("getUpdates") == []


async def test_kinds_that_were_not_asked_for_do_not_come(api: ApiClient, server: TelegramServer) -> None:
    await api("getUpdates", allowed_updates=["callback_query"])
    await server.send_message(GROUP, MARIA, "а")
    await server.press_callback_data(MARIA, GROUP, 1, "x")
    assert [set(one) - {"update_id"} for one in await api("getUpdates")] == [{"callback_query"}]
    await api("getUpdates", allowed_updates=[])
    await server.send_message(GROUP, MARIA, "б")
    assert len(await api("getUpdates")) == 2


async def test_updates_grow_old(api: ApiClient, server: TelegramServer, clock: ManualClock) -> None:
    await server.send_message(GROUP, MARIA, "а")
    press = await server.press_callback_data(MARIA, GROUP, 1, "x")
    clock.advance(timedelta(seconds=151))
    assert len(await api("getUpdates")) == 1  # the press is gone
    await api("answerCallbackQuery", callback_query_id=press)
    late = await server.press_callback_data(MARIA, GROUP, 1, "x")
    clock.advance(timedelta(hours=24))
    assert await api("getUpdates") == []
    assert "query is too old" in await api.refused("answerCallbackQuery", callback_query_id=late)


@pytest.mark.parametrize(
    ("text", "reaches"), [("яма", False), ("/help", True), ("@lgo_bot яма", True), ("ответ боту", True)]
)
async def test_privacy_mode(api: ApiClient, server: TelegramServer, text: str, reaches: bool) -> None:
    server.world.me.can_read_all_group_messages = False
    own = await api("sendMessage", chat_id=GROUP, text="Здравствуйте")
    await server.send_message(GROUP, MARIA, text, reply_to=own["message_id"] if text == "ответ боту" else None)
    assert bool(await api("getUpdates")) is reaches
    await server.send_message(MARIA, MARIA, "в личном чате слышно всё")
    assert len(await api("getUpdates")) == reaches + 1


# Rights to write


async def test_private_chats_open_from_the_persons_side(api: ApiClient, server: TelegramServer) -> None:
    assert await api.refused("sendMessage", chat_id=MARIA, text="а") == "Bad Request: chat not found"
    await server.send_message(GROUP, MARIA, "яма")
    assert await api.refused("sendMessage", chat_id=MARIA, text="а") == (
        "Forbidden: bot can't initiate conversation with a user"
    )
    await server.start_bot(MARIA)
    await api("sendMessage", chat_id=MARIA, text="а")
    await server.block(MARIA)
    assert await api.refused("sendMessage", chat_id=MARIA, text="а") == "Forbidden: bot was blocked by the user"
    await server.unblock(MARIA)
    await api("sendMessage", chat_id=MARIA, text="а")


async def test_groups(api: ApiClient, server: TelegramServer) -> None:
    assert (await api("sendMessage", chat_id="@PodSlushano", text="а"))["chat"]["id"] == GROUP
    assert await api.refused("sendMessage", chat_id=-100999, text="а") == "Bad Request: chat not found"
    assert await api.refused("sendMessage", text="а") == "Bad Request: chat_id is empty"
    await server.restrict_bot(GROUP)
    assert "not enough rights" in await api.refused("sendMessage", chat_id=GROUP, text="а")
    await server.kick_bot(GROUP)
    assert await api.refused("sendMessage", chat_id=GROUP, text="а") == (
        "Forbidden: bot was kicked from the supergroup chat"
    )
    server.channel(CHANNEL, "Новости", bot_is_admin=True)
    assert (await api("sendMessage", chat_id=CHANNEL, text="а"))["sender_chat"]["id"] == CHANNEL


async def test_a_group_moves(api: ApiClient, server: TelegramServer) -> None:
    server.group(BASIC, "Малый", supergroup=False)
    await server.send_message(BASIC, MARIA, "яма")
    new_id = await server.migrate(BASIC)
    status, body = await api.raw("sendMessage", chat_id=BASIC, text="а")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new_id})
    assert "upgraded to a supergroup" in body["description"]
    kinds = [set(one["message"]) & {"migrate_to_chat_id", "migrate_from_chat_id"} for one in await api("getUpdates")]
    assert kinds == [set(), {"migrate_to_chat_id"}, {"migrate_from_chat_id"}]
    assert [one.get("text") for one in server.messages(new_id)] == [None]


# Limits of texts and buttons


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "text must be non-empty"),
        ({"text": "\u200b"}, "text must be non-empty"),
        ({"text": "а" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "а", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "а", "message_thread_id": 5}, "message thread not found"),
        ({"text": "а", "colour": "red"}, "unknown parameter colour of sendMessage"),
        ({"text": "а", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "ends after the end of the text"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 1, "length": 1}]}, "begins in a middle of a UTF-16"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 1}]}, "ends in a middle of a UTF-16"),
        ({"text": "а", "entities": [{"type": "loud", "offset": 0, "length": 1}]}, "unsupported type specified"),
        ({"text": "а", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "x"}]}, "URL is invalid"),
        ({"text": "<b>а", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "<x>а</x>", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "а</b>", "parse_mode": "HTML"}, "can't parse entities: Unexpected end tag"),
        ({"text": "а", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    ],
)
async def test_texts_that_are_refused(api: ApiClient, params: dict[str, Any], description: str) -> None:
    said = await api.refused("sendMessage", chat_id=GROUP, **params)
    assert said.startswith("Bad Request: ")
    assert description in said


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "а", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "а", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "а"}, "text buttons are unallowed"),
        ({"callback_data": "x"}, 'Can\'t find field "text"'),
        ({"text": " ", "callback_data": "x"}, "must be non-empty"),
        ({"text": "а", "callback_data": "x", "url": "https://a.ru"}, "text buttons are unallowed"),
        ({"text": "а", "url": "http://localhost"}, "Wrong HTTP URL"),
        ({"text": "а", "callback_data": "x", "size": 5}, "unknown field size"),
    ],
)
async def test_buttons_that_are_refused(api: ApiClient, button: dict[str, Any], description: str) -> None:
    keyboard = {"inline_keyboard": [[button]]}
    assert description in await api.refused("sendMessage", chat_id=GROUP, text="а", reply_markup=keyboard)


async def test_keyboards_that_are_too_large(api: ApiClient) -> None:
    button = {"text": "а", "callback_data": "x"}
    wide = {"inline_keyboard": [[button] * 9]}
    assert "too long" in await api.refused("sendMessage", chat_id=GROUP, text="а", reply_markup=wide)
    many = {"inline_keyboard": [[button]] * 101}
    assert "too long" in await api.refused("sendMessage", chat_id=GROUP, text="а", reply_markup=many)
    heavy = {"inline_keyboard": [[{"text": "я" * 100, "callback_data": "x" * 64}]] * 50}
    assert "too long" in await api.refused("sendMessage", chat_id=GROUP, text="а", reply_markup=heavy)


async def test_text_is_cleaned_as_by_the_server(api: ApiClient) -> None:
    bold = {"type": "bold", "offset": 2, "length": 4}
    sent = await api("sendMessage", chat_id=GROUP, text="\n яма\t\0 https://a.ru \n", entities=[bold])
    assert sent["text"] == "яма   https://a.ru"
    assert sent["entities"] == [
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "url", "offset": 6, "length": 12},
    ]
    marked = await api(
        "sendMessage", chat_id=GROUP, text='<b>а&lt;</b> <a href="https://a.ru">тут</a>', parse_mode="HTML"
    )
    assert marked["text"] == "а< тут"
    assert [one["type"] for one in marked["entities"]] == ["bold", "text_link"]


async def test_a_reply(api: ApiClient, server: TelegramServer) -> None:
    yama = await server.send_message(GROUP, MARIA, "яма")
    sent = await api("sendMessage", chat_id=GROUP, text="а", reply_parameters={"message_id": yama})
    assert (sent["reply_to_message"]["text"], sent["message_thread_id"]) == ("яма", yama)
    await server.delete(GROUP, yama)
    relaxed = {"message_id": yama, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await api("sendMessage", chat_id=GROUP, text="а", reply_parameters=relaxed)


# Files


async def upload(api: ApiClient, method: str, files: dict[str, bytes], **params: Any) -> tuple[int, Any]:
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, data in files.items():
        form.add_field(name, data, filename=f"{name}.jpg")
    async with api.session.post(f"{api.base}/bot{TOKEN}/{method}", data=form) as response:
        body = await response.json()
        return response.status, body.get("result", body.get("description"))


async def test_a_file_there_and_back(api: ApiClient, server: TelegramServer) -> None:
    _, sent = await upload(api, "sendPhoto", {"p": b"picture"}, chat_id=str(GROUP), photo="attach://p", caption="Вот")
    largest = sent["photo"][-1]
    assert largest["width"] == max(one["width"] for one in sent["photo"])
    found = await api("getFile", file_id=largest["file_id"])
    async with api.session.get(f"{api.base}/file/bot{TOKEN}/{found['file_path']}") as response:
        assert await response.read() == b"picture"
    async with api.session.get(f"{api.base}/file/bot4200:no/{found['file_path']}") as response:
        assert response.status == 401
    async with api.session.get(f"{api.base}/file/bot{TOKEN}/nowhere") as response:
        assert response.status == 404
    again = await api("sendPhoto", chat_id=GROUP, photo=largest["file_id"])
    assert again["photo"][-1]["file_id"] == largest["file_id"]
    assert "can't use file of type" in await api.refused("sendDocument", chat_id=GROUP, document=largest["file_id"])
    assert "wrong file identifier" in await api.refused("sendPhoto", chat_id=GROUP, photo="nothing")
    assert "there is no photo" in await api.refused("sendPhoto", chat_id=GROUP)
    assert "caption is too long" in await api.refused(
        "sendPhoto", chat_id=GROUP, photo=largest["file_id"], caption="а" * 1025
    )
    assert (await upload(api, "sendPhoto", {"photo": b""}, chat_id=str(GROUP)))[1] == (
        "Bad Request: file must be non-empty"
    )


@pytest.mark.parametrize(
    ("kinds", "description"),
    [
        (["photo"], "wrong number"),
        (["photo"] * 11, "wrong number"),
        (["photo", "document"], "can't be mixed"),
        (["document", "audio"], "can't be mixed"),
        (["photo", "voice"], "type must be one of"),
    ],
)
async def test_albums_that_are_refused(api: ApiClient, kinds: list[str], description: str) -> None:
    media = [{"type": kind, "media": f"attach://f{number}"} for number, kind in enumerate(kinds)]
    files = {f"f{number}": b"data" for number in range(len(kinds))}
    status, said = await upload(api, "sendMediaGroup", files, chat_id=str(GROUP), media=media)
    assert status == 400
    assert description in said


async def test_an_album(api: ApiClient) -> None:
    media = [
        {"type": "photo", "media": "attach://a", "caption": "Было"},
        {"type": "video", "media": "attach://b"},
    ]
    status, sent = await upload(api, "sendMediaGroup", {"a": b"1", "b": b"2"}, chat_id=str(GROUP), media=media)
    assert status == 200
    assert len({one["media_group_id"] for one in sent}) == 1
    assert sent[0]["caption"] == "Было"
    status, said = await upload(api, "sendMediaGroup", {"a": b"1"}, chat_id=str(GROUP), media=media)
    assert "file attachment not found" in said


async def test_a_place(api: ApiClient) -> None:
    sent = await api("sendLocation", chat_id=GROUP, latitude=45.4, longitude="133.4")
    assert sent["location"] == {"latitude": 45.4, "longitude": 133.4}
    assert "wrong latitude" in await api.refused("sendLocation", chat_id=GROUP, latitude=91, longitude=0)


async def test_a_copy(api: ApiClient, server: TelegramServer) -> None:
    yama = await server.send_message(GROUP, MARIA, "яма", photo=b"picture")
    await server.start_bot(IVAN)
    copied = await api("copyMessage", chat_id=IVAN, from_chat_id=GROUP, message_id=yama, caption="Смотрите")
    message = server.message(IVAN, copied["message_id"])
    assert (message["caption"], "photo" in message) == ("Смотрите", True)
    assert "message to copy not found" in await api.refused(
        "copyMessage", chat_id=IVAN, from_chat_id=GROUP, message_id=999
    )


# Edits


async def test_edits(api: ApiClient, server: TelegramServer) -> None:
    yama = await server.send_message(GROUP, MARIA, "яма")
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    own = (await api("sendMessage", chat_id=GROUP, text="а", reply_markup=keyboard))["message_id"]
    here = {"chat_id": GROUP, "message_id": own}
    same = await api.refused("editMessageText", **here, text="а", reply_markup=keyboard)
    assert same.startswith("Bad Request: message is not modified: specified new message content")
    edited = await api("editMessageText", **here, text="б")
    assert ("reply_markup" in edited, edited["text"], "edit_date" in edited) == (False, "б", True)
    await api("editMessageReplyMarkup", **here, reply_markup=keyboard)
    assert server.message(GROUP, own)["text"] == "б"
    assert "no caption in the message" in await api.refused("editMessageCaption", **here, caption="в")
    assert "message can't be edited" in await api.refused("editMessageText", chat_id=GROUP, message_id=yama, text="в")
    assert "message to edit not found" in await api.refused("editMessageText", chat_id=GROUP, message_id=999, text="в")
    assert "identifier is not specified" in await api.refused("editMessageText", chat_id=GROUP, text="в")
    photo = await server.send_message(GROUP, MARIA, photo=b"picture")
    file_id = server.message(GROUP, photo)["photo"][-1]["file_id"]
    own_photo = (await api("sendPhoto", chat_id=GROUP, photo=file_id))["message_id"]
    assert "no text in the message" in await api.refused(
        "editMessageText", chat_id=GROUP, message_id=own_photo, text="в"
    )
    await api("editMessageCaption", chat_id=GROUP, message_id=own_photo, caption="в")
    assert "message can't be deleted" in await api.refused("deleteMessage", chat_id=GROUP, message_id=yama)
    await api("deleteMessage", chat_id=GROUP, message_id=own)
    assert "message to delete not found" in await api.refused("deleteMessage", chat_id=GROUP, message_id=own)


# Presses


async def test_a_press_is_answered_once(api: ApiClient, server: TelegramServer) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    own = (await api("sendMessage", chat_id=GROUP, text="а", reply_markup=keyboard))["message_id"]
    press = await server.press_button(MARIA, GROUP, own, "Да")
    [update] = await api("getUpdates")
    query = update["callback_query"]
    assert (query["id"], query["data"], query["message"]["message_id"]) == (press, "y", own)
    assert query["chat_instance"]
    assert "MESSAGE_TOO_LONG" in await api.refused("answerCallbackQuery", callback_query_id=press, text="а" * 201)
    await api("answerCallbackQuery", callback_query_id=press, text="Ясно", show_alert="true")
    assert server.callback_answers == {press: {"text": "Ясно", "show_alert": True}}
    assert "query is too old" in await api.refused("answerCallbackQuery", callback_query_id=press)
    with pytest.raises(LookupError):
        await server.press_button(MARIA, GROUP, own, "Нет")


# Everything else


async def test_wrong_tokens_and_methods(api: ApiClient) -> None:
    assert await api.raw("getMe", token="4200:other") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert (await api.raw("getMoney"))[0] == 404
    assert (await api("GETME"))["username"] == "lgo_bot"


async def test_ways_to_send_parameters(api: ApiClient, server: TelegramServer) -> None:
    address = f"{api.base}/bot{TOKEN}/sendMessage"
    async with api.session.get(address, params={"chat_id": GROUP, "text": "из адреса"}) as response:
        assert response.status == 200
    async with api.session.post(address, data={"chat_id": GROUP, "text": "из формы"}) as response:
        assert response.status == 200
    async with api.session.post(address, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    assert [one["text"] for one in server.from_bot(GROUP)] == ["из адреса", "из формы"]


async def test_chats_and_members(api: ApiClient, server: TelegramServer) -> None:
    await server.send_message(GROUP, MARIA, "яма")
    server.channel(CHANNEL, "Новости", discussion=GROUP)
    assert (await api("getChat", chat_id=GROUP))["linked_chat_id"] == CHANNEL
    assert (await api("getChatMember", chat_id=GROUP, user_id=MARIA))["status"] == "member"
    assert (await api("getChatMember", chat_id=GROUP, user_id=4200))["status"] == "member"
    assert (await api("getChatMember", chat_id=GROUP, user_id=IVAN))["status"] == "left"
    assert await api("getChatAdministrators", chat_id=GROUP) == []
    await server.invite_bot(GROUP, admin=True)
    assert [one["user"]["id"] for one in await api("getChatAdministrators", chat_id=GROUP)] == [4200]
    await server.kick_bot(GROUP)
    assert (await api.refused("getChatMember", chat_id=GROUP, user_id=4200)).startswith("Forbidden")


async def test_the_menu(api: ApiClient, server: TelegramServer) -> None:
    await server.start_bot(MARIA)
    scope = {"type": "chat", "chat_id": MARIA}
    menu = [{"command": "my", "description": "Мои сообщения"}]
    await api("setMyCommands", commands=menu, scope=scope)
    assert await api("getMyCommands", scope=scope) == menu == server.commands(MARIA)
    assert await api("getMyCommands") == []
    await api("deleteMyCommands", scope=scope)
    assert await api("getMyCommands", scope=scope) == []
    assert "BOT_COMMAND_INVALID" in await api.refused(
        "setMyCommands", commands=[{"command": "Мои", "description": "а"}]
    )
    assert "chat not found" in await api.refused("setMyCommands", commands=menu, scope={"type": "chat", "chat_id": 9})


async def test_the_limits_when_they_matter(api: ApiClient, server: TelegramServer, clock: ManualClock) -> None:
    server.rate_limits = True
    for _ in range(10):
        await api("sendMessage", chat_id=GROUP, text="а")
    status, body = await api.raw("sendMessage", chat_id=GROUP, text="а")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    for _ in range(10):
        clock.advance(timedelta(seconds=1))
        await api("sendMessage", chat_id=GROUP, text="а")
    clock.advance(timedelta(seconds=10))
    status, body = await api.raw("sendMessage", chat_id=GROUP, text="а")
    assert (status, body["parameters"]) == (429, {"retry_after": 40})
    clock.advance(timedelta(seconds=40))
    await api("sendMessage", chat_id=GROUP, text="а")
    assert server.violations == [f"burst:{GROUP}", str(GROUP)]


async def test_thirty_a_second_and_every_picture_of_an_album_counts(
    api: ApiClient, server: TelegramServer, clock: ManualClock
) -> None:
    people = range(7001, 7013)
    for person in people:
        server.user(person, "Житель")
        await server.start_bot(person)
    _, sent = await upload(api, "sendPhoto", {"p": b"picture"}, chat_id=str(GROUP), photo="attach://p")
    album = [{"type": "photo", "media": sent["photo"][-1]["file_id"]}] * 10
    clock.advance(timedelta(seconds=1))
    server.rate_limits = True
    for person in people[:3]:
        await api("sendMediaGroup", chat_id=person, media=album)
    status, body = await api.raw("sendMessage", chat_id=people[3], text="а")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    clock.advance(timedelta(seconds=1))
    await api("sendMessage", chat_id=people[3], text="а")
    assert server.violations == ["*"]


async def test_faults(api: ApiClient, server: TelegramServer) -> None:
    server.faults.order("sendMessage", api_fault(429, "Too Many Requests: retry after 5", retry_after=5))
    assert (await api.raw("sendMessage", chat_id=GROUP, text="а"))[1]["parameters"] == {"retry_after": 5}
    server.faults.order("*", Fault(FaultKind.HTTP_500))
    with pytest.raises(aiohttp.ContentTypeError):
        await api.raw("sendMessage", chat_id=GROUP, text="а")
    server.faults.order("sendMessage", Fault(FaultKind.REFUSE))
    with pytest.raises(aiohttp.ClientError):
        await api.raw("sendMessage", chat_id=GROUP, text="а")
    assert server.from_bot(GROUP) == []
    server.faults.order("sendMessage", Fault(FaultKind.DROP))
    with pytest.raises(aiohttp.ClientError):
        await api.raw("sendMessage", chat_id=GROUP, text="а")
    assert len(server.from_bot(GROUP)) == 1


async def test_closing_does_not_wait_for_polls_and_hangs(clock: ManualClock) -> None:
    async with aiohttp.ClientSession() as session:
        async with Sandbox(change_log=ChangeLog(clock.now)) as running:
            running.telegram.add_bot(TOKEN)
            api = ApiClient(session, f"{running.url}/telegram")
            running.telegram.faults.order("getMe", Fault(FaultKind.HANG))
            waiting = [
                asyncio.ensure_future(api.raw("getUpdates", timeout=50)),  # noqa: TID251 - a test may
                asyncio.ensure_future(api.raw("getMe")),  # noqa: TID251 - a test may
            ]
            await running.change_log.wait_until(lambda: len(running.telegram.calls) == 2)
        ended = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 3)
    assert len(ended) == 2


async def test_two_sandboxes_do_not_take_one_port(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await Sandbox(port).start()
