"""``python -m bench.fake_bot_api COUNT``: a Bot API that does one thing, as fast as it is asked: it brings updates.

A process of its own, with answers made beforehand, so that what is measured is the bot and not this.
"""

import asyncio
import sys

from aiohttp import web

from bench.workload import iter_update_responses

UPDATES_PER_RESPONSE = 100


async def serve(count: int) -> None:
    """Print the address, then serve until stopped."""
    ready = list(iter_update_responses(count, UPDATES_PER_RESPONSE))
    first = -1

    async def get_updates(request: web.Request) -> web.Response:
        nonlocal first
        form = await request.post()
        offset = form.get("offset")
        if offset is not None and first < 0:
            first = int(str(offset)) - UPDATES_PER_RESPONSE
        at = 0 if offset is None else (int(str(offset)) - first) // UPDATES_PER_RESPONSE
        if at >= len(ready):
            await asyncio.sleep(float(str(form.get("timeout", 0))))
            return web.json_response({"ok": True, "result": []})
        return web.Response(body=ready[at], content_type="application/json")

    async def anything(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_post("/bot{token}/getUpdates", get_updates)
    app.router.add_post("/bot{token}/{method}", anything)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
