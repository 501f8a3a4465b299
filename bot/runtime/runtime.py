"""The objects that intake, delivery and periodic tasks share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.clock import Clock
from bot.domain.people import Staff
from bot.messengers.port import Messenger
from bot.runtime.progress import Progress
from bot.runtime.supervisor import WakeUp
from bot.services.context import Municipality, UseCaseContext
from storage.database import Database
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's database, messengers, municipality, clock, wake-ups and progress.

    The leader's tasks have one of their own, whose database is fenced by the leader's term.
    """

    database: Database
    messengers: Mapping[str, Messenger]  # by account
    municipality: Callable[[], Municipality]  # staff and the model change while the bot runs
    clock: Clock
    on_staff_changed: Callable[[Staff], None] = lambda _: None
    inbox_wake_up: WakeUp = field(default_factory=WakeUp)
    outbox_wake_up: WakeUp = field(default_factory=WakeUp)
    self_check_wake_up: WakeUp = field(default_factory=WakeUp)
    progress: Progress = field(default_factory=Progress)

    async def follow_staff(self, uow: UnitOfWork, *, always: bool = False) -> None:
        """Read the officials again if another process or a command has changed them."""
        staff = self.municipality().staff
        if always or (await uow.staff.find_version() or "") != staff.version:
            self.on_staff_changed(staff.with_people(await uow.staff.load()))

    def context(self, uow: UnitOfWork) -> UseCaseContext:
        """Return the context of a use case that runs now in *uow*."""
        return UseCaseContext(self.municipality(), uow, self.clock.now())
