"""Two matters in one message: a person sees both, none is lost."""

from tests.e2e.harness import COORDINATOR, GROUP, MARIA, PYOTR, Harness, button_labels
from tests.e2e.queries import get_ticket, wait_until_idle

TWO_MATTERS = "В подъезде на Полевой 3 грязь, не моют месяц. А ещё на дороге у дома огромная яма, колёса бьём"


async def test_two_matters_are_offered_to_the_coordinator(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, TWO_MATTERS)
    card = await bot.wait_for_card(
        COORDINATOR, 1, "нужно выбрать отрасль", "1. ЖКХ: ", "2. Дороги: на дороге у дома огромная яма", "«Разделить»"
    )

    assert button_labels(card)[:2] == ["ЖКХ", "Дороги"]


async def test_a_message_with_two_matters_does_not_vanish_in_a_problem(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "В подъезде на Полевой 3 грязь, не моют")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, TWO_MATTERS)
    await bot.wait_for_card(COORDINATOR, 2, "несколько вопросов")
    await wait_until_idle(bot)

    assert (await get_ticket(bot, 2)).lead_id is None


async def test_what_follows_from_a_matter_is_no_other(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(
        GROUP, MARIA, "На Полевой 3 нет отопления в квартирах. Дети мёрзнут, в школу ходят больные"
    )
    await wait_until_idle(bot)

    assert (await get_ticket(bot, 1)).likely[0] == "housing"
    assert bot.find_message(COORDINATOR, "несколько вопросов") is None
