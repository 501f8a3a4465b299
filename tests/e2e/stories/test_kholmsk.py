"""Kholmsk: fourteen themes lead to seven heads or the coordinator, and ПОС wants a call before the answer."""

import pytest

from tests.e2e.harness import PYOTR
from tests.e2e.imports.tables import count, pos_row
from tests.e2e.operations.test_commands import run_command
from tests.e2e.operations.test_export import read_rows
from tests.e2e.queries import get_ticket, list_audit, refusal_codes, wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, ExampleTown

TOWN, STORY_BEGINS = "kholmsk", "25.11 09:20"
COORDINATOR = "Специалист по работе с ЦУР"
HOUSING, CURATOR, OTHER_CURATOR = "Директор департамента жилищно", "Первый вице-мэр", "Вице-мэр по социальным"
CENTRE = "Вице-мэр, курирующий"
SERVICE, CULTURE = "Руководитель МКУ «Служба единого заказчика»", "Директор департамента культуры"
PHONE = "89241234567"
WASTE = f"Мусор на Победы 4 не вывозят неделю, контейнеры переполнены, телефон {PHONE}"
LATE = "Просрочено: №1"
ENTRY = ("ждёт внесения в ПОС", "ПОС-17")
STEPS = 10
WAITING = {
    8: "statistics by questions, and saved questions",
    9: "causes of growth",
    10: "the table of blocks with causes",
}
ANSWER = "Мусор вывезут 26.11.2026, график на доме обновят."

THEMES = (
    ("housing", HOUSING, "В подъезде течёт крыша, управляющая компания не реагирует"),
    ("energy", HOUSING, "На улице Советской второй день нет света, отключили электричество"),
    ("waste", HOUSING, "Мусор не вывозят неделю, контейнеры переполнены"),
    ("roads", SERVICE, "На дороге по улице Победы огромная яма"),
    ("transport", SERVICE, "Автобус маршрута 1 не пришёл, ждали на остановке час"),
    ("construction", SERVICE, "Застройщик бросил стройку нового дома, долгострой не сдают"),
    ("property", "Директор департамента по упр", "Когда предоставят земельный участок многодетной семье в аренду"),
    ("education", "Директор департамента образования", "В школе № 6 холодно, дети сидят в куртках"),
    ("trade", "Директор департамента экономического", "В магазине продают просроченные продукты, цены завышены"),
    ("culture", CULTURE, "В доме культуры отменили концерт и закрыли кружок"),
    ("sport", CULTURE, "На стадионе сломаны тренажёры и ворота, негде заниматься спортом"),
    ("guardianship", "Начальник отдела опеки", "Как оформить опеку над ребёнком-сиротой, куда обратиться опекуну"),
    ("health", COORDINATOR, "В поликлинике не попасть к терапевту третью неделю"),
    ("social", COORDINATOR, "Не выплатили детское пособие за октябрь"),
)


@pytest.mark.step(1)
async def test_every_theme_leads_to_its_head_or_to_the_coordinator(town: ExampleTown) -> None:
    assert {code for code, _, _ in THEMES} == {one["code"] for one in town.values["themes"]}
    for number, (code, position, text) in enumerate(THEMES, 1):
        citizen = 4000 + number
        town.sandbox.vk.user(citizen, "Житель", str(number))
        await town.comment(text, citizen)
        await town.chat_of(position).wait_for_card(number, button="Принять")
        assert (await get_ticket(town, number)).theme == code
    await wait_until_idle(town)
    for number, (_, position, _) in enumerate(THEMES, 1):
        assert [name[: len(position)] for name in town.holders_of_cards(number)] == [position]


async def enter_from_pos(town: ExampleTown) -> None:
    """Let the coordinator enter a message of ПОС, whose term there is ten days."""
    coordinator = town.chat_of(COORDINATOR)
    await coordinator.send_message(f"/new {WASTE}")
    await town.press(COORDINATOR, ("Откуда пришло",), "ПОС")
    await coordinator.wait_for_message("Номер в той системе?")
    await coordinator.send_message("ПОС-17")
    await coordinator.wait_for_message("До какого времени")
    await coordinator.send_message("05.12.2026 18:00")
    await town.press(COORDINATOR, ("ыберите, кто это",), "Гражданин")
    await town.chat_of(HOUSING).wait_for_card(1, "ответить до сб 05.12, 18:00")


@pytest.fixture
async def from_pos(town: ExampleTown) -> ExampleTown:
    """The coordinator has entered a message of ПОС, and the head has prepared an answer."""
    await enter_from_pos(town)
    head = town.chat_of(HOUSING)
    await town.press(HOUSING, ("№1",), "Ответить")
    await head.wait_for_message("Ответ на №1")
    await head.send_message(ANSWER)
    await head.wait_for_message("Так ответ увидит житель", ANSWER, button="Утвердить")
    await town.press(HOUSING, ("Так ответ увидит житель",), "Утвердить")
    await town.chat_of(COORDINATOR).wait_for_message(*ENTRY, button="Внесено в ПОС")
    return town


