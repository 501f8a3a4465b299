"""Commands about understanding: classify, group, train, evaluate."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import EXIT_BAD_CONFIG, ConfigFile, cli, load_settings, print_error
from bot.cli.faults import report_database_faults, report_input_faults, report_training_faults
from bot.cli.help_ru import RussianHelpCommand


@cli.command(cls=RussianHelpCommand)
def classify(config: ConfigFile = Path("config.toml")) -> None:
    """Разобрать сообщения: строки JSON со стандартного ввода, строки JSON на стандартный вывод."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.analysis import classify as classify_lines

    with report_input_faults():
        good = classify_lines(settings, print_error)
    if not good:
        raise typer.Exit(1)


@cli.command(cls=RussianHelpCommand)
def group(config: ConfigFile = Path("config.toml")) -> None:
    """Найти сообщения об одном событии: строки JSON по порядку времени, ответ — строки JSON с номером события."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.analysis import group as group_lines

    with report_input_faults():
        good = group_lines(settings, print_error)
    if not good:
        raise typer.Exit(1)


@cli.command(cls=RussianHelpCommand)
def train(
    config: ConfigFile = Path("config.toml"),
    source: Annotated[
        Path | None, typer.Option("--from", metavar="ФАЙЛ", help="Прошлые сообщения с верным сектором: CSV или XLSX.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Только решения своих сотрудников; так бот учится сам каждую ночь.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="Вернуть предыдущую модель.")] = False,
) -> None:
    """Обучить выбор сектора на решениях сотрудников и на прошлых сообщениях или вернуть предыдущую модель."""
    if (source is not None) + own + back != 1:
        print_error(
            "Укажите одно: --from ФАЙЛ (обучить на таблице и на решениях сотрудников), --own (только на решениях "
            "сотрудников) или --back (вернуть предыдущую модель)."
        )
        raise typer.Exit(EXIT_BAD_CONFIG)
    settings = load_settings(config, tokens_needed=False)
    from bot.cli import train as training

    with report_input_faults(), report_database_faults(), report_training_faults(nightly=own):
        if back:
            training.rollback(settings, typer.echo)
        else:
            training.train(settings, source, typer.echo)


@cli.command(cls=RussianHelpCommand)
def evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="ФАЙЛ", help="Размеченные сообщения: CSV или XLSX, события — JSONL; что измерить, решают столбцы."
        ),
    ],
    config: ConfigFile = Path("config.toml"),
    misses: Annotated[int, typer.Option(metavar="ЧИСЛО", min=0, help="Сколько ошибок показать.")] = 0,
    only: Annotated[str, typer.Option(metavar="НАЧАЛО", help="Только строки, у которых dataset начинается так.")] = "",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="ФАЙЛ", help="Картинка: насколько верны оценки и что с чем путает (PNG, SVG или PDF)."),
    ] = None,
) -> None:
    """Измерить, как бот понимает сообщения."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.analysis import evaluate as measure

    with report_input_faults():
        measure(settings, file, misses, only, plot, typer.echo)
