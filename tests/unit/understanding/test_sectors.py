"""The sector that a message is for, and messages of which nobody should be sure."""

import pytest

from bot.domain.sectors import Sector
from bot.understanding.analyzer import TextAnalyzer

CLEAR = [
    ("На Ленина 45 третий день открыт люк", {"improvement", "roads", "housing"}),
    ("яма на дороге", {"roads"}),
    ("Не вывозят мусор с прошлой пятницы", {"waste"}),
    ("нет воды", {"housing"}),
    ("в школе холодно", {"education"}),
    ("автобус не ходит", {"transport"}),
    ("В библиотеке протекает крыша", {"culture"}),
    ("лифт опять не работает", {"housing"}),
    ("Во дворе не горит фонарь", {"improvement"}),
    ("в поликлинике не записаться к врачу", {"health"}),
    ("бродячие собаки бегают стаей", {"ecology"}),
    ("пособие на детей не пришло", {"social"}),
    ("сосед захватил чужой земельный участок", {"property"}),
    ("в посёлке нет интернета", {"digital"}),
    ("подростки дерутся, полиция не приезжает", {"safety"}),
    ("киоск торгует алкоголем ночью", {"trade"}),
    ("застройщик не сдаёт дом дольщикам", {"construction"}),
    ("на стадионе сломаны тренажёры", {"sport"}),
    ("Опека не отвечает бабушке", {"guardianship"}),
    ("оборвало провода, искрит столб", {"energy"}),
    ("взятки в администрации, а депутаты молчат", {"other"}),
]


@pytest.mark.parametrize(("text", "right"), CLEAR, ids=[text for text, _ in CLEAR])
def test_a_clear_message_goes_to_its_sector(everything: TextAnalyzer, text: str, right: set[str]) -> None:
    reading = everything.read(text)
    assert reading.sector in right
    assert reading.is_confident
    assert reading.top_sectors[0] == reading.sector
    assert reading.evidence


@pytest.mark.parametrize("text", ["ужас что творится", "Помогите!", "", "asdf qwerty", "когда это кончится уже"])
def test_a_wordless_message_is_a_guess_and_says_so(everything: TextAnalyzer, text: str) -> None:
    reading = everything.read(text)
    assert not reading.is_confident
    assert reading.sector is not None
    assert len(reading.top_sectors) == 3


@pytest.mark.parametrize(
    "text", ["не вывозят мусор", "автобус не ходит", "к врачу не записаться", "нет интернета", "пенсию не принесли"]
)
def test_message_of_absent_sector_is_not_forced_into_another(small_town: TextAnalyzer, text: str) -> None:
    assert not small_town.read(text).is_confident


def test_shared_topic_goes_to_the_configured_sector(small_town: TextAnalyzer) -> None:
    reading = small_town.read("На Ленина 45 третий день открыт люк")
    assert reading.sector == "roads"
    assert reading.is_confident
    assert set(reading.sector_scores) == {"roads", "education", "housing"}


@pytest.mark.parametrize(
    "text", ["НЕТ ВОДЫ!!!", "нeт вoды", "нет во\u200bды", "нееет воооды", "HET BOДЫ", "нет\xa0воды"], ids=ascii
)
def test_spelling_does_not_hide_the_meaning(everything: TextAnalyzer, text: str) -> None:
    reading = everything.read(text)
    assert (reading.sector, reading.is_confident) == ("housing", True)


def test_a_child_in_an_open_manhole_is_for_whoever_closes_it(everything: TextAnalyzer) -> None:
    assert everything.read("Открытый люк на дороге, ребёнок упал").sector in {"roads", "improvement"}


def test_a_slip_of_the_finger_is_forgiven(everything: TextAnalyzer) -> None:
    assert everything.read("не работает светафор на перекрестке").sector == "roads"
    assert everything.read("в подьезде не моют полы").sector == "housing"


