"""The exports of the systems whose headings are built in."""

from datetime import UTC, datetime

from bot.domain.layouts import BUILT_IN
from bot.spreadsheets.table import find_systems
from tests.unit.spreadsheets.tables import POS_HEADINGS, pos_line, read, refused, taken, text_table, xlsx


def test_row_of_pos_has_a_subject_and_no_text() -> None:
    table = read(xlsx([["Отчёт по сообщениям"], [], POS_HEADINGS, pos_line()]))
    (row,) = taken(table)
    assert (row.number, row.text, row.subject) == ("4012345", None, "Дороги / Ямы / Яма на проезжей части")
    assert row.registered_at == datetime(2026, 11, 24, 13, tzinfo=UTC)  # midnight on Sakhalin
    assert row.due == datetime(2026, 12, 5, 12, 59, tzinfo=UTC)  # the end of the day
    assert (row.is_finished, row.finished_at, row.status) == (False, None, "Назначен исполнитель")
    assert (row.source, row.number_in_source, row.organisation) == ("ЕПГУ", None, "Отдел дорог")
    assert row.place.line == 4
    assert table.row_count == 1
    assert "ФИО исполнителя" in table.new_headings


def test_row_of_pos_is_finished_by_its_stage_or_by_the_date_of_the_end() -> None:
    by_stage = pos_line("1", Стадия="Завершено", Статус="Отправлен ответ заявителю")
    by_date = pos_line("2", Дата_фактического_завершения_работ="27.11.2026")
    to_come = pos_line("3", Дата_фактического_завершения_работ="27.12.2026")
    rows = taken(read(text_table([POS_HEADINGS, by_stage, by_date, to_come])))
    assert [row.is_finished for row in rows] == [True, True, False]
    assert rows[1].finished_at == datetime(2026, 11, 27, 12, 59, tzinfo=UTC)


def test_row_of_ecur_has_its_number_moment_and_place() -> None:
    headings = (
        *("Номер ЕЦУР", "Номер в источнике", "Дата (первого взятия в работу)", "Направление", "Факт", "Подтема"),
        *("Статус", "Исполнитель", "ОМСУ", "Источник", "Описание", "Адрес (формат)", "Район", "Населенный пункт"),
        *("Улица", "Дом"),
    )
    line = (
        *(90017.0, "ДО-55", datetime.fromisoformat("2026-11-20 14:30"), "ЖКХ", "Отопление", "Нет отопления"),
        *("Закрыта с отложенным", "УК Север", "Мытищи", "Добродел", "Холодно дома", "ул. Мира, 5", "-", "Мытищи"),
        *("Мира", datetime.fromisoformat("2026-01-12")),
    )
    (row,) = taken(read(xlsx([headings, line]), "ecur"))
    assert (row.number, row.number_in_source, row.source) == ("90017", "ДО-55", "Добродел")
    assert row.registered_at == datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
    assert (row.subject, row.text) == ("ЖКХ / Отопление / Нет отопления", "Холодно дома")
    assert (row.street, row.house, row.district, row.settlement) == ("Мира", "12/1", None, "Мытищи")
    assert row.is_finished


def test_spam_of_ecur_is_no_work_whatever_its_status() -> None:
    headings = ("Номер ЕЦУР", "Дата (первого взятия в работу)", "Факт", "Статус", "Спам")
    answers = {"1": "Да", "2": "Нет", "3": "-"}
    lines = [(number, "20.11.2026", "Яма", "На исполнении", spam) for number, spam in answers.items()]
    assert [row.is_finished for row in taken(read(text_table([headings, *lines]), "ecur"))] == [True, False, False]


def test_row_of_incident_has_no_marks_of_the_network_in_its_words() -> None:
    headings = (
        *("Тема", "Номер\nинцидента", "Группа  тем", "ДАТА СОЗДАНИЯ", "Дата закрытия", "Итог", "Муниципалитет"),
        *("Текст инцидента", "Населенный пункт"),
    )
    text = "[club123|Администрация], где снег?\n[id5:bp-1_2|Ирина] права"
    lines = [
        ["Дороги", "881", "ЖКХ", "2026-11-20 10:00:05", "21.11.26", "Решено", "Холмский МО", text, "Холмск"],
        ["Дороги", "882", "ЖКХ", "2026-11-20 10:00:05", "21.11.26", "Отложено", "Холмский МО", "Снег", "Холмск"],
    ]
    done, postponed = taken(read(text_table([headings, *lines], "utf-16", "\t"), "incident", town="Холмск"))
    assert done.text == "Администрация, где снег?\nИрина права"
    assert done.subject == "ЖКХ / Дороги"
    assert (done.is_finished, postponed.is_finished) == (True, False)
    assert done.settlement == "Холмск"


def test_row_of_sed_keeps_its_index() -> None:
    headings = ("№РК/Индекс", "Дата рег.", "Содержание", "Корр./Подписал", "Вид доставки РК", "Рубрика")
    line = ("07/19-ОГ-10", "24.11.2026", "О ремонте двора", "Иванов И.И.", "Почта", "0002.0014.0143.0416")
    (row,) = taken(read(text_table([headings, line], "utf-8-sig", ","), "sed"))
    assert (row.number, row.text, row.applicant) == ("07/19-ОГ-10", "О ремонте двора", "Иванов И.И.")
    assert (row.source, row.subject) == ("Почта", "0002.0014.0143.0416")


def test_headings_tell_the_system() -> None:
    incident = [("Номер инцидента", "Дата создания", "Тема", "Текст инцидента", "Номер", "Факт"), ("1",)]
    layouts = BUILT_IN.values()
    assert find_systems(text_table([POS_HEADINGS]), layouts) == ["pos"]
    assert find_systems(text_table(incident), layouts) == ["incident", "pos"]
    assert find_systems(text_table([("Товар", "Цена")]), layouts) == []


def test_number_of_another_system_is_refused_with_its_place() -> None:
    table = read(text_table([POS_HEADINGS, pos_line("07/19-ОГ-10"), pos_line("7")]))
    (row,) = refused(table)
    assert (row.place.line, row.reason, row.column, row.value) == (2, "other_system", "Номер", "07/19-ОГ-10")
    assert [one.number for one in taken(table)] == ["7"]
