"""Notifications of the administrator: chats, accounts, updates, the model, the self-check; spikes for coordinators."""

from bot.domain.notifications.administrator import (
    AuditHead,
    ChatDeaf,
    ChatIdChanged,
    ChatLost,
    ChatMuted,
    ChatsUnknown,
    ChatUnknown,
    CheckFault,
    CredentialsRejected,
    DatabaseRestored,
    DeadUpdate,
    ForeignMessages,
    ImportFault,
    ModelBroken,
    ModelUpdated,
    PostingPolicies,
    SendingLimited,
    TokenShared,
    Undelivered,
    UnknownUpdateKind,
    Unrecorded,
    WordsExpire,
    WorkSkipped,
)
from bot.domain.notifications.monitoring import IncidentOver, IncidentStarted, SpikeDetected
from bot.domain.russian_text import plural
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content, Link, Span
from bot.views.notifications import posting_policy
from bot.views.notifications.answers import failure_reason
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext

_INCIDENT_TEXTS = {
    "inbox": "входящие сообщения не обрабатываются. Перезапустите бота; если не поможет, посмотрите журнал работы",
    "outbox": (
        "{subject}: сообщения слишком долго ждут отправки. Проверьте сеть и токен: python -m bot check; причина видна "
        "в журнале работы"
    ),
    "terms": "напоминания о сроках не срабатывают. Перезапустите бота",
    "digest": "сводка не отправлена вовремя. Перезапустите бота",
    "hush": (
        "{subject}: нет ни одного сообщения, обычно за это время их много. Проверьте, что бот на месте и всё видит: "
        "Telegram — режим приватности выключен или бот администратор; VK — включены типы событий; MAX — право "
        "«Читать все сообщения». Поможет python -m bot check"
    ),
    "training_memory": (
        "ночное обучение не удалось: не хватило памяти. Добавьте её или выключите обучение: [learning] nightly = false"
    ),
    "training_rights": (
        "ночное обучение не удалось: нет прав на запись. Проверьте права на папку модели ([routing] model) и "
        "пути, открытые службе для записи"
    ),
    "training_disk": "ночное обучение не удалось: на диске нет места или он не пишется. Освободите место",
    "training_killed": (
        "ночное обучение прервано системой, обычно из-за нехватки памяти. Добавьте её или увеличьте MemoryMax в службе"
    ),
    "training_timeout": (
        "ночное обучение не уложилось в полчаса и остановлено. Посмотрите, чем занят сервер, и запустите его вручную: "
        "python -m bot train --own"
    ),
    "training_other": (
        "ночное обучение не удалось. Причину покажет журнал работы или ручной запуск: python -m bot train --own"
    ),
    "silent": "{subject} не отвечает. Проверьте сеть и токен: python -m bot check. Остальное работает",
}


MAX_CHATS_LISTED = 40


_AREA_ENDINGS = (" мкр", " квартал")
"""The ends of names that say themselves what they are: «14 квартал» is no street."""


def burst(note: SpikeDetected, data: NotificationData, context: RenderContext) -> Content:
    kind = "тема" if note.dimension != "street" else "" if note.name.endswith(_AREA_ENDINGS) else "улица"
    where = f"{kind} «{note.name}»".lstrip()
    people = plural(note.people_count, "человек", "человека", "человек")
    often = f"около {note.usual_count:.0f} в час" if note.usual_count >= 1 else "меньше одного в час"
    return Content.of(
        Bold(f"📈 Всплеск: {where}"),
        f"\nЗа последний час написали {people}, обычно {often}. Посмотрите, нет ли общей причины: /find {note.name}",
    )


def chats_unknown(note: ChatsUnknown, data: NotificationData, context: RenderContext) -> Content:
    chats = data.unknown_chats
    amount = plural(len(chats), "чат, которого", "чата, которых", "чатов, которых")
    listed = "".join(f"\n• {messenger}, id {chat_id}" for messenger, chat_id in chats[:MAX_CHATS_LISTED])
    rest = f"\n…и ещё {len(chats) - MAX_CHATS_LISTED}" if len(chats) > MAX_CHATS_LISTED else ""
    return Content.of(
        f"Бота добавили в {amount} нет в настройках. Сообщения оттуда не учитываются.{listed}{rest}\nЕсли это "
        "делают посторонние, запретите добавлять бота в группы в настройках мессенджера (Telegram: @BotFather, "
        "/setjoingroups)."
    )


