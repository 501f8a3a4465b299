"""A burst pipe brings messages by the hundred. It must not bring cards by the hundred, nor answers."""

from collections import Counter
from typing import Any

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, GROUP, HOUSING_HEAD, ROADS_HEAD, SECOND_GROUP, Harness, message_text
from tests.e2e.queries import wait_until_idle

ANSWER = "Авария на магистрали, бригада работает, воду дадут к 18:00."
TALK = 2_000_000_011
FIRST_CITIZEN = 5001
REPORT_COUNT, OTHER_COUNT = 150, 12

MESSAGE_TEMPLATES = (
    "На Заводской {house} нет воды, прорвало трубу",
    "Заводская {house}: воды нет с утра, когда починят?",
    "прорыв трубы на Заводской, вода хлещет по улице",
    "у дома {house} по Заводской прорвало водопровод, сидим без воды",
    "Нет воды, ул. Заводская, {house}. Что случилось?",
)
STREETS = ("Лесной", "Полевой", "Кирова", "Мира", "Победы", "Гагарина", "Чехова", "Калинина", "Садовой", "Школьной")


class BurstWorkload:
    """Authors by place: three chats, the wall of the community, its private messages."""

    def __init__(self, bot: Harness) -> None:
        self.harness = bot
        self.post = 0
        self.private_authors: list[int] = []
        self.commenters: list[int] = []

    async def open(self) -> None:
        vk = self.harness.sandbox.vk
        for who in range(FIRST_CITIZEN, FIRST_CITIZEN + REPORT_COUNT + OTHER_COUNT):
            self.harness.sandbox.telegram.user(who, f"Житель {who}")
            vk.user(who, "Житель", str(who))
        vk.conversation(COMMUNITY, TALK, "Соседи")
        self.post = await vk.post(COMMUNITY, "Новости дня")

    async def send_report(self, number: int) -> None:
        """One more citizen writes about it, a different one every time."""
        who, vk = FIRST_CITIZEN + number, self.harness.sandbox.vk
        text = MESSAGE_TEMPLATES[number % len(MESSAGE_TEMPLATES)].format(house=10 + number % 7)
        match number % 6:
            case 0 | 1:
                await self.harness.sandbox.telegram.send_message(GROUP, who, text)
            case 2:
                await self.harness.sandbox.telegram.send_message(SECOND_GROUP, who, text)
            case 3:
                await vk.send_to_conversation(COMMUNITY, TALK, who, text)
            case 4:
                self.commenters.append(await vk.comment(COMMUNITY, self.post, who, text))
            case _:
                self.private_authors.append(who)
                await vk.send_message(COMMUNITY, who, text)

    async def send_other_problem(self, number: int) -> None:
        """Somebody has another trouble, each somewhere else."""
        text = f"На {STREETS[number % len(STREETS)]} {20 + 40 * (number // len(STREETS))} огромная яма на дороге"
        await self.harness.sandbox.telegram.send_message(GROUP, FIRST_CITIZEN + REPORT_COUNT + number, text)

    def count_answers(self) -> dict[str, Counter[Any]]:
        """Count the posts of the answer at each place and for each person."""
        vk = self.harness.sandbox.vk
        return {
            "chats": Counter(
                {
                    chat: sum(message_text(letter) == ANSWER for letter in self.harness.bot_messages(chat))
                    for chat in (GROUP, SECOND_GROUP)
                }
                | {TALK: sum(message.text == ANSWER for message in vk.messages(COMMUNITY, TALK))}
            ),
            "comments": Counter(
                comment.reply_to_comment for comment in vk.comments(COMMUNITY, self.post) if comment.text == ANSWER
            ),
            "private": Counter(
                {who: sum(m.text == ANSWER for m in vk.messages(COMMUNITY, who)) for who in self.private_authors}
            ),
        }


async def test_a_storm_is_one_card_and_one_answer(bot: Harness) -> None:
    storm = BurstWorkload(bot)
    await storm.open()
    for number in range(REPORT_COUNT // 2):
        await storm.send_report(number)
        if number % 12 == 5:
            await storm.send_other_problem(number // 12)
    await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == 6)
    await bot.wait_for_inbox()
    [lead] = bot.ticket_numbers(HOUSING_HEAD)
    await bot.wait_for_card(HOUSING_HEAD, lead, f"{REPORT_COUNT // 2} человек, 4 чата")
    assert len(bot.bot_messages(HOUSING_HEAD)) <= 1 + 5  # the welcome, and five notices at most

    before = len(bot.bot_messages(HOUSING_HEAD))
    await bot.answer_ticket(HOUSING_HEAD, lead, ANSWER)
    for number in range(REPORT_COUNT // 2, REPORT_COUNT):
        await storm.send_report(number)
        if number % 12 == 5:
            await storm.send_other_problem(number // 12)
    await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == OTHER_COUNT, 60)
    await bot.wait_for_inbox(60)
    await wait_until_idle(bot)

    assert (
        len(bot.bot_messages(HOUSING_HEAD)) - before <= 3
    )  # the question, the preview, and nothing about the late ones
    found = storm.count_answers()
    assert found["chats"] == {GROUP: 1, SECOND_GROUP: 1, TALK: 1}
    assert found["comments"] == dict.fromkeys(storm.commenters, 1)
    assert found["private"] == dict.fromkeys(storm.private_authors, 1)
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        leading = await uow.tickets.get(lead)
        assert leading is not None
        assert leading.problem_id is not None
        members = await uow.problems.list_tickets(leading.problem_id, 0, 2 * REPORT_COUNT)
    assert len(members) == REPORT_COUNT
    assert {member.state for member in members} == {State.ANSWERED}
    assert len({member.author_id for member in members}) == REPORT_COUNT