@pytest.mark.step(5, 6)
async def test_a_pos_answer_waits_for_the_call_of_the_curator_who_alone_sees_the_telephone(
    from_pos: ExampleTown, from_file: tuple[str, ...]
) -> None:
    """The coordinator, who enters answers in ПОС, is refused until the applicant has been reached."""
    town, head, curator = from_pos, from_pos.chat_of(HOUSING), from_pos.chat_of(CURATOR)
    coordinator = town.chat_of(COORDINATOR)
    request = await coordinator.wait_for_message(*ENTRY, button="Внесено в ПОС")
    await coordinator.wait_for_message(ANSWER)
    assert "Сначала звонок" in await coordinator.press_button(request, "Внесено в ПОС")
    assert await refusal_codes(town, 1) == ["call_missing"]
    await curator.wait_for_message("📞 Позвоните заявителю №1 до ответа", PHONE)
    await wait_until_idle(town)
    seen_by = {one for one in town.positions if any(PHONE in text for text in town.chat_of(one).bot_texts)}
    assert {name[: len(CURATOR)] for name in seen_by} <= {CURATOR, COORDINATOR[: len(CURATOR)]}

    await town.press(CURATOR, ("📞 Позвоните заявителю №1",), "Нет ответа")
    await curator.wait_for_message("Когда позвонить по №1 снова?")
    await curator.send_message("26.11 09:10")
    await curator.wait_for_message("напомню о звонке")
    assert "Сначала звонок" in await coordinator.press_button(request, "Внесено в ПОС")
    town.set_time("26.11 09:10")
    await town.press(CURATOR, ("⏰ Ждёт звонка заявитель №1",), "Дозвонился")
    await curator.wait_for_message("Что сказал заявитель №1?")
    await curator.send_message("Согласен")
    await head.wait_for_message("📞 №1: дозвонились", "Согласен")

    await coordinator.press_without_answer(request, "Внесено в ПОС")
    await head.wait_for_card(1, "Отвечено", "Внесено в ПОС")
    said = [one.action for one in await list_audit(town, 1) if "call" in one.action or "inquiry" in one.action]
    assert said == ["call_missed", "inquiry_answered"]
    assert not town.chat_of(OTHER_CURATOR).find_message("№1")
    code, table, errors = await run_command("export", *from_file, cwd=town.folder)
    assert (code, errors) == (0, "")
    [row] = read_rows(table)
    assert (row["Номер в другой системе"], row["Дозвонились заявителю"]) == ("ПОС-17", "26.11.2026 09:10")


@pytest.mark.step(7)
async def test_a_message_of_vk_is_answered_without_a_call(town: ExampleTown) -> None:
    post, _ = await town.comment("Мусор не вывозят неделю, контейнеры переполнены")
    await town.chat_of(HOUSING).answer_ticket(1, ANSWER)
    await town.wait_until(lambda: town.official_comments(post))
    assert town.official_comments(post) == [ANSWER]
    assert await refusal_codes(town, 1) == []
    assert not town.chat_of(CURATOR).find_message("Позвоните")


@pytest.mark.step(4)
async def test_a_late_answer_reaches_the_coordinator_then_the_curator_of_the_block(town: ExampleTown) -> None:
    await town.comment("Мусор не вывозят неделю, контейнеры переполнены")
    await town.chat_of(HOUSING).wait_for_card(1, "ответить до чт 26.11, 09:20")
    await town.press(HOUSING, ("№1",), "Принять")
    await town.chat_of(HOUSING).wait_for_card(1, "В работе")
    town.set_time("26.11 09:20")
    await town.chat_of(COORDINATOR).wait_for_message(LATE, "нет ответа, срок был 09:20")
    await wait_until_idle(town)
    assert not town.chat_of(CURATOR).find_message(LATE)
    town.set_time("26.11 10:20")
    await town.chat_of(CURATOR).wait_for_message(LATE)
    await wait_until_idle(town)
    assert not town.chat_of(OTHER_CURATOR).find_message(LATE)
    assert sum(text.startswith(LATE) for text in town.chat_of(COORDINATOR).bot_texts) == 1


