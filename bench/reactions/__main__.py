"""``python -m bench.reactions``: precision, recall and F1 of every reaction, for each labelled set.

Each set is read by the rules alone, by a model trained on the other hands alone, and by the model of the package; the
voices have one author, so they are read by a model of the other authors alone, too. At the end, precision and recall of
«unsolved» for several least probabilities, all by models of the other hands.

``--train`` trains the package's model on the sets again; ``--mistakes`` prints the texts that the model of the other
hands reads wrongly; ``--controls`` reads nothing but the sets that are never trained on.
"""

import sys
from collections.abc import Mapping, Sequence

from bench.reactions import CONTROLS, HANDS, OTHER_AUTHORS, VOICES, Labelled, Score, load_set, load_sets, score_pairs
from bench.reactions.training import MODEL_FILE, Laboratory
from bot.understanding.reactions.reactions import MIN_PROBABILITIES, Reaction

LEAST_PROBABILITIES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
POOLS: Mapping[str, Sequence[str]] = {", ".join(OTHER_AUTHORS): OTHER_AUTHORS, "voices": VOICES}
Pairs = list[tuple[Reaction, Reaction]]
"""The right meaning of a text and the read one."""


def main(train: bool, show_mistakes: bool, only_controls: bool) -> None:
    laboratory = Laboratory()
    if train:
        MODEL_FILE.write_bytes(laboratory.train())
        print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size} bytes")
    if not only_controls:
        _measure_hands(laboratory, show_mistakes)
    for name in CONTROLS:
        rows = load_set(name)
        print(f"{name}: {len(rows)} texts, none of them trained on")
        _print_scores("rules", _pair(rows, [laboratory.read_by_rules(row.text) for row in rows]))
        _print_scores("package", _pair(rows, [laboratory.analyzer.read_reaction(row.text) for row in rows]))


def _measure_hands(laboratory: Laboratory, show_mistakes: bool) -> None:
    by_others: dict[str, Pairs] = {}
    by_other_authors: Pairs = []
    for hand, names in HANDS.items():
        rows = load_sets(names)
        found = laboratory.read_by_others(rows, hand)
        by_others[hand] = _pair(rows, found)
        print(f"{hand}: {len(rows)} texts")
        _print_scores("rules", _pair(rows, [laboratory.read_by_rules(row.text) for row in rows]))
        _print_scores("other hands", by_others[hand])
        if hand in VOICES:
            by_other_authors += _pair(rows, laboratory.read_by_other_authors(rows))
        _print_scores("package", _pair(rows, [laboratory.analyzer.read_reaction(row.text) for row in rows]))
        if show_mistakes:
            _print_mistakes(rows, found)
    for title, hands in POOLS.items():
        pairs = [pair for hand in hands for pair in by_others[hand]]
        print(f"{title}, together: {len(pairs)} texts")
        _print_scores("other hands", pairs)
    _print_scores("no voices", by_other_authors)
    _print_least_probabilities(laboratory)


def _print_least_probabilities(laboratory: Laboratory) -> None:
    """Print the figures from which the least probability of «unsolved» is chosen; none of them needs a control."""
    print(f"«unsolved» from a probability (now {MIN_PROBABILITIES[Reaction.UNSOLVED]})")
    weighed = {
        hand: list(zip(load_sets(names), laboratory.weigh_by_others(load_sets(names), hand), strict=True))
        for hand, names in HANDS.items()
        if hand != "rules"
    }
    for least in LEAST_PROBABILITIES:
        figures = []
        for title, hands in POOLS.items():
            pairs = [
                (row.label, Reaction.UNSOLVED if chance >= least else Reaction.UNCLEAR)
                for hand in hands
                for row, chance in weighed[hand]
            ]
            one = next(one for one in score_pairs(pairs) if one.label is Reaction.UNSOLVED)
            figures.append(f"{title} {one.precision:.3f} {one.recall:.3f} {one.f1:.3f}")
        print(f"  {least:.2f}  (P R F1)  " + "   ".join(figures))


def _pair(rows: Sequence[Labelled], found: Sequence[Reaction]) -> Pairs:
    return [(row.label, reaction) for row, reaction in zip(rows, found, strict=True)]


def _print_scores(reader: str, pairs: Pairs) -> None:
    scores: Sequence[Score] = score_pairs(pairs)
    figures = (f"{one.label} {one.precision:.2f} {one.recall:.2f} {one.f1:.2f}" for one in scores if one.texts)
    print(f"  {reader:<11} (P R F1)  " + "   ".join(figures), flush=True)


def _print_mistakes(rows: Sequence[Labelled], found: Sequence[Reaction]) -> None:
    for row, reaction in zip(rows, found, strict=True):
        if reaction is not row.label:
            print(f"    {row.label} read as {reaction}: {row.text}")


if __name__ == "__main__":
    main("--train" in sys.argv, "--mistakes" in sys.argv, "--controls" in sys.argv)
