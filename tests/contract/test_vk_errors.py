"""VK's errors become the bot's own, and no call is repeated."""

import pytest

from bot.messengers.content import Content
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    MessageGone,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Severity, Target
from bot.messengers.vk.errors import GROUP_KEY_METHODS, translate_error
from sandbox.faults import Fault, FaultKind
from tests.contract.harness import TOKEN
from tests.contract.vk_harness import GROUP, MARIA, open_vk_harness

WITH_MARIA = Target(Chat(f"vk:{GROUP}", str(MARIA), ChatKind.PRIVATE, str(GROUP)))
SECRET = "текст гражданина"


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox) as harness:
        await harness.vk.allow_messages(GROUP, MARIA)
        yield harness


def wall_target(post: int) -> Target:
    return Target(Chat(f"vk:{GROUP}", f"wall-{GROUP}_{post}", ChatKind.WALL, str(GROUP)))


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        (1, TemporaryFailure, None),
        (5, BadCredentials, None),
        (6, RetryAfter, None),
        (7, Rejected, RejectReason.NO_RIGHTS),
        (9, RetryAfter, None),
        (10, TemporaryFailure, None),
        (14, Rejected, RejectReason.CAPTCHA),
        (15, Rejected, RejectReason.NO_RIGHTS),
        (17, Rejected, RejectReason.CAPTCHA),
        (27, BadCredentials, None),
        (28, BadCredentials, None),
        (29, RetryAfter, None),
        (100, Rejected, RejectReason.BAD_REQUEST),
        (203, Rejected, RejectReason.NO_RIGHTS),
        (212, Rejected, RejectReason.NO_RIGHTS),
        (213, Rejected, RejectReason.NO_RIGHTS),
        (222, Rejected, RejectReason.LINKS),
        (900, RecipientUnreachable, None),
        (901, RecipientUnreachable, None),
        (902, RecipientUnreachable, None),
        (911, Rejected, RejectReason.BAD_MARKUP),
        (912, Rejected, RejectReason.BAD_MARKUP),
        (913, Rejected, RejectReason.BAD_REQUEST),
        (914, Rejected, RejectReason.TOO_LONG),
        (917, Rejected, RejectReason.NO_RIGHTS),
        (4242, Rejected, RejectReason.BAD_REQUEST),
    ],
)
async def test_the_table(harness, code, error, reason):
    harness.refuse_next("messages.send", code, SECRET, captcha_sid="1", captcha_img="https://vk.com/captcha")
    with pytest.raises(error) as caught:
        await harness.messenger.send(WITH_MARIA, Content.of(SECRET), key="1")
    if reason is not None:
        assert caught.value.reason is reason
    assert SECRET not in repr(caught.value) + str(caught.value.__cause__)
    assert TOKEN not in repr(caught.value)
    assert harness.vk.messages(GROUP, MARIA) == []
    assert len(harness.calls_of("messages.send")) == 1  # no library repeats it silently


async def test_a_captcha_without_a_picture(harness):
    harness.refuse_next("messages.send", 14)
    with pytest.raises(Rejected) as caught:
        await harness.messenger.send(WITH_MARIA, Content.of("Ответ"), key="1")
    assert caught.value.reason is RejectReason.CAPTCHA


def test_error_27_tells_a_bad_key_from_a_method_that_is_not_for_communities():
    words = "Group authorization failed: method is unavailable with group auth."
    assert all(isinstance(translate_error(27, method, words), BadCredentials) for method in GROUP_KEY_METHODS)
    other = translate_error(27, "photos.createComment", words)
    assert isinstance(other, Rejected)
    assert other.reason is RejectReason.NO_RIGHTS


