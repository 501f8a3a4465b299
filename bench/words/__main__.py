"""``python -m bench.words``: how well messages are read of hands that the shipped model was not trained on.

The hands are left out in groups, one group after the other; the rules alone are printed first. ``--train`` trains the
package's model on all hands, half a minute. ``--mistakes`` prints the messages whose relevance is read wrongly.
"""

import sys
from collections.abc import Iterable

from bench.words import Labelled
from bench.words.training import MODEL_FILE, Laboratory
from bot.domain.urgency import Urgency
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import Reading
from bot.understanding.shipped.message_model import unpack_model

FOLDS = 5
_GRAVE = (Urgency.CRIME, Urgency.SUICIDE)
Pair = tuple[Labelled, Reading]


def main(train: bool, show_mistakes: bool) -> None:
    laboratory = Laboratory()
    if train:
        MODEL_FILE.write_bytes(laboratory.train())
        print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size} bytes")
        return
    hands = sorted({message.hand for message in laboratory.messages})
    _print_scores("rules alone", _read(laboratory.analyzer, laboratory.messages))
    by_others: list[Pair] = []
    for fold in range(FOLDS):
        left_out = hands[fold::FOLDS]
        model = unpack_model(laboratory.train(left_out))
        analyzer = TextAnalyzer(laboratory.sectors, laboratory.analyzer.threshold, shipped=model)
        by_others += _read(analyzer, [message for message in laboratory.messages if message.hand in left_out])
    for hand in hands:
        _print_scores(hand, [pair for pair in by_others if pair[0].hand == hand])
    _print_scores("other hands", by_others)
    if show_mistakes:
        for message, reading in by_others:
            if message.is_appeal != reading.appeal:
                print(f"    {'missed' if message.is_appeal else 'false'} {reading.appeal_score:.2f} {message.text}")


def _read(analyzer: TextAnalyzer, messages: Iterable[Labelled]) -> list[Pair]:
    return [(message, analyzer.read(message.text)) for message in messages]


def _print_scores(title: str, pairs: list[Pair]) -> None:
    relevance = _f1([(message.is_appeal, reading.appeal) for message, reading in pairs])
    urgency = _f1([(message.urgency is not None, reading.urgent) for message, reading in pairs])
    appeals = [pair for pair in pairs if pair[0].is_appeal]
    sure = [reading.sector in message.codes for message, reading in appeals if reading.is_confident]
    right = sum(reading.sector in message.codes for message, reading in appeals)
    grave = [reading.urgency in _GRAVE for message, reading in pairs if message.urgency in _GRAVE]
    false = sum(reading.urgency in _GRAVE for message, reading in pairs if message.urgency not in _GRAVE)
    print(
        f"{title:<12} {len(pairs):>5} relevance F1 {relevance:.3f}, sector {right / max(1, len(appeals)):.3f}, "
        f"where sure {sum(sure) / max(1, len(sure)):.3f} of {len(sure) / max(1, len(appeals)):.3f}, "
        f"urgent F1 {urgency:.3f}, grave {sum(grave)}/{len(grave)} found, {false} false",
        flush=True,
    )


def _f1(pairs: list[tuple[bool, bool]]) -> float:
    hit = sum(1 for right, given in pairs if right and given)
    return 2 * hit / max(1, sum(right for right, _ in pairs) + sum(given for _, given in pairs))


if __name__ == "__main__":
    main("--train" in sys.argv, "--mistakes" in sys.argv)
