"""Acts of citizens, chosen at random."""

import random

from tests.machine.crowd import report_place
from tests.machine.player import Player
from tests.machine.screens import Phone, squares
from tests.machine.town import CITIZENS


async def write(player: Player, dice: random.Random) -> None:
    """Write about a problem, anywhere."""
    place = report_place(squares(player.town), dice)
    who = place.author or dice.choice(CITIZENS)
    await player.write_in_public(place, who, player.crowd.report(dice))


async def react(player: Player, dice: random.Random) -> None:
    """Write in reply to the bot, or to nobody."""
    if not player.written:
        return
    spoken = [(place, who) for place, _, who in player.written if place.messages()]
    place, who = dice.choice(spoken or [(place, who) for place, _, who in player.written])
    said = [one.id for one in place.messages()]
    reply_to = dice.choice(said[-6:]) if said and dice.random() < 0.8 else None
    await player.write_in_public(place, who, player.crowd.reaction(dice), reply_to)


async def press(player: Player, dice: random.Random) -> None:
    """Press «Да» or «Нет», where there are such buttons."""
    phones = [Phone(player.town, name, one) for name in ("telegram", "vk", "max") for one in CITIZENS]
    offered = [button for phone in phones for button in player.buttons(phone)]
    if offered:
        phone, message, label, code = dice.choice(offered)
        await player.act(f"{phone} presses «{label}» {code}", phone.press(message.id, code))


ACTS = ((write, 3), (react, 3), (press, 1))
