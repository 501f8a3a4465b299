"""The sandbox's VK is as strict as the real one: it refuses every call that VK would refuse."""

import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from sandbox.change_log import ChangeLog
from sandbox.server import Sandbox
from sandbox.vk.state import EVENT_TYPES
from tests.contract.harness import TOKEN

GROUP, MARIA, IVAN = 101, 7, 8
CHAT = 2_000_000_005


class ApiClient:
    """A bare client of the API."""

    def __init__(self, sandbox, session):
        self.sandbox, self.vk, self.session = sandbox, sandbox.vk, session

    async def __call__(self, method, **params):
        data = {"v": "5.199", "access_token": TOKEN} | {name: str(value) for name, value in params.items()}
        async with self.session.post(f"{self.sandbox.url}/vk/method/{method}", data=data) as response:
            assert response.status == 200
            return await response.json()

    async def code(self, method, **params):
        return (await self(method, **params))["error"]["error_code"]

    async def poll(self, **query):
        async with self.session.get(f"{self.sandbox.url}/vk/lp/{GROUP}", params=query) as response:
            return await response.json()


@pytest.fixture
async def call(sandbox):
    sandbox.vk.community(GROUP, "Администрация", TOKEN)
    sandbox.vk.user(MARIA, "Мария", "Кузнецова")
    sandbox.vk.user(IVAN, "Иван", "Петров")
    async with aiohttp.ClientSession() as session:
        yield ApiClient(sandbox, session)


async def test_an_error_is_told_as_vk_tells_it(call):
    error = (await call("messages.send", message="Привет"))["error"]
    assert (error["error_code"], "random_id" in error["error_msg"]) == (100, True)
    pairs = {pair["key"]: pair["value"] for pair in error["request_params"]}
    assert pairs["method"] == "messages.send"
    assert pairs["message"] == "Привет"
    assert TOKEN not in json.dumps(error)


async def test_keys_versions_and_methods(call):
    assert await call.code("users.get", access_token="wrong", user_ids=MARIA) == 5
    assert await call.code("users.get", v="", user_ids=MARIA) == 8
    assert await call.code("users.get", v="5.92", user_ids=MARIA) == 8
    assert await call.code("users.fly") == 3
    for method in ("wall.getComments", "wall.editComment", "board.createComment", "photos.createComment"):
        assert await call.code(method) == 27
    call.vk.world.communities[GROUP].permissions.discard("messages")
    assert await call.code("messages.getHistory", peer_id=MARIA) == 15


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"peer_id": MARIA, "message": "а"}, 100),
        ({"message": "а", "random_id": 1}, 100),
        ({"peer_id": MARIA, "random_id": 1}, 100),
        ({"peer_id": 99, "random_id": 1, "message": "а"}, 100),
        ({"peer_id": IVAN, "random_id": 1, "message": "а"}, 901),
        ({"peer_id": CHAT, "random_id": 1, "message": "а"}, 917),
        ({"peer_id": MARIA, "random_id": 1, "message": "а" * 4097}, 914),
        ({"peer_id": MARIA, "random_id": 1, "message": "а", "attachment": "photo7_99999"}, 100),
        ({"peer_id": MARIA, "random_id": 1, "message": "а", "attachment": "nonsense"}, 100),
        ({"peer_id": MARIA, "random_id": 1, "message": "а", "forward": "{"}, 100),
        ({"peer_id": MARIA, "random_id": 1, "message": "а", "forward": '{"conversation_message_ids":[77]}'}, 921),
        ({"peer_id": MARIA, "random_id": 1, "message": "а", "reply_to": 77}, 100),
        (
            {"peer_id": MARIA, "random_id": 1, "message": "а",
             "forward": json.dumps({"conversation_message_ids": list(range(101))})},
            913,
        ),
    ],
)  # fmt: skip
async def test_send_refuses_invalid_calls(call, params, code):
    await call.vk.allow_messages(GROUP, MARIA)
    assert await call.code("messages.send", **params) == code


