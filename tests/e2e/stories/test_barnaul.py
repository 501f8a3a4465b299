"""Barnaul: blocks and districts lead to exactly one addressee, and the others of the city only watch."""

import pytest

from tests.e2e.harness import PYOTR
from tests.e2e.imports.tables import INCIDENT_HEADINGS
from tests.e2e.queries import get_ticket, wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, MARIA, ExampleTown

TOWN, STORY_BEGINS = "barnaul", "20.11 11:10"
YARD = "Индустриальный район, Малахова 100, двор завален снегом"
OFFICIAL, HEAD = "Должностное лицо администрации {} района", "Глава администрации {} района"
BLOCK, STAFF = "Заместитель главы администрации города по городскому хозяйству", "Сотрудник МЦУ"
MANAGER, COORDINATOR = "Руководитель МЦУ", "Председатель комитета информационной"
CURATOR = "Заместитель главы администрации города, руководитель"
STEPS = 10
WAITING = {
    3: "what is counted to the holder",
    5: "mailings to a street, and how many they reached",
    6: "rating of bodies",
    8: "recommendations to bodies",
    9: "rating of bodies and district administrations",
    10: "indicators of districts, the heat map of the regional centre, conflicts, the target of a block",
}
COLD = "На Малахова {house} нет тепла, батареи ледяные второй день"
TERM = "ответить до пн 23.11, 11:10"


def actors(town: ExampleTown, number: int) -> set[str]:
    """Return the positions whose card of that ticket can be accepted."""
    offered = {name: town.chat_of(name).find_message(button="Принять") for name in town.holders_of_cards(number)}
    return {name for name, card in offered.items() if card}


@pytest.mark.step(1)
async def test_a_yard_has_exactly_one_addressee_and_two_watchers(town: ExampleTown) -> None:
    await town.comment(YARD)
    await town.chat_of(OFFICIAL.format("Индустриального")).wait_for_card(1, "Малахова, 100", "Индустриальный")
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Индустриального")}
    assert town.holders_of_cards(1) - actors(town, 1) == {HEAD.format("Индустриального"), BLOCK}


@pytest.mark.step(2)
async def test_what_has_no_place_is_sorted_by_the_centre(town: ExampleTown) -> None:
    await town.comment("Не вывозят снег!")
    staff = town.chat_of(STAFF)
    card = await staff.wait_for_card(1, "Район неизвестен", button="Индустриальный")
    await wait_until_idle(town)
    assert {name[: len(STAFF)] for name in town.holders_of_cards(1)} == {STAFF}

    await staff.press_without_answer(card, "Индустриальный")

    await town.chat_of(OFFICIAL.format("Индустриального")).wait_for_card(1, TERM)
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Индустриального")}
    assert {HEAD.format("Индустриального"), BLOCK} < town.holders_of_cards(1)


@pytest.mark.step(2)
async def test_the_citizen_is_asked_for_the_place_and_the_word_finds_the_addressee(town: ExampleTown) -> None:
    post, _ = await town.comment("Не вывозят снег!")
    staff = town.chat_of(STAFF)
    card = await staff.wait_for_card(1, "Район неизвестен", button="Уточнить у жителя")
    assert "Индустриальный" in " ".join(card.button_labels)
    await staff.press_without_answer(card, "Уточнить у жителя")
    await staff.wait_for_message("❓ Вопрос жителю по №1")
    await staff.send_message("На какой улице не вывезли снег?")
    await town.press(STAFF, ("Так вопрос увидит житель", "На какой улице"), "Отправить")
    await town.wait_until(lambda: town.official_comments(post) == ["На какой улице не вывезли снег?"])
    await staff.wait_for_card(1, "⏸ Ждём жителя с пт 20.11, 11:10")
    town.set_time("20.11 19:10")  # the whole term has passed
    await wait_until_idle(town)
    assert not staff.find_message("Просрочено")
    assert {name[: len(STAFF)] for name in town.holders_of_cards(1)} == {STAFF}
    question = next(one for one in town.sandbox.vk.comments(COMMUNITY, post) if one.from_id == -COMMUNITY)

    await town.sandbox.vk.comment(COMMUNITY, post, MARIA, "Малахова", reply_to=question.id)

    await staff.wait_for_message("💬 №1: житель ответил на вопрос", "Малахова")
    card = await town.chat_of(OFFICIAL.format("Индустриального")).wait_for_card(1, "Малахова", "район: Индустриальный")
    assert "ответить до пн 23.11, 11:10" not in card.text  # that was the term before the question
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Индустриального")}
    assert {HEAD.format("Индустриального"), BLOCK} < town.holders_of_cards(1)


@pytest.mark.step(3)
async def test_a_wrong_district_is_mended_and_the_term_stays(town: ExampleTown) -> None:
    await town.comment(YARD)
    await town.press(OFFICIAL.format("Индустриального"), ("№1",), "Ещё", "Другой район", "Ленинский")
    card = await town.chat_of(OFFICIAL.format("Ленинского")).wait_for_card(1, "район: Ленинский", button="Принять")
    assert TERM in card.text
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Ленинского")}


