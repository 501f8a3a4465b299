"""The working time of a town and of its posts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.calendar import WorkingCalendar
from bot.domain.post_hours import PostHours


@dataclass(frozen=True, slots=True, eq=False)
class WorkingHours:
    """The working time of the town, and of the posts that have hours of their own, by title."""

    town: WorkingCalendar
    definitions: Mapping[str, PostHours] = field(default_factory=dict)
    _posts: dict[str, WorkingCalendar] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_posts", {post: self.town.for_post(one) for post, one in self.definitions.items()})

    def of(self, post: str | None) -> WorkingCalendar:
        """Return the working time of the post with that title."""
        return self._posts.get(post or "", self.town)

    def known(self, post: str | None) -> str | None:
        """Return *post*, if it has hours of its own."""
        return post if post in self.definitions else None

    @property
    def signature(self) -> tuple[object, ...]:
        """Everything that deadlines are computed from, in a fixed order."""
        posts = sorted(self._posts.items())
        return (*self.town.signature, *((post, calendar.signature) for post, calendar in posts))
