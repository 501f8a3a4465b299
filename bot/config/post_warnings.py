"""Warnings about posts: those that fit a message equally well, and hours of posts that nobody holds."""

from collections.abc import Iterable, Iterator, Sequence

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.domain.people import Person, Staff
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


def find_unknown_posts(people: Sequence[Person], posts: Iterable[Sequence[str]]) -> Iterator[Fault]:
    """Yield a warning for hours of a post that nobody in the file holds: it may have been made in the chat."""
    titles = list(dict.fromkeys(one.title or one.name for one in people))
    for index, names in enumerate(posts):
        for name in names:
            if name not in titles:
                problem = f"должности «{name[:60]}» нет в [[staff]]: эти часы не подействуют"
                hint = did_you_mean(name, titles) or f"выберите из имеющихся: {quoted_list(titles[:8])}"
                remedy = f"{hint}; если должность завели в чате, всё в порядке"
                yield Fault(f"post_hours[{index}].post", problem, remedy)
