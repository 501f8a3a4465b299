"""The objects that intake, delivery and periodic tasks share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.clock import Clock
from bot.messengers.port import Messenger
from bot.runtime.progress import Progress
from bot.runtime.supervisor import WakeUp
from storage.database import Database
from storage.repositories.versions import STAFF_VERSION, TOPICS_VERSION
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.domain.agenda import Agenda
    from bot.domain.people import Staff
    from bot.domain.topic_book import TopicBook
    from bot.services.context import Municipality, UseCaseContext


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's database, messengers, municipality, clock, wake-ups and progress.

    The leader's tasks have one of their own, whose database is fenced by the leader's term.
    """

    database: Database
    messengers: Mapping[str, Messenger]  # by account
    municipality: "Callable[[], Municipality]"  # staff and the model change while the bot runs
    clock: Clock
    on_staff_changed: "Callable[[Staff], None]" = lambda _: None
    on_topics_changed: "Callable[[TopicBook], None]" = lambda _: None
    inbox_wake_up: WakeUp = field(default_factory=WakeUp)
    outbox_wake_up: WakeUp = field(default_factory=WakeUp)
    self_check_wake_up: WakeUp = field(default_factory=WakeUp)
    progress: Progress = field(default_factory=Progress)

    async def follow_changes(self, uow: UnitOfWork, *, always: bool = False) -> None:
        """Read the officials and the topics again if another process or a command has changed them."""
        town, versions = self.municipality(), await uow.versions.load()
        if always or versions.get(STAFF_VERSION, "") != town.staff.version:
            self.on_staff_changed(town.staff.with_people(await uow.staff.load()))
        if versions.get(TOPICS_VERSION, "") != town.topics.version:
            self.on_topics_changed(await uow.topic_books.load())

    def is_up_to_date(self, agenda: "Agenda") -> bool:
        """Return whether the officials and the topics are those of the database."""
        town = self.municipality()
        return (agenda.staff_version, agenda.topics_version) == (town.staff.version, town.topics.version)

    def context(self, uow: UnitOfWork) -> "UseCaseContext":
        """Return the context of a use case that runs now in *uow*."""
        from bot.services.context import UseCaseContext  # the loops that only store updates need no use cases

        return UseCaseContext(self.municipality(), uow, self.clock.now())