def button(**action):
    return {"action": {"type": "callback", "label": "Да", **action}}


@pytest.mark.parametrize(
    "keyboard",
    [
        "no json",
        "[]",
        {"inline": True, "buttons": [[button()] * 6]},
        {"inline": True, "buttons": [[button()]] * 7},
        {"inline": True, "buttons": [[button()] * 4] * 3},
        {"inline": True, "buttons": [[]]},
        {"inline": True, "one_time": True, "buttons": [[button()]]},
        {"inline": True, "buttons": [[button(label="")]]},
        {"inline": True, "buttons": [[button(label="я" * 41)]]},
        {"inline": True, "buttons": [[button(payload="{")]]},
        {"inline": True, "buttons": [[button(payload=json.dumps("я" * 300))]]},
        {"inline": True, "buttons": [[button(type="teleport")]]},
        {"inline": True, "buttons": [[button(type="open_link", link="ftp://a")]]},
        {"inline": True, "buttons": [[button() | {"color": "pink"}]]},
        {"inline": True, "buttons": [[{}]]},
    ],
)
async def test_keyboards_that_vk_refuses(call, keyboard):
    await call.vk.allow_messages(GROUP, MARIA)
    text = keyboard if isinstance(keyboard, str) else json.dumps(keyboard)
    assert await call.code("messages.send", peer_id=MARIA, random_id=1, message="а", keyboard=text) == 911
    call.vk.world.communities[GROUP].bots_enabled = False
    assert await call.code("messages.send", peer_id=MARIA, random_id=1, message="а", keyboard=text) == 912


async def test_a_repeated_random_id_sends_nothing(call):
    await call.vk.allow_messages(GROUP, MARIA)
    first = await call("messages.send", peer_id=MARIA, random_id=5, message="а")
    assert await call("messages.send", peer_id=MARIA, random_id=5, message="б") == first
    assert await call("messages.send", peer_id=MARIA, random_id=0, message="в") != first
    assert [message.text for message in call.vk.messages(GROUP, MARIA)] == ["а", "в"]


async def test_a_random_id_is_remembered_for_an_hour_and_a_hundred_messages(call):
    """dev.vk.com, messages.send: «в заданном диалоге за последний час (но не более 100 последних сообщений)»."""
    for citizen in (MARIA, IVAN):
        await call.vk.allow_messages(GROUP, citizen)
    first = await call("messages.send", peer_id=MARIA, random_id=5, message="а")
    assert await call("messages.send", peer_id=IVAN, random_id=5, message="а") != first
    call.vk.messages(GROUP, MARIA)[-1].date -= timedelta(minutes=61)
    second = await call("messages.send", peer_id=MARIA, random_id=5, message="б")
    assert second != first
    for _ in range(99):
        call.vk.world.add_message(GROUP, MARIA, MARIA, "Ещё")
    assert await call("messages.send", peer_id=MARIA, random_id=5, message="в") == second
    call.vk.world.add_message(GROUP, MARIA, MARIA, "И ещё")
    assert await call("messages.send", peer_id=MARIA, random_id=5, message="в") != second
    assert await call.code("messages.send", peer_id=MARIA, random_id=2**31, message="г") == 100


async def test_several_peers_get_a_result_each(call):
    await call.vk.allow_messages(GROUP, MARIA)
    answer = await call("messages.send", peer_ids=f"{MARIA},{IVAN}", random_id=5, message="а")
    good, bad = answer["response"]
    assert good["conversation_message_id"] == 1
    assert bad["error"]["code"] == 901