@pytest.mark.step(10)
async def test_in_the_evening_everybody_reads_the_figures_of_their_field(from_pos: ExampleTown) -> None:
    """A message of ПОС waits for its call, one of VK is late, and an answer was returned."""
    town = from_pos
    await town.comment("На улице Советской второй день нет света, отключили электричество")
    await town.chat_of(HOUSING).wait_for_card(2, "Советская")
    town.sandbox.vk.user(PYOTR, "Пётр", "Ли")
    post, _ = await town.comment("На дороге по улице Победы огромная яма", PYOTR)
    await town.chat_of(SERVICE).answer_ticket(3, "Яму на Победы заделали 25.11.2026.")
    await town.wait_until(lambda: town.official_comments(post))
    (own,) = [one for one in town.sandbox.vk.comments(COMMUNITY, post) if one.from_id == -COMMUNITY]
    await town.sandbox.vk.comment(COMMUNITY, post, PYOTR, "Ничего не сделали, яма на месте", reply_to=own.id)
    await town.chat_of(SERVICE).wait_for_message("житель говорит, что вопрос не решён")

    town.set_time("25.11 18:00")
    blocks = (
        ("Жилищно-коммунальное хозяйство: новых 2, отвечено 0", "просрочено 1"),
        ("Служба единого заказчика: новых 1, отвечено 1 (в срок 1), в работе 1", "возвращено 1"),
    )
    for reader in ("Вице-мэр, курирующий", "Начальник отдела организационной"):
        digest = await town.chat_of(reader).wait_for_message("📊 Сводка за 25 ноября", "Новых: 3", "По отраслям")
        for figures in blocks:
            (line,) = [one for one in digest.text.splitlines() if one.startswith(figures[0])]
            assert figures[1] in line
        assert "Энергетика (Директор департамента жилищно-коммунального хозяйства): новых 1" in digest.text
        assert "Дорожная деятельность (Руководитель МКУ «Служба единого заказчика»): новых 1, отвечено 1" in digest.text
    own_blocks = await town.chat_of(CURATOR).wait_for_message("📊 Ваша сводка за 25 ноября", "Новых: 3")
    for words in ("Возвращено жителями: 1", "Ждут звонка заявителю: 1", "Просрочено: "):
        assert words in own_blocks.text
    await wait_until_idle(town)
    assert not town.chat_of(OTHER_CURATOR).find_message("📊")


@pytest.mark.step(3, 4)
async def test_the_coordinators_own_term_counts_next_to_that_of_pos_and_who_hears_when_it_is_missed(
    town: ExampleTown,
) -> None:
    await enter_from_pos(town)
    coordinator = town.chat_of(COORDINATOR)
    await coordinator.send_message("/find 1")
    await wait_until_idle(town)
    await town.press(COORDINATOR, ("№1",), "Ещё", "Изменить данные", "Срок ответа")
    await coordinator.wait_for_message("До какого времени")
    await coordinator.send_message("26.11.2026 16:00")  # a Thursday
    card = await town.chat_of(HOUSING).wait_for_card(1, "ответить до чт 26.11, 16:00")
    assert "📆 Срок в источнике (ПОС): до сб 05.12, 18:00" in card.text
    await town.press(HOUSING, ("№1",), "Принять")
    await town.chat_of(HOUSING).wait_for_card(1, "🛠 В работе", "до чт 26.11, 16:00")
    await wait_until_idle(town)

    late = (LATE, "нет ответа")
    await town.hears_at("26.11 16:00", late, HOUSING, COORDINATOR)
    await town.hears_at("26.11 17:00", late, CURATOR)
    await town.hears_at("27.11 12:00", late, CENTRE)  # the step of 20:00, in the next list
    for moment in ("27.11 17:00", "28.11 12:00"):
        town.set_time(moment)
        await wait_until_idle(town)
    assert [town.count(one, *late) for one in (HOUSING, COORDINATOR, CURATOR, CENTRE)] == [1, 1, 1, 1]
    steps = [one.facts["step"] for one in await list_audit(town, 1, "escalated")]
    assert steps == [2, 3, 4]


SMLS = ("Номер", "Дата создания", "Текст", "Группа", "Тема", "Срок")
SAKHALIN = ("Номер заявки", "Дата подачи", "Суть вопроса", "Срок исполнения")


@pytest.mark.step(2)
async def test_the_coordinator_sends_tables_of_three_systems_and_what_is_known_comes_once(town: ExampleTown) -> None:
    await enter_from_pos(town)
    pos = [pos_row("ПОС-17", ("ЖКХ", "ТКО", "Мусор")), pos_row("18", ("ЖКХ", "Крыша", "Течёт крыша в подъезде"))]
    pos.append(pos_row("19", ("Дороги", "Ремонт", "Яма на дороге")))
    await town.enter_table(COORDINATOR, "ПОС.xlsx", pos, "Новых: 2", "Уже есть: 1")
    await town.chat_of(HOUSING).wait_for_message("📥 Новых из ПОС: 1", "(18)")
    await town.chat_of(SERVICE).wait_for_message("📥 Новых из ПОС: 1", "(19)")
    words = ("5", "24.11.2026", "На Советской 4 нет света, отключили", "ЖКХ", "Свет", "30.11.2026")
    message = dict(zip(SMLS, words, strict=True))
    await town.enter_table(COORDINATOR, "СМ ЛС.xlsx", [message], "📥 СМ ЛС", "Новых: 1")
    await town.chat_of(HOUSING).wait_for_message("📥 Новых из СМ ЛС: 1", "(5)")
    request = dict(zip(SAKHALIN, ("5", "24.11.2026", "Яма на дороге, ул. Победы, 9", "30.11.2026"), strict=True))
    await town.enter_table(COORDINATOR, "Сахалин.xlsx", [request], "📥 Сахалин.Онлайн", "Новых: 1")
    await town.chat_of(SERVICE).wait_for_message("📥 Новых из Сахалин.Онлайн: 1", "(5)")
    await town.enter_table(COORDINATOR, "ПОС.xlsx", pos, "Новых: 0", "Уже есть: 3", is_new=False)
    assert await count(town, "SELECT count(*) FROM ticket") == 5
