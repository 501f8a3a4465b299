"""Rendering and recording of published answers and their corrections."""

from dataclasses import replace

from bot.domain.answers import PublicationState
from bot.domain.drafts import Wording
from bot.domain.outbox import OutboxRow
from bot.messengers.serialization import unpack_media
from bot.outbox import publication_data
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult, record_sent_messages, target_of
from bot.services.answers import answers, corrections, places, verify_published
from bot.services.context import UseCaseContext
from bot.services.context.messages import is_private
from bot.views import citizen
from bot.views.render_context import RenderContext


async def render_publication(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[None] | None:
    found = await publication_data.find_publication(ctx, row)
    if found is None or found[0].state is not PublicationState.QUEUED:
        return None
    _, answer, message = found
    media = unpack_media(answer.media)
    reply, by_name = (
        citizen.render_publication(publication_data.publication_facts(answer, message, by_name=named)).with_media(media)
        for named in (False, not is_private(message))
    )
    return OutgoingMessage(
        Operation.SEND,
        target_of(row, message.external_id),
        snapshot=None,
        content=reply,
        unreplied_content=by_name,
        reply_target_gone=row.chat_id != message.chat_id or message.deleted_at is not None,
    )


async def record_publication(ctx: UseCaseContext, row: OutboxRow, snapshot: None, result: SendResult) -> None:
    link = result.sent[0].link if result.sent else None
    if result.found_target_gone:
        await verify_published.on_question_gone(ctx, row.subject_id or 0)
    await answers.on_published(ctx, row.subject_id or 0, result.message_ids, link)
    await record_sent_messages(ctx, row, result, await _kind_of(ctx, row))


async def _kind_of(ctx: UseCaseContext, row: OutboxRow) -> str:
    """Return the kind under which the sent message is known: a reply to a question is no reaction to an answer."""
    publication = await ctx.uow.answers.get_publication(row.subject_id or 0)
    answer = await ctx.uow.answers.get(publication.answer_id) if publication is not None else None
    return answer.kind.value if answer is not None else Wording.ANSWER.value


async def render_correction(
    ctx: UseCaseContext, row: OutboxRow, render_context: RenderContext
) -> OutgoingMessage[str] | None:
    """Render the corrected answer; the snapshot is its text, which may be corrected again during the delivery."""
    found = await publication_data.find_publication(ctx, row)
    if found is None or found[0].state is not PublicationState.POSTED:
        return None
    publication, answer, message = found
    named = places.is_by_name(publication, message, row.chat_id)
    content = citizen.render_publication(publication_data.publication_facts(answer, message, by_name=named))
    published = replace(answer, text=publication.text or row.facts.get("was", answer.text))
    previous = citizen.render_publication(publication_data.publication_facts(published, message, by_name=named))
    return OutgoingMessage(
        Operation.EDIT,
        target_of(row),
        snapshot=answer.text,
        content=content,
        message_ids=publication.external_ids,
        previous_content=previous.with_media(unpack_media(answer.media)),
        filler=citizen.render_filler(),
    )


async def record_correction(ctx: UseCaseContext, row: OutboxRow, text: str, result: SendResult) -> None:
    await corrections.on_corrected(ctx, row.subject_id or 0, text)
