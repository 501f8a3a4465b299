"""The outcome of nightly training, kept until a training succeeds: the watchdog reports a failure once."""

from bot.domain.training import TrainingFault
from bot.services.context import UseCaseContext

FAULT_KEY_PREFIX = "training_failed:"
"""Prefix of the key of the present fault; its moment is that of the first failure."""


async def record_outcome(ctx: UseCaseContext, fault: TrainingFault | None) -> None:
    """Record why training failed; ``None``: it succeeded."""
    for key in await ctx.uow.once_keys.list_keys(FAULT_KEY_PREFIX):
        if fault is None or key != FAULT_KEY_PREFIX + fault.value:
            await ctx.uow.once_keys.delete(key)
    if fault is not None:
        await ctx.uow.once_keys.claim(FAULT_KEY_PREFIX + fault.value, ctx.now)
