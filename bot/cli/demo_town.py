"""The town of a demonstration: its configuration, the scenery of the page and the steps of its show."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.views.role_titles import ROLE_TITLES
from sandbox.page import Citizen, Community, Group, Phone, Stage

TOWNS_IN_WHEEL = "bot/data/towns"
"""Where the wheel holds the files of ``examples/`` (``pyproject.toml``); a checkout has them at its top."""

FIRST_FREE_ACCOUNT = 3001
"""Number of the account of the first official for whom an example names none: they would join with an invitation."""

_TELEGRAM_TOKEN = "700000001:demo-token-that-opens-nothing-anywhere"  # noqa: S105
_OTHER_TOKEN = "demo-key-that-opens-nothing-anywhere"  # noqa: S105
_ACCOUNT_KEYS = {"telegram_id": "telegram", "vk_id": "vk", "max_id": "max"}

Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoTown:
    """A town to be shown. *folder* is where the paths of its configuration begin."""

    settings: Settings
    folder: Path
    stage: Stage


def towns_folder() -> Path:
    """Return the folder with the examples: in the installed package, or at the top of the checkout."""
    package = Path(str(files("bot"))).parent
    installed = package / TOWNS_IN_WHEEL
    return installed if installed.is_dir() else package / "examples"


def list_towns() -> tuple[str, ...]:
    """List the codes of the example towns."""
    return tuple(sorted(path.stem for path in towns_folder().glob("*.toml")))


def read_town(code: str | None = None) -> DemoTown:
    """Read the example town *code*, without one the made-up town of the demonstration; tokens open nothing anywhere.

    Raises ``LookupError`` for a code that is not in :func:`list_towns`.
    """
    own = _read_data_file("demo.toml")
    scenery = own.pop("stage")
    if code is None:
        phones = tuple(Phone(**one) for one in scenery["phones"])
        steps = tuple(_read_data_file("show.toml")["steps"])
        return DemoTown(own, Path(), _build_stage(own, scenery, phones, steps))
    if code not in list_towns():
        raise LookupError(code)
    settings = tomllib.loads((towns_folder() / f"{code}.toml").read_text(encoding="utf-8"))
    _connect(settings)
    phones = _phones(settings)
    show = _read_data_file(f"shows/{code}.toml")
    named = {**scenery, "bot_username": f"{code}_demo_bot", "posts": show["posts"]}
    steps = tuple(_resolve_place(step, settings, phones) for step in show["steps"])
    return DemoTown(settings, towns_folder(), _build_stage(settings, named, phones, steps))


def _connect(settings: Settings) -> None:
    """Put made-up tokens in, and give everybody an account; pages that only a service key reads are left out."""
    settings.pop("pages", None)
    settings["vk"].pop("service_token", None)
    settings["telegram"]["token"] = _TELEGRAM_TOKEN
    settings["vk"]["communities"][0]["token"] = _OTHER_TOKEN
    if "max" in settings:
        settings["max"]["token"] = _OTHER_TOKEN
    usual = "vk_id" if any("vk_id" in one for one in settings["staff"]) else "telegram_id"
    for number, person in enumerate(settings["staff"], FIRST_FREE_ACCOUNT):
        if not _ACCOUNT_KEYS.keys() & person.keys():
            person[usual] = number


def _phones(settings: Settings) -> tuple[Phone, ...]:
    titles = ROLE_TITLES | {one["code"]: one["title"] for one in settings.get("roles", ()) if "title" in one}
    return tuple(_phone(person, titles) for person in settings["staff"])


def _phone(person: dict[str, Any], titles: dict[str, str]) -> Phone:
    key = next(key for key in _ACCOUNT_KEYS if key in person)
    roles = person.get("roles") or [person["role"]]
    title = ", ".join(titles[role] for role in roles)
    return Phone(person[key], person["name"], "", title[:1].upper() + title[1:], _ACCOUNT_KEYS[key])


def _build_stage(
    settings: Settings, scenery: Settings, phones: tuple[Phone, ...], steps: tuple[dict[str, Any], ...]
) -> Stage:
    community = settings["vk"]["communities"][0]
    return Stage(
        title=settings["municipality"]["name"],
        timezone=settings["municipality"]["timezone"],
        bot_name=scenery["bot_name"],
        bot_username=scenery["bot_username"],
        bot_token=settings["telegram"]["token"],
        max_token=settings["max"]["token"] if "max" in settings else None,
        citizens=tuple(Citizen(one["id"], one["first_name"], one["last_name"]) for one in scenery["citizens"]),
        phones=phones,
        groups=_groups(settings["telegram"]),
        max_chats=_groups(settings.get("max", {})),
        community=Community(community["id"], community["title"], community["token"], tuple(scenery["posts"])),
        show=steps,
    )


def _groups(section: Settings) -> tuple[Group, ...]:
    return tuple(Group(one["id"], one["title"], one["title"].split()[0]) for one in section.get("chats", ()))


def _resolve_place(step: dict[str, Any], settings: Settings, phones: tuple[Phone, ...]) -> dict[str, Any]:
    """Replace the name of a place by its address.

    A place is «wall», «letters» (the private messages of ``who`` to the community), «chat» (the first one in
    Telegram), «channel» (the first chat in MAX), or the beginning of a position: the phone of that official.
    """
    community = settings["vk"]["communities"][0]["id"]
    match step["place"]:
        case "wall":
            place = f"vk/{community}/wall"
        case "letters":
            place = f"vk/{community}/{step['who']}"
        case "chat":
            place = f"telegram/{settings['telegram']['chats'][0]['id']}"
        case "channel":
            place = f"max/{settings['max']['chats'][0]['id']}"
        case position:
            (phone,) = (one for one in phones if one.name.startswith(position))
            place = phone.place(community)
    writer = step.get("who")
    if isinstance(writer, str):  # an official writes somewhere in town
        (phone,) = (one for one in phones if one.name.startswith(writer))
        step = {**step, "who": phone.id}
    return {**step, "place": place}


def _read_data_file(name: str) -> Settings:
    return tomllib.loads((files("bot") / "data" / name).read_text(encoding="utf-8"))
