"""MAX's errors become the bot's own, and the self-check explains what is missing."""

import pytest

from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    Conflict,
    MessageGone,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.max.errors import MaxErrorResponse, MaxOperation, translate_error
from bot.messengers.port import Severity
from sandbox.faults import FaultKind
from sandbox.max.state import ChatType
from tests.contract.max_harness import HOUSE_CHAT, open_harness

SEND, TO_PERSON, REPLY = (
    MaxOperation("sendMessage"),
    MaxOperation("sendMessage", private=True),
    MaxOperation("sendMessage", replying=True),
)


@pytest.fixture
async def harness(sandbox):
    async with open_harness(sandbox) as harness:
        yield harness


@pytest.mark.parametrize(
    ("asked", "said", "error", "reason"),
    [
        (SEND, MaxErrorResponse(401, "verify.token", "invalid access_token"), BadCredentials, None),
        (SEND, MaxErrorResponse(429, "too.many.requests"), RetryAfter, None),
        (SEND, MaxErrorResponse(500), TemporaryFailure, None),
        (SEND, MaxErrorResponse(503, "service.unavailable"), TemporaryFailure, None),
        (SEND, MaxErrorResponse(400, "attachment.not.ready"), TemporaryFailure, None),
        (
            SEND,
            MaxErrorResponse(400, "proto.payload", "key: errors.process.attachment.file.not.processed"),
            TemporaryFailure,
            None,
        ),
        (SEND, MaxErrorResponse(400, "proto.payload", "something else"), Rejected, RejectReason.BAD_REQUEST),
        (SEND, MaxErrorResponse(400, "proto.payload", "buttons: too many"), Rejected, RejectReason.BAD_MARKUP),
        (
            SEND,
            MaxErrorResponse(400, "proto.payload", "text: must be at most 4000 characters"),
            Rejected,
            RejectReason.TOO_LONG,
        ),
        (SEND, MaxErrorResponse(403, "access.denied"), Rejected, RejectReason.NO_RIGHTS),
        (SEND, MaxErrorResponse(404, "chat.not.found"), Rejected, RejectReason.NO_RIGHTS),
        (TO_PERSON, MaxErrorResponse(403, "chat.denied", "key: error.dialog.suspended"), RecipientUnreachable, None),
        (TO_PERSON, MaxErrorResponse(400, "x", "key: error.dialog.suspended"), RecipientUnreachable, None),
        (TO_PERSON, MaxErrorResponse(404, "dialog.not.found"), RecipientUnreachable, None),
        (MaxOperation("sendMessage", True, True), MaxErrorResponse(404, "message.not.found"), ReplyTargetGone, None),
        (REPLY, MaxErrorResponse(404, "message.not.found"), ReplyTargetGone, None),
        (REPLY, MaxErrorResponse(400, "proto.payload", "link.mid: invalid"), ReplyTargetGone, None),
        (REPLY, MaxErrorResponse(404, "chat.not.found"), Rejected, RejectReason.NO_RIGHTS),
        (MaxOperation("createComment"), MaxErrorResponse(404, "message.not.found"), Rejected, RejectReason.GONE),
        (MaxOperation("editMessage"), MaxErrorResponse(404, "message.not.found"), MessageGone, None),
        (MaxOperation("editMessage"), MaxErrorResponse(403, "access.denied"), MessageGone, None),
        (MaxOperation("editComment"), MaxErrorResponse(422, "comments.timeout_exceeded"), MessageGone, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200), TemporaryFailure, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200, "attachment.not.ready"), TemporaryFailure, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200, "too.many.requests"), RetryAfter, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200, "message.timeout_exceeded"), MessageGone, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200, "", "message is too old to be edited"), MessageGone, None),
        (MaxOperation("editMessage"), MaxErrorResponse(200, "message.not.found"), MessageGone, None),
        (MaxOperation("createComment"), MaxErrorResponse(200, "comments.disabled"), Rejected, RejectReason.CLOSED),
        (MaxOperation("createComment"), MaxErrorResponse(403, "comments.disabled"), Rejected, RejectReason.CLOSED),
        (TO_PERSON, MaxErrorResponse(400, "chat.denied"), RecipientUnreachable, None),
        (MaxOperation("answerOnCallback"), MaxErrorResponse(400, "proto.payload"), CallbackExpired, None),
        (MaxOperation("answerOnCallback"), MaxErrorResponse(404, "callback.not.found"), CallbackExpired, None),
        (MaxOperation("getUpdates"), MaxErrorResponse(405, "method.not.allowed"), Conflict, None),
        (SEND, MaxErrorResponse(418, "teapot"), Rejected, RejectReason.BAD_REQUEST),
    ],
)
def test_the_table(asked, said, error, reason):
    found = translate_error(asked, said)
    assert type(found) is error
    if isinstance(found, Rejected):
        assert found.reason is reason
    assert asked.name in str(found)


