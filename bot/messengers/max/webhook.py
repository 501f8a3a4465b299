"""MAX's webhooks (dev.max.ru, POST /subscriptions).

MAX takes HTTPS only and refuses polling while an address is subscribed. After eight hours without a delivery MAX ends
the subscription, so the bot renews it regularly.
"""

from collections.abc import Iterable

from bot.messengers.json_reader import find_text, list_objects
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation

SECRET_HEADER = "X-Max-Bot-Api-Secret"  # noqa: S105 - the header's name
SUBSCRIPTIONS_PATH = "/subscriptions"


async def list_addresses(client: MaxClient) -> list[str]:
    """Return the addresses that MAX pushes the bot's updates to now."""
    answer = await client.call("GET", SUBSCRIPTIONS_PATH, MaxOperation("getSubscriptions"))
    return [url for one in list_objects(answer, "subscriptions") if (url := find_text(one, "url"))]


async def unsubscribe(client: MaxClient, urls: Iterable[str]) -> None:
    for url in urls:
        await client.call("DELETE", SUBSCRIPTIONS_PATH, MaxOperation("unsubscribe"), query={"url": url})


async def subscribe_only(client: MaxClient, url: str, secret: str) -> None:
    """Subscribe *url* and no other address: an earlier one would receive a copy of everything."""
    await client.call("POST", SUBSCRIPTIONS_PATH, MaxOperation("subscribe"), body={"url": url, "secret": secret})
    await unsubscribe(client, [one for one in await list_addresses(client) if one != url])
