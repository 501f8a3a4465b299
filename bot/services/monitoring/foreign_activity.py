"""Signs that another program acts with one of the bot's tokens."""

from datetime import datetime, timedelta

from bot.domain.notifications.administrator import ForeignMessages, TokenShared
from bot.domain.once_keys import FIRST_START, RESTORED_AT
from bot.domain.sources import AnswerPolicy, Source
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted, OwnMessageSeen
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

EPISODE_GAP = timedelta(hours=1)
"""Time without a sign after which the next one is a new episode, of which the administrator is told."""

MESSAGES_GAP = timedelta(days=1)
"""The same for messages in private: a mailing of the community may last for hours."""

COMMENTS_GAP = timedelta(days=30)
"""The same for comments: colleagues may answer in the community's name, and a head is asked about each answer."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""The difference that a messenger's clock and that of the server may have."""


async def report_second_poller(ctx: UseCaseContext, account: str, title: str) -> None:
    """Notify the administrator, once per episode, that another program receives the updates of *account*."""
    if await _is_new_episode(ctx, f"second_poller:{account}", EPISODE_GAP):
        await notify.notify_administrator(ctx, TokenShared(title=title))


async def on_own_message_seen(ctx: UseCaseContext, event: OwnMessageSeen) -> None:
    """Notify the administrator, once per episode, of messages that the bot has not sent."""
    chat = event.chat
    if await _is_foreign(ctx, chat.account, chat.id, event.message_id, event.sent_at):
        await _report_messages(ctx, chat.account, f"foreign:{chat.account}", MESSAGES_GAP, None)


async def on_community_comment(ctx: UseCaseContext, event: MessagePosted, source: Source) -> None:
    """Do the same with a comment in the community's name, where the bot is the one who answers."""
    chat = event.chat
    is_answer = chat.kind is ChatKind.WALL and event.author.kind is AuthorKind.CHAT and event.author.speaker is None
    if not is_answer or source.answers is not AnswerPolicy.BOT:
        return
    if await _is_foreign(ctx, chat.account, chat.id, event.message_id, event.sent_at):
        await _report_messages(ctx, chat.account, f"foreign_comment:{chat.account}", COMMENTS_GAP, event.link)


async def _is_foreign(ctx: UseCaseContext, account: str, chat_id: str, message_id: str, sent_at: datetime) -> bool:
    """Return whether the bot, as far as the database reaches back, has not sent this message."""
    for key in (FIRST_START, RESTORED_AT):
        known_since = await ctx.uow.once_keys.get(key)
        if known_since is not None and sent_at < known_since + CLOCK_TOLERANCE:
            return False
    return not await ctx.uow.outbox.may_have_sent(account, chat_id, message_id, sent_at)


async def _report_messages(ctx: UseCaseContext, account: str, key: str, gap: timedelta, link: str | None) -> None:
    if await _is_new_episode(ctx, key, gap):
        bot_account = ctx.municipality.bot_accounts.get(account)
        note = ForeignMessages(title=bot_account.title if bot_account else account, link=link)
        await notify.notify_administrator(ctx, note)


async def _is_new_episode(ctx: UseCaseContext, key: str, gap: timedelta) -> bool:
    last = await ctx.uow.once_keys.get(key)
    await ctx.uow.once_keys.set(key, ctx.now)
    return last is None or ctx.now - last > gap