async def test_create_comment_refuses_invalid_calls(call):
    post = await call.vk.post(GROUP, "Новость")
    comment = await call.vk.comment(GROUP, post, MARIA, "Люк")
    place = {"owner_id": -GROUP, "post_id": post}
    assert await call.code("wall.createComment", **place) == 100
    assert await call.code("wall.createComment", **place, message="а" * 4097) == 100
    assert await call.code("wall.createComment", owner_id=-5, post_id=post, message="а") == 15
    assert await call.code("wall.createComment", owner_id=-GROUP, post_id=999, message="а") == 15
    assert await call.code("wall.createComment", **place, message="а", reply_to_comment=999) == 100
    picture = call.vk.world.store_file(-GROUP, "photo", "a.jpg", b"\xff\xd8")
    assert await call.code("wall.createComment", **place, message="а", attachments=picture.attachment) == 100
    await call.vk.close_comments(GROUP, post)
    assert await call.code("wall.createComment", **place, message="а", reply_to_comment=comment) == 212


async def test_a_repeated_guid_comments_nothing(call):
    post = await call.vk.post(GROUP, "Новость")
    first = await call("wall.createComment", post_id=post, owner_id=-GROUP, message="а", guid="g")
    assert await call("wall.createComment", post_id=post, owner_id=-GROUP, message="а", guid="g") == first
    assert len(call.vk.comments(GROUP, post)) == 1


async def test_a_press_can_be_answered_by_whom_it_concerns_only(call):
    await call.vk.allow_messages(GROUP, MARIA)
    keyboard = json.dumps({"inline": True, "buttons": [[button(payload='{"a":1}')]]})
    await call("messages.send", peer_id=MARIA, random_id=1, message="?", keyboard=keyboard)
    event_id = await call.vk.press_button(MARIA, GROUP, call.vk.messages(GROUP, MARIA)[0], "Да")
    answer = {"event_id": event_id, "user_id": MARIA, "peer_id": MARIA}
    snackbar = json.dumps({"type": "show_snackbar", "text": "я" * 91})
    assert await call.code("messages.sendMessageEventAnswer", **answer | {"user_id": IVAN}) == 100
    assert await call.code("messages.sendMessageEventAnswer", **answer, event_data=snackbar) == 100
    assert await call.code("messages.sendMessageEventAnswer", **answer, event_data='{"type":"x"}') == 100
    assert (await call("messages.sendMessageEventAnswer", **answer))["response"] == 1
    assert await call.code("messages.sendMessageEventAnswer", **answer) == 100


async def test_a_text_button_writes_its_words(call):
    await call.vk.allow_messages(GROUP, MARIA)
    keyboard = json.dumps({"buttons": [[button(type="text", payload='{"c":"x"}')]]})
    await call("messages.send", peer_id=MARIA, random_id=1, message="?", keyboard=keyboard)
    assert await call.vk.press_button(MARIA, GROUP, call.vk.messages(GROUP, MARIA)[0], "Да") is None
    said = call.vk.messages(GROUP, MARIA)[-1]
    assert (said.text, said.payload) == ("Да", '{"c":"x"}')


async def test_the_long_poll_follows_the_settings(call):
    assert (await call("groups.setLongPollSettings", group_id=GROUP, message_new=0))["response"] == 1
    server = (await call("groups.getLongPollServer", group_id=GROUP))["response"]
    place = {"act": "a_check", "key": server["key"], "wait": 0}
    await call.vk.send_message(GROUP, MARIA, "Не слышно")
    assert await call.poll(ts=server["ts"], **place) == {"ts": server["ts"], "updates": []}
    await call("groups.setLongPollSettings", group_id=GROUP, message_new=1)
    await call.vk.send_message(GROUP, MARIA, "Слышно")
    heard = await call.poll(ts=server["ts"], **place)
    assert [update["object"]["message"]["text"] for update in heard["updates"]] == ["Слышно"]
    assert {"event_id", "group_id", "type", "object", "v"} == set(heard["updates"][0])
    assert await call.poll(ts=heard["ts"], **place) == {"ts": heard["ts"], "updates": []}
    assert await call.poll(ts=server["ts"], **place) == heard  # reading removes nothing
    assert (await call.poll(ts="999999", **place))["failed"] == 1
    assert await call.poll(ts=server["ts"], **place | {"key": "old"}) == {"failed": 2}
    await call("groups.setLongPollSettings", group_id=GROUP, enabled=0)
    assert await call.code("groups.getLongPollServer", group_id=GROUP) == 100
    assert await call.code("groups.getLongPollServer", group_id=5) == 15


