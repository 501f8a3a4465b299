"""What people post by hand: is it the answer that waits for them?"""

from bot.domain.answers import Poster, Publication
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.sources import Source
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted
from bot.services.answers import answers
from bot.services.context import UseCaseContext
from bot.services.manual_posting import staff_replies
from bot.services.sources.messages import clean_text, save_message
from bot.services.tickets import workflow
from bot.understanding.agreement import is_same_wording


async def detect_manual_post(
    ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None
) -> bool:
    """Whether *event* is an answer that was approved and waits to be posted by hand; then it is one now.

    An official, or who speaks for the place, need not reply to the citizen's message, if the words are those that were
    approved. Of anybody else only a reply with these words counts: nobody but officials can know them beforehand, and
    they may post from accounts that we do not know. A colleague's reply in other words is offered as the answer.
    """
    ours = official is not None or staff_replies.is_posted_as_chat(event)
    text = clean_text(event.text)
    if not text or event.author.kind is AuthorKind.BOT or not (ours or event.reply_to):
        return False
    waiting = await _list_awaiting(ctx, event)
    same = [one for one in waiting if is_same_wording(one[2], text) and (ours or _is_reply_to(event, one[1]))]
    meant = [one for one in same if _is_reply_to(event, one[1])] or same
    if not meant or any(place.author_id == event.author.id for _, place, _ in meant):
        return ours and await _offer_as_answer(ctx, event, source, official, waiting)
    for number, (publication, place, _) in enumerate(meant):
        await _record_manual_post(ctx, event, source, official, publication, place, store_message=number == 0)
    return True


async def _list_awaiting(ctx: UseCaseContext, event: MessagePosted) -> list[tuple[Publication, Message, str]]:
    """What waits to be posted where *event* stands, with the message that it answers and its words."""
    chat = event.chat
    former = await ctx.uow.chat_aliases.find_former_id(chat.account, chat.id) if chat.kind is ChatKind.GROUP else None
    found = []
    for chat_id in (chat.id, former) if former else (chat.id,):
        for publication in await ctx.uow.answers.list_manual_pending_in_chat(chat.account, chat_id):
            place = await ctx.uow.messages.get(publication.message_id)
            answer = await ctx.uow.answers.get(publication.answer_id)
            if place is not None and answer is not None:
                found.append((publication, place, answer.text))
    return found


def _is_reply_to(event: MessagePosted, question: Message) -> bool:
    """Whether *event* is an answer to *place*; in private everything is."""
    return event.chat.kind is ChatKind.PRIVATE or event.reply_to == question.external_id


async def _record_manual_post(
    ctx: UseCaseContext,
    event: MessagePosted,
    source: Source,
    official: Person | None,
    publication: Publication,
    question: Message,
    *,
    store_message: bool,
) -> None:
    if store_message:
        message = await save_message(ctx, event, source)
        await ctx.uow.messages.attach_to_ticket(message.id, publication.ticket_id, MessageRole.STAFF)
    await answers.on_published(ctx, publication.id, (event.message_id,), event.link, Poster.NOTICED, official)


async def _offer_as_answer(
    ctx: UseCaseContext,
    event: MessagePosted,
    source: Source,
    official: Person | None,
    awaiting: list[tuple[Publication, Message, str]],
) -> bool:
    """A colleague has replied in other words than were approved: the head says whether that is the answer."""
    replied = next((publication for publication, place, _ in awaiting if _is_reply_to(event, place)), None)
    if replied is None:
        return False
    await staff_replies.receive_reply(ctx, event, source, official, await workflow.get(ctx, replied.ticket_id))
    return True
