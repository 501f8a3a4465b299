"""Commands about citizens' data: export of the messages, one person's data, the journal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.command_line import (
    EXIT_BAD_CONFIG,
    MAX_TICKET_NUMBER,
    ConfigFile,
    OutputFile,
    SinceDay,
    UntilDay,
    cli,
    load_settings,
    parse_period,
    print_error,
    record_action,
    run_async,
)
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup

if TYPE_CHECKING:
    from bot.config import Config
    from bot.domain.layouts import Layout
    from bot.domain.personal_data import Citizen


@cli.command(cls=RussianHelpCommand)
def export(
    config: ConfigFile = Path("config.toml"),
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="ФОРМАТ", help="csv, xlsx или json. Без него — по имени файла, а без файла csv."
        ),
    ] = None,
    since: SinceDay = None,
    until: Annotated[
        str | None, typer.Option(metavar="ДАТА", help="По какой день включительно: ГГГГ-ММ-ДД или ДД.ММ.ГГГГ.")
    ] = None,
    output: OutputFile = None,
    public: Annotated[bool, typer.Option("--public", help="Без личных данных: чтобы передать другим.")] = False,
    codes: Annotated[
        bool, typer.Option("--codes", help="CSV для программ: запятые, английские названия столбцов и коды.")
    ] = False,
    system: Annotated[
        str | None,
        typer.Option(metavar="СИСТЕМА", help="Ответы для этой системы, в её столбцах: код, например pos."),
    ] = None,
) -> None:
    """Выгрузить сообщения: одна строка на каждое."""
    form = _export_format(format, output, codes=codes)
    settings = load_settings(config, tokens_needed=False)
    layout = _system_layout(settings, system, form, is_changed=public or codes)
    from bot.cli.export import export_system, export_tickets
    from bot.cli.output_files import OutputNotWritable
    from bot.domain.audit import JournalAction

    first, last = parse_period(since, until, settings.zone)
    with report_database_faults():
        try:
            if layout is not None:
                run_async(export_system(settings, layout, form, first, last, output))
            else:
                run_async(export_tickets(settings, form, first, last, output, public=public, codes=codes))
            record_action(settings, JournalAction.EXPORTED, public=public, file=str(output or ""))
        except OutputNotWritable as error:
            print_error(f"Файл не записан: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None


_EXPORT_FORMATS = ("csv", "xlsx", "json")


def _export_format(asked: str | None, output: Path | None, *, codes: bool) -> str:
    """Return the format of an export: the one that is asked for must fit the extension of the file."""
    extension = output.suffix.casefold().lstrip(".") if output is not None else ""
    named = extension if extension in _EXPORT_FORMATS else None
    form = asked or named or ("xlsx" if extension.startswith("xls") else "csv")
    fault = ""
    if form not in _EXPORT_FORMATS:
        fault = f"Формат «{form}» неизвестен: csv, xlsx или json."
    elif extension == "xls":
        fault = "Старый формат .xls не поддерживается: назовите файл с расширением .xlsx."
    elif named is not None and named != form:
        fault = f"Формат {form} не подходит к имени файла .{named}: уберите --format или назовите файл .{form}."
    elif codes and form != "csv":
        fault = f"--codes бывает только у csv, а здесь {form} (в json коды есть и так): уберите --codes."
    if fault:
        print_error(fault)
        raise typer.Exit(EXIT_BAD_CONFIG)
    return form


def _system_layout(settings: "Config", code: str | None, form: str, *, is_changed: bool) -> "Layout | None":
    """Return the table of the system that ``--system`` names; *is_changed*: other options ask for other columns."""
    if code is None:
        return None
    layouts = settings.layouts()
    fault = ""
    if code not in layouts:
        known = ", ".join(layouts)
        fault = f"Столбцы системы «{code}» неизвестны. Есть: {known}; другие опишите в [[systems]]."
    elif is_changed:
        fault = "У таблицы другой системы свои столбцы: уберите --public и --codes."
    elif form == "json":
        fault = "Таблица другой системы бывает csv или xlsx."
    if fault:
        print_error(fault)
        raise typer.Exit(EXIT_BAD_CONFIG)
    return layouts[code]


person = typer.Typer(
    no_args_is_help=True, cls=RussianHelpGroup, help="Данные одного жителя: выгрузить или стереть всё, что о нём есть."
)
cli.add_typer(person, name="person")

Account = Annotated[
    str | None, typer.Option("--account", metavar="АДРЕС", help="Чьи данные: telegram:123, vk:123 или max:123.")
]
TicketNumber = Annotated[
    int | None,
    typer.Option(
        "--ticket",
        metavar="НОМЕР",
        min=1,
        max=MAX_TICKET_NUMBER,
        help="Или номер сообщения: данные его автора, со всеми его сообщениями.",
    ),
]


@person.command("export", cls=RussianHelpCommand)
def person_export(
    account: Account = None,
    ticket: TicketNumber = None,
    config: ConfigFile = Path("config.toml"),
    output: Annotated[Path, typer.Option(metavar="ФАЙЛ", help="Куда записать (JSON).")] = Path("person.json"),
) -> None:
    """Выгрузить всё, что хранится о человеке: слова, вложения, ответы, историю. Файл прочтёт только его владелец."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.output_files import OutputNotWritable
    from bot.cli.personal_data import export_person

    with report_database_faults():
        citizen = _find_citizen(settings, account, ticket)
        try:
            rows = run_async(export_person(settings, citizen, output))
        except OutputNotWritable as error:
            print_error(f"Файл не записан: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None
    typer.echo(f"Записей: {rows}. Файл: {output}" if rows else f"О человеке {citizen.key} ничего не хранится.")


@person.command("erase", cls=RussianHelpCommand)
def person_erase(
    account: Account = None,
    ticket: TicketNumber = None,
    config: ConfigFile = Path("config.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="И незаконченное: закрыть без ответа. Без этого ключа сначала ответьте: человек ждёт."
        ),
    ] = False,
    output: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="Куда записать и справку о стирании.")] = None,
) -> None:
    """Стереть всё, что хранится о человеке, и напечатать справку об этом. Бот может работать; вернуть нельзя."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.output_files import OutputNotWritable, check_output, open_output
    from bot.cli.personal_data import erase_person
    from bot.domain.personal_data import ErasureRefused
    from bot.views import personal_data as view

    with report_database_faults():
        citizen = _find_citizen(settings, account, ticket)
        if not yes:
            typer.confirm(f"Стереть навсегда все данные {citizen.key}? (y — да)", abort=True, show_default=False)
        try:
            if output is not None:
                check_output(settings, output)
            erasure = run_async(erase_person(settings, citizen, force=force))
            if erasure is None:
                typer.echo(f"О человеке {citizen.key} ничего не хранится.")
                return
            proof = view.render_proof(erasure, settings.zone)
            typer.echo(proof)
            if erasure.public_answers:
                typer.echo(view.describe_public_answers(erasure.public_answers))
            if output is not None:
                with open_output(output) as stream:
                    stream.write(proof.encode())
        except ErasureRefused as refusal:
            print_error(f"Ничего не стёрто. {view.describe_refusal(refusal)}")
            raise typer.Exit(1) from None
        except OutputNotWritable as error:
            print_error(f"Справка не записана: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None


def _find_citizen(settings: "Config", account: str | None, ticket: int | None) -> "Citizen":
    """Return the citizen that exactly one of both names; end with a message otherwise."""
    from bot.cli.personal_data import find_citizen, parse_account

    if (account is None) is (ticket is None):
        print_error("Укажите одно: --account telegram:123 или --ticket НОМЕР.")
        raise typer.Exit(EXIT_BAD_CONFIG)
    found = parse_account(account) if account is not None else run_async(find_citizen(settings, ticket or 0))
    if found is None:
        print_error(
            f"Сообщения №{ticket} нет." if account is None else f"«{account}» — не адрес. Нужно так: telegram:123."
        )
        raise typer.Exit(EXIT_BAD_CONFIG)
    return found


@cli.command(cls=RussianHelpCommand)
def journal(
    config: ConfigFile = Path("config.toml"),
    since: SinceDay = None,
    until: UntilDay = None,
) -> None:
    """Показать, кто и когда выгружал, копировал, стирал и искал сообщения."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.journal import list_journal

    first, last = parse_period(since, until, settings.zone)
    with report_database_faults():
        lines, notice = run_async(list_journal(settings, first, last))
    for line in lines:
        typer.echo(line)
    if notice:
        print_error(notice)