async def test_settings_show_every_kind_of_event(call):
    settings = (await call("groups.getLongPollSettings", group_id=GROUP))["response"]
    assert (settings["is_enabled"], set(settings["events"])) == (True, set(EVENT_TYPES))
    rights = (await call("groups.getTokenPermissions"))["response"]
    assert sum(right["setting"] for right in rights["permissions"]) == rights["mask"]


async def test_messages_can_be_taken_back(call):
    await call.vk.allow_messages(GROUP, MARIA)
    await call("messages.send", peer_id=MARIA, random_id=1, message="Ошибка")
    answer = await call("messages.delete", peer_id=MARIA, cmids="1,9", delete_for_all=1)
    assert [item["response"] for item in answer["response"]] == [1, 0]
    assert call.vk.messages(GROUP, MARIA) == []


async def test_one_can_look_around(call):
    post = await call.vk.post(GROUP, "Новость")
    await call.vk.visitor_post(GROUP, MARIA, "Вопрос", photos=[b"\xff\xd8"])
    call.vk.conversation(GROUP, CHAT, "Соседи")
    await call.vk.send_message(GROUP, MARIA, "Здравствуйте")
    first, second = call.vk.posts(GROUP)
    assert (first.id, second.text, call.vk.file(second.attachments[0])) == (post, "Вопрос", b"\xff\xd8")
    assert [dialog.peer_id for dialog in call.vk.conversations(GROUP)] == [CHAT, MARIA]
    with pytest.raises(ValueError, match="2000000000"):
        call.vk.conversation(GROUP, 5, "Не беседа")


async def test_uploads_are_checked(call):
    async def upload(kind, field, name, data):
        form = aiohttp.FormData()
        form.add_field(field, data, filename=name)
        async with call.session.post(f"{call.sandbox.url}/vk/upload/{kind}/{GROUP}", data=form) as response:
            return await response.json()

    assert "error" in await upload("photo", "photo", "a.jpg", b"no picture")
    assert "error" in await upload("photo", "file", "a.jpg", b"\xff\xd8")
    assert "error" in await upload("doc", "file", "virus.exe", b"MZ")
    sent = await upload("doc", "file", "план.pdf", b"%PDF")
    saved = (await call("docs.save", file=sent["file"], title="План"))["response"]["doc"]
    assert (saved["title"], saved["size"]) == ("План", 4)
    assert await call.code("docs.save", file=sent["file"]) == 100  # an uploaded file can be saved only once
    assert await call.code("photos.saveMessagesPhoto", photo="1.x", hash="y", server=1) == 100
    async with call.session.get(saved["url"]) as response:
        assert await response.read() == b"%PDF"
    async with call.session.get(saved["url"] + "x") as response:
        assert response.status == 404


async def test_too_many_calls_and_a_flood():
    moments = [datetime(2026, 11, 20, 12, tzinfo=UTC)]
    async with Sandbox(change_log=ChangeLog(lambda: moments[-1])) as sandbox, aiohttp.ClientSession() as session:
        call = ApiClient(sandbox, session)
        call.vk.community(GROUP, "Администрация", TOKEN)
        call.vk.user(MARIA, "Мария", "Кузнецова")
        call.vk.strict_rates = True
        await call.vk.allow_messages(GROUP, MARIA)

        async def codes(count, method, **params):
            answers = [await call(method, **params, random_id=0) for _ in range(count)]
            return [answer.get("error", {}).get("error_code") for answer in answers]

        same = {"peer_id": MARIA, "message": "одно и то же"}
        assert await codes(12, "messages.send", **same) == [None] * 10 + [9, 9]
        assert await codes(9, "users.get", user_ids=MARIA) == [None] * 8 + [6]
        moments.append(moments[-1] + timedelta(seconds=2))
        assert await codes(1, "users.get", user_ids=MARIA) == [None]
        assert await codes(1, "messages.send", **same) == [9]
        moments.append(moments[-1] + timedelta(seconds=60))
        assert await codes(1, "messages.send", **same) == [None]


