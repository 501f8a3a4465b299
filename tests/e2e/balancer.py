"""A load balancer before several processes: in turn, and to the next one where one does not take it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass
class LoadBalancer:
    """Posts what comes to one of *ports* after another; with *twice* to a second one, too, as an impatient messenger
    would."""

    ports: list[int]
    duplicate_posts: bool = False
    accepted: Counter[int] = field(default_factory=Counter)
    _next_index: int = 0
    _runner: web.AppRunner | None = None
    _session: aiohttp.ClientSession | None = None

    async def open(self) -> str:
        """Listen; the address."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._forward)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        assert self._runner is not None
        assert self._session is not None
        await self._runner.cleanup()
        await self._session.close()

    async def wait_for_status(self, port: int, wanted: int, seconds: float = 30.0) -> None:
        """Look again and again until ``/readyz`` says *wanted* there."""
        async with asyncio.timeout(seconds):
            while await self.readiness_status(port) != wanted:
                await asyncio.sleep(0.05)

    async def readiness_status(self, port: int) -> int:
        """Return the status of ``/readyz`` there; 0 if nobody listens."""
        assert self._session is not None
        try:
            async with self._session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def _forward(self, request: web.Request) -> web.Response:
        self._next_index += 1
        order = [self.ports[(self._next_index + step) % len(self.ports)] for step in range(len(self.ports))]
        body = await request.read()
        answers = await asyncio.gather(*(self._post(port, request, body) for port in order[: 1 + self.duplicate_posts]))
        taken = [answer for answer in answers if answer[0] == 200]
        for port in order[1 + self.duplicate_posts :]:
            if taken:
                break
            answer = await self._post(port, request, body)
            taken += [answer] if answer[0] == 200 else []
        status, text = taken[0] if taken else (502, "")
        return web.Response(status=status, text=text)

    async def _post(self, port: int, request: web.Request, body: bytes) -> tuple[int, str]:
        assert self._session is not None
        headers = {name: value for name, value in request.headers.items() if name.startswith(("X-", "Content-Type"))}
        try:
            url = f"http://127.0.0.1:{port}{request.path}"
            async with self._session.post(url, data=body, headers=headers) as answer:
                self.accepted[port] += answer.status == 200
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""
