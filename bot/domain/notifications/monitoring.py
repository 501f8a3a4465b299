"""Notifications of the monitoring: spikes of messages, and incidents of the bot itself."""

from datetime import datetime

from bot.domain.notifications.base import Notification, stored


class SpikeDetected(Notification, code="burst"):
    """Many more people than usual write about one street or topic; ``usual_count`` is per hour."""

    dimension: str = stored("about")
    name: str
    people_count: int = stored("count")
    usual_count: float = stored("usual")


class IncidentStarted(Notification, code="trouble"):
    """Something that should happen does not; releases before 0.1.0 left ``subject`` empty for the outbox."""

    incident: str = stored("trouble")
    subject: str
    since: datetime


class IncidentOver(Notification, code="trouble_over"):
    """An incident has ended."""

    incident: str = stored("trouble")
    subject: str