async def test_callback_servers(call):
    where = {"group_id": GROUP, "url": "http://127.0.0.1:9/vk", "title": "MCU", "secret_key": "s" * 50}
    assert await call.code("groups.addCallbackServer", **where | {"url": "http://town.ru/vk"}) == 100
    assert await call.code("groups.addCallbackServer", **where | {"title": "longer than that"}) == 100
    assert await call.code("groups.addCallbackServer", **where | {"secret_key": "s" * 51}) == 100
    assert await call.code("groups.addCallbackServer", **where | {"group_id": 7}) == 15
    before = (await call("groups.getCallbackConfirmationCode", group_id=GROUP))["response"]["code"]
    for number in range(1, 11):
        assert (await call("groups.addCallbackServer", **where))["response"] == {"server_id": number}
    assert await call.code("groups.addCallbackServer", **where) == 2000
    assert (await call("groups.getCallbackConfirmationCode", group_id=GROUP))["response"]["code"] != before

    place = {"group_id": GROUP, "server_id": 1}
    settings = (await call("groups.getCallbackSettings", **place))["response"]
    assert not any(settings["events"].values())  # nothing is pushed until it is switched on
    assert await call.code("groups.setCallbackSettings", **place, wall_reply_mew=1) == 100
    assert (await call("groups.setCallbackSettings", **place, wall_reply_new=1))["response"] == 1
    settings = (await call("groups.getCallbackSettings", **place))["response"]
    assert [name for name, on in settings["events"].items() if on] == ["wall_reply_new"]

    assert (await call("groups.deleteCallbackServer", **place))["response"] == 1
    listed = (await call("groups.getCallbackServers", group_id=GROUP))["response"]
    assert (listed["count"], {one["status"] for one in listed["items"]} <= {"wait", "failed"}) == (9, True)
    assert await call.code("groups.editCallbackServer", **where | place) == 100


async def test_a_callback_is_brought_until_it_is_taken(call):
    """VK accepts only the right answers of the address: the confirmation string, then «ok»."""
    brought: list[tuple[dict[str, object], str | None]] = []
    answers = ["whatever", "503", "ok\n"]

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        brought.append((body, request.headers.get("X-Retry-Counter")))
        if body["type"] == "confirmation":
            return web.Response(text=call.vk.world.communities[GROUP].confirmation)
        answer = answers.pop(0)
        return web.Response(text=answer, status=int(answer) if answer.isdigit() else 200)

    app = web.Application()
    app.router.add_post("/vk", take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/vk"
        await call("groups.addCallbackServer", group_id=GROUP, url=url, title="MCU", secret_key="hush")
        [server] = call.vk.world.communities[GROUP].servers.values()
        await call.vk.change_log.wait_until(lambda: server.status == "ok")
        await call("groups.setCallbackSettings", group_id=GROUP, server_id=1, message_new=1)
        await call.vk.send_message(GROUP, MARIA, "Привет")
        await call.vk.change_log.wait_until(lambda: not answers and not server.queue)
    finally:
        await runner.cleanup()
    assert [body["secret"] for body, _ in brought] == ["hush"] * 4
    assert [counter for _, counter in brought] == [None, None, "1", "2"]
    assert len({str(body) for body, _ in brought[1:]}) == 1
    assert brought[1][0]["object"]["message"]["text"] == "Привет"
