"""Applicants: organisations that write as their community or channel, kinds, telephones, and who may see them."""

from bot.domain.applicants import ApplicantKind
from tests.e2e.harness import COMMUNITY, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.operations.test_export import read_rows, run_export
from tests.e2e.queries import get_ticket, send_report, wait_until_idle

FIRM = 777
FIRM_CHANNEL = -1001000000077
PIT = "На Садовой 7 яма на дороге, наши машины не проедут"


async def test_a_firm_that_writes_as_its_community_is_a_legal_entity(bot: Harness) -> None:
    vk = bot.sandbox.vk
    vk.community(FIRM, "ТСЖ «Заря»", "key-of-the-firm")
    post = await vk.post(COMMUNITY, "Итоги недели")
    await vk.comment(COMMUNITY, post, -FIRM, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "👤 ТСЖ «Заря», юридическое лицо")
    assert (await get_ticket(bot, 1)).applicant_kind is ApplicantKind.LEGAL
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_until(lambda: "✅ Отвечено" in message_text(card))
    await vk.comment(COMMUNITY, post, -COMMUNITY, "На Садовой 9 тоже яма на дороге, засыплем")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1], "our own community is no citizen"


async def test_a_channel_in_a_group_is_a_legal_entity_and_official_pages_are_not(closed_bot: Harness) -> None:
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    telegram.channel(FIRM_CHANNEL, "Магазин «Уют»")
    telegram.channel(FIRM_CHANNEL - 1, "Отдел дорог")
    page = f'messenger = "telegram"\nid = {FIRM_CHANNEL - 1}\ntitle = "Отдел дорог"\ndiscussion = {GROUP}\n'
    bot.settings["more"] = f"[[pages]]\n{page}"
    await bot.start()
    await telegram.send_message(GROUP, PYOTR, "На Мира 7 огромная яма на дороге", sender_chat=FIRM_CHANNEL - 1)
    await telegram.send_message(GROUP, PYOTR, PIT, sender_chat=FIRM_CHANNEL)
    await bot.wait_for_card(ROADS_HEAD, 1, "👤 Магазин «Уют», юридическое лицо", "Садовой")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_new_asks_for_the_applicant_whose_kind_reaches_card_and_export(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new На Ленина 45 яма на дороге")
    for question, choice in (("Откуда пришло", "Телефон"), ("До какого", "Обычный срок")):
        await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, question), choice)
    await bot.wait_for_message(COORDINATOR, "Кто заявитель?")
    await bot.send_message(COORDINATOR, "Азиз Каримов, 8 914 123-45-67")
    letter = await bot.wait_for_message(COORDINATOR, "Заявитель: Азиз Каримов, 8 914 123-45-67.")
    await bot.press_button(COORDINATOR, letter, "Иностранный гражданин")
    await bot.wait_for_card(ROADS_HEAD, 1, "👤 Азиз Каримов, 8 914 123-45-67, иностранный гражданин · Телефон")
    [row] = read_rows((await run_export(bot))[1])
    assert row["Вид заявителя"] == "иностранный гражданин"
    assert (row["Заявитель"], row["Телефон"]) == ("Азиз Каримов", "8 914 123-45-67")
    [public] = read_rows((await run_export(bot, "--public"))[1])
    assert (public["Заявитель"], public["Телефон"]) == ("", "")


async def test_the_telephone_in_a_message_is_on_the_card(bot: Harness) -> None:
    await send_report(bot, "На Ленина 45 яма на дороге. Меня зовут Мария Ким, 8 914 123-45-67")
    await bot.wait_for_card(ROADS_HEAD, 1, "👤 Мария Ким, 8 914 123-45-67")


async def test_a_messenger_that_covers_applicants_shows_neither_name_nor_telephone(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["telegram_more"] = 'personal_data = "cover"'
    await bot.start()
    await send_report(bot, "На Ленина 45, кв. 12 яма на дороге, 8 914 123-45-67", MARIA)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "👤 Заявитель скрыт: имя и телефон есть в карточке у координатора")
    words = "\n".join(bot.bot_texts(ROADS_HEAD))
    assert "яма на дороге" in message_text(card)
    assert not any(said in words for said in ("8 914", "123-45-67", "кв. 12", "Мария"))
    await bot.send_message(ROADS_HEAD, "/find Ленина")
    await bot.wait_for_message(ROADS_HEAD, "Найдено", "№1")
    assert "8 914" not in "\n".join(bot.bot_texts(ROADS_HEAD))
