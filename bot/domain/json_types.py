"""The type of a JSON object as a database column holds it."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""An object as a column of JSON holds it."""
