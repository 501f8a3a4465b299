"""Tables of chat messages with answers in words: ``relevant`` and ``urgent`` are yes, no or either.

Other columns: ``codes`` as everywhere; ``street`` (a crossing: ``A+B``), ``house``, ``settlement``, ``landmark``, empty
where the message names none; ``note`` may name a crime or suicide. «either» is left out of the figures. Only
relevant messages count for sectors and places.
"""

from collections.abc import Iterator, Sequence

from bot.domain.urgency import Urgency
from bot.understanding.model.training_data import TableRow
from bot.understanding.reading import Reading

LabelledReading = tuple[TableRow, Reading]
_LABELS = {"yes": "appeal", "no": "not_appeal"}
_FLAGS = {"yes": "1", "no": "0"}
_GRAVE = (Urgency.CRIME, Urgency.SUICIDE)
_GRAVE_NOTES = ("crime", "suicide", "преступ", "суицид", "насили", "оружи", "самоуби")
"""Beginnings of words in ``note`` that tell a crime or a threat of suicide from other urgent messages."""


def is_chat_table(rows: Sequence[TableRow]) -> bool:
    """Return whether the table says with ``relevant`` what others say with ``label``."""
    return bool(rows) and "relevant" in rows[0]


def with_labels(row: TableRow) -> TableRow:
    """Return the row with the columns by which every table is measured."""
    codes = row.get("codes", "") if row["relevant"] == "yes" else ""
    return {
        **row,
        "codes": codes,
        "label": _LABELS.get(row["relevant"], "unclear"),
        "urgent": _FLAGS.get(row.get("urgent", ""), ""),
    }


def grave_lines(reads: Sequence[LabelledReading]) -> Iterator[str]:
    """Yield how many of the crimes and threats of suicide were found, and how often the duty officer was called for
    what is not urgent."""
    false = sum(one.urgency in _GRAVE for row, one in reads if row.get("urgent") == "no")
    yield f"Дежурный разбужен зря: {false}"
    grave = [one for row, one in reads if row.get("urgent") == "yes" and _is_grave(row)]
    if grave:
        yield f"  преступления и угрозы суицида: найдено {sum(one.urgent for one in grave)} из {len(grave)}"


def _is_grave(row: TableRow) -> bool:
    note = row.get("note", "").casefold()
    return any(word in note for word in _GRAVE_NOTES)
