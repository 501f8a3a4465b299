"""The applicant in a message: the author's own name and telephone, and whom they speak for."""

import pytest

from bot.domain.applicants import ApplicantKind
from bot.domain.sectors import Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.privacy.names import NameFinder


@pytest.fixture(scope="module")
def analyzer() -> TextAnalyzer:
    return TextAnalyzer([Sector("roads", "Дороги", ())], 0.6)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Течёт крыша, мой телефон 8 914 123-45-67, звоните", "8 914 123-45-67"),
        ("звоните +79141234567 Анна", "+79141234567"),
        ("Звонила Анна Петровна, 2-14-15: на Ленина 45 яма", "2-14-15"),
        ("Позвонила в 8-800-200-00-00, там не берут", None),
        ("паспорт 0512 345678, жду ответа", None),
        ("Яма на Ленина 45, уже 3 недели", None),
    ],
)
def test_telephone_of_the_author_is_read(analyzer: TextAnalyzer, text: str, phone: str | None) -> None:
    assert analyzer.read_applicant(text).phone == phone


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Здравствуйте! Меня зовут Ольга Сергеевна Ким, на Мира 7 нет света", "Ольга Сергеевна Ким"),
        ("На Мира 7 нет света. С уважением, Иван Петров", "Иван Петров"),
        ("Звонила Анна Петровна, 2-14-15: на Ленина 45 яма", "Анна Петровна"),
        ("На улице Ивана Петрова нет света", None),
        ("Участковый Иван Петров не приехал", None),
    ],
)
def test_own_name_of_the_author_is_read(analyzer: TextAnalyzer, text: str, name: str | None) -> None:
    assert analyzer.read_applicant(text).name == name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("От имени ТСЖ «Заря» просим вывезти снег", ApplicantKind.LEGAL),
        ("Я директор ООО «Рыбак», подъезд к складу не чистят", ApplicantKind.LEGAL),
        ("Наше предприятие второй день без воды", ApplicantKind.LEGAL),
        ("Я индивидуальный предприниматель, у павильона нет света", ApplicantKind.LEGAL),
        ("ООО «Водоканал» третий день не чинит трубу", ApplicantKind.CITIZEN),
        ("Наша управляющая компания не чистит крышу", ApplicantKind.CITIZEN),
        ("Я гражданин Узбекистана, работаю тут, автобус не ходит", ApplicantKind.FOREIGN),
        ("У меня вид на жительство, не берут ребёнка в сад", ApplicantKind.FOREIGN),
        ("Я гражданин России и требую убрать снег", ApplicantKind.CITIZEN),
        ("Я гражданка этого города", ApplicantKind.CITIZEN),
        ("Я лицо без гражданства, куда идти за документами?", ApplicantKind.STATELESS),
        ("Иностранные граждане шумят по ночам на Мира 7", ApplicantKind.CITIZEN),
    ],
)
def test_kind_of_the_applicant_is_read_from_own_words_only(
    analyzer: TextAnalyzer, text: str, kind: ApplicantKind
) -> None:
    assert analyzer.read_applicant(text).kind is kind


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Звонила анна петровна: на Ленина 45 яма", "анна петровна"),
        ("Звонил сидоренко а. б., на Ленина 45 яма", "сидоренко а. б."),
        ("Звонил ахмедов гусейн оглы: на Ленина 45 яма", "ахмедов гусейн оглы"),
        ("Звонил Щщщов Иван: на Ленина 45 яма", "Щщщов Иван"),
    ],
)
def test_name_is_read_when_only_the_next_words_tell_it(analyzer: TextAnalyzer, text: str, name: str) -> None:
    assert analyzer.read_applicant(text).name == name


def test_names_are_not_searched_when_an_introduction_is_followed_by_none(
    analyzer: TextAnalyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many people write that they have called a dispatcher; the search would cost more than the rest."""
    monkeypatch.setattr(NameFinder, "find", lambda *_: pytest.fail("names are searched"))

    assert analyzer.read_applicant("На Мира 7 нет света. Звонили диспетчеру, обещали разобраться.").name is None
