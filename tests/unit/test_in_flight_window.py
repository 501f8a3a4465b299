"""Messages to officials under way: as many as the distance asks for, in order; one that hangs holds nobody up."""

import asyncio

from bot.outbox import in_flight
from bot.outbox.in_flight import MAX_LIMIT, MIN_LIMIT, InFlightLimit, InFlightMessage, InFlightWindow
from tests.virtual_loop import run_virtually


def learned_limit(seconds: float, rate: float = 30.0) -> int:
    limit = InFlightLimit(rate)
    for _ in range(100):
        limit.record(seconds)
    return limit.value


def test_limit_grows_with_the_distance_and_has_bounds() -> None:
    assert learned_limit(0.005) == MIN_LIMIT
    assert learned_limit(0.05) == 3
    assert learned_limit(0.1) == 5
    assert learned_limit(0.3) == 14
    assert learned_limit(0.3, rate=20.0) == 9
    assert learned_limit(60.0) == MAX_LIMIT


async def enter(window: InFlightWindow, entered: list[int], number: int, leave: asyncio.Event, **how: bool) -> None:
    async with window.acquire(**how) as message:
        message.mark_begun()
        entered.append(number)
        await leave.wait()
        message.mark_accepted()


async def test_no_more_than_the_limit_are_under_way_in_order_and_a_person_who_waits_goes_first() -> None:
    window, entered, leave = InFlightWindow(30.0), list[int](), [asyncio.Event() for _ in range(6)]
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(enter(window, entered, number, leave[number]))
        await asyncio.sleep(0)
        group.create_task(enter(window, entered, 5, leave[5], first=True))
        await asyncio.sleep(0)
        assert entered == [0, 1, 2]
        leave[0].set()
        while len(entered) < 4:
            await asyncio.sleep(0)
        assert entered == [0, 1, 2, 5]
        for one in leave:
            one.set()
    assert entered == [0, 1, 2, 5, 3, 4]


async def test_call_that_hangs_makes_room_and_one_that_waits_for_its_record_does_not() -> None:
    window, entered, hang, leave = InFlightWindow(30.0), list[int](), asyncio.Event(), asyncio.Event()
    window.limit.average_seconds = 0.0
    async with asyncio.TaskGroup() as group:
        for number in range(MIN_LIMIT):
            group.create_task(enter(window, entered, number, hang))
        group.create_task(enter(window, entered, MIN_LIMIT, leave))
        async with asyncio.timeout(in_flight.MAX_WAIT_SECONDS + 5):
            while len(entered) <= MIN_LIMIT:
                await asyncio.sleep(0.01)
        assert window.size == MIN_LIMIT + window.overdue
        hang.set()
        leave.set()
    assert window.size == window.limit.value

    async def accepted() -> None:
        async with window.acquire() as message:
            message.mark_begun()
            message.mark_accepted()
            await asyncio.sleep(in_flight.MAX_WAIT_SECONDS + 0.05)
            assert window.overdue == 0

    await accepted()


async def test_a_turn_that_is_cancelled_is_given_back() -> None:
    window, message = InFlightWindow(30.0), list[InFlightMessage]()

    async def waits() -> None:
        async with window.acquire() as mine:
            message.append(mine)
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(waits()) for _ in range(MIN_LIMIT + 2)]
        await asyncio.sleep(0)
        for one in tasks:
            one.cancel()
    async with asyncio.timeout(1), window.acquire(), window.acquire(), window.acquire():
        pass


def test_call_that_hangs_widens_the_window_once() -> None:
    """Its time counts until others need not wait for it: from then on `overdue` makes room for it."""

    async def send(window: InFlightWindow, seconds: float) -> None:
        async with window.acquire() as message:
            message.mark_begun()
            await asyncio.sleep(seconds)
            message.mark_accepted()

    async def near_messenger() -> None:
        window = InFlightWindow(30.0)
        for _ in range(40):
            await send(window, 0.005)
        await send(window, 10.0)
        assert window.limit.value == MIN_LIMIT
        assert window.limit.average_seconds > 0.04  # it was in the way of others for a second

    run_virtually(near_messenger())
