"""``python -m bench.reactions``: precision, recall and F1 of every reaction, for each labelled set.

Each set is read three times: by the rules alone, by a model trained on the other hands alone, and by the model of the
package. ``--train`` trains that model on the sets again; ``--mistakes`` prints what the second reading gets wrong.
"""

import sys
from collections.abc import Sequence

from bench.reactions import CONTROLS, HANDS, Labelled, Score, load_set, score_pairs
from bench.reactions.training import MODEL_FILE, Laboratory
from bot.understanding.reactions.reactions import Reaction


def main(train: bool, show_mistakes: bool) -> None:
    laboratory = Laboratory()
    if train:
        MODEL_FILE.write_bytes(laboratory.train())
        print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size} bytes")
    total: dict[str, list[tuple[Reaction, Reaction]]] = {}
    hand_of = {name: hand for hand, names in HANDS.items() for name in names}
    for name in (*hand_of, *CONTROLS):
        rows = load_set(name)
        readings = {"rules": [laboratory.read_by_rules(row.text) for row in rows]}
        if name in hand_of:
            readings["other hands"] = laboratory.read_by_others(rows, hand_of[name])
        readings["package"] = [laboratory.analyzer.read_reaction(row.text) for row in rows]
        print(f"{name}: {len(rows)} texts" + ("" if name in hand_of else ", none of them trained on"))
        for reader, found in readings.items():
            pairs = [(row.label, reaction) for row, reaction in zip(rows, found, strict=True)]
            if hand_of.get(name) != "rules":
                total.setdefault(reader, []).extend(pairs)
            _print_scores(reader, score_pairs(pairs))
        if show_mistakes and name in hand_of:
            _print_mistakes(rows, readings["other hands"])
    print("all but the rules' author")
    for reader in ("rules", "other hands"):
        _print_scores(reader, score_pairs(total[reader]))


def _print_scores(reader: str, scores: Sequence[Score]) -> None:
    figures = (f"{one.label} {one.precision:.2f} {one.recall:.2f} {one.f1:.2f}" for one in scores if one.texts)
    print(f"  {reader:<11} (P R F1)  " + "   ".join(figures))


def _print_mistakes(rows: Sequence[Labelled], found: Sequence[Reaction]) -> None:
    for row, reaction in zip(rows, found, strict=True):
        if reaction is not row.label:
            print(f"    {row.label} read as {reaction}: {row.text}")


if __name__ == "__main__":
    main("--train" in sys.argv, "--mistakes" in sys.argv)
