"""One line that says what and where."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.gist import MAX_GIST_CHARS, gist

_WORDS = """
Здравствуйте! добрый день, уважаемые нет воды третий на ул. Ленина, 45 дом спасибо заранее прошу https://a.b/c
[id1|Иван],
яма — . … ; у подъезда +7 пожалуйста когда починят лифт
"""
_TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from([*_WORDS.split(), "\n"]), max_size=60).map(" ".join),
)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        (
            "Здравствуйте! Уважаемая администрация, обращаюсь к вам с просьбой: на Лесной, 5 третий день нет воды. "
            "Заранее спасибо!",
            "ул. Лесная, 5",
            "на Лесной, 5 третий день нет воды",
        ),
        (
            "Добрый вечер всем. Меня зовут Мария, живу тут тридцать лет. Во дворе свалка, мусор не вывозят.",
            "ул. Мира, 8",
            "Во дворе свалка, мусор не вывозят · ул. Мира, 8",
        ),
        ("Подскажите пожалуйста, почему автобус 3 опять не пришёл?", None, "почему автобус 3 опять не пришёл"),
        ("Борщевик у речки выше меня. Внук обжёг руку. Когда обработают?", None, None),
        ("спасибо большое", None, "спасибо большое"),
        ("Низкий поклон военкомату за подарки. А вот урны у сквера переполнены", None, "урны у сквера переполнены"),
        ("Люди на костылях не войдут: ступени без перил", None, "Люди на костылях не войдут: ступени без перил"),
        ("«Крыша починена» – пишут мне. Капает", None, "«Крыша починена» – пишут мне"),
        ("Кран знает одно слово «нет воды»", None, "Кран знает одно слово «нет воды»"),
        ("Спасибо за яму у дома, мэрия!", None, "Спасибо за яму у дома, мэрия"),
        ("Что с водой на Мира 5? Второй день нет", None, "Что с водой на Мира 5"),
        ("Добрый день. Когда уже включат отопление на Садовой?", None, "Когда уже включат отопление на Садовой"),
        ("А что там с автобусом 5?", None, "что там с автобусом 5"),
        ("Хочу сообщить, что на Мира 5 течёт крыша", None, "на Мира 5 течёт крыша"),
        ("Спасибо, что сделали переход в никуда", None, "сделали переход в никуда"),
        ("Спасибо за лавочку, но качели сломаны на Мира 3", None, "качели сломаны на Мира 3"),
        ("привет всем кто в курсе почему нет воды на полевой", None, "почему нет воды на полевой"),
        (
            "Мне 80 лет, пишу сам. У нас на Мира 12 трубы стонут по ночам",
            None,
            "У нас на Мира 12 трубы стонут по ночам",
        ),
        ("пос. Мирный, ул. Мира, 15: волки подошли", None, "пос. Мирный, ул. Мира, 15: волки подошли"),
        ("", "ул. Мира, 8", ""),
    ],
)
def test_gist_says_what_and_where(text: str, place: str | None, expected: str | None) -> None:
    found = gist(text, place)

    if expected is not None:
        assert found == expected
    else:
        assert found.startswith("Борщевик у речки")


def test_gist_of_a_long_sentence_ends_at_a_word_that_can_end_it() -> None:
    text = (
        "когда починят лифт в доме на набережной бабушка не может выйти из дома в магазин и в аптеку на углу и на почту"
    )

    found = gist(text)

    assert found.endswith("…")
    assert text.startswith(found[:-1])
    assert text[len(found) - 1] == " "
    assert found[:-1].split()[-1] not in ("и", "в", "на", "из")


@given(_TEXTS, st.one_of(st.none(), st.just("ул. Ленина, 45"), st.text(max_size=100)))
@example("а" * 500, None)
@example("\u202e\u200b", None)
@example("кв. 5", "ул. Мира, 8")
def test_gist_is_one_short_line_of_the_authors_words(text: str, place: str | None) -> None:
    found = gist(text, place)

    assert len(found) <= MAX_GIST_CHARS
    assert not re.search(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]", found)
    known = " ".join(re.findall(r"\w+", f"{text} {place or ''}"))
    assert all(word in known for word in re.findall(r"\w+", found))
    if re.search(r"\w", text):
        assert found