def test_people_are_not_quoted():
    assert "Мария" not in str(translate_error(SEND, MaxErrorResponse(400, "proto.payload", "мария просит")))


def test_retry_after_is_read():
    assert translate_error(SEND, MaxErrorResponse(429)).seconds == 1.0
    assert translate_error(SEND, MaxErrorResponse(429, retry_after=7.0)).seconds == 7.0
    assert translate_error(SEND, MaxErrorResponse(500)).outcome_unknown
    assert not translate_error(SEND, MaxErrorResponse(400, "attachment.not.ready")).outcome_unknown


async def test_a_page_of_some_server_on_the_way_is_no_verdict(harness):
    harness.fail_next("sendMessage", FaultKind.HTTP_500)
    with pytest.raises(TemporaryFailure):
        await harness.messenger._client.call(
            "POST", "/messages", SEND, query={"chat_id": str(HOUSE_CHAT)}, body={"text": "а"}
        )
    elsewhere = harness.new_messenger()
    elsewhere._client._api_base = harness.sandbox.url + "/nowhere"
    with pytest.raises(TemporaryFailure):
        await elsewhere.fetch()
    await elsewhere.close()


# The self-check


def fault_texts(findings):
    return [finding.text for finding in findings if finding.severity is Severity.FAULT]


async def test_all_is_well(harness):
    findings = await harness.messenger.check()
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert {finding.subject for finding in findings} == {"MAX", "MAX «Дом на Ленина, 45»"}
    assert "@lgo_bot" in findings[0].text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bot_is_admin": False}, "не администратор"),
        ({"rights": ("write",)}, "нет права «Читать все сообщения»"),
        ({"bot_in": False}, "Бота нет в этом чате"),
        ({"kind": "channel", "rights": ("read_all_messages",)}, "нет права писать"),
        ({"kind": "dialog", "open": True}, "личный диалог"),
    ],
)
async def test_missing_chat_fields_are_tolerated(harness, change, words):
    chat = harness.server.world.chats[HOUSE_CHAT]
    for name, value in change.items():
        setattr(chat, name, ChatType(value) if name == "kind" else value)
    [fault] = fault_texts(await harness.messenger.check())
    assert words in fault


async def test_a_chat_that_is_not_there(harness):
    del harness.server.world.chats[HOUSE_CHAT]
    [fault] = fault_texts(await harness.messenger.check())
    assert str(HOUSE_CHAT) in fault


async def test_a_webhook_is_named_by_its_host_alone(harness):
    harness.server.subscribe("https://robots.example/hook?secret=abc")
    notes = [one for one in await harness.messenger.check() if one.severity is Severity.WARNING]
    assert "robots.example" in notes[0].text
    assert "abc" not in notes[0].text


async def test_an_address_that_updates_are_brought_to(harness):
    url = "https://bot.town.example/max"
    messenger = harness.new_messenger(webhook_url=url)
    try:
        harness.server.subscribe("https://robots.example/hook")
        [note] = [one for one in await messenger.check() if one.severity is Severity.WARNING]
        assert "robots.example" in note.text
        await messenger.subscribe(url, "a-secret")
        assert [one["url"] for one in harness.server.world.subscriptions] == [url]
        assert not [one for one in await messenger.check() if one.severity is not Severity.OK]
    finally:
        await messenger.close()


async def test_a_server_that_is_silent(harness):
    harness.fail_next("getMyInfo", FaultKind.HTTP_500)
    [fault] = fault_texts(await harness.messenger.check())
    assert "не отвечает" in fault
    nowhere = harness.new_messenger()
    nowhere._client._api_base = "http://127.0.0.1:9"
    [fault] = fault_texts(await nowhere.check())
    await nowhere.close()
    assert "не отвечает" in fault
    harness.refuse_next("getMyInfo", 429, "too.many.requests")
    [fault] = fault_texts(await harness.messenger.check())
    assert "Повторите" in fault
    harness.refuse_next("getMyInfo", 401, "verify.token")
    [fault] = fault_texts(await harness.messenger.check())
    assert "токен" in fault
