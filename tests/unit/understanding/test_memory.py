"""A memory of words is bounded, and forgets first what has not come again."""

from collections import Counter

from bot.understanding.text.memory import MAX_ANSWERS, remember


class Asked:
    """A question that counts how often it is asked for each word."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self, word: str) -> int | None:
        self.words.append(word)
        return len(word) or None


def test_a_word_that_comes_often_is_asked_for_once() -> None:
    asked = Asked()
    answer = remember(asked)

    for number in range(5 * MAX_ANSWERS):
        answer(f"слово{number:x}")
        if number % 1000 == 0:
            assert answer("яма") == 3
            assert answer("") is None

    assert asked.words.count("яма") == 1
    assert asked.words.count("") == 1


def test_a_word_that_does_not_come_again_is_forgotten() -> None:
    asked = Asked()
    answer = remember(asked)

    answer("однажды")
    for number in range(2 * MAX_ANSWERS + 1):
        answer(f"слово{number:x}")
    answer("однажды")

    assert asked.words.count("однажды") == 2


def test_long_numbers_are_not_remembered() -> None:
    asked = Asked()
    answer = remember(asked)

    for _ in range(2):
        for word in ("89140000000", "К000123", "2026", "12к2"):
            answer(word)

    assert Counter(asked.words) == {"89140000000": 2, "К000123": 2, "2026": 1, "12к2": 1}