def test_a_word_that_only_tells_the_way_does_not_decide(everything: TextAnalyzer) -> None:
    assert everything.read("огромная яма у школы").sector == "roads"
    assert everything.read("напротив поликлиники не горят фонари").sector == "improvement"
    assert everything.read("на улице Больничной нет света").sector == "energy"


def test_the_topic_is_named_in_russian(everything: TextAnalyzer) -> None:
    assert everything.read("лифт не работает").topic == "Лифт не работает"
    assert everything.read("ничего не понимаю").topic is None


class TestOwnKeywords:
    def test_one_unambiguous_word_is_enough(self) -> None:
        own = [Sector("bath", "Бани", ("баня",)), Sector("housing", "ЖКХ")]
        reading = TextAnalyzer(own, 0.6).read("Когда откроют баню?")
        assert (reading.sector, reading.is_confident, reading.evidence) == ("bath", True, ("баню",))

    def test_they_beat_the_built_in_ones(self) -> None:
        own = [Sector("roads", "Дороги", ("люк",)), Sector("improvement", "Благоустройство")]
        reading = TextAnalyzer(own, 0.6).read("Во дворе на газоне у лавочки открыт люк")
        assert (reading.sector, reading.is_confident) == ("roads", True)

    def test_a_beginning_stands_for_all_its_words(self, small_town: TextAnalyzer) -> None:
        assert small_town.read("размыло просёлочную").sector == "roads"
        assert small_town.read("обещали асфальтирование").is_confident

    def test_a_short_whole_word_is_no_beginning(self) -> None:
        own = [Sector("power", "Свет", ("свет",)), Sector("roads", "Дороги")]
        understanding = TextAnalyzer(own, 0.6)
        assert understanding.read("не работает светофор").sector == "roads"
        assert understanding.read("опять без света").sector == "power"

    def test_a_phrase_counts_as_a_whole(self) -> None:
        own = [Sector("rink", "Каток", ("ледовый дворец",)), Sector("housing", "ЖКХ")]
        understanding = TextAnalyzer(own, 0.6)
        assert understanding.read("в ледовом дворце холодно").sector == "rink"
        assert understanding.read("ледовый").sector != "rink" or not understanding.read("ледовый").is_confident

    def test_words_of_two_sectors_are_a_tie(self) -> None:
        own = [Sector("a", "А", ("фонтан",)), Sector("b", "Б", ("сквер",)), Sector("c", "В")]
        reading = TextAnalyzer(own, 0.4).read("фонтан в сквере")
        assert not reading.is_confident
        assert set(reading.top_sectors[:2]) == {"a", "b"}

    def test_a_word_that_two_claim_decides_nothing(self) -> None:
        own = [Sector("a", "А", ("фонтан",)), Sector("b", "Б", ("фонтан",))]
        assert not TextAnalyzer(own, 0.4).read("фонтан").is_confident


def test_a_higher_threshold_makes_fewer_sure() -> None:
    sectors = [Sector("roads", "Дороги"), Sector("improvement", "Благоустройство")]
    assert TextAnalyzer(sectors, 0.6).read("яма").is_confident
    assert not TextAnalyzer(sectors, 0.99).read("яма").is_confident


def test_without_sectors_there_is_no_candidate() -> None:
    reading = TextAnalyzer([], 0.6).read("яма на дороге")
    assert reading.sector is None
    assert not reading.is_confident
    assert reading.top_sectors == ()


def test_people_in_danger_are_for_safety_wherever_they_are(everything: TextAnalyzer) -> None:
    text = "горит балкон на пятом этаже, из подъезда валит дым, люди кричат"

    assert everything.read(text).sector == "safety"


def test_a_sector_that_topics_and_model_choose_is_surer_than_one_of_few_words(everything: TextAnalyzer) -> None:
    agreed = everything.read("не вывозят мусор, контейнеры переполнены")
    doubtful = everything.read("водитель рассказал, что у рынка опять непорядок")

    assert max(agreed.sector_scores.values()) > 0.9 > 0.6 > max(doubtful.sector_scores.values())
