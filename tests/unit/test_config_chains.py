"""``[[escalation]]`` of the configuration: read as written, refused with a remedy where a chain could not work."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.domain.durations import Duration
from bot.domain.escalation import After, ChainStep
from bot.domain.rules import RuleFacts
from tests.unit.test_config_bad import GOOD, build_config, faults_of

STAFF = GOOD["staff"] + '[[staff]]\nname = "З"\nrole = "deputy"\nsectors = ["roads"]\n'
STEP = '{ after = "accept_overdue", tell = ["coordinator"] }'


def town(*steps: str, rules: str = '[[rules]]\nescalation = "a"\n', more: str = "") -> str:
    chain = f'[[escalation]]\ncode = "a"\nsteps = [{", ".join(steps)}]\n'
    return build_config(staff=STAFF, rules=rules + chain + more)


def test_a_chain_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    steps = (
        '{ after = "accept_overdue", wait = "0m", tell = ["coordinator"] }',
        '{ after = "accept_overdue", wait = "1wh", tell = ["deputy"], hand_over = true }',
        '{ after = "answer_overdue", before = "30m", tell = ["post"] }',
        '{ after = "accepted_silent", wait = "8wh", ask = "in_work" }',
    )
    path.write_text(town(*steps), encoding="utf-8")
    config = load_config(path)
    assert config.rules().match(RuleFacts()).escalation == "a"
    assert config.chains()["a"].steps == (
        ChainStep(After.ACCEPT, tell=("coordinator",)),
        ChainStep(After.ACCEPT, Duration.parse("1wh"), tell=("deputy",), hand_over=True),
        ChainStep(After.ANSWER, before=Duration.parse("30m"), tell=("post",)),
        ChainStep(After.SILENT, Duration.parse("8wh"), ask="in_work"),
    )


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (town(), "escalation[0].steps", "ни одного шага"),
        (town('{ after = "accept_overdue" }'), "escalation[0].steps[0].tell", "никому ничего не сообщает"),
        (town('{ after = "accept_overdue", tell = ["coordinatr"] }'), "escalation[0].steps[0].tell[0]", "нет"),
        (town('{ after = "accept_overdue", tell = ["duty"] }'), "escalation[0].steps[0].tell[0]", "нет ни у кого"),
        (town('{ after = "draft_overdue", tell = ["post"] }'), "escalation[0].steps[0].after", "не ставит ни одно"),
        (town('{ after = "solve_overdue", tell = ["post"] }'), "escalation[0].steps[0].after", "не ставит ни одно"),
        (town(STEP, more=f'[[escalation]]\ncode = "a"\nsteps = [{STEP}]\n'), "escalation[1].code", "уже есть"),
        (town(STEP, rules='[[rules]]\nescalation = "b"\n'), "rules[0].escalation", "нет в [[escalation]]"),
        (
            town(*['{ after = "accept_overdue", tell = ["deputy"], hand_over = true }'] * 2),
            "escalation[0].steps[1]",
            "не кончается",
        ),
        (
            town('{ after = "accept_overdue", tell = ["post"], hand_over = true }'),
            "escalation[0].steps[0]",
            "не кончается",
        ),
        (
            town('{ after = "accept_overdue", tell = ["curator"], hand_over = true }'),
            "escalation[0].steps[0].tell[0]",
            "не может принять",
        ),
        (
            town('{ after = "accept_overdue", wait = "1h", before = "1h", tell = ["post"] }'),
            "escalation[0].steps[0].before",
            "и wait, и before",
        ),
        (
            town('{ after = "accept_overdue", ask = "in_work", tell = ["post"] }'),
            "escalation[0].steps[0].ask",
            "молчит",
        ),
        (town('{ after = "accepted_silent", ask = "in_work" }'), "escalation[0].steps[0].wait", "сколько ждать"),
        (
            town('{ after = "answer_overdue", before = "30d", tell = ["post"] }'),
            "escalation[0].steps[0].before",
            "предупредить нельзя: весь срок — 8 рабочих часов",
        ),
        (
            town(
                '{ after = "not_ours_overdue", before = "1h", tell = ["post"] }',
                rules='[[rules]]\nescalation = "a"\nnot_ours = "30m"\n',
            ),
            "escalation[0].steps[0].before",
            "предупредить нельзя: весь срок — 30 минут",
        ),
    ],
)
def test_a_chain_that_cannot_work_is_refused_with_a_remedy(tmp_path: Path, text: str, key: str, words: str) -> None:
    found = faults_of(tmp_path, text)
    assert key in found, list(found)
    assert words in found[key].problem
    assert found[key].remedy
