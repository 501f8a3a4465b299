"""``[[rules]]`` of the configuration: read as written, refused with a remedy where a rule could never fit."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.config import load_config
from bot.config.topic_names import topic_names
from bot.domain.applicants import ApplicantKind
from bot.domain.durations import Duration
from bot.domain.rules import RuleFacts, RuleOutcome, Share
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.sectors.topics import load_topics
from bot.understanding.text.morphology import Morphology
from tests.unit.test_config_bad import GOOD, build_config, faults_of

STAFF = GOOD["staff"] + '[[staff]]\nname = "Р"\nrole = "head"\nsectors = ["roads"]\ndistricts = ["Центр"]\n'


def town(rules: str) -> str:
    return build_config(staff=STAFF, rules=rules)


def rules_of(tmp_path: Path, text: str) -> dict[str, RuleOutcome]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    rules = load_config(path).rules()
    facts = {
        "pos": RuleFacts("pos", "roads", district="Центр", applicant=ApplicantKind.LEGAL),
        "vk": RuleFacts("vk", "housing"),
        "urgent": RuleFacts("telegram", "roads", urgent=True),
    }
    return {name: rules.match(one) for name, one in facts.items()}


def test_town_without_rules_is_as_before(tmp_path: Path) -> None:
    assert set(rules_of(tmp_path, build_config()).values()) == {RuleOutcome()}


def test_rules_are_read_as_written(tmp_path: Path) -> None:
    found = rules_of(
        tmp_path,
        town(
            """
