"""Webhook delivery: updates wait in Telegram's queue until the registered address answers 200."""

from collections.abc import Sequence

from sandbox.telegram.world import World
from sandbox.webhook_pusher import WebhookDelivery


def pending_deliveries(world: World) -> Sequence[WebhookDelivery]:
    """The oldest update, where a webhook is set."""
    if not world.webhook["url"] or not world.queue.pending:
        return ()
    update = world.queue.pending[0]

    def taken(status: int, text: str) -> bool:
        world.webhook["last_status"] = status
        if status == 200:
            world.queue.confirm(update["update_id"])
        return status == 200

    secret = world.webhook.get("secret_token")
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    return (WebhookDelivery(world.webhook["url"], update, taken, headers),)
