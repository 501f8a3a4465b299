"""Our standing in the monitored places, told to the administrator in time."""

from bot.domain.sources import Source
from bot.messengers.events import Chat, ChatKind
from bot.services.context import Work
from bot.services.notifications import notify


async def source_of(work: Work, chat: Chat) -> Source | None:
    """The configured source of *chat*, also when the configuration knows the group by its former or by its new id."""
    source = work.centre.source(chat)
    if source is not None:
        return source
    chronicle = work.uow.chronicle
    other = await chronicle.former_id(chat.account, chat.root) or await chronicle.present_id(chat.account, chat.root)
    return work.centre.sources.get((chat.account, other)) if other else None


async def migrated(work: Work, account: str, old_id: str, new_id: str) -> None:
    """A group became a supergroup: it keeps its settings under the new id."""
    await work.uow.chronicle.add_alias(account, old_id, new_id, work.now)
    await work.uow.chronicle.record("chat_migrated", work.now, facts={"account": account, "old": old_id, "new": new_id})
    source = work.centre.sources.get((account, old_id))
    if source is not None:
        await notify.tell_administrator(
            work, "chat_migrated", once=f"migrated:{account}:{old_id}", title=source.title, old_id=old_id, new_id=new_id
        )


async def unmonitored(work: Work, chat: Chat) -> None:
    """Somebody writes where nobody asked us to listen: ignored, and the administrator is told, once."""
    if chat.kind is ChatKind.PRIVATE:
        return
    await notify.tell_administrator(
        work,
        "chat_unknown",
        once=f"unmonitored:{chat.account}:{chat.root}",
        title=chat.title or "без названия",
        chat_id=chat.root,
    )


async def removed(work: Work, chat: Chat, *, muted: bool) -> None:
    """We were thrown out of a monitored chat, or may not write there any more."""
    source = await source_of(work, chat)
    if source is None:
        return
    await work.uow.chronicle.record("chat_lost", work.now, facts={"account": chat.account, "chat": chat.root})
    code = "chat_muted" if muted else "chat_lost"
    await notify.tell_administrator(work, code, title=source.title, chat_id=chat.root)


async def deaf(work: Work, subject: str, text: str) -> None:
    """The self-check found that we cannot hear somewhere. Told once a day while it lasts."""
    day = work.now.astimezone(work.centre.zone).date().isoformat()
    await notify.tell_administrator(
        work, "check_fault", once=f"check:{subject}:{day}"[:160], subject=subject, text=text
    )
