"""An event as neighbours write of it: it spreads, it is spoken of without its name, it ends."""

from tests.databases import ON_BOTH
from tests.e2e.harness import GROUP, HOUSING_HEAD, Harness
from tests.e2e.problems.test_problems import add_neighbours
from tests.e2e.queries import get_ticket, wait_until_idle


async def write(bot: Harness, who: int, text: str, chat: int = GROUP) -> int:
    return await bot.sandbox.telegram.send_message(chat, who, text)


async def leads(bot: Harness, count: int) -> list[int | None]:
    """Return the lead of each ticket."""
    await wait_until_idle(bot)
    return [(await get_ticket(bot, number)).lead_id for number in range(1, count + 1)]


@ON_BOTH
async def test_an_outage_spreads_to_the_next_street_while_the_chat_writes_of_it(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    await write(bot, people[0], "На Заводской 12 нет воды с утра")
    await write(bot, people[1], "Заводская 14, воды нет")
    await write(bot, people[2], "и на Полевой 3 тоже нет воды")
    await write(bot, people[3], "Лесная 7, без воды сидим")

    assert await leads(bot, 4) == [None, 1, 1, 1]


async def test_two_streets_without_a_word_of_each_other_stay_two_problems(bot: Harness) -> None:
    people = add_neighbours(bot, 2)
    await write(bot, people[0], "На Заводской 12 нет воды с утра")
    await write(bot, people[1], "На Полевой 3 нет воды с утра")

    assert await leads(bot, 2) == [None, None]


async def test_messages_of_one_topic_are_kin_though_they_share_no_word(bot: Harness) -> None:
    people = add_neighbours(bot, 3)
    await write(bot, people[0], "Заводская 12, батареи ледяные, дома холод")
    await write(bot, people[1], "На Заводской 14 нет отопления со вчерашнего дня")
    await write(bot, people[2], "Заводская 12, когда дадут тепло?")

    assert await leads(bot, 3) == [None, 1, 1]


async def test_a_voice_tells_the_problem_its_street(bot: Harness) -> None:
    people = add_neighbours(bot, 5)
    await write(bot, people[0], "На Заводской 12 нет воды с утра")
    await write(bot, people[1], "Заводская 14, воды нет")
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await write(bot, people[2], "и на Полевой тоже")
    await bot.wait_for_card(HOUSING_HEAD, 1, "👥 Поддержали: 1 человек")
    await bot.settle_and_advance(hours=2)
    await write(bot, people[3], "Полевая 5, воды всё ещё нет")

    assert await leads(bot, 3) == [None, 1, 1]


@ON_BOTH
async def test_news_that_it_is_over_ends_the_problem(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    await write(bot, people[0], "На Заводской 12 нет воды с утра")
    await write(bot, people[1], "Заводская 14, воды нет")
    await write(bot, people[2], "Ура, дали воду на Заводской")  # an official place: it is a ticket, but of no problem
    assert await leads(bot, 3) == [None, 1, None]
    await bot.settle_and_advance(hours=2)
    await write(bot, people[3], "Заводская 12, воды нет")

    assert await leads(bot, 4) == [None, 1, None, None]


async def test_what_was_yesterday_or_has_lasted_for_months_is_another_matter(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    await write(bot, people[0], "На Заводской 12 нет воды с утра")
    await write(bot, people[1], "Заводская 14, воды нет")
    await write(bot, people[2], "Вчера на Заводской 12 не было воды, почему никого не предупредили?")
    await write(bot, people[3], "У нас на Заводской 20 каждую зиму месяцами нет воды, сделайте уже что-нибудь")

    assert await leads(bot, 4) == [None, 1, None, None]


async def test_somebody_who_names_no_place_means_another_spot(bot: Harness) -> None:
    """A town has many pits and snowdrifts: one without a place goes to who can ask where it is."""
    people = add_neighbours(bot, 2)
    await write(bot, people[0], "Заводская 12, яма на дороге глубиной в полметра")
    await write(bot, people[1], "Огромная яма на дороге, колёса бьём!")

    assert await leads(bot, 2) == [None, None]
