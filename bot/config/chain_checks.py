"""Checks of ``[[escalation]]``: each chain must end, reach somebody, and follow a term that some rule sets."""

from collections.abc import Iterator

from pydantic import ValidationError

from bot.config.deadline_sections import EscalationEntry, StepEntry
from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.role_checks import role_book, role_codes
from bot.config.values import Values, roles_of, tables
from bot.domain.escalation import Addressee, After, Chain, ChainStep, find_repeated_holder
from bot.domain.roles import Right

_ADDRESSEES = tuple(one.value for one in Addressee)

_ALWAYS_SET = frozenset({After.ACCEPT, After.ANSWER, After.SILENT})
"""Moments of every ticket; the others need a term of a rule."""

_NO_HOLDER = frozenset({Addressee.AUTHOR.value, Addressee.APPROVER.value})
"""Addressees who do not work on the ticket, so that it cannot go over to them."""


def to_chain(entry: EscalationEntry) -> Chain:
    """Return the chain of the domain."""
    return Chain(entry.code, tuple(map(_to_step, entry.steps)))


def _to_step(entry: StepEntry) -> ChainStep:
    return ChainStep(entry.after, entry.wait, entry.before, entry.tell, entry.hand_over, entry.ask)


def find_chain_faults(tree: Values, *, for_work: bool) -> Iterator[Fault]:
    """Yield the faults of all chains; those of a wrong type are left to the typed tree."""
    codes: list[str] = []
    for index, values in tables(tree, "escalation"):
        try:
            entry = EscalationEntry.model_validate(values)
        except ValidationError:
            codes += [str(values["code"]).strip()] if "code" in values else []
            continue
        key = f"escalation[{index}]"
        if entry.code in codes:
            yield Fault(
                f"{key}.code", f"цепочка «{entry.code}» уже есть", "дайте ей другой код или удалите одну из двух"
            )
        codes.append(entry.code)
        yield from _chain_faults(tree, key, entry, for_work=for_work)
    yield from _unknown_chains(tree, codes)


def _unknown_chains(tree: Values, codes: list[str]) -> Iterator[Fault]:
    for index, rule in tables(tree, "rules"):
        code = rule.get("escalation")
        if isinstance(code, str) and code.strip() not in codes:
            known = f"выберите из имеющихся: {quoted_list(codes)}" if codes else "добавьте её или удалите ключ"
            remedy = did_you_mean(code, codes) or known
            yield Fault(f"rules[{index}].escalation", f"цепочки «{code[:40]}» нет в [[escalation]]", remedy)


def _chain_faults(tree: Values, key: str, entry: EscalationEntry, *, for_work: bool) -> Iterator[Fault]:
    if not entry.steps:
        yield Fault(
            f"{key}.steps",
            "в цепочке нет ни одного шага",
            'добавьте шаг, например { after = "accept_overdue", tell = ["coordinator"] }',
        )
    repeated = find_repeated_holder(to_chain(entry).steps)
    if repeated is not None:
        problem = "цепочка не кончается: сообщение возвращается к тому, у кого оно уже было"
        yield Fault(f"{key}.steps[{repeated}]", problem, "передайте его кому-то другому или удалите hand_over")
    for number, step in enumerate(entry.steps):
        yield from _step_faults(tree, f"{key}.steps[{number}]", entry.code, step, for_work=for_work)


def _step_faults(tree: Values, key: str, code: str, step: StepEntry, *, for_work: bool) -> Iterator[Fault]:
    if not step.tell and step.ask is None:
        yield Fault(
            f"{key}.tell", "шаг никому ничего не сообщает", f"укажите, кому: {quoted_list(_ADDRESSEES)} или код роли"
        )
    if step.before is not None and step.wait is not None:
        yield Fault(
            f"{key}.before", "в одном шаге и wait, и before", "оставьте одно: wait — после срока, before — до него"
        )
    if step.before is not None and (step.hand_over or step.ask is not None):
        yield Fault(f"{key}.before", "до срока можно только предупредить", "удалите hand_over и ask или before")
    if step.after is After.SILENT and step.before is not None:
        yield Fault(f"{key}.before", "у молчания нет срока, до которого можно предупредить", "укажите wait")
    if step.after is After.SILENT and step.wait is None:
        yield Fault(
            f"{key}.wait", "не сказано, сколько ждать слова того, кто принял", 'добавьте, например, wait = "8wh"'
        )
    if step.ask is not None and step.after is not After.SILENT:
        yield Fault(f"{key}.ask", "спрашивают того, кто принял и молчит", 'укажите after = "accepted_silent"')
    if step.after not in _ALWAYS_SET and not _sets_term(tree, step.after.deadline, code):
        problem = f"шаг после срока «{step.after.deadline}», которого не ставит ни одно правило этой цепочки"
        remedy = f'добавьте ключ {step.after.deadline} в [[rules]] с escalation = "{code}" или удалите шаг'
        yield Fault(f"{key}.after", problem, remedy)
    yield from _roles(tree, key, step, for_work=for_work)


def _sets_term(tree: Values, name: str, code: str) -> bool:
    """Return whether a ticket of the chain may have the term: a rule sets it, and some rule names the chain."""
    rules = [rule for _, rule in tables(tree, "rules")]
    return any(name in rule for rule in rules) and any(rule.get("escalation") == code for rule in rules)


def _roles(tree: Values, key: str, step: StepEntry, *, for_work: bool) -> Iterator[Fault]:
    codes, book = role_codes(tree), role_book(tree)
    held = {role for _, member in tables(tree, "staff") for role in roles_of(member)}
    held |= book.bases(held)
    known = [*_ADDRESSEES, *codes]
    able = [code for code, one in book.definitions.items() if Right.ACCEPT in one.rights]
    for number, word in enumerate(step.tell):
        place = f"{key}.tell[{number}]"
        if word not in known:
            yield Fault(
                place, f"роли «{word[:40]}» нет", did_you_mean(word, known) or f"укажите одно из: {quoted_list(known)}"
            )
        elif step.hand_over and (word in _NO_HOLDER or (word in codes and word not in able)):
            remedy = f"удалите hand_over или выберите: {quoted_list(able)}"
            yield Fault(place, f"«{word}» не может принять сообщение, которое ему передают", remedy)
        elif for_work and word in codes and word not in held:
            remedy = f'добавьте в [[staff]] сотрудника с role = "{word}" или уберите её из шага'
            yield Fault(place, f"сообщить некому: роли «{word}» нет ни у кого", remedy)
