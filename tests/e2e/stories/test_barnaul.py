"""Barnaul: blocks and districts lead to exactly one addressee, and the others of the city only watch."""

from tests.e2e.queries import wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, MARIA, ExampleTown

TOWN, STORY_BEGINS = "barnaul", "20.11 11:10"
YARD = "Индустриальный район, Малахова 100, двор завален снегом"
OFFICIAL, HEAD = "Должностное лицо администрации {} района", "Глава администрации {} района"
BLOCK, STAFF = "Заместитель главы администрации города по городскому хозяйству", "Сотрудник МЦУ"
MANAGER = "Руководитель МЦУ"
TERM = "ответить до пн 23.11, 11:10"


def actors(town: ExampleTown, number: int) -> set[str]:
    """Return the positions whose card of that ticket can be accepted."""
    offered = {name: town.chat_of(name).find_message(button="Принять") for name in town.holders_of_cards(number)}
    return {name for name, card in offered.items() if card}


async def test_a_yard_has_exactly_one_addressee_and_two_watchers(town: ExampleTown) -> None:
    await town.comment(YARD)
    await town.chat_of(OFFICIAL.format("Индустриального")).wait_for_card(1, "Малахова, 100", "Индустриальный")
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Индустриального")}
    assert town.holders_of_cards(1) - actors(town, 1) == {HEAD.format("Индустриального"), BLOCK}


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


async def test_a_wrong_district_is_mended_and_the_term_stays(town: ExampleTown) -> None:
    await town.comment(YARD)
    await town.press(OFFICIAL.format("Индустриального"), ("№1",), "Ещё", "Другой район", "Ленинский")
    card = await town.chat_of(OFFICIAL.format("Ленинского")).wait_for_card(1, "район: Ленинский", button="Принять")
    assert TERM in card.text
    await wait_until_idle(town)
    assert actors(town, 1) == {OFFICIAL.format("Ленинского")}


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
