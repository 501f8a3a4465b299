"""Replies of those who watch: words to the post of a ticket."""

import re

from bot.domain.errors import TextRequired
from bot.domain.notifications.words import WordsForWhich
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.messengers.events import MessagePosted
from bot.services.context import UseCaseContext
from bot.services.context.messages import clean_text
from bot.services.notifications import notify
from bot.services.tickets import words

_NUMBERED = re.compile(r"\s*№?\s*(\d{1,12})(?!\d)[\s.,:;)—–-]*")
"""A line of a list, as people name it: «№12 …», «12: …»."""


async def send_replied(ctx: UseCaseContext, person: Person, ticket_id: int, event: MessagePosted) -> bool:
    """Pass on a reply to a card or a notice if it is a word to the post; return whether it was."""
    if not await words.is_word_to_post(ctx, person, ticket_id):
        return False
    await words.send(ctx, ticket_id, person, _require(event.text, ticket_id))
    return True


async def send_replied_to_list(ctx: UseCaseContext, person: Person, event: MessagePosted) -> bool:
    """Pass on a reply to a list, which names its line («№12 …») unless there is one alone; return whether it was."""
    if event.reply_to is None:
        return False
    listed = await ctx.uow.sent_messages.list_button_tickets(event.chat.account, event.chat.id, event.reply_to)
    fitting = sorted([one for one in listed if one and await words.is_word_to_post(ctx, person, one)])
    if not fitting:
        return False
    named = _NUMBERED.match(event.text)
    if named is not None and int(named[1]) in fitting:
        ticket_id = int(named[1])
        await words.send(ctx, ticket_id, person, _require(event.text[named.end() :], ticket_id))
    elif len(listed) == 1:
        await words.send(ctx, fitting[0], person, _require(event.text, fitting[0]))
    else:
        await notify.notify(ctx, person, WordsForWhich(ticket_id=fitting[0]), priority=Priority.INTERACTIVE)
    return True


def _require(text: str, ticket_id: int) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise TextRequired(number=ticket_id)
    return cleaned
