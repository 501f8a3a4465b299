"""``python -m bot``, and the command ``mcu-bot``."""

from bot.runtime import garbage, light_dataclasses


def main() -> None:
    """Run the command line; importing it is a part of the work that is made cheaper first."""
    garbage.collect_seldom()
    light_dataclasses.install()
    from bot.cli.main import main as run_command_line

    run_command_line()


if __name__ == "__main__":
    main()
