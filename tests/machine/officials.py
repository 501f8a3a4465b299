"""Acts of officials on tickets, chosen at random."""

import random

from bot.views.callback_codes import Op, unpack
from tests.e2e.harness import GROUP
from tests.machine.chats import DECIDING_BUTTONS
from tests.machine.player import Player
from tests.machine.screens import Phone

COMMANDS = ("/my", "/find яма", "/find 1", "/questions", "/templates", "/settings", "/new Звонили: яма на дороге")

RARE_BUTTONS = DECIDING_BUTTONS | {
    *(Op.ABSENCE_AGREE, Op.ABSENCE_REFUSE, Op.ABSENCE_STAND_IN, Op.ABSENCE_CANCEL, Op.RETURN, Op.ADOPT, Op.POSTED),
    *(Op.RETRY, Op.SEND, Op.CLOSE_WITHOUT_ANSWER, Op.IS_PROBLEM, Op.MERGE_INTO, Op.SPLIT, Op.DELEGATE_TO, Op.DISTRICT),
}
"""Buttons that would be pressed less often than they matter, if all were equally likely."""


async def press_any(player: Player, dice: random.Random) -> None:
    """Press any button of one's own chat."""
    offered = player.buttons(dice.choice(player.officials()))
    if offered:
        await player.press(dice.choice(offered))


async def walk(player: Player, dice: random.Random) -> None:
    """Press several buttons of one message, and write what the last of them asks for."""
    phone = dice.choice(player.officials())
    carrying = [one.id for one in phone.messages() if one.buttons][-6:]
    if carrying:
        await walk_through(player, dice, phone, dice.choice(carrying), 4)


async def walk_through(player: Player, dice: random.Random, phone: Phone, message_id: object, presses: int) -> None:
    """Press so many buttons of one message, which changes under the finger."""
    for _ in range(presses):
        shown = [one for one in player.buttons(phone, 20) if one[1].id == message_id and "Назад" not in one[2]]
        if not shown:
            break
        await player.press(dice.choice(shown))
    await player.continue_dialog(phone, dice)


async def decide(player: Player, dice: random.Random) -> None:
    """Press a button that decides something: an approval, a consent, a return to work."""
    offered = [button for phone in player.officials() for button in player.buttons(phone, 12)]
    notes = [one for one in offered if (press := unpack(one[3])) is not None and press.op in RARE_BUTTONS]
    if notes:
        chosen = dice.choice(notes)
        await player.press(chosen)
        await player.continue_dialog(chosen[0], dice)


async def approve(player: Player, dice: random.Random) -> None:
    """Decide about a draft that waits; most are approved."""
    offered = [button for phone in player.officials() for button in player.buttons(phone, 12)]
    waiting = [one for one in offered if (press := unpack(one[3])) is not None and press.op in DECIDING_BUTTONS]
    approving = [one for one in waiting if one[3].startswith("1:va:")]
    if waiting:
        chosen = dice.choice(approving if approving and dice.random() < 0.6 else waiting)
        await player.press(chosen)
        await player.continue_dialog(chosen[0], dice)


async def answer(player: Player, dice: random.Random) -> None:
    """Go the whole way of an answer, a correction or a further answer, or most of it."""
    offered = []
    for phone in player.officials():
        found = {button[3]: button for button in player.buttons(phone, 20)}
        offered += [button for code, button in found.items() if code.startswith(("1:w:", "1:c:", "1:fu:"))]
    if not offered:
        return
    phone, *_ = button = dice.choice(offered)
    await player.press(button)
    await player.continue_dialog(phone, dice)
    if dice.random() < 0.15:
        return
    for _ in range(2):  # once more where the text has to be confirmed
        if (send := player.find_button(phone, "1:s:")) is not None:
            await player.press(send)


async def divide(player: Player, dice: random.Random) -> None:
    """Divide a message with two matters, or open the menu of one that is divided and join it again."""
    offered = [button for phone in player.officials() for button in player.buttons(phone, 20)]
    presses = [(button, press) for button in offered if (press := unpack(button[3])) is not None]
    parts = {number for number, one in player.now.tickets.items() if one.divided_from is not None}
    dividing = [button for button, press in presses if press.op is Op.DIVIDE]
    menus = [button for button, press in presses if press.op is Op.MORE and press.ticket_id in parts]
    if dividing and (not menus or dice.random() < 0.6):
        await player.press(dice.choice(dividing))
    elif menus:
        phone, *_ = chosen = dice.choice(menus)
        await player.press(chosen)
        if (undo := player.find_button(phone, "1:du:")) is not None:
            await player.press(undo)


async def write_into_dialog(player: Player, dice: random.Random) -> None:
    """Write what the bot waits for, or something else."""
    dialogs = await player.find_dialogs()
    if dialogs:
        phone, step = dice.choice(dialogs)
        await player.write(phone, player.crowd.words_for(step, dice))


async def command(player: Player, dice: random.Random) -> None:
    await player.write(dice.choice(player.officials()), dice.choice(COMMANDS))


async def reply_in_chat(player: Player, dice: random.Random) -> None:
    """Reply to a citizen in the group of Telegram, as a person."""
    questions = [number for place, number, _ in player.written if (place.name, place.chat) == ("telegram", GROUP)]
    phones = [one for one in player.officials() if one.messenger == "telegram"]
    if questions and phones:
        phone, text = dice.choice(phones), player.crowd.answer(dice)
        telegram = player.town.sandbox.telegram
        sending = telegram.send_message(GROUP, phone.user_id, text, reply_to=dice.choice(questions))
        await player.act(f"{phone} writes in the group: {text}", sending, phone)


ACTS = (
    (press_any, 2),
    (walk, 3),
    (decide, 3),
    (approve, 4),
    (answer, 5),
    (divide, 2),
    (write_into_dialog, 2),
    (command, 1),
    (reply_in_chat, 1),
)
