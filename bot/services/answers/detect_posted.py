"""Detection of approved answers that people post by hand."""

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
from bot.understanding.similarity import is_same_wording


async def detect_manual_post(
    ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None
) -> bool:
    """Record *event* as the posted answer if it is one that waits to be posted by hand; return whether it was handled.

    An official, or somebody who writes in the chat's name, need not reply to the citizen's message if the text is the
    approved one. From anybody else only a reply with this text counts: only officials can know it beforehand, and they
    may post from accounts unknown to the bot. A colleague's reply with another text is offered as the answer.
    """
    is_official = official is not None or staff_replies.is_posted_as_chat(event)
    text = clean_text(event.text)
    if not text or event.author.kind is AuthorKind.BOT or not (is_official or event.reply_to):
        return False
    awaiting = await _list_awaiting(ctx, event)
    matching = [
        one for one in awaiting if is_same_wording(one[2], text) and (is_official or _is_reply_to(event, one[1]))
    ]
    candidates = [one for one in matching if _is_reply_to(event, one[1])] or matching
    if not candidates or any(question.author_id == event.author.id for _, question, _ in candidates):
        return is_official and await _offer_as_answer(ctx, event, source, official, awaiting)
    for index, (publication, question, _) in enumerate(candidates):
        await _record_manual_post(ctx, event, source, official, publication, question, store_message=index == 0)
    return True


async def _list_awaiting(ctx: UseCaseContext, event: MessagePosted) -> list[tuple[Publication, Message, str]]:
    """List the publications that wait to be posted in the chat of *event*, with the question and the approved text."""
    chat = event.chat
    former = await ctx.uow.chat_aliases.find_former_id(chat.account, chat.id) if chat.kind is ChatKind.GROUP else None
    found = []
    for chat_id in (chat.id, former) if former else (chat.id,):
        for publication in await ctx.uow.answers.list_manual_pending_in_chat(chat.account, chat_id):
            question = await ctx.uow.messages.get(publication.message_id)
            answer = await ctx.uow.answers.get(publication.answer_id)
            if question is not None and answer is not None:
                found.append((publication, question, answer.text))
    return found


def _is_reply_to(event: MessagePosted, question: Message) -> bool:
    """Return whether *event* replies to *question*; in private every message does."""
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
    """Ask the head whether a colleague's reply, which differs from the approved text, is the answer."""
    replied = next((publication for publication, question, _ in awaiting if _is_reply_to(event, question)), None)
    if replied is None:
        return False
    await staff_replies.receive_reply(ctx, event, source, official, await workflow.get(ctx, replied.ticket_id))
    return True
