"""Changes since a page's last request."""

import json
from typing import Any

from sandbox.page.max_view import max_items, max_links
from sandbox.page.stage import Stage
from sandbox.page.telegram_view import telegram_items, telegram_links
from sandbox.page.vk_view import vk_items, vk_links
from sandbox.server import Sandbox

Json = dict[str, Any]


class Feed:
    """One listener's memory: it is told only what is new, changed or gone."""

    def __init__(self, sandbox: Sandbox, stage: Stage) -> None:
        self._sandbox = sandbox
        self._stage = stage
        self._known: dict[str, str] = {}
        self._rest: Json = {}
        self._day = 0

    def next_update(self, day: int, ready: bool, ahead: int) -> Json | None:
        """The next thing to tell, or ``None``. *ready*: false while the town is taken down and built up again.

        ``items`` are new or changed, ``gone`` are keys; ``first``: forget what you knew, this is everything.
        """
        if not ready:
            rest: Json = {"ready": False, "ahead": ahead, "menus": {}}
            return self._build_update([], [], rest, first=False)
        first, self._day = day != self._day, day
        if first:  # what has the same number on another day is something else
            self._known = {}
        items = self._items()
        written = {item["key"]: json.dumps(item, sort_keys=True) for item in items}
        changed = [item for item in items if self._known.get(item["key"]) != written[item["key"]]]
        gone = [key for key in self._known if key not in written]
        self._known = written
        return self._build_update(changed, gone, {"ready": True, "ahead": ahead, "menus": self._menus()}, first=first)

    def _build_update(self, items: list[Json], gone: list[str], rest: Json, *, first: bool) -> Json | None:
        if not (items or gone or first or rest != self._rest):
            return None
        self._rest = rest
        return {"items": items, "gone": gone, "first": first, **rest}

    def _items(self) -> list[Json]:
        group_id = self._stage.community.id
        telegram, vk, max_ = self._sandbox.telegram, self._sandbox.vk, self._sandbox.max
        items = telegram_items(telegram) + vk_items(vk, group_id) + max_items(max_)
        links = telegram_links(telegram) | vk_links(vk, group_id) | max_links(max_)
        for item in items:
            for block in item["blocks"]:
                for part in block["parts"]:
                    if part.get("href") in links:  # an address within the town: the page itself goes there
                        part["jump"] = links[part["href"]]
        return items

    def _menus(self) -> Json:
        telegram = self._sandbox.telegram
        return {str(phone.id): telegram.commands(phone.id) for phone in self._stage.phones}