def undelivered(note: Undelivered, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ Сообщение сотруднику не доставлено (запись №{note.row_id}): {failure_reason(note.reason)}. "
        "Подробности — в журнале работы бота."
    )


def work_skipped(note: WorkSkipped, data: NotificationData, context: RenderContext) -> Content:
    about = f" (сообщение №{note.ticket_id})" if note.ticket_id else ""
    return Content.of(
        f"⚠️ Напоминание или другая плановая работа не удалась{about}, остальные сделаны. Подробности — в журнале "
        "работы бота."
    )


def import_fault(note: ImportFault, data: NotificationData, context: RenderContext) -> Content:
    if note.line:
        text = (
            f"⚠️ При внесении таблицы из {note.title} программа не справилась со строкой {note.line}: строка пропущена, "
            "остальные вносятся. Если таких строк больше, их число будет в итоге у того, кто вносит таблицу. "
        )
    else:
        text = f"⚠️ Таблицу из {note.title} внести не удалось: ошибка программы. Тот, кто её отправил, об этом знает. "
    return Content.of(f"{text}Подробности — в журнале работы бота.")


def sending_limited(note: SendingLimited, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ {note.title}: мессенджер просит ничего не отправлять ещё {plural(note.hours, 'час', 'часа', 'часов')}, "
        "столько сообщений он не принимает. Ничего не потеряно: бот пробует снова каждые 15 минут."
    )


