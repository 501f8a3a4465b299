"""Commands about the officials: invite them, write them to the file, take them from the file."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import EXIT_BAD_CONFIG, ConfigFile, OutputFile, cli, load_settings, print_error, run_async
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup

people = typer.Typer(
    no_args_is_help=True, cls=RussianHelpGroup, help="Сотрудники: записать их в файл настроек или взять из него."
)
cli.add_typer(people, name="people")


@cli.command(cls=RussianHelpCommand)
def invite(config: ConfigFile = Path("config.toml")) -> None:
    """Показать коды, по которым сотрудники без указанного номера войдут в бота."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.people import invite_all

    with report_database_faults():
        invited = run_async(invite_all(settings))
    if not invited:
        typer.echo("У всех сотрудников уже есть доступ.")
        return
    typer.echo(
        "Перешлите каждому его строку: сотрудник открывает бота и отправляет команду целиком. Код одноразовый, "
        f"срок кода: {settings.tree.staff_invitations.valid.in_russian()}."
    )
    for name, code in invited:
        typer.echo(f"{name}: /start {code}")


@people.command("export", cls=RussianHelpCommand)
def people_export(
    config: ConfigFile = Path("config.toml"),
    output: OutputFile = None,
) -> None:
    """Показать сотрудников из базы теми строками, какими их записывают в файл настроек."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.output_files import OutputNotWritable, check_output, open_output
    from bot.cli.people import load_people
    from bot.views.people_file import render_file

    with report_database_faults():
        lines = render_file(run_async(load_people(settings)).people)
    if output is None:
        typer.echo(lines, nl=False)
        return
    try:
        check_output(settings, output)
        with open_output(output) as stream:
            stream.write(lines.encode())
    except OutputNotWritable as error:
        print_error(f"Файл не записан: {error}")
        raise typer.Exit(EXIT_BAD_CONFIG) from None


@people.command("apply", cls=RussianHelpCommand)
def people_apply(
    config: ConfigFile = Path("config.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False,
) -> None:
    """Взять сотрудников из файла настроек: сначала показать, что изменится. Бот может работать."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.people import apply_people, plan_people
    from bot.domain.errors import NobodyManages
    from bot.views.people_file import count_steps, describe_plan

    with report_database_faults():
        plan = run_async(plan_people(settings))
        if not plan:
            typer.echo("Сотрудники в файле и в базе одни и те же: менять нечего.")
            return
        for line in describe_plan(plan):
            typer.echo(line)
        if not yes:
            typer.confirm(f"Изменить ({count_steps(plan)})? (y — да)", abort=True, show_default=False)
        try:
            if not run_async(apply_people(settings, plan)):
                print_error("Ничего не изменено: пока вы читали, сотрудников изменили в чате. Запустите команду снова.")
                raise typer.Exit(1)
        except NobodyManages:
            print_error(
                "Ничего не изменено: после этого некому было бы вести сотрудников. Оставьте в файле хотя бы одного "
                "сотрудника с ролью administrator."
            )
            raise typer.Exit(1) from None
    typer.echo(f"Готово: {count_steps(plan)}. Уволенные больше не видят сообщений, остальным бот сообщит сам.")
