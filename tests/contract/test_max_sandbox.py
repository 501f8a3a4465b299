"""The sandbox's MAX is as strict as the real one: it refuses every call that MAX would refuse."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from sandbox.change_log import ChangeLog
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from tests.contract.harness import TOKEN
from tests.manual_clock import ManualClock

MARIA, IVAN = 7, 8
HOUSE, CHANNEL = -100_500, -100_501
JPEG = b"\xff\xd8 a picture"


class ApiClient:
    """A bare client of the API."""

    def __init__(self, sandbox, session, clock):
        self.server, self.session, self.clock = sandbox.max, session, clock
        self.base = f"{sandbox.url}/max"

    async def __call__(self, verb, path, body=None, token=TOKEN, **query):
        headers = {} if token is None else {"Authorization": token}
        params = {name: str(value) for name, value in query.items()}
        async with self.session.request(verb, self.base + path, params=params, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def code(self, verb, path, body=None, **query):
        """Return status and code of a refusal."""
        status, answer = await self(verb, path, body, **query)
        assert set(answer) == {"code", "message"}, answer
        return status, answer["code"]

    async def send(self, body, **query):
        status, answer = await self("POST", "/messages", body, **(query or {"user_id": MARIA}))
        assert status == 200, answer
        return answer["message"]["body"]["mid"]

    async def upload(self, kind, data=JPEG):
        _, address = await self("POST", "/uploads", type=kind)
        form = aiohttp.FormData()
        form.add_field("data", data, filename="name.bin")
        async with self.session.post(address["url"], data=form) as response:
            assert response.status == 200
            if kind in ("video", "audio"):
                return address["token"]
            answer = await response.json()
        return answer["token"] if kind == "file" else next(iter(answer["photos"].values()))["token"]


@pytest.fixture
async def call():
    clock = ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    async with Sandbox(change_log=ChangeLog(clock.now)) as sandbox, aiohttp.ClientSession() as session:
        sandbox.max.add_bot(TOKEN)
        sandbox.max.user(MARIA, "Мария", "Кузнецова")
        sandbox.max.user(IVAN, "Иван")
        sandbox.max.chat(HOUSE, "Дом")
        sandbox.max.channel(CHANNEL, "Канал")
        await sandbox.max.start_bot(MARIA)
        yield ApiClient(sandbox, session, clock)


def keyboard(*rows):
    return {"type": "inline_keyboard", "payload": {"buttons": [list(row) for row in rows]}}


def button(text="Да", payload="y", **more):
    return {"type": "callback", "text": text, "payload": payload} | more


OPENER = {"type": "link", "text": "Сайт", "url": "https://a.ru"}


async def test_tokens(call):
    for token in (None, "wrong", f"Bearer {TOKEN}"):
        assert (await call("GET", "/me", token=token))[0] == 401
    assert (await call("GET", "/me", token=None, access_token=TOKEN))[0] == 401
    status, me = await call("GET", "/me")
    assert (status, me["is_bot"], me["username"]) == (200, True, "town_bot")
    assert await call.code("GET", "/nothing", token=TOKEN) == (404, "not.found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "\u200b \n"},
        {"text": "а" * 4001},
        {"text": "😀" * 2001},
        {"text": 7},
        {"text": "нуль\0"},
        {"text": "а", "words": "б"},
        {"text": "а", "notify": "no"},
        {"text": "а", "format": "bbcode"},
        {"text": "<b>а", "format": "html"},
        {"text": "<blink>а</blink>", "format": "html"},
        {"text": "<a>а</a>", "format": "html"},
        {"text": "а", "link": {"type": "reply"}},
        {"text": "а", "link": {"type": "quote", "mid": "mid.1"}},
        {"text": "а", "attachments": "photo"},
        {"text": "а", "attachments": [{"type": "image", "payload": {}}]},
        {"text": "а", "attachments": [{"type": "image", "payload": {"token": "nosuch"}}]},
        {"text": "а", "attachments": [{"type": "location", "latitude": "север"}]},
        {"text": "а", "attachments": [{"type": "hologram", "payload": {}}]},
        {"attachments": [keyboard([button()])]},
        {"text": "а", "attachments": [keyboard([button()]), keyboard([button()])]},
        {"text": "а", "attachments": [keyboard()]},
        {"text": "а", "attachments": [keyboard([])]},
        {"text": "а", "attachments": [keyboard([button()] * 8)]},
        {"text": "а", "attachments": [keyboard(*[[button()]] * 31)]},
        {"text": "а", "attachments": [keyboard([OPENER, button(), button(), button()])]},
        {"text": "а", "attachments": [keyboard([button(text="")])]},
        {"text": "а", "attachments": [keyboard([button(text="ж" * 129)])]},
        {"text": "а", "attachments": [keyboard([button(payload="y" * 1025)])]},
        {"text": "а", "attachments": [keyboard([OPENER | {"url": "сайт"}])]},
        {"text": "а", "attachments": [keyboard([button(type="magic")])]},
    ],
)
async def test_send_is_refused_as_max_refuses(call, body):
    assert (await call.code("POST", "/messages", body, user_id=MARIA))[0] == 400
    assert call.server.from_bot(MARIA) == []


async def test_to_whom(call):
    words = {"text": "а"}
    for query, expected in (
        ({}, (400, "proto.payload")),
        ({"user_id": MARIA, "chat_id": HOUSE}, (400, "proto.payload")),
        ({"user_id": "Мария"}, (400, "proto.payload")),
        ({"user_id": IVAN}, (404, "dialog.not.found")),
        ({"user_id": 999}, (404, "dialog.not.found")),
        ({"chat_id": -1}, (404, "chat.not.found")),
        ({"chat_id": MARIA}, (404, "chat.not.found")),
        ({"user_id": MARIA, "silent": "true"}, (400, "proto.payload")),
    ):
        assert await call.code("POST", "/messages", words, **query) == expected
    await call.server.stop_bot(MARIA)
    assert await call.code("POST", "/messages", words, user_id=MARIA) == (403, "chat.denied")
    await call.server.remove_bot_from(HOUSE)
    assert await call.code("POST", "/messages", words, chat_id=HOUSE) == (404, "chat.not.found")
    call.server.world.chats[CHANNEL].rights = ("read_all_messages",)
    assert await call.code("POST", "/messages", words, chat_id=CHANNEL) == (403, "access.denied")


async def test_replies(call):
    asked = await call.server.send_message(HOUSE, MARIA, "Когда?")
    reply = {"text": "Завтра", "link": {"type": "reply", "mid": asked}}
    mid = await call.send(reply, chat_id=HOUSE)
    assert call.server.message(mid).reply_to == asked
    assert await call.code("POST", "/messages", reply, user_id=MARIA) == (404, "message.not.found")
    await call.server.remove(asked)
    assert await call.code("POST", "/messages", reply, chat_id=HOUSE) == (404, "message.not.found")


async def test_uploads(call):
    tokens = {kind: await call.upload(kind) for kind in ("image", "video", "audio", "file")}
    seen = [{"type": kind, "payload": {"token": tokens[kind]}} for kind in ("image", "video")]
    await call.send({"text": "Вот", "attachments": seen})
    alone = {"type": "file", "payload": {"token": tokens["file"]}}
    await call.send({"attachments": [alone, keyboard([button()])]})
    for together in ([*seen, alone], [alone, alone], [seen[0]] * 13):
        assert (await call.code("POST", "/messages", {"attachments": together}, user_id=MARIA))[0] == 400
    wrong = {"type": "audio", "payload": {"token": tokens["file"]}}
    assert (await call.code("POST", "/messages", {"attachments": [wrong]}, user_id=MARIA))[0] == 400
    assert (await call.code("POST", "/uploads", type="poem"))[0] == 400
    used = next(iter(call.server.world.uploads))
    async with call.session.post(f"{call.base}/upload/{used}", data={"data": "a picture"}) as response:
        assert response.status == 400


async def test_a_file_may_not_be_ready_yet(call):
    call.server.delay_uploads()
    token = await call.upload("file")
    body = {"attachments": [{"type": "file", "payload": {"token": token}}]}
    assert await call.code("POST", "/messages", body, user_id=MARIA) == (400, "attachment.not.ready")
    assert await call.send(body)


async def test_edits(call):
    mid = await call.send({"text": "Завтра", "attachments": [keyboard([button()])]})
    assert (await call("PUT", "/messages", {"text": "Сегодня"}, message_id=mid))[1] == {"success": True}
    message = call.server.message(mid)
    assert (message.text, len(message.keyboard)) == ("Сегодня", 1)  # parts that are not named stay
    await call("PUT", "/messages", {"attachments": []}, message_id=mid)
    assert (message.text, message.keyboard) == ("Сегодня", [])
    assert (await call.code("PUT", "/messages", {"text": ""}, message_id=mid))[0] == 400
    call.clock.advance(timedelta(days=8))
    status, answer = await call("PUT", "/messages", {"text": "Вчера"}, message_id=mid)
    assert (status, answer["success"]) == (200, False)
    theirs = await call.server.send_message(HOUSE, MARIA, "Когда?")
    assert await call.code("PUT", "/messages", {"text": "а"}, message_id=theirs) == (403, "access.denied")
    assert await call.code("PUT", "/messages", {"text": "а"}, message_id="mid.1") == (404, "message.not.found")
    assert (await call.code("PUT", "/messages", {"text": "а"}))[0] == 400


async def test_deletion(call):
    own, other = await call.send({"text": "а"}), await call.server.send_message(MARIA, MARIA, "б")
    assert (await call("DELETE", "/messages", message_id=own))[1] == {"success": True}
    assert await call.code("DELETE", "/messages", message_id=own) == (404, "message.not.found")
    assert await call.code("DELETE", "/messages", message_id=other) == (403, "access.denied")
    in_house = await call.server.send_message(HOUSE, MARIA, "в")
    assert (await call("DELETE", "/messages", message_id=in_house))[0] == 200


async def test_reading(call):
    first, second = [await call.server.send_message(HOUSE, MARIA, words) for words in ("раз", "два")]
    _, found = await call("GET", "/messages", chat_id=HOUSE)
    assert [one["body"]["text"] for one in found["messages"]] == ["два", "раз"]
    _, found = await call("GET", "/messages", chat_id=HOUSE, count=1)
    assert len(found["messages"]) == 1
    _, found = await call("GET", "/messages", message_ids=f"{first},{second}")
    assert len(found["messages"]) == 2
    _, found = await call("GET", f"/messages/{first}")
    assert (found["body"]["mid"], found["sender"]["name"]) == (first, "Мария Кузнецова")
    assert (await call.code("GET", "/messages", chat_id=HOUSE, count=101))[0] == 400
    assert (await call.code("GET", "/messages"))[0] == 400
    assert await call.code("GET", "/messages", chat_id=-1) == (404, "chat.not.found")
    call.server.world.chats[HOUSE].bot_is_admin = False
    assert await call.code("GET", "/messages", chat_id=HOUSE) == (403, "access.denied")
    assert await call.code("GET", f"/messages/{first}") == (403, "access.denied")


async def test_only_an_administrator_who_may_read_hears_a_group(call):
    house = call.server.world.chats[HOUSE]
    before = len(call.server.pending_updates)
    for admin, rights in ((False, ()), (True, ("write",))):
        house.bot_is_admin, house.rights = admin, rights
        await call.server.send_message(HOUSE, MARIA, "не слышно")
        await call.server.remove(await call.server.send_message(HOUSE, MARIA, "и это"))
    assert len(call.server.pending_updates) == before
    house.rights = ("read_all_messages",)
    await call.server.send_message(HOUSE, MARIA, "слышно")
    assert len(call.server.pending_updates) == before + 1


async def test_markers(call):
    for words in ("раз", "два", "три"):
        await call.server.send_message(HOUSE, MARIA, words)
    _, latest = await call("GET", "/updates", timeout=0)
    assert [one["message"]["body"]["text"] for one in latest["updates"]] == ["три"]
    assert len(call.server.pending_updates) == 4  # this confirms nothing
    marker = latest["marker"] - 3
    _, found = await call("GET", "/updates", marker=marker, limit=2, timeout=0)
    assert [one["message"]["body"]["text"] for one in found["updates"]] == ["раз", "два"]
    _, again = await call("GET", "/updates", marker=marker, limit=2, timeout=0)
    assert again == found
    _, rest = await call("GET", "/updates", marker=found["marker"], timeout=0)
    assert [one["message"]["body"]["text"] for one in rest["updates"]] == ["три"]
    assert len(call.server.pending_updates) == 1
    _, nothing = await call("GET", "/updates", marker=rest["marker"], timeout=0)
    assert nothing == {"updates": [], "marker": rest["marker"]}
    call.clock.advance(timedelta(hours=25))
    _, forgotten = await call("GET", "/updates", timeout=0)
    assert forgotten["updates"] == []
    for query in ({"limit": 0}, {"limit": 1001}, {"timeout": 91}, {"marker": "x"}, {"offset": 1}):
        assert (await call.code("GET", "/updates", **query))[0] == 400


async def test_webhooks_and_polls_do_not_go_together(call):
    call.server.subscribe("https://a.ru/hook")
    assert (await call.code("GET", "/updates", timeout=0))[0] == 405
    assert len((await call("GET", "/subscriptions"))[1]["subscriptions"]) == 1
    assert (await call("DELETE", "/subscriptions", url="https://a.ru/hook"))[1] == {"success": True}
    assert (await call("GET", "/updates", timeout=0))[0] == 200


async def test_a_subscription(call):
    url = "https://a.ru"
    for body in ({}, {"url": "http://a.ru"}, {"url": url, "secret": "four"}, {"url": url, "x": 1}):
        assert (await call.code("POST", "/subscriptions", body))[0] == 400
    body = {"url": "https://a.ru/hook", "secret": "a-secret"}
    for _ in range(2):  # the same address again is the same subscription
        assert (await call("POST", "/subscriptions", body))[1] == {"success": True}
    [one] = (await call("GET", "/subscriptions"))[1]["subscriptions"]
    assert (one["url"], "secret" in one) == ("https://a.ru/hook", False)


async def test_presses(call):
    mid = await call.send({"text": "Карточка", "attachments": [keyboard([button()])]})
    first, second = [await call.server.press_button(MARIA, mid, "Да") for _ in range(2)]
    with pytest.raises(LookupError):
        await call.server.press_button(MARIA, mid, "Нет")
    for body in ({}, {"notification": ""}, {"notification": None}, {"alert": "Да"}):
        assert (await call.code("POST", "/answers", body, callback_id=first))[0] == 400
    assert (await call("POST", "/answers", {"notification": "Принято"}, callback_id=first))[0] == 200
    assert await call.code("POST", "/answers", {"notification": "а"}, callback_id=first) == (404, "callback.not.found")
    changed = {"message": {"text": "В работе"}}
    assert (await call("POST", "/answers", changed, callback_id=second))[0] == 200
    assert call.server.message(mid).text == "В работе"
    assert set(call.server.callback_answers) == {first, second}


async def test_chats_and_rights(call):
    _, chat = await call("GET", f"/chats/{HOUSE}")
    assert (chat["type"], chat["title"], chat["status"]) == ("chat", "Дом", "active")
    _, me = await call("GET", f"/chats/{HOUSE}/members/me")
    assert (me["is_admin"], "read_all_messages" in me["permissions"]) == (True, True)
    dialog = call.server.world.dialog_id(MARIA)
    _, chat = await call("GET", f"/chats/{dialog}")
    assert (chat["type"], chat["dialog_with_user"]["user_id"]) == ("dialog", MARIA)
    await call.server.remove_bot_from(HOUSE)
    assert (await call.code("GET", f"/chats/{HOUSE}"))[0] == 404
    assert (await call.code("GET", f"/chats/{HOUSE}/members/me"))[0] == 403
    assert (await call.code("GET", f"/chats/{dialog}/members/me"))[0] == 404
    with pytest.raises(ValueError, match="negative"):
        call.server.chat(5, "Дом")


async def test_comments(call):
    post = await call.server.publish_post(CHANNEL, "Новость")
    path = f"/messages/{post}/comments"
    _, answer = await call("POST", path, {"text": "Ответ"})
    mid = answer["message"]["body"]["mid"]
    assert answer["message"]["recipient"]["post_id"] == post
    for body in (
        {"text": "а", "attachments": [keyboard([button()])]},
        {"text": '<a href="https://a.ru">а</a>', "format": "html"},
        {"text": ""},
    ):
        assert (await call.code("POST", path, body))[0] == 400
    assert (await call("PUT", path, {"text": "Другой"}, comment_id=mid))[0] == 200
    theirs = await call.server.comment(post, MARIA, "Когда?")
    assert (await call.code("PUT", path, {"text": "а"}, comment_id=theirs))[0] == 403
    call.clock.advance(timedelta(hours=27))
    assert await call.code("PUT", path, {"text": "а"}, comment_id=mid) == (422, "comments.timeout_exceeded")
    in_house = await call.server.send_message(HOUSE, MARIA, "раз")
    assert (await call.code("POST", f"/messages/{in_house}/comments", {"text": "а"}))[0] == 400
    call.server.world.chats[CHANNEL].rights = ("read_all_messages",)
    assert (await call.code("POST", path, {"text": "а"}))[0] == 403


async def test_haste(call):
    call.server.rate_limits = True
    answers = [await call("POST", "/messages", {"text": "а"}, user_id=MARIA) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert answers[2][1]["code"] == "too.many.requests"
    polls = [await call("GET", "/updates", timeout=0) for _ in range(3)]
    assert [status for status, _ in polls] == [200, 200, 429]
    call.clock.advance(timedelta(seconds=1))
    assert (await call("POST", "/messages", {"text": "а"}, user_id=MARIA))[0] == 200
    call.clock.advance(timedelta(seconds=1))
    statuses = [(await call("GET", "/me"))[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]


async def test_ordered_faults(call):
    faults = call.server.faults
    faults.order("sendMessage", Fault(FaultKind.DROP))
    with pytest.raises(aiohttp.ClientError):
        await call("POST", "/messages", {"text": "а"}, user_id=MARIA)
    faults.order("sendMessage", Fault(FaultKind.REFUSE))
    with pytest.raises(aiohttp.ClientError):
        await call("POST", "/messages", {"text": "б"}, user_id=MARIA)
    assert [one.text for one in call.server.from_bot(MARIA)] == ["а"]


async def test_the_menu_is_one_for_all(call):
    commands = [{"name": "help", "description": "Что умеет бот"}]
    assert (await call("PATCH", "/me/commands", {"commands": commands}))[1]["commands"] == commands
    assert (await call.code("PATCH", "/me/commands", {"commands": commands * 33}))[0] == 400


async def test_numbers_look_as_max_makes_them(call):
    mid = await call.server.send_message(HOUSE, MARIA, "раз")
    assert mid.startswith("mid.ffffffff")
    assert len(mid) == 36
    dialog = await call.server.send_message(MARIA, MARIA, "два")
    assert int(dialog[4:20], 16) == call.server.world.dialog_id(MARIA) != MARIA
