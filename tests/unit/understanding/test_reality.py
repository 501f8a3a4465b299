"""Quotations, suppositions, units, the future and long ago are no alarm; what is real among them is one."""

import pytest

from bot.domain.urgency import Urgency
from bot.understanding.analyzer import TextAnalyzer

NOT_NOW = [
    "перемена всего 10 мин, дети не успевают поесть в школе",
    "если бы у нас прорвало трубу и затопило подвал, было бы хуже",
    "в управляющей сказали «у вас прорвало трубу», а трубы сухие, обманщики",
    "завтра отключат свет в доме, говорят",
    "зимой тут парень провалился под лёд, спасли",
    "ни капли совести у управляющей компании, подъезд грязный",
    "меня прорвало на стихи",
    "телефон молчит, домашний не работает вторую неделю",
]
NOW = [
    ("отключили свет на всей улице, телефон аварийной не отвечает", Urgency.OUTAGE),
    ("ни капли воды с утра во всём доме", Urgency.OUTAGE),
    ("хотелось бы узнать, когда приедут: прорвало трубу, двор заливает", Urgency.OUTAGE),
    ("человек лежит на снегу и не шевелится", Urgency.DANGER),
    ("бабушка за стеной стонет и зовёт на помощь", Urgency.DANGER),
    ("рыбаков унесло на льдине", Urgency.DANGER),
    ("столб накренился над детской площадкой, еле держится", Urgency.DANGER),
    ("кирпичи сыплются с карниза на тротуар", Urgency.DANGER),
    ("возле школы дядька затаскивает девочку в машину", Urgency.CRIME),
    ("подруга пишет, что выпила все таблетки и прощается", Urgency.SUICIDE),
]


@pytest.mark.parametrize("text", NOT_NOW)
def test_what_is_not_now_is_no_alarm(everything: TextAnalyzer, text: str) -> None:
    assert everything.read(text).urgency is None


@pytest.mark.parametrize(("text", "urgency"), NOW)
def test_what_is_now_is_an_alarm(everything: TextAnalyzer, text: str, urgency: Urgency) -> None:
    assert everything.read(text).urgency is urgency


def test_an_address_between_the_words_hides_no_danger(everything: TextAnalyzer) -> None:
    assert everything.read("Лифт, дом Победы 6 корпус 2, сижу внутри, застрял, кнопка молчит").urgent