[[rules]]
urgent = true
approval = []
[[rules]]
source = ["pos", "incident"]
applicant = "legal"
district = "центр"
sector = "roads"
approval = ["coordinator", "head"]
call_before_answer = true
four_eyes = true
draft = "0.5"
approve = "1wh"
rework = "1h"
not_ours = "30m"
[[rules]]
approval = ["head"]
draft = "4wh"
satisfaction = true
reopen_at_most = 2
"""
        ),
    )
    assert found["pos"] == RuleOutcome(
        approval=("coordinator", "head"),
        four_eyes=True,
        call_before_answer=True,
        satisfaction=True,
        reopen_at_most=2,
        draft=Share(Decimal("0.5")),
        approve=Duration.parse("1wh"),
        rework=Duration.parse("1h"),
        not_ours=Duration.parse("30m"),
    )
    assert found["vk"].approval == ("head",)
    assert found["vk"].draft == Duration.parse("4wh")
    assert not found["vk"].call_before_answer
    assert found["urgent"].approval == ()


@pytest.mark.parametrize(
    ("rules", "key", "problem", "remedy"),
    [
        ("[rules]\nfour_eyes = true\n", "rules", "записи списка", "[[rules]]"),
        ("[[rules]]\nfour_eye = true\n", "rules[0].four_eye", "неизвестный ключ", "«four_eyes»"),
        ("[[rules]]\nsector = 5\nfour_eyes = true\n", "rules[0].sector[0]", "в кавычках", "config.example.toml"),
        ('[[rules]]\nfour_eyes = "maybe"\n', "rules[0].four_eyes", "true или false", "four_eyes = true"),
        ("[[rules]]\nreopen_at_most = -1\n", "rules[0].reopen_at_most", "не меньше 0", "reopen_at_most = 2"),
        ('[[rules]]\nimportance = "hihg"\nfour_eyes = true\n', "rules[0].importance[0]", "hihg", "«high»"),
        ('[[rules]]\napplicant = "firm"\nfour_eyes = true\n', "rules[0].applicant[0]", "firm", "«legal»"),
        ('[[rules]]\ndraft = "1.5"\n', "rules[0].draft", "доля", "0.5"),
        ('[[rules]]\ndraft = "5y"\n', "rules[0].draft", "годах", "[retention]"),
        ("[[rules]]\ndraft = 0.5\n", "rules[0].draft", "в кавычках", "8wh"),
        ("[[rules]]\nsource = []\nfour_eyes = true\n", "rules[0].source", "пустому списку", "удалите ключ"),
        ('[[rules]]\nsource = "pos"\n', "rules[0]", "ничего не решает", "«approval»"),
        ('[[rules]]\nsource = "poss"\nfour_eyes = true\n', "rules[0].source[0]", "«poss»", "«pos»"),
        ('[[rules]]\nsource = ["pos", "vk"]\nfour_eyes = true\n', "rules[0].source[1]", "не подключён", "«telegram»"),
        ('[[rules]]\nsector = "rods"\nfour_eyes = true\n', "rules[0].sector[0]", "[[sectors]]", "«roads»"),
        ('[[rules]]\ntheme = "energy"\nfour_eyes = true\n', "rules[0].theme[0]", "[[themes]]", "удалите"),
        (
            '[[rules]]\ntopic = "Нет вода"\nfour_eyes = true\n',
            "rules[0].topic[0]",
            "такой встроенной темы",
            "«Нет воды»",
        ),
        ('[[rules]]\ntopic = ["Нет воды", "xyz"]\nfour_eyes = true\n', "rules[0].topic[1]", "«xyz»", "classify"),
        ('[[rules]]\ndistrict = "Цент"\nfour_eyes = true\n', "rules[0].district[0]", "района", "«Центр»"),
        ('[[rules]]\napproval = ["hed"]\n', "rules[0].approval[0]", "«hed»", "«head»"),
        ('[[rules]]\napproval = ["manager"]\n', "rules[0].approval[0]", "ни у кого", 'role = "manager"'),
        ('[[rules]]\napproval = ["duty"]\n', "rules[0].approval[0]", "права согласовать", "«manager»"),
        (
            '[[rules]]\nsource = ["pos", "telegram"]\nfour_eyes = true\n[[rules]]\nsource = "pos"\nfour_eyes = false\n',
            "rules[1]",
            "никогда не подействует",
            "выше",
        ),
        (
            "[[rules]]\nfour_eyes = true\n[[rules]]\nsatisfaction = true\n"
            '[[rules]]\nsector = "roads"\nfour_eyes = false\nsatisfaction = false\n',
            "rules[2]",
            "rules[0], rules[1]",
            "выше",
        ),
        ('[[rules]]\naccept = "9wh"\n', "rules[0].accept", "принятие (9 рабочих часов) позже", "сократите accept"),
        ('[[rules]]\nfirst_word = "2wd"\n', "rules[0].first_word", "первое слово", "увеличьте answer"),
        ('[[rules]]\nnot_ours = "2h"\nanswer = "1h"\n', "rules[0].not_ours", "«не наше» (2 часа)", "сократите"),
        ('[[rules]]\nsolve = "1h"\n', "rules[0].solve", "срок решения (1 час) короче", "увеличьте solve"),
        ('[[rules]]\ndraft = "9wh"\n', "rules[0].draft", "подготовить (9 рабочих часов) — дольше", "увеличьте answer"),
        (
            '[[rules]]\napproval = ["head"]\nanswer = "4wh"\ndraft = "2wh"\napprove = "2wh"\nrework = "1wh"\n',
            "rules[0].answer",
            "подготовить (2 рабочих часа), согласовать (2 рабочих часа), исправить (1 рабочий час) — дольше, чем",
            "сократите draft, approve и rework",
        ),
        (
            '[[rules]]\napproval = ["head", "coordinator"]\ndraft = "0.5"\napprove = "1wh"\n[[rules]]\ntotal = "3wh"\n',
            "rules[0].draft",
            "подготовить (доля 0.5 этого срока), согласовать (2 × 1 рабочий час) — дольше, чем весь срок на всю",
            "увеличьте total",
        ),
        (
            '[[rules]]\nurgent = true\napproval = ["head"]\napprove = "5h"\n',
            "rules[0].approve",
            "весь срок на ответ на срочное сообщение (4 часа)",
            "сократите",
        ),
        (
            '[[rules]]\napproval = ["head"]\nfinal = "1wh"\napprove = "1wh"\nrework = "1wh"\n',
            "rules[0].final",
            "согласовать (1 рабочий час), исправить (1 рабочий час) — дольше, чем весь срок на итоговый ответ",
            "увеличьте final",
        ),
    ],
)
def test_rule_is_refused(tmp_path: Path, rules: str, key: str, problem: str, remedy: str) -> None:
    faults = faults_of(tmp_path, town(rules))
    assert list(faults) == [key]
    assert problem in faults[key].problem
    assert remedy in faults[key].remedy


@pytest.mark.parametrize(
    "rules",
    [
        # The steps take exactly the time of the answer.
        '[[rules]]\napproval = ["head"]\nanswer = "4wh"\ndraft = "2wh"\napprove = "1wh"\nrework = "1h"\n',
        # An hour of the night is no working hour: from some hours of the day it fits.
        '[[rules]]\napproval = ["head"]\nanswer = "3wh"\ndraft = "1wh"\nrework = "12h"\n',
        # Without an approval nobody approves or returns.
        '[[rules]]\napproval = []\nanswer = "1wh"\napprove = "2wh"\nrework = "2wh"\n',
        # The usual term to accept ends with the answer where that ends earlier.
        '[[rules]]\nanswer = "30m"\n',
        # The steps of another rule do not count where this one says less.
        '[[rules]]\nimportance = "high"\nanswer = "2h"\ndraft = "1h"\n[[rules]]\ndraft = "4wh"\n',
    ],
)
def test_steps_that_fit_are_taken(tmp_path: Path, rules: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(town(rules), encoding="utf-8")
    assert load_config(path).rules().rules


def test_a_term_to_accept_in_other_units_than_that_of_the_answer_is_compared_too(tmp_path: Path) -> None:
    found = faults_of(tmp_path, build_config(deadlines='accept = "1wd"\nanswer = "4h"\n'))
    assert "длиннее срока ответа (4 часа)" in found["deadlines.accept"].problem


def test_commands_without_network_need_nobody_who_approves(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(town('[[rules]]\napproval = ["manager"]\n'), encoding="utf-8")
    assert load_config(path, tokens_needed=False).rules().match(RuleFacts()).approval == ("manager",)


def test_rules_may_name_every_topic_that_a_ticket_can_have() -> None:
    found = set(topic_names())
    assert {topic.name for topic in load_topics()} | set(Taxonomy(Morphology()).entries) == found
