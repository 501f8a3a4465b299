"""The order of writers."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sqlite.write_lock import PriorityLock


async def _acquire(writing: PriorityLock, name: str, done: list[str], *, first: bool = False) -> None:
    async with writing.acquire(priority=first):
        await asyncio.sleep(0)
        done.append(name)


async def _let_tasks_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_priority_waiter_goes_first() -> None:
    writing, done = PriorityLock(), list[str]()
    async with asyncio.TaskGroup() as group, writing.acquire():
        for name in ("a", "b"):
            group.create_task(_acquire(writing, name, done))
        group.create_task(_acquire(writing, "urgent", done, first=True))
        await _let_tasks_run()
    assert done == ["urgent", "a", "b"]


async def test_cancelled_waiter_is_skipped() -> None:
    writing, done = PriorityLock(), list[str]()
    async with asyncio.TaskGroup() as group, writing.acquire():
        lost = group.create_task(_acquire(writing, "lost", done))
        group.create_task(_acquire(writing, "next", done))
        await _let_tasks_run()
        lost.cancel()
    assert done == ["next"]


async def test_waiter_cancelled_on_its_turn_wakes_the_next() -> None:
    writing, done = PriorityLock(), list[str]()
    async with asyncio.TaskGroup() as group:
        async with writing.acquire():
            lost = group.create_task(_acquire(writing, "lost", done))
            group.create_task(_acquire(writing, "next", done))
            await _let_tasks_run()
        lost.cancel()  # it was let in just now, and has not run since
    assert done == ["next"]


@pytest.mark.parametrize("first", [False, True])
async def test_an_error_inside_gives_the_turn_back(first: bool) -> None:
    writing = PriorityLock()
    with pytest.raises(ValueError, match="inside"):
        async with writing.acquire(priority=first):
            raise ValueError("inside")
    async with asyncio.timeout(1), writing.acquire():
        pass


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.booleans()), max_size=12))
def test_one_at_a_time_and_nobody_is_forgotten(people: list[tuple[bool, int, bool]]) -> None:
    async def scene() -> None:
        writing, inside, done = PriorityLock(), 0, set[int]()

        async def come(number: int, first: bool) -> None:
            nonlocal inside
            async with writing.acquire(priority=first):
                inside += 1
                assert inside == 1
                try:
                    await asyncio.sleep(0)
                finally:
                    inside -= 1
            done.add(number)

        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for number, (first, patience, gives_up) in enumerate(people):
                one = group.create_task(come(number, first))
                for _ in range(patience):
                    await asyncio.sleep(0)
                if gives_up:
                    one.cancel()
        assert {number for number, (_, _, gives_up) in enumerate(people) if not gives_up} <= done
        async with asyncio.timeout(1):
            await come(-1, False)

    asyncio.run(scene())
