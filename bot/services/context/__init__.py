"""Everything that a use case starts from: the town, the transaction, who acts on a ticket, what a message says."""

from bot.services.context.municipality import BotAccount, Municipality
from bot.services.context.use_case import UseCaseContext

__all__ = ["BotAccount", "Municipality", "UseCaseContext"]