@pytest.mark.parametrize(
    ("code", "method", "words", "replying", "error"),
    [
        (921, "messages.send", "Can't forward these messages", True, ReplyTargetGone),
        (921, "messages.send", "Can't forward these messages", False, Rejected),
        (100, "messages.send", "…: forward is invalid", True, ReplyTargetGone),
        (100, "messages.send", "…: keyboard is invalid", True, Rejected),
        (100, "wall.createComment", "…: reply_to_comment is invalid", True, ReplyTargetGone),
        (15, "wall.createComment", "Access denied: reply comment not found", True, ReplyTargetGone),
        (15, "wall.createComment", "Access denied", True, Rejected),
        (936, "messages.send", "Contact not found", True, ReplyTargetGone),
        (936, "messages.send", "Contact not found", False, RecipientUnreachable),
        (909, "messages.edit", "", False, MessageGone),
        (920, "messages.edit", "", False, MessageGone),
        (100, "messages.edit", "…: cmid is invalid", False, MessageGone),
        (100, "messages.edit", "…: keyboard is invalid", False, Rejected),
        (100, "messages.sendMessageEventAnswer", "", False, CallbackExpired),
    ],
)
def test_one_number_means_several_things(code, method, words, replying, error):
    assert type(translate_error(code, method, words, replying=replying)) is error


@pytest.mark.parametrize("target", ["messages.send", "wall.createComment"])
async def test_an_answer_cut_short_is_repeated_and_shown_once(harness, target):
    post = await harness.vk.post(GROUP, "Новость")
    place = WITH_MARIA if target == "messages.send" else wall_target(post)
    harness.fail_next(target, FaultKind.DROP)
    with pytest.raises(TemporaryFailure) as caught:
        await harness.messenger.send(place, Content.of("Ответ"), key="outbox:1")
    assert caught.value.outcome_unknown
    sent = await harness.messenger.send(place, Content.of("Ответ"), key="outbox:1")
    shown = harness.vk.messages(GROUP, MARIA) if place is WITH_MARIA else harness.vk.comments(GROUP, post)
    assert len(shown) == len(sent.ids) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.HTTP_500),
        Fault(FaultKind.REFUSE),
        Fault(FaultKind.ANSWER, answer={"neither": "nor"}),
        Fault(FaultKind.ANSWER, answer={"response": 5}),
        Fault(FaultKind.ANSWER, answer={"response": [{}]}),
        Fault(FaultKind.ANSWER, answer={"error": "words"}),
    ],
    ids=["500", "refuse", "neither", "number", "no id", "odd error"],
)
@pytest.mark.parametrize("method", ["messages.send", "wall.createComment"])
async def test_answers_that_make_no_sense_are_temporary(harness, method, fault):
    post = await harness.vk.post(GROUP, "Новость")
    harness.faults.order(method, fault)
    with pytest.raises(TemporaryFailure) as caught:
        await harness.messenger.send(
            WITH_MARIA if method == "messages.send" else wall_target(post), Content.of("А"), key="1"
        )
    assert caught.value.outcome_unknown


async def test_nobody_listens_there(harness):
    messenger = harness.new_messenger()
    await harness.sandbox.stop()
    with pytest.raises(TemporaryFailure) as caught:
        await messenger.fetch()
    assert not caught.value.outcome_unknown
    assert Severity.FAULT in {finding.severity for finding in await messenger.check()}
    await messenger.close()
    with pytest.raises(TemporaryFailure):
        await messenger.fetch()


@pytest.mark.parametrize("method", ["photos.getMessagesUploadServer", "upload", "photos.saveMessagesPhoto"])
async def test_a_failing_upload_sends_nothing(harness, method):
    from bot.messengers.events import MediaKind, Upload
    from tests.contract.vk_harness import PHOTO

    harness.fail_next(method, FaultKind.HTTP_500)
    picture = Upload(MediaKind.PHOTO, "a.jpg", "image/jpeg", PHOTO)
    with pytest.raises(TemporaryFailure):
        await harness.messenger.send(WITH_MARIA, Content.of("Ответ").with_media([picture]), key="1")
    assert harness.vk.messages(GROUP, MARIA) == []
    await harness.messenger.send(WITH_MARIA, Content.of("Ответ").with_media([picture]), key="1")
    assert len(harness.vk.messages(GROUP, MARIA)[0].attachments) == 1