@pytest.mark.step(6)
async def test_an_answer_without_an_answer_is_mended_at_the_manager_s_request(town: ExampleTown) -> None:
    await town.comment(YARD)
    official, manager = town.chat_of(OFFICIAL.format("Индустриального")), town.chat_of(MANAGER)
    await official.answer_ticket(1, "Отвечено.")
    await official.wait_for_card(1, "✅ Отвечено")
    await manager.send_message("/find 1")
    await town.press(MANAGER, ("№1",), "Ещё")
    await town.press(MANAGER, ("№1",), "Запрос на исправление")
    await manager.wait_for_message("Запрос на исправление №1: Должностное лицо администрации Индустриального")
    await manager.send_message("Ответа по существу нет, до ср 12:00")
    await official.wait_for_message("🛠 Запрос на исправление №1", "Исправить до ср 25.11, 12:00", button="Исправлено")

    town.set_time("23.11 11:00")
    await official.wait_for_message("⏰ Ждём исправления №1")
    town.set_time("25.11 12:00")
    await manager.wait_for_message("Просрочено: исправление №1", OFFICIAL.format("Индустриального"))
    await town.press(OFFICIAL.format("Индустриального"), ("Просрочено: исправление №1",), "Исправлено")
    await town.press(MANAGER, ("🛠 №1: исправлено", "с опозданием"), "Принять")
    await official.wait_for_message("👌 Исправление №1 принято")
    await manager.send_message("/stats")
    await manager.wait_for_message("Запросов на исправление: 1, из них просрочено 1")


@pytest.mark.step(5)
async def test_forty_messages_of_one_street_are_one_problem(town: ExampleTown) -> None:
    official = town.chat_of(OFFICIAL.format("Индустриального"))
    post = await town.sandbox.vk.post(COMMUNITY, "Доброе утро!")
    for number in range(40):
        who = 5001 + number
        town.sandbox.vk.user(who, "Житель", str(number))
        await town.sandbox.vk.comment(COMMUNITY, post, who, COLD.format(house=2 + 2 * number))
    await official.wait_for_card(1, "40 человек")
    await wait_until_idle(town)
    assert [number for number in range(1, 41) if official.find_cards(number)] == [1]


@pytest.mark.step(7)
async def test_a_silent_page_of_a_district_is_told_to_the_coordinator_on_monday(town: ExampleTown) -> None:
    (page,) = town.values["pages"]
    vk, coordinator = town.sandbox.vk, town.chat_of(COORDINATOR)
    post = await vk.post(page["id"], "Новости района")
    await town.wait_until(lambda: town.page_checks > 1)
    for number, words in enumerate(("Когда откроют бассейн?", "Почему не работает сайт?", "Кто чистит парк?")):
        vk.user(6001 + number, "Житель", str(number))
        await vk.comment(page["id"], post, 6001 + number, words)
    before = town.page_checks
    await town.wait_until(lambda: town.page_checks > before + 2)
    await wait_until_idle(town)
    town.set_time("23.11 20:01")  # a Monday; the page has been silent for three days
    first = await coordinator.wait_for_message("Официальные страницы за неделю", "3 комментария")
    assert "Нет новых записей" not in first.text
    town.set_time("30.11 20:01")
    note = await coordinator.wait_for_message("Официальные страницы за неделю", "Нет новых записей")
    assert f"{page['title']}: 10 дней" in note.text
    assert f"{page['title']}: 3 комментария, самый давний ждёт 10 дн." in note.text


@pytest.mark.step(10)
async def test_in_the_evening_each_reads_the_figures_of_their_field(town: ExampleTown) -> None:
    post, _ = await town.comment(YARD)
    official = town.chat_of(OFFICIAL.format("Индустриального"))
    await official.answer_ticket(1, "Двор на Малахова, 100 почистят 21.11.2026.")
    await town.wait_until(lambda: town.official_comments(post))
    await town.comment("Ленинский район, Юрина 180, двор завален снегом, не пройти", PYOTR)
    await town.chat_of(OFFICIAL.format("Ленинского")).wait_for_card(2)
    town.set_time("20.11 20:00")
    for reader in (CURATOR, MANAGER):
        digest = await town.chat_of(reader).wait_for_message("📊 Сводка за 20 ноября", "Новых: 2", "Отвечено: 1")
        assert "Благоустройство: новых 2, отвечено 1 (в срок 1), в работе 1, просрочено 1" in digest.text
        assert "Ленинский район, Юрина 180" in digest.text
    own = await town.chat_of(BLOCK).wait_for_message("📊 Ваша сводка за 20 ноября", "Новых: 2", "Просрочено: 1")
    assert "Самое давнее: №2" in own.text
    await wait_until_idle(town)
    social = town.chat_of("Заместитель главы администрации города по социальной")
    assert not social.find_message("📊"), "nothing has happened in that block"


@pytest.mark.step(4)
async def test_rows_that_are_comments_of_vk_are_joined_to_their_messages(town: ExampleTown) -> None:
    await town.comment(YARD)
    official = town.chat_of(OFFICIAL.format("Индустриального"))
    await official.wait_for_card(1)
    roof = "На Малахова 5 в подъезде течёт крыша, соберите комиссию"
    await town.comment(roof, PYOTR)
    await official.wait_for_card(2)
    rows = [
        incident("71", YARD, "Ким Мария"),
        incident("72", roof, "Ли Пётр"),
        incident("73", "На Малахова 60 во дворе не убран снег, не пройти", "Иванова Ирина"),
    ]
    await town.enter_table(STAFF, "Инцидент.xlsx", rows, "Инцидент Менеджмент", "Новых: 1")
    await official.wait_for_message("📥 Новых из Инцидент Менеджмент: 1", "(73)")
    numbers = [(await get_ticket(town, number)).external_number for number in (1, 2, 3)]
    assert numbers == ["71", "72", "73"]


def incident(number: str, words: str, author: str) -> dict[str, str]:
    """Return an open row of «Инцидент Менеджмент» of the day of the story."""
    values = (number, "20.11.2026", "Благоустройство", words, author, "", "", "25.11.2026")
    return dict(zip(INCIDENT_HEADINGS, values, strict=True))
