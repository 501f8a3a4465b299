"""Button codes. They lie under messages for years: what was published keeps its meaning, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tickets import DismissReason
from bot.views.callback_codes import MAX_BYTES, CallbackData, Op, pack, unpack
from bot.views.dialogs.manual_entry import MANUAL_SOURCES

# Codes of buttons in people's phones. Lines are added here, never changed or removed.
PUBLISHED = {
    b"1:fd:0:99": CallbackData(Op.FORWARD_TAKE, 0, "99"),
    b"1:fc:0:99": CallbackData(Op.FORWARD_DECLINE, 0, "99"),
    b"1:dm:142:3.29928960": CallbackData(Op.DATE_MEANT, 142, "3.29928960"),
    b"1:se:142:7": CallbackData(Op.ENTERED, 142, "7"),
    b"1:so:142:7": CallbackData(Op.ENTRY_SHOW, 142, "7"),
    b"1:sb:142:7": CallbackData(Op.ENTRY_RETURN, 142, "7"),
    b"1:g:0:budget=important": CallbackData(Op.SETTINGS, 0, "budget=important"),
    b"1:a:142": CallbackData(Op.ACCEPT, 142),
    b"1:w:142": CallbackData(Op.ANSWER, 142),
    b"1:h:142:0": CallbackData(Op.HAND_OVER, 142, "0"),
    b"1:h:142:2": CallbackData(Op.HAND_OVER, 142, "2"),
    b"1:ht:142:housing": CallbackData(Op.HAND_TO, 142, "housing"),
    b"1:m:142": CallbackData(Op.MORE, 142),
    b"1:b:142": CallbackData(Op.BACK, 142),
    b"1:d:142": CallbackData(Op.DISMISS, 142),
    b"1:df:142:not_a_problem": CallbackData(Op.DISMISS_FOR, 142, "not_a_problem"),
    b"1:df:142:answered_elsewhere": CallbackData(Op.DISMISS_FOR, 142, "answered_elsewhere"),
    b"1:df:142:duplicate": CallbackData(Op.DISMISS_FOR, 142, "duplicate"),
    b"1:df:142:insults": CallbackData(Op.DISMISS_FOR, 142, "insults"),
    b"1:df:142:not_ours": CallbackData(Op.DISMISS_FOR, 142, "not_ours"),
    b"1:df:142:other": CallbackData(Op.DISMISS_FOR, 142, "other"),
    b"1:i:142": CallbackData(Op.HISTORY, 142),
    b"1:wt:142": CallbackData(Op.WHY_TERM, 142),
    b"1:c:142": CallbackData(Op.CORRECT, 142),
    b"1:t:142:roads": CallbackData(Op.CHOOSE_SECTOR, 142, "roads"),
    b"1:ta:142:0": CallbackData(Op.CHOOSE_SECTOR_PAGE, 142, "0"),
    b"1:ro:142": CallbackData(Op.REOPEN, 142),
    b"1:ro:142:roads": CallbackData(Op.REOPEN, 142, "roads"),
    b"1:ra:142:0": CallbackData(Op.REOPEN_ALL, 142, "0"),
    b"1:o:142": CallbackData(Op.OPEN, 142),
    b"1:s:142:3": CallbackData(Op.SEND, 142, "3"),
    b"1:e:142:3": CallbackData(Op.CHANGE, 142, "3"),
    b"1:x:142": CallbackData(Op.CANCEL, 142),
    b"1:x:0": CallbackData(Op.CANCEL, 0),
    b"1:x:142:no": CallbackData(Op.CANCEL, 142, "no"),
    b"1:p:142:17": CallbackData(Op.POSTED, 142, "17"),
    b"1:rt:142:17": CallbackData(Op.RETRY, 142, "17"),
    b"1:st:142:17": CallbackData(Op.CLOSE_WITHOUT_ANSWER, 142, "17"),
    b"1:y:142:99": CallbackData(Op.ADOPT, 142, "99"),
    b"1:r:142": CallbackData(Op.REASON, 142),
    b"1:qp:0:99": CallbackData(Op.IS_PROBLEM, 0, "99"),
    b"1:qt:0:99": CallbackData(Op.IS_TALK, 0, "99"),
    b"1:q:0:1": CallbackData(Op.REVIEW_LIST, 0, "1"),
    b"1:g:0": CallbackData(Op.SETTINGS, 0),
    b"1:g:0:cards": CallbackData(Op.SETTINGS, 0, "cards"),
    b"1:g:0:cards=vk.3001": CallbackData(Op.SETTINGS, 0, "cards=vk.3001"),
    b"1:g:0:reports": CallbackData(Op.SETTINGS, 0, "reports"),
    b"1:g:0:reports=telegram.1001": CallbackData(Op.SETTINGS, 0, "reports=telegram.1001"),
    b"1:g:0:connect": CallbackData(Op.SETTINGS, 0, "connect"),
    b"1:n:0:source=0": CallbackData(Op.MANUAL_ENTRY, 0, "source=0"),
    b"1:n:0:number=": CallbackData(Op.MANUAL_ENTRY, 0, "number="),
    b"1:n:0:due=": CallbackData(Op.MANUAL_ENTRY, 0, "due="),
    b"1:l:142:0": CallbackData(Op.LIST, 142, "0"),
    b"1:l:142:n3": CallbackData(Op.LIST, 142, "n3"),
    b"1:sp:145": CallbackData(Op.SPLIT, 145),
    b"1:dv:145": CallbackData(Op.DIVIDE, 145),
    b"1:du:146": CallbackData(Op.UNDIVIDE, 146),
    b"1:tms:142:17": CallbackData(Op.LIMITED_SEND, 142, "17"),
    b"1:tmn:142:17": CallbackData(Op.LIMITED_DECLINE, 142, "17"),
    b"1:tm:0:2": CallbackData(Op.TEMPLATES, 0, "2"),
    b"1:tm:0:add": CallbackData(Op.TEMPLATES, 0, "add"),
    b"1:tm:0:e12": CallbackData(Op.TEMPLATES, 0, "e12"),
    b"1:tm:0:d12": CallbackData(Op.TEMPLATES, 0, "d12"),
    b"1:tmu:142:t12": CallbackData(Op.TEMPLATE_USE, 142, "t12"),
    b"1:tmu:142:a140": CallbackData(Op.TEMPLATE_USE, 142, "a140"),
    b"1:tmt:142": CallbackData(Op.MAKE_TEMPLATE, 142),
    b"1:tmi:142": CallbackData(Op.INCOMPLETE, 142),
    b"1:pb:142:17": CallbackData(Op.PUBLISH_HELD, 142, "17"),
    b"1:pn:142:17": CallbackData(Op.DECLINE_HELD, 142, "17"),
    b"1:mg:142": CallbackData(Op.MERGE, 142),
    b"1:mi:142:140": CallbackData(Op.MERGE_INTO, 142, "140"),
    b"1:fu:142": CallbackData(Op.FOLLOW_UP, 142),
    b"1:ac:0:p=1": CallbackData(Op.ACCOUNTS, 0, "p=1"),
    b"1:ac:0:ask=vk.3001": CallbackData(Op.ACCOUNTS, 0, "ask=vk.3001"),
    b"1:ac:0:rm=vk.3001": CallbackData(Op.ACCOUNTS, 0, "rm=vk.3001"),
    b"1:ac:0:code=17": CallbackData(Op.ACCOUNTS, 0, "code=17"),
    b"1:nm:0:vk.3001": CallbackData(Op.NOT_ME, 0, "vk.3001"),
    b"1:fl:0:17": CallbackData(Op.FLOOD, 0, "17"),
    b"1:fl:0:17-2": CallbackData(Op.FLOOD, 0, "17-2"),
    b"1:mu:0:17": CallbackData(Op.MUTE, 0, "17"),
    b"1:um:0:17": CallbackData(Op.UNMUTE, 0, "17"),
    b"1:pp:0:card=17": CallbackData(Op.PEOPLE, 0, "card=17"),
    b"1:zm:142:1": CallbackData(Op.DISTRICT_PAGE, 142, "1"),
    b"1:zd:142:0a1b2c3d": CallbackData(Op.DISTRICT, 142, "0a1b2c3d"),
    b"1:ju:142:0": CallbackData(Op.REQUEST, 142, "0"),
    b"1:jr:142:housing": CallbackData(Op.REQUEST_FROM, 142, "housing"),
    b"1:jr:142": CallbackData(Op.REQUEST_FROM, 142),
    b"1:jd:142": CallbackData(Op.DECISION, 142),
    b"1:jn:142": CallbackData(Op.NOT_OURS, 142),
    b"1:jp:142:7": CallbackData(Op.CALL_REACHED, 142, "7"),
    b"1:jm:142:7": CallbackData(Op.CALL_MISSED, 142, "7"),
    b"1:jc:142": CallbackData(Op.CLARIFY, 142),
    b"1:ji:142": CallbackData(Op.INTERIM, 142),
    b"1:jx:142": CallbackData(Op.REFER, 142),
    b"1:ja:142:7": CallbackData(Op.ANSWER_INQUIRY, 142, "7"),
    b"1:jq:142": CallbackData(Op.REQUEST_CORRECTION, 142),
    b"1:jf:142": CallbackData(Op.CORRECTED, 142),
    b"1:jf:142:7": CallbackData(Op.CORRECTED, 142, "7"),
    b"1:jy:142:7": CallbackData(Op.ACCEPT_CORRECTION, 142, "7"),
    b"1:jb:142:7": CallbackData(Op.RETURN_CORRECTION, 142, "7"),
    b"1:tp:0:blocks=0": CallbackData(Op.TOPICS, 0, "blocks=0"),
    b"1:tp:0:to=t1a2b3c4d.s1a2b3c4d": CallbackData(Op.TOPICS, 0, "to=t1a2b3c4d.s1a2b3c4d"),
    b"1:awc:0:5": CallbackData(Op.ABSENCE_CHOOSE, 0, "5"),
    b"1:aws:0:5.17": CallbackData(Op.ABSENCE_STAND_IN, 0, "5.17"),
    b"1:awy:0:5": CallbackData(Op.ABSENCE_AGREE, 0, "5"),
    b"1:awn:0:5": CallbackData(Op.ABSENCE_REFUSE, 0, "5"),
    b"1:awx:0:5": CallbackData(Op.ABSENCE_CANCEL, 0, "5"),
    b"1:cd:142": CallbackData(Op.DATA_MENU, 142),
    b"1:cf:142:topic.1": CallbackData(Op.DATA_FIELD, 142, "topic.1"),
    b"1:cv:142:kind.legal": CallbackData(Op.DATA_VALUE, 142, "kind.legal"),
    b"1:ky:142": CallbackData(Op.SOLVED, 142),
    b"1:kn:142": CallbackData(Op.NOT_SOLVED, 142),
    b"1:kr:142:77": CallbackData(Op.RETURN, 142, "77"),
    b"1:kc:142": CallbackData(Op.CONTROL, 142),
    b"1:kb:0:s.0.0.": CallbackData(Op.BOARD, 0, "s.0.0."),
    b"1:kb:0:bx.2.1.roads": CallbackData(Op.BOARD, 0, "bx.2.1.roads"),
    b"1:kh:142": CallbackData(Op.NUDGE, 142),
    b"1:va:142:17.2": CallbackData(Op.APPROVE_DRAFT, 142, "17.2"),
    b"1:vr:142:17.2": CallbackData(Op.RETURN_DRAFT, 142, "17.2"),
    b"1:vc:142:17.2": CallbackData(Op.CHANGE_DRAFT, 142, "17.2"),
    b"1:vv:142": CallbackData(Op.SHOW_DRAFT, 142),
    b"1:im:0:go=17": CallbackData(Op.IMPORTS, 0, "go=17"),
    b"1:fw:142": CallbackData(Op.FIRST_WORD, 142),
    b"1:fx:142": CallbackData(Op.EXTEND, 142),
    b"1:fp:142:17": CallbackData(Op.PROMISE_NOTE, 142, "17"),
    b"1:fn:142:17": CallbackData(Op.PROMISE_DECLINE, 142, "17"),
    b"1:fk:142:3": CallbackData(Op.PROMISE_KEPT, 142, "3"),
    b"1:fm:142:3": CallbackData(Op.PROMISE_MOVE, 142, "3"),
    b"1:fb:142:3": CallbackData(Op.PROMISE_BROKEN, 142, "3"),
    b"1:fs:142:4": CallbackData(Op.SEND_NOTING, 142, "4"),
    b"1:fa:142:17.2": CallbackData(Op.APPROVE_NOTING, 142, "17.2"),
    b"1:vd:142": CallbackData(Op.DELEGATE, 142),
    b"1:vd:142:1": CallbackData(Op.DELEGATE, 142, "1"),
    b"1:iw:142": CallbackData(Op.IN_WORK, 142),
    b"1:vt:142:7": CallbackData(Op.DELEGATE_TO, 142, "7"),
    b"1:vx:142:7": CallbackData(Op.DELEGATE_BACK, 142, "7"),
    b"1:vo:142:7": CallbackData(Op.DELEGATE_OTHER, 142, "7"),
}

# The numbers of these buttons stand in published codes, so the order is pinned, too.
PUBLISHED_SOURCES = ("Телефон", "Личный приём", "ПОС", "Инцидент Менеджмент", "СЭД", "Другое")


@pytest.mark.parametrize("code", PUBLISHED, ids=bytes.decode)
def test_a_published_code_keeps_its_meaning(code: bytes) -> None:
    press = PUBLISHED[code]
    assert unpack(code.decode()) == press
    assert pack(press.op, press.ticket_id, press.arg).encode() == code


def test_every_button_and_every_reason_is_pinned() -> None:
    assert {press.op for press in PUBLISHED.values()} == set(Op)
    assert {press.arg for press in PUBLISHED.values() if press.op is Op.DISMISS_FOR} == set(DismissReason)
    assert MANUAL_SOURCES[: len(PUBLISHED_SOURCES)] == PUBLISHED_SOURCES


@pytest.mark.parametrize("op", Op)
def test_the_longest_code_fits_under_a_button_of_telegram(op: Op) -> None:
    longest_sector = "s" * 32
    assert len(pack(op, 10**12, longest_sector).encode()) <= MAX_BYTES == 64


def test_a_code_that_would_not_fit_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="longer than 64 bytes"):
        pack(Op.HAND_TO, 142, "ж" * 30)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "1",
        "1:",
        "1:a",
        "1:a:",
        "2:a:142",
        "0:a:142",
        "a:142",
        "1:zz:142",
        "1:A:142",
        "1:a:ы",
        "1:a:-142",
        "1:a:+142",
        "1:a: 142",
        "1:a:1_4_2",
        "1:a:١٤٢",
        "1:a:²",
        "1:a:" + "9" * 40,
        "accept_142",
        '{"c":"1:a:142"}',
    ],
)
def test_an_unknown_code_means_nothing(code: str) -> None:
    assert unpack(code) is None


@given(st.text(max_size=80))
def test_no_bytes_break_the_codec(code: str) -> None:
    press = unpack(code)
    assert press is None or 0 <= press.ticket_id < 10**15


@given(st.sampled_from(Op), st.integers(0, 10**12), st.text("abc_0123456789=:", max_size=30))
def test_there_and_back(op: Op, number: int, arg: str) -> None:
    assert unpack(pack(op, number, arg)) == CallbackData(op, number, arg)
