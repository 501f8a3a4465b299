"""The citizen: writes, changes, takes back."""

from bot.domain.channels import Address
from bot.handlers import commands
from bot.handlers.commands import command_of
from bot.messengers.events import AuthorKind, ChatKind, MessageDeleted, MessageEdited, MessagePosted, Reacted
from bot.services.context import Work
from bot.services.intake import receive, redirect, upvotes
from bot.services.notifications import notify
from bot.services.sources import sources
from bot.services.staff import invitations, reachability


async def wrote(work: Work, event: MessagePosted) -> None:
    """A post in a monitored place, or to us in private."""
    source = await sources.source_of(work, event.chat)
    if source is None:
        await sources.unmonitored(work, event.chat)
        return
    private = event.chat.kind is ChatKind.PRIVATE and event.author.kind is AuthorKind.PERSON
    if private and await _joins(work, event):
        return
    if private and command_of(event)[0]:
        if source.answers == "bot":
            await notify.tell_citizen(work, event.chat.account, event.chat.id, None, "welcome", name=work.centre.name)
        await redirect.invite(work, source, event.chat, event.author.id, None)
        return
    await receive.take(work, event, source)


async def _joins(work: Work, event: MessagePosted) -> bool:
    """Is it an official who shows an invitation?"""
    name, words = command_of(event)
    code = event.payload or words
    if not code or (name and name != "start") or not (event.payload or name or invitations.looks_like_code(code)):
        return False
    person = await invitations.join(work, event.chat.account, event.author.id, code)
    if person is None:
        if not invitations.looks_like_code(code):
            return False
        await notify.tell_citizen(work, event.chat.account, event.chat.id, None, "code_wrong")
        return True
    await reachability.is_here(work, person, event.chat.account, event.author.id)
    await commands.start(work, person, "")
    if len(person.accounts) == 1:  # who works elsewhere already has them there
        await reachability.show_open_tickets(work, person, Address(event.chat.account, event.author.id))
    return True


async def edited(work: Work, event: MessageEdited) -> None:
    source = await sources.source_of(work, event.message.chat)
    if source is not None:
        await receive.change(work, event.message, source)


async def deleted(work: Work, event: MessageDeleted) -> None:
    await receive.remove(work, event)


async def reacted(work: Work, event: Reacted) -> None:
    if await sources.source_of(work, event.chat) is not None:
        await upvotes.reacted(work, event)
