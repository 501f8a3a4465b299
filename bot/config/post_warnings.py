"""Warnings about posts: those that fit a message equally well, and those that have nobody above them."""

from collections.abc import Iterable, Iterator

from bot.config.errors import Fault
from bot.domain.people import Staff
from bot.domain.sectors import Sector

MAX_RIVALS_NAMED = 3
"""Warnings of one kind: a town that has more of them has one cause."""


def find_rivals(staff: Staff, sectors: Iterable[Sector]) -> Iterator[Fault]:
    """Yield a warning for posts of which the file does not say which gets a message: the first line does."""
    seen: set[tuple[str, ...]] = set()
    for sector in sectors:
        for district in (None, *staff.districts):
            titles = tuple(post.title for post in staff.rivals(sector.code, district))
            if not titles or titles in seen or len(seen) == MAX_RIVALS_NAMED:
                continue
            seen.add(titles)
            where = f"блок «{sector.title}»" + (f", район «{district}»" if district else "")
            first, *others = (f"«{title}»" for title in titles)
            yield Fault(
                "staff",
                f"{where}: одинаково подходят {first} и {', '.join(others)}; сообщения получит {first}",
                "если это одна должность, дайте записям один title; если разные, разделите их блоки или районы",
            )
