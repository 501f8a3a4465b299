"""Files that officials send to the bot: received, previewed, entered or cancelled; rights are checked here."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.audit import JournalAction
from bot.domain.channels import Address
from bot.domain.errors import OutdatedButton, TableNotAllowed, TooManyFiles
from bot.domain.import_files import (
    MAX_SHOWN_REFUSALS,
    WAITING_STATES,
    ImportCounts,
    ImportFile,
    ImportState,
    NewImportFile,
)
from bot.domain.imports import FileFault, RefusalReason, RefusedRow, UnreadableFile
from bot.domain.json_types import Json
from bot.domain.notifications.administrator import ImportFault
from bot.domain.notifications.base import Notification
from bot.domain.notifications.imports import (
    AskImportSystem,
    ImportCancelled,
    ImportDone,
    ImportFailed,
    ImportPreview,
    ImportProgress,
    ImportReceived,
    RefusedLine,
    SystemChoice,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.messengers.events import Attachment, MediaKind, MessagePosted
from bot.messengers.serialization import pack_media, unpack_media
from bot.services.context import Municipality, UseCaseContext
from bot.services.context.messages import clean_text
from bot.services.imports import lists
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated

FILE_LIFETIME = timedelta(days=1)
"""Time after which a file that nobody has entered is deleted: it holds names and telephones."""

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
"""The largest file that a bot may download: Telegram's limit (https://core.telegram.org/bots/api#getfile); the same
counts elsewhere."""

DOWNLOAD_PATIENCE = timedelta(hours=1)
"""Time for which a file is asked for again while its messenger fails."""

MAX_OPEN_FILES = 5
"""Files of one person that wait or are being entered: a slip sends a whole folder."""

_TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt", ".ods", ".xlsb")
_TABLE_TYPES = ("spreadsheet", "excel", "csv")


def find_table(event: MessagePosted) -> Attachment | None:
    """Return the table that a message brings, as its name or its type says; what it is, its content decides."""
    return next((one for one in event.attachments if _is_table(one)), None)


def _is_table(attachment: Attachment) -> bool:
    name, mime = (attachment.name or "").casefold(), (attachment.mime or "").casefold()
    return attachment.kind is MediaKind.DOCUMENT and (
        name.endswith(_TABLE_ENDINGS) or any(word in mime for word in _TABLE_TYPES)
    )


async def receive(ctx: UseCaseContext, person: Person, event: MessagePosted, table: Attachment) -> ImportFile:
    """Take a file of *person* in: the bot downloads and reads it, then asks before it enters anything."""
    check_may_import(ctx, person)
    if await ctx.uow.imports.count_open_files(person.id) >= MAX_OPEN_FILES:
        raise TooManyFiles(limit=MAX_OPEN_FILES)
    new = NewImportFile(
        name=clean_text(table.name or "") or "таблица",
        state=ImportState.RECEIVED,
        person_id=person.id,
        account=event.chat.account,
        chat_id=event.chat.id,
        attachment=pack_media([table])[0],
    )
    file = await ctx.uow.imports.add_file(new, ctx.now)
    await notify.notify(ctx, person, ImportReceived(name=file.name), priority=Priority.INTERACTIVE)
    return file


def check_may_import(ctx: UseCaseContext, person: Person) -> None:
    if not ctx.municipality.has_right_anywhere(person, Right.IMPORT):
        raise TableNotAllowed(right=Right.IMPORT.value)


def attachment_of(file: ImportFile) -> Attachment | None:
    """Return where the messenger has *file*."""
    return unpack_media([file.attachment])[0] if file.attachment is not None else None


async def _get_own(ctx: UseCaseContext, person: Person, file_id: int, state: ImportState) -> ImportFile:
    """Return the file if *person* has sent it and it is in *state*."""
    check_may_import(ctx, person)
    file = await ctx.uow.imports.get_file(file_id)
    if file is None or file.person_id != person.id or file.state is not state:
        raise OutdatedButton()
    return file


async def choose_system(ctx: UseCaseContext, person: Person, file_id: int, system: str) -> ImportFile:
    """Say of which system a file is; then it is read."""
    file = await _get_own(ctx, person, file_id, ImportState.ASKING)
    if system not in ctx.municipality.layouts:
        raise OutdatedButton()
    return _require(await ctx.uow.imports.choose_system(file, system, ctx.now))


async def ask_system_again(ctx: UseCaseContext, person: Person, file_id: int, page: int) -> AskImportSystem:
    """Turn the pages of the systems that a file may be of."""
    return _system_question(ctx, await _get_own(ctx, person, file_id, ImportState.ASKING), page)


def _system_question(ctx: UseCaseContext, file: ImportFile, page: int = 0) -> AskImportSystem:
    choices = tuple(SystemChoice(code, title_of(ctx.municipality, code)) for code in ctx.municipality.layouts)
    return AskImportSystem(file_id=file.id, name=file.name, choices=choices, page=page)


async def confirm(ctx: UseCaseContext, person: Person, file_id: int, note_id: str | None) -> ImportProgress:
    """«Внести»: the bot enters the file from now on; *note_id*: the message that shows the progress."""
    file = await _get_own(ctx, person, file_id, ImportState.PREVIEWED)
    return progress(ctx, _require(await ctx.uow.imports.start_entering(file, note_id, ctx.now)))


async def cancel(ctx: UseCaseContext, person: Person, file_id: int) -> ImportCancelled:
    """«Отмена»: delete the file; nothing was entered."""
    check_may_import(ctx, person)
    file = await ctx.uow.imports.get_file(file_id)
    if file is None or file.person_id != person.id or file.state not in WAITING_STATES:
        raise OutdatedButton()
    if await ctx.uow.imports.end_file(file, ImportState.CANCELLED, ctx.now) is None:
        raise OutdatedButton()
    return ImportCancelled(name=file.name)


def _require(changed: ImportFile | None) -> ImportFile:
    """Return the changed file; refuse if somebody else has been faster."""
    if changed is None:
        raise OutdatedButton()
    return changed


async def expire(ctx: UseCaseContext) -> None:
    """Delete the files for which nobody has pressed a button for a day."""
    for file in await ctx.uow.imports.list_abandoned(ctx.now - FILE_LIFETIME):
        if await ctx.uow.imports.end_file(file, ImportState.CANCELLED, ctx.now) is not None:
            if file.state is ImportState.COMMAND:  # it was killed; what it had entered goes to the posts
                await lists.send(ctx, file)
            await _tell(ctx, file, ImportCancelled(name=file.name, expired=True))


async def on_downloaded(ctx: UseCaseContext, file: ImportFile, data: bytes, system: str | None) -> None:
    """Store the bytes of a file; if its headings do not say the system, ask its sender."""
    changed = await ctx.uow.imports.store_data(file, data, system, ctx.now)
    if changed is not None and system is None:
        await _tell(ctx, changed, _system_question(ctx, file))


async def on_previewed(
    ctx: UseCaseContext,
    file: ImportFile,
    counts: ImportCounts,
    refusals: Sequence[RefusedRow],
    total: int,
    missing: Sequence[str],
) -> None:
    """Show what would happen, and ask before it does."""
    changed = await ctx.uow.imports.store_preview(file, counts, total, ctx.now)
    if changed is not None:
        shown = tuple(refused_line(one) for one in refusals[:MAX_SHOWN_REFUSALS])
        note = ImportPreview(
            file_id=file.id,
            title=title_of(ctx.municipality, file.system),
            name=file.name,
            counts=counts,
            refusals=shown,
            missing=tuple(missing),
        )
        await _tell(ctx, changed, note)


async def on_batch(
    ctx: UseCaseContext, file: ImportFile, counts: ImportCounts, refusals: Sequence[RefusedRow], rows: int
) -> ImportFile:
    """Record that the next *rows* are handled, within the transaction that has entered them."""
    failed = [one for one in refusals if one.reason is RefusalReason.FAILED]
    if failed:
        fault = ImportFault(title=title_of(ctx.municipality, file.system), line=failed[0].place.line)
        await notify.notify_administrator(ctx, fault, once_key=f"import_rows_failed:{file.id}")
    # The others were named by the preview.
    kept = sorted([*file.refusals, *(_stored(one) for one in refusals)], key=_is_known_reason)[:MAX_SHOWN_REFUSALS]
    return _require(await ctx.uow.imports.store_progress(file, rows, file.counts.plus(counts), kept, ctx.now))


async def on_entered(ctx: UseCaseContext, file: ImportFile, by: str | None = None) -> None:
    """End the work on a file: the posts get their lists, its sender the result, the journal a line.

    *by*: the user of the server whose command it was.
    """
    if await ctx.uow.imports.end_file(file, ImportState.DONE, ctx.now) is None:
        return
    await lists.send(ctx, file)
    person = ctx.municipality.staff.find_by_id(file.person_id or 0)
    person_id, facts = person.id if person else None, journal_facts(file) | ({"by": by} if by else {})
    await ctx.uow.audit_log.record(JournalAction.IMPORTED.value, ctx.now, person_id=person_id, facts=facts)
    note = ImportDone(
        file_id=file.id,
        title=title_of(ctx.municipality, file.system),
        name=file.name,
        counts=file.counts,
        refusals=tuple(_line_of(one) for one in file.refusals),
    )
    await _show(ctx, file, note)


def journal_facts(file: ImportFile) -> dict[str, str | int]:
    """Return what the journal says of a file that was entered; its name may name a person, so it is left out."""
    counts = file.counts
    return {"system": file.system or "", "new": counts.new, "updated": counts.updated, "refused": counts.refused}


async def show_progress(ctx: UseCaseContext, file: ImportFile) -> None:
    """Show how far the entering is, in the message with the button."""
    await _show(ctx, file, progress(ctx, file))


async def on_failed(
    ctx: UseCaseContext, file: ImportFile, error: UnreadableFile | None, *, too_large: bool = False
) -> None:
    """Say that a file is not taken: *error*, or it could not be downloaded."""
    if await ctx.uow.imports.end_file(file, ImportState.FAILED, ctx.now) is None:
        return
    if error is not None and error.fault is FileFault.FAILED:
        fault = ImportFault(title=title_of(ctx.municipality, file.system))
        await notify.notify_administrator(ctx, fault, once_key=f"import_failed:{file.id}")
    if file.state is ImportState.ENTERING:
        async with isolated(ctx, "import lists"):
            await lists.send(ctx, file)
    note = ImportFailed(
        name=file.name,
        fault=error.fault if error is not None else None,
        line=error.line if error is not None else None,
        detail=error.detail if error is not None else None,
        too_large=too_large,
        handled=file.position,
        total=file.total or 0,
    )
    await _show(ctx, file, note) if file.note_id else await _tell(ctx, file, note)


def progress(ctx: UseCaseContext, file: ImportFile) -> ImportProgress:
    """Return how far the entering of *file* is."""
    title = title_of(ctx.municipality, file.system)
    return ImportProgress(title=title, name=file.name, position=file.position, total=file.total or 0)


def title_of(municipality: Municipality, system: str | None) -> str:
    """Return the title of a system for people."""
    return municipality.systems.title(system or "")


def refused_line(row: RefusedRow) -> RefusedLine:
    """Return a refused row as a note shows it."""
    return RefusedLine(row.place.line, row.place.sheet, row.reason, row.number, row.column, row.value)


def _is_known_reason(stored: Json) -> bool:
    return bool(stored["reason"] != RefusalReason.FAILED)


def _stored(row: RefusedRow) -> Json:
    return refused_line(row)._asdict() | {"reason": row.reason.value}


def _line_of(stored: Json) -> RefusedLine:
    return RefusedLine(
        stored["line"],
        stored["sheet"],
        RefusalReason(stored["reason"]),
        stored["number"],
        stored["column"],
        stored["value"],
    )


async def _tell(ctx: UseCaseContext, file: ImportFile, note: Notification) -> None:
    """Send a note to the chat in which the file was sent."""
    person = ctx.municipality.staff.find_by_id(file.person_id or 0)
    if person is not None and file.account is not None and file.chat_id is not None:
        address = Address(file.account, file.chat_id)
        await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE, to_address=address)


async def _show(ctx: UseCaseContext, file: ImportFile, note: Notification) -> None:
    """Show a note in the message whose button was pressed."""
    if file.account is not None and file.chat_id is not None and file.note_id is not None:
        await notify.edit_notification(ctx, file.account, file.chat_id, file.note_id, note)
    else:
        await _tell(ctx, file, note)
