"""Notes that could not be told to anybody, held until somebody of their audience can be reached."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from bot.domain.channels import Purpose
from bot.domain.json_types import Json
from bot.domain.notifications.codec import decode
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.recipients import Audience


@dataclass(frozen=True, slots=True)
class Reader:
    """The audience, or else the person, that a note waits for."""

    audience: Audience | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeldNote:
    """A note that was to be told ``times`` times since then; ``facts`` are those of the last time."""

    id: int
    reader: Reader
    facts: Json
    since: datetime
    until: datetime
    times: int


def sameness_of(reader: Reader, facts: Json, dedupe: str | None = None) -> str:
    """Return what equal notes to one reader have in common; of two reports of one kind only the newer one matters."""
    is_report = decode(NoteEnvelope, facts).purpose is Purpose.REPORTS
    said = facts["code"] if is_report else dedupe or {name: facts[name] for name in sorted(facts) if name != "twin"}
    whole = [reader.audience, reader.person_id, said]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
