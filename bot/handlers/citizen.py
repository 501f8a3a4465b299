"""Events of people who are not officials: messages, edits, deletions, reactions, invitation codes."""

from datetime import timedelta
from math import ceil

from bot.domain.channels import Address
from bot.domain.invitations import looks_like_code
from bot.domain.notifications.citizens import CitizenWelcome, InvitationCodeWrong, InvitationPaused
from bot.domain.sources import AnswerPolicy
from bot.handlers import commands
from bot.handlers.commands import command_of
from bot.messengers.events import AuthorKind, ChatKind, MessageDeleted, MessageEdited, MessagePosted, Reacted
from bot.services.context import UseCaseContext, messages
from bot.services.intake import limits, receive, redirect, upvotes
from bot.services.monitoring import foreign_activity
from bot.services.notifications import notify
from bot.services.sources import sources
from bot.services.staff import invitations, reachability

MINUTE = timedelta(minutes=1)


async def on_message_posted(ctx: UseCaseContext, event: MessagePosted) -> None:
    """Handle a message in a monitored chat, or one that was sent to the bot in private."""
    source = await ctx.find_source(event.chat)
    if source is None:
        await sources.on_unknown_chat(ctx, event.chat)
        return
    private = event.chat.kind is ChatKind.PRIVATE and event.author.kind is AuthorKind.PERSON
    is_command = command_of(event)[0] in commands.COMMAND_HANDLERS
    if is_command and not private and messages.find_official_author(ctx, event) is not None:
        return  # commands of officials count in private only, and a command is no answer to a citizen
    if private and await _accept_invitation(ctx, event):
        return
    if private and command_of(event)[0]:
        may_answer = source.answers is AnswerPolicy.BOT
        if may_answer and await limits.may_welcome(ctx, event.chat.account, event.author.id):
            await notify.notify_citizen(
                ctx, event.chat.account, event.chat.id, None, CitizenWelcome(municipality=ctx.municipality.name)
            )
        await redirect.redirect_citizen(ctx, source, event.chat, event.author.id, None)
        return
    await foreign_activity.on_community_comment(ctx, event, source)
    await receive.receive_message(ctx, event, source)


async def _accept_invitation(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Connect an official by the invitation code in *event*; return False if the message is a citizen's."""
    name, argument = command_of(event)
    code = event.payload or argument
    if not code or (name and name != "start") or not looks_like_code(code):
        return False
    person = await invitations.accept_invitation(ctx, event.chat.account, event.author.id, code)
    if isinstance(person, invitations.CodeRefused):
        left = person.paused_until - ctx.now if person.paused_until is not None else None
        note = InvitationCodeWrong() if left is None else InvitationPaused(minutes=max(1, ceil(left / MINUTE)))
        await notify.notify_citizen(ctx, event.chat.account, event.chat.id, None, note)
        return True
    await reachability.on_activity(ctx, person, event.chat.account, event.author.id)
    await commands.send_welcome(ctx, person, "")
    if len(person.accounts) == 1:  # an official with another account has their tickets there
        await reachability.send_open_tickets(ctx, person, Address(event.chat.account, event.author.id))
    return True


async def on_message_edited(ctx: UseCaseContext, event: MessageEdited) -> None:
    source = await ctx.find_source(event.message.chat)
    if source is not None:
        await receive.receive_edit(ctx, event.message, source)


async def on_message_deleted(ctx: UseCaseContext, event: MessageDeleted) -> None:
    await receive.receive_deletion(ctx, event)


async def on_reaction(ctx: UseCaseContext, event: Reacted) -> None:
    if await ctx.find_source(event.chat) is not None:
        await upvotes.on_reaction(ctx, event)
