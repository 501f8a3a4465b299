"""Invitation codes: their purpose, and how a code is written, typed and hashed."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit or like another letter."""

_LENGTH = 12
"""60 random bits: a leaked hash with a term of a day cannot be reversed, and three groups of four are typed easily."""

_LOOKALIKES = str.maketrans("OILАВСЕНКМОРТУХ", "011ABCEHKM0PTYX")
"""Latin letters that Crockford reads as digits, and Cyrillic ones that look like Latin ones."""

_BARE_CODE = re.compile(r"[^\W_]{4}[-–— ]?[^\W_]{4}[-–— ]?[^\W_]{4}")
_OLD_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{12}")
"""A code of release 0.1.0: none is valid any more, but its holder is told so. One in eight has no digit and is not
recognised: a word of twelve letters, or a telephone, is what a citizen writes."""


class InvitationPurpose(StrEnum):
    """The purpose of a code. Stored: never change."""

    JOIN = "join"  # the first account of somebody who has none
    CONNECT = "connect"  # one more account of the official who asked for the code


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """A code that can still be used."""

    person_id: int
    purpose: InvitationPurpose
    expires_at: datetime


def new_code() -> str:
    """Return a random code as people read it: «7K2M-X9QD-4HVA»."""
    while True:
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        if _is_mixed(letters):
            return "-".join(letters[start : start + 4] for start in range(0, _LENGTH, 4))


def hash_code(key: str, code: str) -> str:
    """Return the hash under which *code* is stored in the installation that has *key*."""
    return hmac.new(key.encode(), _normalize(code).encode(), hashlib.sha256).hexdigest()[:32]


def looks_like_code(text: str) -> bool:
    """Return whether *text* could be a code: people also send it without the command."""
    bare = _BARE_CODE.fullmatch(text.strip()) is not None and _is_mixed(_normalize(text))
    return bare or _OLD_CODE.fullmatch(text) is not None


def _normalize(text: str) -> str:
    """Return *text* as the code was made: without separators, whatever keyboard it was typed on."""
    return re.sub(r"[\s–—-]", "", text.upper()).translate(_LOOKALIKES)


def _is_mixed(letters: str) -> bool:
    """Return whether these are a code's letters with a digit among them: so a code is no word."""
    return set(letters) <= set(_ALPHABET) and not letters.isalpha() and not letters.isdecimal()
