"""The town whose citizens write in MAX, which is polled or brings its updates itself."""

import socket
from dataclasses import dataclass

from bench.town import CITIZENS, FIRST_CITIZEN, Town

HOUSE, MAX_TOKEN, SECRET = -70_801_090_403_050, "max-token-for-the-bench", "secret-for-the-bench"

SECTION = """
[max]
token = "{token}"
api_base = "{url}/max"
{mode}
[[max.chats]]
id = {house}
title = "Дом"
kind = "official"
"""

WEBHOOK = """mode = "webhook"
webhook_url = "http://127.0.0.1:{port}/max"
secret = "{secret}"
"""


@dataclass
class MaxTown(Town):
    """*webhook*: MAX comes to the bot."""

    webhook: bool = False

    async def open(self) -> None:
        await super().open()
        server = self.sandbox.max
        server.add_bot(MAX_TOKEN)
        server.chat(HOUSE, "Дом")
        for number in range(CITIZENS):
            server.user(FIRST_CITIZEN + number, f"Житель {number}")
        self._configure()

    def _configure(self) -> None:
        config, mode = self.folder / "config.toml", ""
        text = config.read_text(encoding="utf-8")
        if self.webhook:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            mode = WEBHOOK.format(port=port, secret=SECRET)
            text += f'\n[http]\nlisten = "127.0.0.1:{port}"\n'
        text += SECTION.format(token=MAX_TOKEN, url=self.sandbox.url, mode=mode, house=HOUSE)
        config.write_text(text, encoding="utf-8")

    async def say(self, number: int, citizen: int, text: str) -> None:
        await self.sandbox.max.say(HOUSE, citizen, text)

    async def warm_up(self) -> None:
        server = self.sandbox.max
        await self.sandbox.journal.until(
            lambda: bool(server.world.subscriptions) or any(call.name == "getUpdates" for call in server.calls), 60
        )
        watch = self.watch()
        for count in range(1, 5):  # of what waits for the very first poll MAX tells the latest alone
            await self.write()
            await self.sandbox.journal.until(lambda count=count: len(watch.cards()) == count, 60)
