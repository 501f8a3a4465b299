"""The plot of ``evaluate``: the calibration of the scores, and the confusion of sectors. It is the only importer of
matplotlib, which is an extra (``plot``); importing it without that extra raises ``ImportError``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from bot.understanding.evaluation.chat_rows import LabelledReading
from bot.understanding.evaluation.evaluation import (
    calibration_bins,
    calibration_error,
    confusion_counts,
)

_MAX_TITLE_LENGTH = 28
"""Characters of a sector's title in the labels of the table."""


def save_plot(reads: Sequence[LabelledReading], titles: Mapping[str, str], file: Path) -> None:
    """Write the picture of *reads* (messages whose right sector is known) to *file*; its ending decides the format.

    Raises ``ValueError`` if the ending is not an image format, ``OSError`` if the file cannot be written.
    """
    codes = [code for code in titles if any(code in pair for pair in confusion_counts(reads))]
    size = 3.5 + 0.45 * len(codes)
    figure = Figure(figsize=(6.5 + size, max(5.5, size)), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, max(1.0, size / 5.5)))
    _plot_calibration(left, reads)
    _plot_confusion(right, reads, codes, titles)
    figure.savefig(file, dpi=120)


def _plot_calibration(axes: Any, reads: Sequence[LabelledReading]) -> None:
    bins = calibration_bins(reads)
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="честно")
    axes.plot([one.predicted for one in bins], [one.observed for one in bins], marker="o", label="на деле")
    for one in bins:
        axes.annotate(
            str(one.count), (one.predicted, one.observed), textcoords="offset points", xytext=(6, -10), fontsize=8
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="оценка бота", ylabel="доля верных", aspect="equal")
    axes.set_title(f"Оценки, ошибка {calibration_error(bins):.3f} (числа: сообщений)")
    axes.legend(loc="upper left")


def _plot_confusion(
    axes: Any, reads: Sequence[LabelledReading], codes: Sequence[str], titles: Mapping[str, str]
) -> None:
    """Draw one row per right sector; the colour of a cell is the share of its messages with that chosen sector."""
    times = confusion_counts(reads)
    asked = {code: max(1, sum(times[code, given] for given in codes)) for code in codes}
    axes.imshow([[times[truth, given] / asked[truth] for given in codes] for truth in codes], cmap="Blues", vmax=1.0)
    names = [titles[code][:_MAX_TITLE_LENGTH] for code in codes]
    axes.set_xticks(range(len(codes)), names, rotation=60, ha="right")
    axes.set_yticks(range(len(codes)), names)
    for row, truth in enumerate(codes):
        for column, given in enumerate(codes):
            if count := times[truth, given]:
                dark = count / asked[truth] > 0.5
                axes.text(column, row, str(count), ha="center", va="center", color="white" if dark else "black")
    axes.set(xlabel="выбран", ylabel="верный", title="Что с чем путает")
