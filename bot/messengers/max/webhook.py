"""MAX's webhooks. dev.max.ru, POST /subscriptions: HTTPS alone; while an address is subscribed polling is refused;
after eight hours without a success MAX ends the subscription by itself, so it is asked for again and again."""

from collections.abc import Iterable

from bot.messengers.errors import TemporaryFailure
from bot.messengers.max.client import Client
from bot.messengers.max.errors import Asked
from bot.messengers.max.raw import may_words, objects

PATH = "/subscriptions"


async def addresses(client: Client) -> list[str]:
    """Where MAX brings updates of the bot now."""
    answer = await client.call("GET", PATH, Asked("getSubscriptions"))
    return [url for one in objects(answer, "subscriptions") if (url := may_words(one, "url"))]


async def end(client: Client, urls: Iterable[str]) -> None:
    for url in urls:
        await client.call("DELETE", PATH, Asked("unsubscribe"), query={"url": url})


async def only(client: Client, url: str, secret: str) -> None:
    """Let updates come to *url* and nowhere else: an address of before would get a copy of everything."""
    answer = await client.call("POST", PATH, Asked("subscribe"), body={"url": url, "secret": secret})
    if answer.get("success") is False:
        raise TemporaryFailure("MAX: the subscription was not taken")
    await end(client, [one for one in await addresses(client) if one != url])
