"""A workload in MAX, by polling or webhook."""

import socket
from dataclasses import dataclass

from bench.town import CITIZENS, FIRST_CITIZEN, BenchHarness

HOUSE_CHAT, MAX_TOKEN, SECRET = -70_801_090_403_050, "max-token-for-the-bench", "secret-for-the-bench"

MAX_CONFIG = """
[max]
token = "{token}"
api_base = "{url}/max"
{mode}
[[max.chats]]
id = {house}
title = "Дом"
kind = "official"
"""

WEBHOOK_CONFIG = """mode = "webhook"
webhook_url = "http://127.0.0.1:{port}/max"
secret = "{secret}"
"""


@dataclass
class MaxBenchHarness(BenchHarness):
    """*webhook*: MAX comes to the bot."""

    webhook: bool = False

    async def open(self) -> None:
        await super().open()
        server = self.sandbox.max
        server.add_bot(MAX_TOKEN)
        server.chat(HOUSE_CHAT, "Дом")
        for number in range(CITIZENS):
            server.user(FIRST_CITIZEN + number, f"Житель {number}")
        self._append_max_config()

    def _append_max_config(self) -> None:
        config, mode = self.folder / "config.toml", ""
        text = config.read_text(encoding="utf-8")
        if self.webhook:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            mode = WEBHOOK_CONFIG.format(port=port, secret=SECRET)
            text += f'\n[http]\nlisten = "127.0.0.1:{port}"\n'
        text += MAX_CONFIG.format(token=MAX_TOKEN, url=self.sandbox.url, mode=mode, house=HOUSE_CHAT)
        config.write_text(text, encoding="utf-8")

    async def send_message(self, number: int, citizen: int, text: str) -> None:
        await self.sandbox.max.send_message(HOUSE_CHAT, citizen, text)

    async def warm_up(self) -> None:
        server = self.sandbox.max
        await self.sandbox.change_log.wait_until(
            lambda: bool(server.world.subscriptions) or any(call.name == "getUpdates" for call in server.calls), 60
        )
        watch = self.watch_heads()
        for count in range(1, 5):  # of what waits for the very first poll MAX tells the latest alone
            await self.send_next_message()
            await self.sandbox.change_log.wait_until(lambda count=count: len(watch.cards()) == count, 60)
