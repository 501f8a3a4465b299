"""Kamyshlov: a town without blocks, where the centre's specialist prepares and the manager publishes."""

from datetime import timedelta

import pytest

from bot.domain.applicants import ApplicantKind
from sandbox.vk.state import Message
from tests.e2e.harness import COMMUNITY, PYOTR
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import get_ticket, list_audit, wait_until_idle
from tests.e2e.stories.example_town import EXAMPLES, MARIA, ExampleTown

TOWN, STORY_BEGINS = "kamyshlov", "24.11 10:05"  # a Tuesday
CURATOR, MANAGER, SPECIALIST = "Заместитель главы", "Начальник организационного", "Ведущий специалист"
STEPS = 9
WAITING = {
    6: "meetings: the agenda, votes in absence, the protocol",
    7: "public discussions: for, against, themes",
    8: "rating of units",
    9: "figures of satisfaction, overdue by unit, what waits for a meeting, the report for the head of the town",
}
UNION = 777
LAMPS = "На Карла Маркса 15 третий день не горят фонари, вечером темно. Когда почините?"
HEATING = "Я гражданин Узбекистана. На Свердлова 8 холодные батареи, когда дадут тепло?"
ANSWER, AGAIN = "Лампы на Карла Маркса заменят 25.11.2026.", "Лампы на Карла Маркса заменили 27.11.2026."


@pytest.mark.step(1)
async def test_a_town_without_blocks_passes_the_check_and_its_topics_are_statistics_only(town: ExampleTown) -> None:
    assert "sectors" not in town.values
    code, said, _ = await run_command(
        "check", "--offline", "--config", str(EXAMPLES / "kamyshlov.toml"), cwd=town.folder
    )
    assert (code, "Настройки в порядке" in said) == (0, True)
    await town.comment(LAMPS)
    await town.chat_of(SPECIALIST).wait_for_card(1, "Карла Маркса, 15", button="Принять")
    await wait_until_idle(town)
    assert (await get_ticket(town, 1)).sector in ("", None)


@pytest.mark.step(2)
async def test_an_association_and_a_foreigner_write_and_both_kinds_are_seen(town: ExampleTown) -> None:
    vk = town.sandbox.vk
    vk.community(UNION, "ТСЖ «Заря»", "key-of-the-association")
    post = await vk.post(COMMUNITY, "Итоги недели")
    await vk.comment(COMMUNITY, post, -UNION, LAMPS)
    specialist = town.chat_of(SPECIALIST)
    await specialist.wait_for_card(1, "👤 ТСЖ «Заря», юридическое лицо")
    await vk.send_message(COMMUNITY, PYOTR, HEATING)
    await specialist.wait_for_card(2, "иностранный гражданин")
    kinds = [(await get_ticket(town, number)).applicant_kind for number in (1, 2)]
    assert kinds == [ApplicantKind.LEGAL, ApplicantKind.FOREIGN]


async def enter_from_pos(town: ExampleTown) -> None:
    """Let the specialist type in a message of ПОС: number, term, name and telephone."""
    specialist = town.chat_of(SPECIALIST)
    await specialist.send_message(f"/new {LAMPS}")
    await town.press(SPECIALIST, ("Откуда пришло",), "ПОС")
    await specialist.wait_for_message("Номер в той системе?")
    await specialist.send_message("ПОС-204")
    await specialist.wait_for_message("До какого времени")
    await specialist.send_message("04.12.2026 18:00")
    await specialist.wait_for_message("Кто заявитель?")
    await specialist.send_message("Анна Петрова, 8 912 000-00-00")
    await town.press(SPECIALIST, ("ыберите, кто это",), "Гражданин")


@pytest.mark.step(3)
async def test_the_specialist_types_in_a_message_of_pos(town: ExampleTown) -> None:
    await enter_from_pos(town)
    card = await town.chat_of(SPECIALIST).wait_for_card(1, "👤 Анна Петрова, 8 912 000-00-00", "ПОС-204")
    assert "до пт 04.12, 18:00" in card.text


async def publish(town: ExampleTown, number: int, text: str) -> None:
    """Let the specialist prepare and the manager publish an answer."""
    await town.submit(SPECIALIST, number, text)
    await town.press(MANAGER, (f"на согласовании (№{number})",), "Опубликовать")
    await town.chat_of(SPECIALIST).wait_for_card(number, "✅ Отвечено")
    await wait_until_idle(town)


