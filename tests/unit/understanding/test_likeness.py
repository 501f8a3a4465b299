"""Earlier messages that read much the same."""

from bot.understanding.similarity import find_similar

POTHOLE = "На Ленина огромная яма на дороге, машины вязнут"


def test_the_same_trouble_in_other_words_is_found_and_another_is_not() -> None:
    others = [
        (40, "Яма на дороге у вокзала такая, что вязнут грузовые машины"),
        (39, "Когда почистят снег на дорогах?"),
        (38, "Светофор не работает третий день"),
        (37, "На улице Ленина нет разметки"),
        (12, "огромная яма посреди дороги, объехать негде"),
        *((number, f"Снег на дороге не убран, участок {number}") for number in range(11)),
    ]
    assert find_similar(POTHOLE, others, 3) == [40, 12]
    assert find_similar(POTHOLE, others, 1) == [40]


def test_nothing_is_like_nothing() -> None:
    assert find_similar("", [(1, "яма"), (2, "")], 3) == []
    assert find_similar(POTHOLE, [], 3) == []
    assert find_similar("!!! 112", [(1, "!!! 112")], 3) == []


def test_the_very_same_words_are_alike_however_often() -> None:
    assert find_similar("Нет света", [(number, "нет света!") for number in range(5)], 2) == [4, 3]
