"""The base of every section of the configuration file."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """The settings that all sections share."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        str_strip_whitespace=True,
        defer_build=True,  # as a part of the whole tree; no section is read alone
    )
