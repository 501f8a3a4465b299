"""Frozen pictures of what is stored: the words in which storage and services talk."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""An object as a column of JSON holds it."""
