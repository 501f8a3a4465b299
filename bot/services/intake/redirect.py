"""Redirection of citizens to another address from sources where answers are off."""

from bot.domain.messages import Message
from bot.domain.notifications.citizens import Redirected
from bot.domain.sources import AnswerPolicy, Source, author_key
from bot.messengers.events import Chat
from bot.services.context import UseCaseContext
from bot.services.context.messages import chat_of
from bot.services.notifications import notify


async def redirect_citizen(
    ctx: UseCaseContext, source: Source, chat: Chat, author_id: str, reply_to: str | None
) -> None:
    """Ask a citizen, once, to write elsewhere if answers are off in *source*.

    Without a configured address the bot writes nothing there.
    """
    bot_account = ctx.municipality.bot_accounts.get(chat.account)
    if source.answers is not AnswerPolicy.OFF or source.invite is None or bot_account is None:
        return
    if chat.kind not in bot_account.capabilities.can_answer_in:
        return
    key = f"invited:{author_key(chat.account, author_id)}:{source.account}:{source.source_id}"
    if not await ctx.uow.once_keys.claim(key, ctx.now):
        return
    note = Redirected(url=source.invite, municipality=ctx.municipality.name)
    await notify.notify_in_chat(ctx, chat, reply_to, note)


async def redirect_author(ctx: UseCaseContext, message: Message, source: Source) -> None:
    """Ask the author of *message* to write elsewhere if answers are off in *source*."""
    await redirect_citizen(ctx, source, chat_of(message), message.author_id, message.external_id)
