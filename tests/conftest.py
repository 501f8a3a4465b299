"""Fixtures and settings shared by all tests."""

import asyncio
import gc
import logging
import os
import shutil
import ssl
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import create_async_engine

from bot.understanding.relevance.urgency import UrgencyDetector
from bot.understanding.sectors.scoring import TopicScorer
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.sectors.topics import Topic, load_topics
from bot.understanding.shipped.message_model import load_shipped_model
from bot.understanding.shipped.signs import SignFinder
from bot.understanding.text.morphology import Morphology
from tests.databases import DatabasePool

# Laws are checked on whatever machine there is: how long one example takes proves nothing.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

ROOT = Path(__file__).parent

MEMORY, MEMORY_BYTES = Path("/dev/shm"), 2 << 30  # noqa: S108 - a folder that lies in memory


def _keep_files_in_memory() -> None:
    """Let the folders of tests lie in memory where there is room: a disk takes milliseconds for every commit.

    Those of tests that pass are removed at once (``tmp_path_retention_policy``).
    """
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


_keep_files_in_memory()

gc.disable()  # while tests are imported: what that makes stays, and looking through it again and again takes a sixth

LONGEST_FILES = (
    "e2e/centre/test_machine.py",
    *("browser/test_page.py", "e2e/reliability/test_crashes.py", "e2e/reliability/test_kill.py"),
    *("e2e/operations/test_nightly_training.py", "e2e/staff/test_failover.py", "e2e/imports/test_kill.py"),
    *("services/test_scheduler.py", "e2e/reports/test_official_pages.py", "e2e/staff/test_bad_input.py"),
    *("services/test_chain_properties.py", "services/test_approval_properties.py"),
    *("e2e/reliability/test_freezes.py", "e2e/reliability/test_takeover.py", "e2e/reliability/test_drain.py"),
    *("e2e/reliability/test_database_restarts.py", "e2e/messengers/test_telegram.py"),
    *("e2e/reliability/test_load_balancer.py", "e2e/monitoring/test_auditor.py"),
    *("e2e/operations/test_service_manager.py", "e2e/operations/test_upgrade_from_v010.py"),
    *("e2e/operations/test_commands.py", "unit/understanding/test_training.py", "unit/test_lazy_aiogram.py"),
    *("e2e/operations/test_hostile_files.py", "e2e/operations/test_demo.py", "e2e/operations/test_second_process.py"),
    *("e2e/reliability/test_shared_token.py", "e2e/operations/test_training_commands.py"),
    *("services/test_time_properties.py", "e2e/reliability/test_database_refuses.py"),
)
"""Files below tests/ that take longest or wait longest, by ``--durations``, the longest first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the workers of one run begin with the longest files, or one of them ends minutes after the others.

    The first worker gets those, of which many wait; the others steal from it when they have nothing left.
    """
    if hasattr(config, "workerinput"):
        rank = {ROOT / name: number for number, name in enumerate(LONGEST_FILES)}
        items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection, which took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def shelf() -> Iterator[DatabasePool]:
    """PostgreSQL databases to be used again."""
    shelf = DatabasePool()
    yield shelf
    asyncio.run(shelf.close())


class SharedStatements(dict[tuple[Any, ...], Any]):
    """Compiled statements of all engines of a process.

    An engine's own cache is gone with the engine. The first item of a key is its dialect, an object of the engine: here
    engines with the same kind of dialect share what was compiled.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@pytest.fixture(scope="session", autouse=True)
def _shared_statements() -> Iterator[None]:
    """Compile a statement once a session: every test makes an engine, and a tenth of its time went there."""
    options = {"compiled_cache": SharedStatements()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.engine.create_async_engine", partial(create_async_engine, execution_options=options))
        yield


@pytest.fixture(scope="session", autouse=True)
def _shared_certificates() -> Iterator[None]:
    """Read aiogram's file of certificates once a session: every bot reads it (23 ms), and speaks plain HTTP here."""
    read = ssl.create_default_context
    read_once = lru_cache(read)

    def create_default_context(*arguments: Any, cafile: str | None = None, **more: Any) -> ssl.SSLContext:
        if arguments or more or cafile is None:
            return read(*arguments, cafile=cafile, **more)
        return read_once(cafile=cafile)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create_default_context)
        yield


@pytest.fixture(scope="session", autouse=True)
def _shared_rules() -> Iterator[None]:
    """Read the dictionary and the built-in rules once a session: an analyzer of other sectors took .4 s, now .05 s.

    Once made, none of these parts depends on a town, and none changes: the words of a town make a copy of the topics.
    """
    make_topics = lru_cache(lambda morphology: TopicScorer(load_topics(), morphology, {}))

    def topic_scorer(topics: tuple[Topic, ...], morphology: Morphology, words_of: dict[str, Any]) -> TopicScorer:
        return TopicScorer(topics, morphology, words_of) if words_of else make_topics(morphology)

    shared = (Morphology, SignFinder, Taxonomy, UrgencyDetector, load_shipped_model, load_topics)
    with pytest.MonkeyPatch.context() as patch:
        for one in shared:
            patch.setattr(f"bot.understanding.analyzer.{one.__name__}", lru_cache(one))
        patch.setattr("bot.understanding.analyzer.TopicScorer", topic_scorer)
        yield


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    """Put the root logger back: a command that runs within the process configures it, and later tests read the log."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
