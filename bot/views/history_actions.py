"""The words of single records of a ticket's history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.answer_marks import MarkKind
from bot.domain.audit import AuditRow
from bot.domain.escalation import After
from bot.domain.inquiries import InquiryKind
from bot.domain.systems import Systems
from bot.domain.tickets import DismissReason, State
from bot.views.answer_marks import mark_titles
from bot.views.card_keyboards import DISMISS_REASON_TITLES
from bot.views.ticket_data import FIELD_TITLES

_ACTIONS = {
    "problem": "об этом пишут и другие: сообщения объединены",
    "delegate_asked": "поручено подготовить ответ",
    "follow_up": "всем, кто об этом написал, отправлено ещё одно сообщение",
    "route": "определена отрасль",
    "accept": "принято в работу",
    "approve": "ответ утверждён",
    "return": "ответ возвращён в работу",
    "delegate_withdrawn": "поручение снято",
    "delegate_part": "передана часть ответа",
    "approval_moved": "согласует другой сотрудник",
    "draft_moved": "возвращённый ответ исправляет другой сотрудник",
    "approval_lapsed": "согласование отменено: сообщение передали",
    "approval_void": "подготовленный ответ больше не нужен",
    "confirm": "ответ опубликован",
    "fail": "ответ опубликовать не удалось",
    "correct": "ответ исправлен",
    "correction_failed": "исправить ответ не удалось, остался прежний",
    "settle": "закрыто, новый ответ не нужен",
    "reopen": "возвращено в работу",
    "erase": "закрыто: данные жителя стёрты",
    "anonymized": "данные жителя стёрты",
    "edited": "житель изменил сообщение",
    "removed": "житель удалил сообщение",
    "restored": "житель вернул удалённое сообщение",
    "addition": "житель дополнил",
    "copy": "житель написал то же в другом месте",
    "staff_reply": "ответ сотрудника в самом чате",
    "forwarded": "внесено из пересланного сообщения",
    "unsure": "возвращено тому, кто распределяет сообщения",
    "word": "слово исполнителю",
    "not_ours": "сказано «не наше»",
    "in_work": "ответили: «В работе»",
    "passed_around": "передают по кругу",
    "inquiry_silent": "житель не ответил на вопрос",
    "inquiry_void": "ответ жителя больше не нужен",
    "promise_due": "настал обещанный день",
    "promise_passed": "настал обещанный день, сообщение снова в работе",
    "first_word": "жителю сообщили, что вопрос взят в работу",
    "extended": "срок продлён",
    "promise_noted": "записано обещание из ответа",
    "promise_kept": "обещание выполнено",
    "promise_moved": "обещание перенесено",
    "promise_broken": "обещание не выполнено",
    "first_word_skipped": "взято в работу без сообщения жителю: там бот не пишет",
    "postpone": "дан промежуточный ответ",
    "referred": "передано вне центра",
    "call_missed": "заявитель не ответил на звонок",
    "decision_control": "напоминание о сроке решения",
    "correction_accepted": "исправление принято",
    "correction_returned": "исправление возвращено",
    "asked": "жителя спросили, решён ли вопрос",
    "solved": "житель подтвердил, что вопрос решён",
    "thanked": "житель поблагодарил",
    "reaction": "житель написал под ответом",
    "not_solved": "вопрос не решён, возвращено в работу",
    "nudged": "просьба поторопиться",
    "control": "поставлено на контроль",
    "control_over": "снято с контроля",
    "resent": "исход отправки был неизвестен, отправлено ещё раз",
}

_REMOVAL_REASONS = {
    "gone": "опубликованный ответ исчез",
    "closed": "комментарии закрыли, ответа не видно",
    "changed": "житель изменил сообщение после ответа, ответ больше не считается",
    "rewritten": "опубликованный ответ переписали в самом чате",
}

POSTED_BY = {
    "person": "ответ опубликован вручную",
    "noticed": "ответ опубликован вручную, бот увидел его в переписке",
    "staff_reply": "ответом считается сообщение сотрудника в переписке",
}

_EARLY_POSTED = {
    "question": "вопрос жителю опубликован",
    "interim": "промежуточный ответ опубликован",
    "first_word": "житель прочитает, что вопрос взят в работу",
    "extension": "житель прочитает новый срок",
}

_ENTERED = {"interim": "промежуточный ответ внесён", "extension": "новый срок внесён"}

_REQUEST_ACTIONS = {
    "inquiry_asked": "запрошены сведения",
    "inquiry_answered": "получен ответ на запрос",
    "inquiry_late": "ответ на запрос просрочен",
}

_DECISION_ACTIONS = {
    "inquiry_asked": "вопрос вынесен на рассмотрение",
    "inquiry_answered": "принято решение",
    "inquiry_late": "решение просрочено",
}

_CITIZEN_ACTIONS = {"inquiry_asked": "вопрос жителю, срок ответа стоит", "inquiry_answered": "житель ответил на вопрос"}
_CORRECTION_ACTIONS = {
    "inquiry_asked": "запрошено исправление",
    "inquiry_answered": "отмечено: исправлено",
    "inquiry_late": "исправление просрочено",
}

DATA_FIELD_TITLES = {field.value: title.lower() for field, title in FIELD_TITLES.items()}

DEADLINE_VERBS = {
    "accept": "принять",
    "answer": "ответить",
    "draft": "подготовить ответ",
    "approve": "согласовать ответ",
    "rework": "исправить ответ",
    "not_ours": "сказать «не наше»",
    "solve": "решить вопрос",
    "first_word": "сообщить жителю",
}


@dataclass(frozen=True)
class _Record:
    """A record of a ticket with the titles that its words need."""

    row: AuditRow
    sectors: Mapping[str, str]
    systems: Systems

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.row.facts

    @property
    def sector(self) -> str:
        code = self.facts.get("sector") or ""
        return self.sectors.get(code, code)

    @property
    def system(self) -> str:
        return self.systems.title(self.facts.get("system", ""))


def action_text(row: AuditRow, titles: Mapping[str, str], systems: Systems) -> str | None:
    """Return what a record of a ticket says; *titles* are those of the sectors, *systems* those of the town."""
    words = _WORDS.get(row.action)
    return words(_Record(row, titles, systems)) if words is not None else _ACTIONS.get(row.action)


def _registered(record: _Record) -> str:
    facts, sector = record.facts, record.sector
    if facts.get("with"):
        return f"получено, отнесено к проблеме №{facts['with']}"
    if facts.get("from"):
        return f"выделено из №{facts['from']}"
    if facts.get("state") == State.CLOSED.value:
        return f"внесено из системы, где оно уже завершено: {record.system}"
    chosen = f", отрасль: {sector}" if sector else ", отрасль выбирает координатор" if record.sectors else ""
    where = f" ({record.system})" if facts.get("system") else ""
    return f"получено{where}{chosen}"


def _entered(record: _Record) -> str:
    facts = record.facts
    what = "исправление внесено" if facts.get("correction") else _ENTERED.get(facts.get("kind", ""), "внесено")
    return f"{what} в {record.system}"


def _changed_by_import(record: _Record) -> str:
    """Return what another system has changed at its side."""
    news = []
    if "finished" in record.facts:
        news.append("там завершено" if record.facts["finished"] else "там снова в работе")
    if "due" in record.facts:
        news.append("там другой срок")
    return f"{record.system}: {', '.join(news)}"


def _handed_over(record: _Record) -> str:
    if record.row.person_id is None:
        return "передано по цепочке: срок вышел"
    if record.facts.get("district"):
        return f"другой район, передано: {record.facts['district']}"
    return f"передано: {record.sector}"


def _dismissed(record: _Record) -> str:
    reason = record.facts.get("reason")
    named = DISMISS_REASON_TITLES[DismissReason(reason)].partition(":")[0].lower() if reason else ""
    return f"не требует ответа: {named}" if named else "не требует ответа"


def _posted(record: _Record) -> str | None:
    if record.facts.get("kind"):
        return _EARLY_POSTED.get(record.facts["kind"])
    return POSTED_BY.get(record.facts.get("by", ""))


def _escalated(record: _Record) -> str:
    after = After(record.facts.get("after", After.ANSWER))
    if after is After.SILENT:
        return "по цепочке: от принявшего нет вестей"
    return f"сообщено по цепочке: срок {DEADLINE_VERBS.get(after.deadline, 'выполнить')}"


def _inquiry(record: _Record) -> str:
    action, kind = record.row.action, record.facts.get("kind")
    if kind == InquiryKind.CALL:
        return "дозвонились до заявителя" if action == "inquiry_answered" else "звонок заявителю просрочен"
    if kind == InquiryKind.CITIZEN:
        return _CITIZEN_ACTIONS.get(action, "")
    if kind == InquiryKind.CORRECTION:
        return _CORRECTION_ACTIONS[action]
    if kind == InquiryKind.DECISION:
        return _DECISION_ACTIONS[action]
    return f"{_REQUEST_ACTIONS[action]}: {record.sector or 'другая организация'}"


def _passed_over(record: _Record) -> str | None:
    return "шаги цепочки пропущены: сразу наступил более поздний" if "newer" in record.facts else None


def _closed(record: _Record) -> str:
    return "закрыто: после ответа никто не писал" if record.facts.get("why") == "silence" else "закрыто"


def _marks(record: _Record) -> str:
    return mark_titles([MarkKind(record.facts["mark"])])


_WORDS: Mapping[str, Callable[[_Record], str | None]] = {
    "registered": _registered,
    "entry_asked": lambda record: f"текст ждёт внесения в {record.system}",
    "entered": _entered,
    "entry_returned": lambda record: f"не внесено в {record.system}, возвращено с замечанием",
    "changed_by_import": _changed_by_import,
    "joined_by_import": lambda record: f"это же сообщение есть в системе: {record.system}",
    "divide": lambda record: f"разделено: второй вопрос — №{record.facts.get('into')}",
    "undivide": lambda record: f"снова одно сообщение: №{record.facts.get('into')} закрыто",
    "split": lambda record: f"отделено от проблемы №{record.facts.get('from')}",
    "merge": lambda record: f"объединено с №{record.facts.get('with')}",
    "approval_submitted": lambda record: f"подготовлен текст, вариант {record.facts.get('version')}",
    "approval_approved": lambda record: f"согласован вариант {record.facts.get('version')}",
    "approval_returned": lambda record: f"вариант {record.facts.get('version')} возвращён с замечанием",
    "approval_published": lambda record: f"опубликован вариант {record.facts.get('version')}",
    "choose_sector": lambda record: f"выбрана отрасль: {record.sector}",
    "sector_corrected": lambda record: f"отрасль исправлена: {record.sector}",
    "escalated": _escalated,
    "passed_over": _passed_over,
    "hand_over": _handed_over,
    "district": lambda record: f"район: {record.facts.get('now') or 'неизвестен'}",
    "dismiss": _dismissed,
    "posted": _posted,
    "answer_lost": lambda record: _REMOVAL_REASONS.get(record.facts.get("why", "")),
    "answer_marked": lambda record: f"отметка на ответе: {_marks(record)}",
    "answer_unmarked": lambda record: f"снята отметка на ответе: {_marks(record)}",
    "close": _closed,
    "overdue": lambda record: f"просрочено: {DEADLINE_VERBS.get(record.facts.get('limit', ''), '')}",
    "inquiry_asked": _inquiry,
    "inquiry_answered": _inquiry,
    "inquiry_late": _inquiry,
    "data_changed": lambda record: f"изменено: {DATA_FIELD_TITLES.get(record.facts.get('field', ''), 'данные')}",
}
"""Action → the function that finds its words; the others always say the same (:data:`_ACTIONS`)."""
