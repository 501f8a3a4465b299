"""A burst pipe brings messages by the hundred. It must not bring cards by the hundred, nor answers."""

from collections import Counter
from typing import Any

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, GROUP, HOUSING_HEAD, ROADS_HEAD, SECOND_GROUP, Town, words
from tests.e2e.queries import delivered

ANSWER = "Авария на магистрали, бригада работает, воду дадут к 18:00."
TALK = 2_000_000_011
FIRST = 5001
VOICES, OTHERS = 150, 12

WORDS = (
    "На Заводской {house} нет воды, прорвало трубу",
    "Заводская {house}: воды нет с утра, когда починят?",
    "прорыв трубы на Заводской, вода хлещет по улице",
    "у дома {house} по Заводской прорвало водопровод, сидим без воды",
    "Нет воды, ул. Заводская, {house}. Что случилось?",
)
STREETS = ("Лесной", "Полевой", "Кирова", "Мира", "Победы", "Гагарина", "Чехова", "Калинина", "Садовой", "Школьной")


class Storm:
    """Who wrote where: three chats, the wall of the community, its private messages."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.post = 0
        self.private: list[int] = []
        self.commented: list[int] = []

    async def open(self) -> None:
        vk = self.town.sandbox.vk
        for who in range(FIRST, FIRST + VOICES + OTHERS):
            self.town.sandbox.telegram.user(who, f"Житель {who}")
            vk.user(who, "Житель", str(who))
        vk.conversation(COMMUNITY, TALK, "Соседи")
        self.post = await vk.post(COMMUNITY, "Новости дня")

    async def voice(self, number: int) -> None:
        """One more citizen writes about it, a different one every time."""
        who, vk = FIRST + number, self.town.sandbox.vk
        text = WORDS[number % len(WORDS)].format(house=10 + number % 7)
        match number % 6:
            case 0 | 1:
                await self.town.sandbox.telegram.say(GROUP, who, text)
            case 2:
                await self.town.sandbox.telegram.say(SECOND_GROUP, who, text)
            case 3:
                await vk.say_in_conversation(COMMUNITY, TALK, who, text)
            case 4:
                self.commented.append(await vk.comment(COMMUNITY, self.post, who, text))
            case _:
                self.private.append(who)
                await vk.message(COMMUNITY, who, text)

    async def other(self, number: int) -> None:
        """Somebody has another trouble, each somewhere else."""
        text = f"На {STREETS[number % len(STREETS)]} {20 + 40 * (number // len(STREETS))} огромная яма на дороге"
        await self.town.sandbox.telegram.say(GROUP, FIRST + VOICES + number, text)

    def answers(self) -> dict[str, Counter[Any]]:
        """How often the answer stands at each place, and for each person."""
        vk = self.town.sandbox.vk
        return {
            "chats": Counter(
                {
                    chat: sum(words(letter) == ANSWER for letter in self.town.letters(chat))
                    for chat in (GROUP, SECOND_GROUP)
                }
                | {TALK: sum(message.text == ANSWER for message in vk.messages(COMMUNITY, TALK))}
            ),
            "comments": Counter(
                comment.reply_to_comment for comment in vk.comments(COMMUNITY, self.post) if comment.text == ANSWER
            ),
            "private": Counter(
                {who: sum(m.text == ANSWER for m in vk.messages(COMMUNITY, who)) for who in self.private}
            ),
        }


async def test_a_storm_is_one_card_and_one_answer(town: Town) -> None:
    storm = Storm(town)
    await storm.open()
    for number in range(VOICES // 2):
        await storm.voice(number)
        if number % 12 == 5:
            await storm.other(number // 12)
    await town.until(lambda: len(town.numbers(ROADS_HEAD)) == 6)
    await town.settled()
    [lead] = town.numbers(HOUSING_HEAD)
    await town.card(HOUSING_HEAD, lead, f"{VOICES // 2} человек, 4 чата")
    assert len(town.letters(HOUSING_HEAD)) <= 1 + 5  # the welcome, and five notices at most

    before = len(town.letters(HOUSING_HEAD))
    await town.answer(HOUSING_HEAD, lead, ANSWER)
    for number in range(VOICES // 2, VOICES):
        await storm.voice(number)
        if number % 12 == 5:
            await storm.other(number // 12)
    await town.until(lambda: len(town.numbers(ROADS_HEAD)) == OTHERS, 60)
    await town.settled(60)
    await delivered(town)

    assert len(town.letters(HOUSING_HEAD)) - before <= 3  # the question, the preview, and nothing about the late ones
    found = storm.answers()
    assert found["chats"] == {GROUP: 1, SECOND_GROUP: 1, TALK: 1}
    assert found["comments"] == dict.fromkeys(storm.commented, 1)
    assert found["private"] == dict.fromkeys(storm.private, 1)
    assert town.app is not None
    async with town.app.database.read() as uow:
        leading = await uow.tickets.get(lead)
        assert leading is not None
        assert leading.problem_id is not None
        members = await uow.problems.listed(leading.problem_id, 0, 2 * VOICES)
    assert len(members) == VOICES
    assert {member.state for member in members} == {State.ANSWERED}
    assert len({member.author_id for member in members}) == VOICES
