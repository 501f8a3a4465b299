"""The history of a ticket alone tells what it is: its state, its block and district, and who has taken it."""

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import MANAGER, MANAGER_APPROVES, open_town, submit, wait_for_question
from tests.e2e.harness import GROUP, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, button_labels
from tests.e2e.problems.test_problems import ANSWER, add_neighbours, report_outage
from tests.e2e.queries import get_ticket, list_audit, send_report, wait_until_idle
from tests.machine.replay import Replayed, replay

SOUTH = '[[staff]]\nname = "Южный"\nrole = "head"\nsectors = ["roads"]\ndistricts = ["Южный"]\ntelegram_id = 1040\n'


async def check_replay(bot: Harness, number: int) -> Replayed:
    """Check that the records of a ticket tell what the ticket is; return that."""
    await wait_until_idle(bot)
    ticket = Replayed.of(await get_ticket(bot, number))
    assert replay(await list_audit(bot, number)) == ticket
    return ticket


async def test_a_district_that_the_words_name_is_in_the_history(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = STAFF + SOUTH
    await closed_bot.start()
    await send_report(closed_bot, "На Кирова 5 яма на дороге, Южный район")
    assert (await check_replay(closed_bot, 1)).district == "Южный"


async def test_who_has_taken_a_ticket_is_in_the_history(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    assert (await check_replay(bot, 1)).assignee is not None


async def test_an_approved_answer_belongs_to_its_author_in_the_history(closed_bot: Harness) -> None:
    """The manager's press takes the step, the ticket is the author's."""
    await open_town(closed_bot, MANAGER_APPROVES)
    await submit(closed_bot, ROADS_HEAD, "Яму заделают до пятницы.")
    await closed_bot.press_button(MANAGER, await wait_for_question(closed_bot), "Опубликовать")
    await closed_bot.wait_for_message(GROUP, "Яму заделают до пятницы.")
    assert (await check_replay(closed_bot, 1)).state is State.ANSWERED


async def test_members_of_a_problem_have_the_steps_of_their_lead_in_the_history(bot: Harness) -> None:
    people = add_neighbours(bot, 3)
    for who in people[:2]:
        await report_outage(bot, who)
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека"), "Принять")
    await bot.wait_for_card(HOUSING_HEAD, 1, "В работе")
    await report_outage(bot, people[2])  # joins a problem that somebody has taken
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    assert len({await check_replay(bot, number) for number in (1, 2, 3)}) == 1

    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    assert {(await check_replay(bot, number)).state for number in (1, 2, 3)} == {State.ANSWERED}


@ON_BOTH
async def test_joined_problems_are_in_the_history_of_all_their_members(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    for who in people[:2]:
        await bot.sandbox.telegram.send_message(GROUP, who, "Полевая 3, воды нет")
    for who in people[2:]:
        await report_outage(bot, who)
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 3, "2 человека"), "Принять")
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.press_button(HOUSING_HEAD, card, "Ещё")
    for label in ("Объединить", "№3 · На Завод"):
        await bot.wait_until(lambda label=label: any(label in one for one in button_labels(card)))
        await bot.press_button(HOUSING_HEAD, card, label)

    await bot.wait_for_card(HOUSING_HEAD, 3, "4 человека")
    assert len({await check_replay(bot, number) for number in (1, 2, 3, 4)}) == 1


@ON_BOTH
async def test_members_that_return_to_work_belong_to_nobody_in_the_history(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    for who in people:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "4 человека")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    answer = await bot.wait_for_message(GROUP, ANSWER)
    bot.pass_time(hours=3)
    for who in people[1:3]:
        await bot.sandbox.telegram.send_message(GROUP, who, "ничего не сделали", reply_to=answer["message_id"])
    await bot.wait_for_message(HOUSING_HEAD, "№1", "не реш")
    assert {(await check_replay(bot, number)).assignee for number in (1, 2, 3, 4)} == {None}
