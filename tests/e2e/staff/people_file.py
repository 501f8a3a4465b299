"""The command that takes the people of the file, while the bot runs."""

from tests.e2e.harness import Harness
from tests.e2e.operations.test_commands import run_command


async def apply_people(bot: Harness, *words: str, given: str = "") -> str:
    """Write the settings to the file, take its people over, and return what the command said."""
    bot.write_config()
    command = ("people", "apply", *(words or ("--yes",)))
    code, output, errors = await run_command(*command, cwd=bot.folder, given=given)
    assert code == 0, errors
    return output
