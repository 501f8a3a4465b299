"""The type of JSON objects in database columns."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""A JSON object of a database column."""
