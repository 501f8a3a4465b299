"""Danger, and supplies that are off right now."""

import pytest

from bot.domain.urgency import Urgency
from bot.understanding.analyzer import TextAnalyzer


@pytest.mark.parametrize(
    "text",
    [
        "открыт люк возле остановки",
        "сильно пахнет газом в подъезде",
        "оборван провод, лежит на тротуаре",
        "горит мусорный контейнер во дворе",
        "обвалился балкон на Мира 3",
        "стая собак напала на ребёнка",
        "огромная сосулька висит над подъездом",
        "соседу плохо с сердцем, скорая не едет",
        "нет воды во всём доме со вчера",
        "вся улица без света",
        "прорвало трубу, подвал затопило кипятком",
        "застряли в лифте, никто не приходит",
        "человек провалился под лёд на пруду",
    ],
)
def test_it_can_not_wait(everything: TextAnalyzer, text: str) -> None:
    assert everything.read(text).urgent


@pytest.mark.parametrize(
    "text",
    [
        "яма на дороге",
        "лавочку сломали во дворе",
        "когда проведут газ в нашу деревню?",
        "завышены начисления за воду",
        "в подъезде нет света, лампочка перегорела",
        "каждую осень отключают свет при ветре",
        "фильм просто бомба, все горят от восторга",
        "Продам газовую плиту",
        "спасибо, воду дали",
        "нет интернета",
        "не косят траву",
        "умираем от жары в автобусе, кондиционер не включают",
        "умираем от духоты в классе",
    ],
)
def test_it_can_wait(everything: TextAnalyzer, text: str) -> None:
    assert not everything.read(text).urgent


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("я больше не хочу жить", Urgency.SUICIDE),
        ("сын пишет, что хочет покончить с собой, помогите", Urgency.SUICIDE),
        ("не хочу жить в таком свинарнике, уберите мусор во дворе", None),
        ("не хочу жить рядом со свалкой", None),
        ("открыт чердак, дети прыгают с крыши в сугроб", Urgency.DANGER),
        ("мужчина избивает ребёнка во дворе", Urgency.CRIME),
        ("умираем от жары, дед потерял сознание, скорая не едет", Urgency.DANGER),
        ("эта сосулька кого-нибудь убьёт, висит прямо над входом", Urgency.DANGER),
        ("взрыв газа в доме на Мира 5", Urgency.DANGER),
    ],
)
def test_only_what_is_for_the_duty_officer_reaches_him(
    everything: TextAnalyzer, text: str, urgency: Urgency | None
) -> None:
    assert everything.read(text).urgency is urgency
