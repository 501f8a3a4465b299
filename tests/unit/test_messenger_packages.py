"""Every messenger package has the same file names, so that a reader finds the same job in the same place."""

from pathlib import Path

import pytest

MESSENGERS = Path(__file__).parents[2] / "bot" / "messengers"
PACKAGES = [folder.name for folder in sorted(MESSENGERS.iterdir()) if (folder / "__init__.py").exists()]
FILE_NAMES = {
    "attachments",
    "chats",
    "check",
    "client",
    "errors",
    "factory",
    "media",
    "messenger",
    "parsing",
    "polling",
    "publication_check",
    "rendering",
    "webhook",
}


def test_there_are_three_packages() -> None:
    assert PACKAGES == ["max", "telegram", "vk"]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_the_common_files(package: str) -> None:
    present = {file.stem for file in (MESSENGERS / package).glob("*.py")}
    assert present >= FILE_NAMES, f"missing: {sorted(FILE_NAMES - present)}"
