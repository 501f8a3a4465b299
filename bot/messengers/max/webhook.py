"""MAX's webhooks. dev.max.ru, POST /subscriptions: HTTPS alone; while an address is subscribed polling is refused;
after eight hours without a success MAX ends the subscription by itself, so it is asked for again and again."""

from collections.abc import Iterable

from bot.messengers.errors import TemporaryFailure
from bot.messengers.json_reader import find_text, list_objects
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation

SUBSCRIPTIONS_PATH = "/subscriptions"


async def list_addresses(client: MaxClient) -> list[str]:
    """Where MAX brings updates of the bot now."""
    answer = await client.call("GET", SUBSCRIPTIONS_PATH, MaxOperation("getSubscriptions"))
    return [url for one in list_objects(answer, "subscriptions") if (url := find_text(one, "url"))]


async def unsubscribe(client: MaxClient, urls: Iterable[str]) -> None:
    for url in urls:
        await client.call("DELETE", SUBSCRIPTIONS_PATH, MaxOperation("unsubscribe"), query={"url": url})


async def subscribe_only(client: MaxClient, url: str, secret: str) -> None:
    """Let updates come to *url* and nowhere else: an address of before would get a copy of everything."""
    answer = await client.call(
        "POST", SUBSCRIPTIONS_PATH, MaxOperation("subscribe"), body={"url": url, "secret": secret}
    )
    if answer.get("success") is False:
        raise TemporaryFailure("MAX: the subscription was not taken")
    await unsubscribe(client, [one for one in await list_addresses(client) if one != url])
