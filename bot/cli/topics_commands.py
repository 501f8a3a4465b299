"""The command that takes the town's themes and words from the file."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import ConfigFile, cli, load_settings, print_error, run_async
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup

topics = typer.Typer(no_args_is_help=True, cls=RussianHelpGroup, help="Темы и слова: взять их из файла настроек.")
cli.add_typer(topics, name="topics")


@topics.command("apply", cls=RussianHelpCommand)
def topics_apply(
    config: ConfigFile = Path("config.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False,
) -> None:
    """Взять темы и слова из файла настроек: сначала показать, что изменится. Бот может работать."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.topics import apply_topics, plan_topics
    from bot.views.notifications.topics import difference_lines

    with report_database_faults():
        plan = run_async(plan_topics(settings))
        if not plan:
            typer.echo("Темы и слова в файле и в базе одни и те же: менять нечего.")
            return
        for line in difference_lines(plan.added, plan.changed, plan.removed, plan.reworded):
            typer.echo(line)
        typer.echo("Слова, добавленные в чате, и выключенные темы останутся как есть.")
        if not yes:
            typer.confirm("Взять из файла? (y — да)", abort=True, show_default=False)
        if not run_async(apply_topics(settings, plan)):
            print_error("Ничего не изменено: пока вы читали, темы изменили в чате. Запустите команду снова.")
            raise typer.Exit(1)
    typer.echo("Готово: бот уже читает сообщения по-новому.")
