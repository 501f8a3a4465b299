"""Where something goes: to what was asked for while it works, else to what does."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channels import Address, Channel, Purpose, asked_for, route

channels = st.lists(
    st.builds(
        Channel,
        address=st.builds(Address, st.sampled_from(["telegram", "vk:500", "max"]), st.just("1")),
        wanted=st.sets(st.sampled_from(Purpose)).map(frozenset),
        blocked=st.booleans(),
        silent=st.booleans(),
        diverted=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.address.account,
)
purposes = st.sampled_from(Purpose)


@given(channels, purposes)
def test_nothing_is_lost_and_nothing_goes_where_it_cannot_arrive(ways: list[Channel], purpose: Purpose) -> None:
    found = route(ways, purpose)
    assert bool(found.to) == bool(ways)
    open_ways = {one.address for one in ways if one.is_open}
    if open_ways:
        assert set(found.to) <= open_ways
    else:
        assert len(found.to) <= 1, "it waits in one place"


@given(channels, purposes)
def test_what_was_asked_for_and_works_is_kept_to(ways: list[Channel], purpose: Purpose) -> None:
    found = route(ways, purpose)
    wanted = asked_for(ways, purpose)
    working = [one.address for one in wanted if one.is_open]
    if working:
        assert list(found.to) == working
    assert set(found.missed) <= {one for one in wanted if not one.is_open}
    if found.to and {one.address for one in ways if one.is_open}:
        assert set(found.missed) == {one for one in wanted if not one.is_open}, "all of them are told of"


@given(channels, purposes)
def test_without_a_choice_the_first_account_is_meant(ways: list[Channel], purpose: Purpose) -> None:
    bare = [Channel(one.address, blocked=one.blocked, silent=one.silent) for one in ways]
    assert list(asked_for(bare, purpose)) == bare[:1]


def test_a_silent_messenger_is_waited_for_rather_than_a_blocked_one() -> None:
    blocked = Channel(Address("telegram", "1"), blocked=True)
    silent = Channel(Address("vk:500", "1"), silent=True)
    assert route([blocked, silent], Purpose.CARDS).to == (silent.address,)
    assert route([blocked], Purpose.CARDS).to == (blocked.address,)
    assert route([], Purpose.CARDS).to == ()