@pytest.mark.step(3)
async def test_the_specialist_prepares_and_the_manager_publishes(town: ExampleTown) -> None:
    post, _ = await town.comment(LAMPS)
    card = await town.chat_of(SPECIALIST).wait_for_card(1, button="Подготовить ответ")
    assert not any("Опубликовать" in label for label in card.button_labels)
    await town.submit(SPECIALIST, 1, ANSWER)
    assert town.official_comments(post) == []
    await town.press(MANAGER, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [ANSWER])
    card = await town.chat_of(SPECIALIST).wait_for_card(1, "✅ Отвечено: Ведущий специалист")
    assert "опубликовано: Начальник организационного" in card.text


@pytest.mark.step(4)
async def test_a_unit_without_account_is_asked_and_its_time_is_counted(town: ExampleTown) -> None:
    await town.comment(LAMPS)
    specialist, manager = town.chat_of(SPECIALIST), town.chat_of(MANAGER)
    await specialist.wait_for_card(1)
    await manager.send_message("/find 1")
    await wait_until_idle(town)
    await town.press(MANAGER, ("№1",), "Ещё", "Запросить сведения", "Другая организация")
    await manager.wait_for_message("Кого спросить по №1?")
    await manager.send_message("Комитет по архитектуре")
    await manager.wait_for_message("Запрос (Комитет по архитектуре) по №1")
    await manager.send_message("Чьи это фонари? до ср 12:00")
    await manager.wait_for_message("записан: Комитет по архитектуре")
    await specialist.wait_for_card(1, "📨 Запрос: Комитет по архитектуре, ответ до ср 25.11, 12:00")

    town.set_time("25.11 11:10")
    await town.press(SPECIALIST, ("записан: Комитет по архитектуре",), "Внести ответ")
    await specialist.wait_for_message("Вопрос по №1")
    await specialist.send_message("Фонари на балансе города")
    await specialist.wait_for_card(1, "📨 Комитет по архитектуре", "Фонари на балансе города")
    await manager.wait_for_message("📨 Ответ на запрос по №1", "Фонари на балансе города")
    asked, answered = [one for one in await list_audit(town, 1) if one.action.startswith("inquiry")]
    assert (asked.action, answered.action) == ("inquiry_asked", "inquiry_answered")
    assert (answered.at - asked.at) == timedelta(hours=25, minutes=5)


async def say_no(town: ExampleTown) -> None:
    """Let the citizen press «Нет» under the question «Вопрос решён?»."""
    vk = town.sandbox.vk

    def questions() -> list[Message]:
        asked = [one for one in vk.messages(COMMUNITY, MARIA) if one.out and "Вопрос решён?" in one.text]
        return [one for one in asked if one.keyboard and one.keyboard["buttons"]]

    await town.wait_until(questions)
    await vk.press_button(MARIA, COMMUNITY, questions()[-1], "Нет")
    await wait_until_idle(town)


@pytest.mark.step(5)
async def test_no_brings_it_back_to_the_manager_and_the_last_time_to_the_curator(town: ExampleTown) -> None:
    vk = town.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, LAMPS)
    await town.chat_of(SPECIALIST).wait_for_card(1)
    await publish(town, 1, ANSWER)
    town.set_time("25.11 12:05")

    manager, curator = town.chat_of(MANAGER), town.chat_of(CURATOR)
    await say_no(town)
    await manager.wait_for_message("№1: житель говорит, что вопрос не решён", "возвращено 1 раз")
    card = await manager.wait_for_card(1, "Возвращено 1 раз", button="Принять")
    assert "отрасль" not in card.text, "there is nothing to sort by"
    await wait_until_idle(town)
    assert not curator.find_message("№1")

    await town.press(MANAGER, ("№1", "Возвращено"), "Ответить")
    await manager.wait_for_message("✍️ Ответ на №1")
    await manager.send_message(AGAIN)
    await town.press(MANAGER, ("Так ответ увидит житель", AGAIN), "Опубликовать")
    await town.wait_until(lambda: any(one.text == AGAIN for one in vk.messages(COMMUNITY, MARIA)))
    await wait_until_idle(town)
    town.set_time("26.11 12:10")
    await say_no(town)
    for reader in (manager, curator):
        await reader.wait_for_message("№1: житель говорит, что вопрос не решён", "возвращено 2 раза")


@pytest.mark.step(9)
async def test_in_the_evening_the_curator_reads_the_day(town: ExampleTown) -> None:
    await town.comment(LAMPS)
    await town.chat_of(SPECIALIST).wait_for_card(1)
    await publish(town, 1, ANSWER)
    await town.comment(HEATING, PYOTR)
    await town.chat_of(SPECIALIST).wait_for_card(2)
    curator = town.chat_of(CURATOR)
    town.set_time("24.11 17:59")
    await wait_until_idle(town)
    assert not curator.find_message("📊")
    town.set_time("24.11 18:00")
    await curator.wait_for_message("📊 Сводка за 24 ноября", "Новых: 2", "Отвечено: 1", "Просрочено: 1")
