"""The parts of a process that work on stored updates: understanding, use cases, deliveries, periodic tasks.

Importing this module imports most of the bot. Updates are stored without it, so a process polls before it loads this.
"""

from dataclasses import dataclass, field

from bot.bootstrap.analyzer import build_understanding, with_current_model
from bot.bootstrap.municipality import build_municipality
from bot.config import Config
from bot.domain.topic_book import TopicBook
from bot.inbox.worker import InboxWorker
from bot.outbox.worker import OutboxWorker
from bot.runtime.current_municipality import CurrentMunicipality
from bot.runtime.first_transaction import bring_up_to_date
from bot.runtime.options import RuntimeOptions
from bot.runtime.runtime import Runtime
from bot.runtime.self_check import SelfCheck
from bot.runtime.supervisor import Supervisor
from bot.scheduler.audit_sealing import AuditSealing
from bot.scheduler.nightly_training import ModelReloader, NightlyTraining
from bot.scheduler.scheduler import Scheduler
from bot.services.context import BotAccount
from bot.services.deadlines import outage_summary
from bot.services.monitoring.health import Health
from bot.services.staff import directory
from bot.services.topics import directory as topics
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.registry import ModelRegistry
from storage.postgres.orphaned_leases import release_orphaned_leases
from storage.unit_of_work import load_repositories


@dataclass(slots=True)
class Work:
    """The loops of one process that work on what is stored, and those of the leader."""

    config: Config
    options: RuntimeOptions
    runtime: Runtime
    municipality: CurrentMunicipality
    health: Health
    scheduler: Scheduler = field(init=False)
    outbox_worker: OutboxWorker = field(init=False)
    inbox_worker: InboxWorker = field(init=False)
    _model_version: str | None = None  # of the trained model at the start

    def load(self) -> TextAnalyzer:
        """Load what the first message needs: repositories, dictionaries, the model. Call it in a thread."""
        load_repositories()
        self.config.working_calendar().has_transfers(self.options.clock.now().year)
        self._model_version = ModelRegistry(self.config.model_folder).current_version()
        understanding = self.options.understanding or build_understanding(self.config)
        understanding.load_further_parts()
        return understanding

    async def open_database(self, understanding: TextAnalyzer) -> None:
        """Read the officials and topics, and bring the database up to date with the configuration."""
        runtime, options = self.runtime, self.options
        accounts = {
            m.account: BotAccount(m.account, m.title, m.capabilities, m.start_link("{code}"))
            for m in runtime.messengers.values()
        }
        async with runtime.database.begin() as uow:
            await uow.lock("start")
            staff = await directory.open_staff(uow, self.config.staff)
            intervals = options.card_edit_interval, options.collect_additions
            self.municipality.set(build_municipality(self.config, staff, understanding, accounts, *intervals))
            wanted = TopicBook.of_file(self.config.sectors(), self.config.themes())
            self.municipality.set_topics(await topics.open_book(uow, wanted, options.clock.now()))
            if not runtime.database.is_shared:
                await uow.inbox.release_all_leases()
                await uow.outbox.release_leases()
            await bring_up_to_date(runtime.context(uow), self.config, wanted)

    def start(self, supervisor: Supervisor) -> None:
        """Start the loops that every process runs, but not the leader's."""
        options, runtime = self.options, self.runtime
        self.scheduler = Scheduler(self.health, options.tick_seconds)
        # Deliveries outlive leadership: the process that has sent a message records it, whichever process leads then.
        self.outbox_worker = OutboxWorker(runtime, supervisor, options.monotonic, options.rate_limits)
        reloader = ModelReloader(
            runtime,
            ModelRegistry(self.config.model_folder),
            lambda: with_current_model(self.municipality().understanding, self.config),
            self.municipality.set_understanding,
            options.model_poll_seconds,
            self._model_version,
        )
        self.inbox_worker = InboxWorker(runtime, options.monotonic, self.outbox_worker)
        supervisor.run_forever("inbox", self.inbox_worker.run)
        supervisor.run_forever("model", reloader.run)

    async def start_leading(self, supervisor: Supervisor, runtime: Runtime) -> None:
        """Start the leader's loops, with its *runtime*; none if it stops leading just then."""
        async with runtime.database.begin() as uow:
            await outage_summary.detect_outage(runtime.context(uow))
        if supervisor.is_stopping:  # the scheduler is stopped already, and would never be stopped again
            return
        supervisor.run_forever("orphaned leases", lambda: release_orphaned_leases(runtime.database))
        supervisor.run_forever("outbox", lambda: self.outbox_worker.run(runtime))
        self.scheduler.start(supervisor, runtime)
        supervisor.run_forever("self-check", SelfCheck(runtime, self.health, self.options.self_check_seconds).run)
        if self.config.nightly_training_at is not None and self.config.file is not None:
            training = NightlyTraining(
                runtime,
                self.config.nightly_training_at,
                self.config.file,
                ModelRegistry(self.config.model_folder),
                self.options.model_poll_seconds,
            )
            supervisor.run_forever("night school", training.run)

    async def finish_leading(self, runtime: Runtime) -> None:
        """Record the end of the leader's loops, whose *runtime* may still write."""
        async with runtime.database.begin() as uow:
            await outage_summary.record_heartbeat(runtime.context(uow))
        await AuditSealing().seal_new(runtime)
