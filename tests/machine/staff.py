"""Acts of the staff, chosen at random: people come, move, go and are away."""

import random
import re

from bot.views.callback_codes import Op, pack
from tests.machine.crowd import ABSENCES
from tests.machine.officials import walk_through
from tests.machine.player import Player
from tests.machine.town import MANAGING, NEWCOMERS

_CODE = re.compile(r"/start (\S+)")


async def manage(player: Player, dice: random.Random) -> None:
    """Open ``/people`` and press what is there: roles, blocks, dismissals, invitations."""
    known = [phone for phone in player.officials() if phone.user_id in MANAGING]
    phone = dice.choice(known or player.officials())
    await player.write(phone, "/people")
    carrying = [one.id for one in phone.messages() if any(press.op is Op.PEOPLE for press in one.presses)]
    if carrying:
        await walk_through(player, dice, phone, carrying[-1], 5)


async def dismiss(player: Player, dice: random.Random) -> None:
    """Dismiss somebody."""
    await _open_and_press(player, dice, "card", "ask", "dismiss")


async def move(player: Player, dice: random.Random) -> None:
    """Give somebody other roles, blocks or districts."""
    field = dice.choice(("roles", "sectors", "districts"))
    await _open_and_press(player, dice, "card", field, field, *dice.choice(((), (field,))), f"set{field}")


async def _open_and_press(player: Player, dice: random.Random, *verbs: str) -> None:
    """Open ``/people`` and press a button of each of *verbs* in turn."""
    phones = [phone for phone in player.officials() if phone.user_id in MANAGING]
    if not phones:
        return
    phone = dice.choice(phones)
    await player.write(phone, "/people")
    for verb in verbs:
        offered = [one for one in player.buttons(phone, 1) if one[3].startswith(pack(Op.PEOPLE, 0, f"{verb}="))]
        if offered:
            await player.press(dice.choice(offered))


async def join(player: Player, dice: random.Random) -> None:
    """Come with an invitation that somebody was given."""
    texts = [one.text for phone in player.officials() for one in phone.messages()]
    codes = [code for text in texts for code in _CODE.findall(text)]
    if codes:
        messenger, number = dice.choice(NEWCOMERS)
        code = dice.choice(codes[-4:])
        await player.act(f"{number} joins with {code}", player.town.start_bot(messenger, number, code))


async def go_away(player: Player, dice: random.Random) -> None:
    """Plan days off; the colleague usually agrees."""
    phone = dice.choice(player.officials())
    await player.write(phone, f"/away {dice.choice(ABSENCES)}")
    offered = [one for one in player.buttons(phone, 1) if one[3].startswith(pack(Op.ABSENCE_STAND_IN))]
    if not offered:
        return
    await player.press(dice.choice(offered))
    for other in player.officials():
        asked = player.find_button(other, pack(Op.ABSENCE_AGREE))
        if asked is not None and dice.random() < 0.8:
            await player.press(asked)


async def block(player: Player, dice: random.Random) -> None:
    """Block the bot, or let it write again."""
    phone = dice.choice([one for one in player.phones if one.is_blocked] or player.officials())
    if not phone.is_blocked and dice.random() < 0.5:
        await player.act(f"{phone} blocks the bot", phone.block(), phone)
    else:
        await player.act(f"{phone} lets the bot write", phone.unblock(), phone)


ACTS = ((manage, 2), (dismiss, 1), (move, 2), (join, 2), (go_away, 2), (block, 2))
