"""Detection of approved answers that people post by hand."""

from bot.domain.answers import Poster, Publication
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.sources import Source, SourceKind
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted
from bot.services.answers import answers
from bot.services.context import UseCaseContext, messages
from bot.services.context.messages import clean_text, save_message
from bot.services.manual_posting import staff_replies
from bot.services.tickets import workflow
from bot.understanding.similarity import is_same_wording


async def detect_manual_post(
    ctx: UseCaseContext, event: MessagePosted, source: Source, official: Person | None
) -> bool:
    """Record *event* as the posted answer if it is one that waits to be posted by hand; return whether it was handled.

    Only the town posts its answers: an official, a community or an official chat. They need not reply to the citizen's
    message if the text is the approved one. The approved words from anybody else may be a copy, or an official's whose
    account the bot does not know: as a reply to the question they are offered to the head. A colleague's reply with
    another text is offered, too.
    """
    is_staff = official is not None or messages.is_posted_as_chat(event)
    text = clean_text(event.text)
    if not text or event.author.kind is AuthorKind.BOT or not (is_staff or event.reply_to):
        return False
    awaiting = await _list_awaiting(ctx, event)
    is_town = official is not None or (is_staff and _speaks_for_town(event, source))
    matching = [one for one in awaiting if is_same_wording(one[2], text) and (is_town or _is_reply_to(event, one[1]))]
    candidates = [one for one in matching if _is_reply_to(event, one[1])] or matching
    if not candidates or any(question.author_id == event.author.id for _, question, _ in candidates):
        return is_staff and await _offer_as_answer(ctx, event, source, official, awaiting)
    if not is_town or (event.forwarded_from and official is None):
        return await _offer_copy(ctx, event, source, candidates[0][0])
    for index, (publication, question, _) in enumerate(candidates):
        await _record_manual_post(ctx, event, source, official, publication, question, store_message=index == 0)
    return True


def _speaks_for_town(event: MessagePosted, source: Source) -> bool:
    """Return whether a message in the name of its chat is the town's: the administrators of «Подслушано» are not."""
    return event.chat.kind is ChatKind.PRIVATE or source.kind is SourceKind.OFFICIAL


async def _offer_copy(ctx: UseCaseContext, event: MessagePosted, source: Source, publication: Publication) -> bool:
    """Ask the head whether approved words from an account that the bot does not know are the town's; once an author."""
    if not await ctx.uow.once_keys.claim(f"unknown_poster:{publication.id}:{event.author.id}", ctx.now):
        return False
    ticket = await workflow.get(ctx, publication.ticket_id)
    await staff_replies.receive_reply(ctx, event, source, None, ticket, unknown_account=True)
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
