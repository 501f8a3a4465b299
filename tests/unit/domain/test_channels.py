"""Routing of notifications: to the chosen channels while they work, else to one that works."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channels import Address, Channel, Purpose, choose_route, preferred_channels

channels = st.lists(
    st.builds(
        Channel,
        address=st.builds(Address, st.sampled_from(["telegram", "vk:500", "max"]), st.just("1")),
        purposes=st.sets(st.sampled_from(Purpose)).map(frozenset),
        blocked=st.booleans(),
        unavailable=st.booleans(),
        diverted=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.address.account,
)
purposes = st.sampled_from(Purpose)


@given(channels, purposes)
def test_nothing_is_lost_and_nothing_goes_where_it_cannot_arrive(ways: list[Channel], purpose: Purpose) -> None:
    found = choose_route(ways, purpose)
    assert bool(found.addresses) == bool(ways)
    open_ways = {one.address for one in ways if one.is_open}
    if open_ways:
        assert set(found.addresses) <= open_ways
    else:
        assert len(found.addresses) <= 1, "it waits in one place"


@given(channels, purposes)
def test_chosen_working_channel_is_used(ways: list[Channel], purpose: Purpose) -> None:
    found = choose_route(ways, purpose)
    wanted = preferred_channels(ways, purpose)
    working = [one.address for one in wanted if one.is_open]
    if working:
        assert list(found.addresses) == working
    assert set(found.unavailable_channels) <= {one for one in wanted if not one.is_open}
    if found.addresses and {one.address for one in ways if one.is_open}:
        assert set(found.unavailable_channels) == {one for one in wanted if not one.is_open}, "all of them are told of"


@given(channels, purposes)
def test_without_a_choice_the_first_account_is_meant(ways: list[Channel], purpose: Purpose) -> None:
    bare = [Channel(one.address, blocked=one.blocked, unavailable=one.unavailable) for one in ways]
    assert list(preferred_channels(bare, purpose)) == bare[:1]


def test_a_silent_messenger_is_waited_for_rather_than_a_blocked_one() -> None:
    blocked = Channel(Address("telegram", "1"), blocked=True)
    silent = Channel(Address("vk:500", "1"), unavailable=True)
    assert choose_route([blocked, silent], Purpose.CARDS).addresses == (silent.address,)
    assert choose_route([blocked], Purpose.CARDS).addresses == (blocked.address,)
    assert choose_route([], Purpose.CARDS).addresses == ()
