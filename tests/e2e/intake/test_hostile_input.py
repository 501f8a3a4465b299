"""Whatever a citizen writes is shown as text, and nothing else."""

from typing import Any

import pytest

from bot.domain.bidi import close_bidi
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text

PIT = "Яма на дороге"

MARKUP = (
    PIT + " <b>жирно</b> <a href='https://evil.example'>тут</a> *звёзды* _черта_ [ссылка](https://evil.example) `код`"
)
SQL = PIT + "'; DROP TABLE ticket; -- \" OR 1=1 %s {0} {name} \\"
EMOJI = PIT + " " + "🔥" * 200
FAMILY = PIT + " 👨‍👩‍👧‍👦🏳️‍🌈"
ZERO_WIDTH = PIT + " то\u200bчка\u2060 с\ufeff нулём"
BIDI_OVERRIDE = PIT + " \u202eвидоворот кнырд\u202c شارع"
COMMAND = PIT + " /start@mcu_test_bot @durov #хештег https://t.me/joinchat/x tel:+79990000000"


def without_spaces(text: str) -> str:
    """Without spaces: a long text may be broken into lines differently."""
    return "".join(text.split())


def link_targets(letter: dict[str, Any]) -> list[str]:
    return [entity["url"] for entity in letter.get("entities", []) if entity["type"] == "text_link"]


@pytest.mark.parametrize(
    "text", [MARKUP, SQL, EMOJI, FAMILY, COMMAND], ids=["markup", "sql", "emoji", "family", "words"]
)
async def test_the_words_stand_on_the_card_letter_by_letter(bot: Harness, text: str) -> None:
    telegram, vk = bot.sandbox.telegram, bot.sandbox.vk
    for author, send in (
        ("Мария", lambda: telegram.send_message(GROUP, MARIA, text)),
        ("Пётр Ли", lambda: vk.send_message(COMMUNITY, PYOTR, text)),
    ):
        await send()
        card = await bot.wait_for_message(ROADS_HEAD, " · Дороги", f"👤 {author}")
        assert text.strip() in message_text(card)
        assert not [url for url in link_targets(card) if "evil" in url]
        styles = {entity["type"] for entity in card["entities"]}
        assert styles <= {"bold", "blockquote", "text_link", "url", "mention", "hashtag", "bot_command", "phone_number"}
        bold = [entity["offset"] for entity in card["entities"] if entity["type"] == "bold"]
        assert [offset for offset in bold if offset < message_text(card).index("👤")] == [0]  # below, the bot speaks
        await bot.settle_and_advance(days=1)  # the same words on the same day are the same problem


async def test_no_nul_and_no_half_character_gets_through(bot: Harness) -> None:
    """The servers do not send such things; broken clients and forged calls might."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, raw={"text": PIT + "\x00 ту\ud83dт\x07"})
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, PIT + "\x00 там\ud83d")
    first = message_text(await bot.wait_for_message(ROADS_HEAD, " · Дороги", "👤 Мария"))
    second = message_text(await bot.wait_for_message(ROADS_HEAD, " · Дороги", "👤 Пётр Ли"))
    assert PIT + " ту\ufffdт" in first
    assert PIT + " там" in second
    assert "\x00" not in first + second


@pytest.mark.parametrize("text", [ZERO_WIDTH, BIDI_OVERRIDE], ids=["zero width", "right to left"])
async def test_invisible_characters_do_not_spoil_the_rest_of_the_card(bot: Harness, text: str) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    card = message_text(await bot.wait_for_message(ROADS_HEAD, " · Дороги", "👤 Мария"))
    quoted = card.partition("\n")[2].partition("\n")[0]
    assert PIT in quoted
    assert close_bidi(card) == card


async def test_an_open_turn_of_direction_does_not_turn_the_card(bot: Harness) -> None:
    """Telegram drops such marks itself, of the newer ones some remain; VK drops none."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT + " \u202eвидоворот \u2067кнырд")
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, PIT + " \u202eвидоворот \u2067кнырд")
    for author in ("Мария", "Пётр Ли"):
        card = message_text(await bot.wait_for_message(ROADS_HEAD, " · Дороги", f"👤 {author}"))
        assert "видоворот" in card
        assert close_bidi(card) == card
        assert all(close_bidi(line) == line for line in card.splitlines())


async def test_the_longest_message_fits_the_card_and_is_kept_whole(bot: Harness) -> None:
    text = (PIT + ", Ленина 45. " + "Слово за словом. " * 400)[:4096]
    said = await bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    letter = await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "щ" * 4000 + " " + PIT)
    card = await bot.wait_for_message(ROADS_HEAD, " · Дороги", "👤 Мария")
    assert "…" in message_text(card)
    assert "⏱ принять до" in message_text(card)
    kept = await bot.find_stored_message("telegram", GROUP, said)
    assert kept is not None
    assert kept.text == text.strip()
    await bot.wait_for_message(ROADS_HEAD, " · Дороги", "👤 Пётр Ли")
    kept = await bot.find_stored_message(f"vk:{COMMUNITY}", PYOTR, letter.cmid)
    assert kept is not None
    assert len(kept.text) == 4000 + 1 + len(PIT)


async def test_names_are_text_too(bot: Harness) -> None:
    name = "<b>Мария</b> & *Ким*\u202e'; DROP TABLE ticket"
    bot.sandbox.telegram.user(MARIA, name)
    bot.sandbox.vk.user(PYOTR, "<i>Пётр</i>", "[id1|Ли]")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, PIT)
    await bot.wait_for_message(ROADS_HEAD, " · Дороги", "<b>Мария</b> & *Ким*")
    await bot.wait_for_message(ROADS_HEAD, " · Дороги", "<i>Пётр</i> [id1|Ли]")
