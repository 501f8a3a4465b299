"""Relevance: messages to be answered, talk, and mere signs of life."""

import pytest

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import Noise

APPEALS = [
    "Когда уже дадут горячую воду?",
    "спасибо администрации за каток во дворе",
    "Спасибо за ямы на дорогах!",
    "Спасибо, но воды так и нет",
    "Фонари не горят неделю, темно как в погребе",
    "Прошу спилить сухое дерево у подъезда",
    "почему не чистят тротуары на Кирова?",
    "третий день нет отопления",
    "в подъезде опять грязь",
    "Чайковского 12, во дворе свалка",
    "автобус снова не пришёл, ждали час",
    "продают сигареты детям в киоске",
    "льготное лекарство не выдают",
    "Спасибо за новую ёлку, красота! А контейнеры за ней третью неделю переполнены",
]
TALK = [
    "Продам детскую коляску, недорого",
    "Куплю гараж",
    "отдам щенка в добрые руки",
    "Потерялась кошка, серая, просьба позвонить",
    "Нашли ключи у магазина",
    "кто едет завтра в область, возьмите попутчика",
    "Посоветуйте хорошего стоматолога",
    "Наши забили третий гол!",
    "ахаха ну ты даёшь",
    "С юбилеем, Анна Петровна!",
    "Красота какая сегодня на закате",
    "я тоже так думаю",
    "Требуется водитель, график сменный",
    "всё, свет дали, спасибо",
    "Уважаемые жители! Завтра плановое отключение воды с 9 до 12. Приносим извинения",
    "кто смотрел вчера матч?",
    "Администрация информирует: приём граждан перенесён на четверг",
    "Внимание, мошенники под видом газовщиков меняют шланги, дверь не открывайте",
    "Опрос жителей: какую лавочку поставить в сквере?",
    "Помню, в восьмидесятых у нас во дворе заливали каток",
    "сроки горят синим пламенем, а начальник в отпуске",
    "от накипи помогает лимонная кислота, проверено",
    "Пробивка засоров любой сложности, выезд за час",
    "Перейдите по ссылке и укажите карту для возврата за отопление",
    "Слесари обойдут квартиры, будьте дома 20 числа",
    "Переслано: в соседней области из-за пожара эвакуировали жителей",
    "рейтинг нашей управляющей рухнул",
    "пришли и заменили лампочку на этаже",
]


@pytest.mark.parametrize("text", APPEALS)
def test_something_needs_doing(everything: TextAnalyzer, text: str) -> None:
    reading = everything.read(text)
    assert reading.appeal
    assert reading.noise is None
    assert reading.appeal_score >= 0.5


@pytest.mark.parametrize(
    "text",
    ["Помогите, у нас беда", "Помогите, безобразие, когда сделаете?", "Сколько уже можно обещать, почините"],
)
def test_a_cry_without_a_matter_reaches_a_person(everything: TextAnalyzer, text: str) -> None:
    assert everything.read(text).appeal_score >= 0.2, "below it is talk, and nobody looks at it"


@pytest.mark.parametrize("text", TALK)
def test_talk_is_kept_quiet(everything: TextAnalyzer, text: str) -> None:
    reading = everything.read(text)
    assert not reading.appeal
    assert not reading.urgent


NOISE = [
    ("Здравствуйте!", Noise.GREETING),
    ("всем доброе утро, соседи ☀️", Noise.GREETING),
    ("С праздником!", Noise.GREETING),
    ("спасибо, сделали!", Noise.THANKS),
    ("Благодарю за ответ", Noise.THANKS),
    ("Спасибо большое, всё починили", Noise.THANKS),
    ("спс", Noise.THANKS),
    ("+", Noise.PLUS),
    ("+1", Noise.PLUS),
    ("+++", Noise.PLUS),
    ("Плюсую!", Noise.PLUS),
    ("👍👍", Noise.EMOJI),
    ("❤️", Noise.EMOJI),
    ("https://example.org/news/1", Noise.LINK_ONLY),
    ("", Noise.EMPTY),
    (" \n\u200b ", Noise.EMPTY),
    ("...", Noise.EMPTY),
    ("/start", Noise.COMMAND),
    ("/digest@town_bot", Noise.COMMAND),
]


@pytest.mark.parametrize(("text", "noise"), NOISE, ids=ascii)
def test_noise_is_named(everything: TextAnalyzer, text: str, noise: Noise) -> None:
    reading = everything.read(text)
    assert reading.noise is noise
    assert not reading.appeal
    assert not reading.is_confident
    assert set(reading.sector_scores) > {"roads", "housing"}


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо, но воды так и нет",
        "Добрый день! Когда починят лифт?",
        "заранее спасибо",
        "Спасибо за ответ, а срок?",
        "+7 подъездов без воды",
        "люк",
        "спасибо, сделали, теперь течёт ещё сильнее, и не закрывается",
        "https://example.org вот такая яма",
    ],
)
def test_in_doubt_it_is_no_noise(everything: TextAnalyzer, text: str) -> None:
    assert everything.read(text).noise is None


def test_a_name_in_the_address_of_a_mention_means_nothing(everything: TextAnalyzer) -> None:
    assert everything.read("[club1|Дорожная служба], спасибо").noise is Noise.THANKS
