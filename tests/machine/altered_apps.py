"""Presses that an altered app invents, or an old screen still shows: of another chat or ticket, or of the past."""

import random

from bot.views.callback_codes import Op, pack, unpack
from tests.machine.chats import owner_of
from tests.machine.player import Player

ARGUMENTS = ("", "1", "roads", "housing", "1.1", "2.1", "t1", "other")


async def press_known(player: Player, dice: random.Random) -> None:
    """Press a button that somebody has seen, under some message of the own chat."""
    codes = [(one, message_id, code) for one, known in player.known.items() for message_id, code in known]
    if not codes:
        return
    owner, own_id, code = dice.choice(codes)
    phone = owner if dice.random() < 0.3 else dice.choice(player.phones)
    if phone.is_blocked:
        return
    messages = {one.id: one for one in phone.messages()}
    if not messages:
        return
    message_id = own_id if phone == owner and own_id in messages else dice.choice(list(messages))
    press = unpack(code)
    carried = [unpack(one) for at, one in player.known.get(phone, {}) if at == message_id]
    tickets = {one.ticket_id for one in carried if one is not None} | {await player.find_ticket(phone, message_id)}
    is_about_other = press is not None and press.ticket_id not in tickets
    must_refuse = owner_of(player.now, phone) is None or (is_about_other and press is not None and press.op != Op.OPEN)
    is_citizens = press is not None and press.op in (Op.SOLVED, Op.NOT_SOLVED)
    button = (phone, messages[message_id], "known", code)
    await player.press(button, must_refuse=must_refuse and not is_citizens)


async def forge(player: Player, dice: random.Random) -> None:
    """Press any action on any ticket, under a message of the own chat that may carry others."""
    phone = dice.choice(player.phones)
    messages = [] if phone.is_blocked else phone.messages()
    if messages and player.now.tickets:
        op = dice.choice([one for one in Op if one is not Op.OPEN])
        code = pack(op, dice.choice(list(player.now.tickets)), dice.choice(ARGUMENTS))
        await player.press((phone, dice.choice(messages), "forged", code))


ACTS = ((press_known, 3), (forge, 2))