def check_fault(note: CheckFault, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(Bold(f"⚠️ {note.subject}"), f"\n{note.text}")


def foreign_messages(note: ForeignMessages, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [
        f"⚠️ {note.title}: от нашего имени написал не этот бот. Так бывает, если пишет сотрудник, приветствие или "
        "рассылка самого сообщества. Если это не они, с тем же ключом работает другая программа: остановите её или "
        "выпустите новый ключ."
    ]
    if note.link:
        spans += ["\n", Link("Открыть сообщение", note.link)]
    return Content.of(*spans)


def database_restored(note: DatabaseRestored, data: NotificationData, context: RenderContext) -> Content:
    waiting = plural(note.held, "давний ответ ждёт", "давних ответа ждут", "давних ответов ждут")
    held = f" {waiting} решения ответственных: они могли выйти раньше." if note.held else ""
    return Content.of(
        Bold("♻️ База восстановлена из копии."),
        " Того, что было после копии, бот не помнит: номера сообщений могут повториться, часть решений придётся "
        f"принять снова.{held}",
    )


def words_expire(note: WordsExpire, data: NotificationData, context: RenderContext) -> Content:
    count = plural(note.count, "старого сообщения", "старых сообщений", "старых сообщений")
    return Content.of(
        Bold("🗄 Заканчивается срок хранения слов жителей."),
        f" Он прошёл у {count} (хранение — {plural(note.kept_days, 'день', 'дня', 'дней')}). С "
        f"{context.format_full(note.starts_at)} бот будет убирать из них слова, имена и адреса страниц, не больше "
        "тысячи сообщений в час; статистика и история останутся. Нужно хранить дольше — измените [retention] words в "
        "настройках и перезапустите бота.",
    )


def audit_head(note: AuditHead, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"🔏 Журнал действий запечатан, последняя запись — {context.format_full(note.at)}. Сохраните эту строку вне "
        "бота: по ней видно, не меняли ли журнал задним числом (python -m bot audit verify --head СТРОКА).\n",
        note.hash,
    )


def model_updated(note: ModelUpdated, data: NotificationData, context: RenderContext) -> Content:
    before, after = (f"{share:.2f}".replace(".", ",") for share in (note.accuracy_before, note.accuracy_after))
    judged = plural(note.judged_count, "последнем сообщении", "последних сообщениях", "последних сообщениях")
    return Content.of(
        Bold("🧠 Модель обновлена: "),
        f"верно было {before}, стало {after} на {judged}. Вернуть прежнюю: python -m bot train --back",
    )


def trouble(note: IncidentStarted, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(Bold("⚠️ Самопроверка: "), f"{_incident_text(note)}. Так с {context.format_short(note.since)}.")


def trouble_over(note: IncidentOver, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ Самопроверка: снова в порядке. Было: {_incident_text(note, first_sentence=True)}.")


def _incident_text(note: IncidentStarted | IncidentOver, *, first_sentence: bool = False) -> str:
    words = _INCIDENT_TEXTS[note.incident]
    return (words.partition(".")[0] if first_sentence else words).format(subject=note.subject or "Бот")


ADMIN_VIEWS = (
    row(SpikeDetected, burst),
    row(Undelivered, undelivered),
    row(ChatsUnknown, chats_unknown),
    template_row(
        Unrecorded,
        "⚠️ Сообщение отправлено, но бот не смог записать, что из этого следует (запись №{note.row_id}): карточка или "
        "состояние могут быть прежними. Подробности — в журнале работы бота.",
    ),
    row(WorkSkipped, work_skipped),
    row(SendingLimited, sending_limited),
    row(ImportFault, import_fault),
    row(CheckFault, check_fault),
    row(DatabaseRestored, database_restored),
    row(WordsExpire, words_expire),
    row(AuditHead, audit_head),
    row(ForeignMessages, foreign_messages),
    row(ModelUpdated, model_updated),
    row(IncidentStarted, trouble),
    row(IncidentOver, trouble_over),
    row(PostingPolicies, posting_policy.choices),
    template_row(ModelBroken, "⚠️ {note.fault} Пока работает то, что работало до неё."),
    template_row(
        ChatUnknown,
        "Бота добавили в чат «{note.title}» (id {note.chat_id}), которого нет в настройках. Сообщения оттуда не "
        "учитываются. Чтобы следить за ним, добавьте чат в файл настроек и перезапустите бота.",
    ),
    template_row(
        ChatLost,
        "⚠️ Бота удалили из чата «{note.title}» (id {note.chat_id}). Сообщения оттуда больше не приходят. "
        "Верните бота в чат.",
    ),
    template_row(
        ChatDeaf,
        "⚠️ У бота отобрали право читать сообщения в чате «{note.title}» (id {note.chat_id}): он там ничего не видит. "
        "Верните боту право «Читать все сообщения»: управление чатом → «Администраторы» → бот.",
    ),
    template_row(
        ChatMuted,
        "⚠️ Боту запретили писать в чате «{note.title}» (id {note.chat_id}). Ответы там не появятся. "
        "Верните боту право писать.",
    ),
    template_row(
        ChatIdChanged,
        "Группа «{note.title}» стала супергруппой, её новый id {note.new_id}. Настройки сохранились. При случае "
        "замените id {note.old_id} в файле настроек.",
    ),
    template_row(
        UnknownUpdateKind,
        "{note.title}: пришло событие неизвестного вида «{note.kind}». Оно сохранено и отложено, остальные "
        "обрабатываются как обычно. Возможно, пора обновить бота.",
    ),
    template_row(
        DeadUpdate,
        "⚠️ {note.title}: событие №{note.row_id} не удалось обработать, оно сохранено и отложено. Остальные "
        "обрабатываются как обычно. Подробности — в журнале работы бота.",
    ),
    template_row(
        TokenShared,
        "⚠️ {note.title}: с тем же токеном работает ещё одна программа, и часть сообщений жителей уходит ей. Если это "
        "второй запущенный бот, остановите его. Если вы его не запускали, выпустите новый токен: прежний мог попасть к "
        "чужим.",
    ),
    template_row(
        CredentialsRejected,
        "⚠️ {note.title}: токен не принят. Проверьте токен в настройках. Остальные мессенджеры работают.",
    ),
)
