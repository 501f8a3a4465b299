"""The shares of the standard sectors: the words' opinion, multiplied by the vote of the rules."""

import math
from collections.abc import Sequence

from bot.understanding.model.model import MIN_PROBABILITY, Model, log_frequency


class StandardShares:
    """The mixture of :class:`~bot.understanding.model.model.ShareMixer`, computed without arrays.

    A message has some twenty numbers, for which the calls of arrays cost three times as much as the sums.
    """

    def __init__(self, model: Model) -> None:
        common = model.frequency.tolist()
        rare = [math.exp(-model.recipe.prior * one) for one in log_frequency(model.frequency).tolist()]
        self._known = [(factor, factor * MIN_PROBABILITY * one) for factor, one in zip(rare, common, strict=True)]
        """The factor of a sector's share by the text, and what is added to their product, in the model's order."""

    def mix(self, scores: Sequence[float], votes: Sequence[float], weight: float) -> list[float]:
        """Return shares that sum to 1, of the logarithmic *scores* of the text and of *votes* with their *weight*."""
        highest = max(scores)
        text = [math.exp(score - highest) for score in scores]
        kept = (1.0 - MIN_PROBABILITY) / sum(text)
        products = [
            (factor * kept * share + least) * (vote + MIN_PROBABILITY) ** weight
            for share, vote, (factor, least) in zip(text, votes, self._known, strict=True)
        ]
        whole = sum(products)
        return [product / whole for product in products]
