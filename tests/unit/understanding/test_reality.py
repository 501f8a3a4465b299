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
    "в столовой салфеток нет, вода тёплая, свет яркий",
    "попугай выучил два слова: «воды нет»",
    "волонтёры приюта зовут на помощь: нужны руки красить вольеры",
    "отец лежит и не встаёт, хоккей у него",
    "воробьи дерутся насмерть за корку",
    "смотрели ужастик, там дядька с топором гонится за девушкой",
    "причёска у неё просто пожар",
    "если нашли подозрительный пакет, не трогайте, звоните 112",
    "не хочу жить в этой квартире, продаю",
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
    ("из-за стены стучит и зовёт «помогите» старушка", Urgency.DANGER),
    ("сын сказал «завтра меня не будет, прощай» и отключил телефон", Urgency.SUICIDE),
    ("брат закрылся в бане с верёвкой и молчит", Urgency.SUICIDE),
    ("воняет тухлыми яйцами от плиты, голова кружится", Urgency.DANGER),
    ("река поднялась за ночь на метр, подмыло мост", Urgency.DANGER),
    ("леса у фасада качаются на ветру, внизу люди", Urgency.DANGER),
    ("соседка второй день не выходит за почтой, собака воет", Urgency.DANGER),
    ("отца придавило прицепом, зажало ноги", Urgency.DANGER),
    ("тут на Мира двадцать один б провод до земли висит", Urgency.DANGER),
    ("трамвайный рельс лопнул на повороте", Urgency.DANGER),
    ("по всей улице отсутствует водоснабжение, порыв на сетях", Urgency.OUTAGE),
    ("ученик пишет в чате, что всех перестреляет в классе", Urgency.CRIME),
    ("под скамейкой стоит сумка с проводами и тикает", Urgency.CRIME),
    ("дядя трогает падчерицу, маленькую, мать молчит", Urgency.CRIME),
]


@pytest.mark.parametrize("text", NOT_NOW)
def test_what_is_not_now_is_no_alarm(everything: TextAnalyzer, text: str) -> None:
    assert everything.read(text).urgency is None


@pytest.mark.parametrize(("text", "urgency"), NOW)
def test_what_is_now_is_an_alarm(everything: TextAnalyzer, text: str, urgency: Urgency) -> None:
    assert everything.read(text).urgency is urgency


def test_an_address_between_the_words_hides_no_danger(everything: TextAnalyzer) -> None:
    assert everything.read("Лифт, дом Победы 6 корпус 2, сижу внутри, застрял, кнопка молчит").urgent
