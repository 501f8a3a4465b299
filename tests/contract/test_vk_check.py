"""The self-check tells the administrator what to switch on."""

import pytest

from bot.messengers.port import Severity
from tests.contract.harness import TOKEN
from tests.contract.vk_harness import GROUP, open_vk_harness


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox) as harness:
        yield harness


def fault_texts(findings):
    return [finding.text for finding in findings if finding.severity is Severity.FAULT]


async def test_all_is_well(harness):
    findings = await harness.messenger.check()
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert {finding.subject for finding in findings} == {"VK «Администрация»"}


async def test_events_that_are_off_are_listed(harness):
    harness.vk.world.communities[GROUP].events -= {"wall_reply_new", "message_event", "photo_comment_new"}
    findings = await harness.messenger.check()
    (fault,) = fault_texts(findings)
    assert "комментарий на стене: добавление" in fault
    assert "нажатие кнопки" in fault
    (note,) = [finding.text for finding in findings if finding.severity is Severity.WARNING]
    assert "комментарий к фотографии" in note


async def test_a_long_poll_that_is_off(harness):
    harness.vk.world.communities[GROUP].longpoll_enabled = False
    (fault,) = fault_texts(await harness.messenger.check())
    assert "Long Poll API выключен" in fault


async def test_an_old_version_and_missing_rights(harness):
    community = harness.vk.world.communities[GROUP]
    community.api_version = "5.131"
    community.permissions -= {"messages", "docs", "wall"}
    findings = await harness.messenger.check()
    (fault,) = fault_texts(findings)
    assert "сообщения сообщества" in fault
    notes = " ".join(finding.text for finding in findings if finding.severity is Severity.WARNING)
    assert "5.131" in notes
    assert "документы" in notes
    assert "стена" in notes


async def test_a_key_of_another_community(harness):
    del harness.vk.world.communities[GROUP]
    harness.vk.community(202, "Чужое", TOKEN)
    assert any("другому сообществу" in fault for fault in fault_texts(await harness.messenger.check()))


async def test_a_key_that_was_taken_back(harness):
    harness.vk.world.communities[GROUP].token = "another"
    (fault,) = fault_texts(await harness.messenger.check())
    assert "Ключ доступа не подходит" in fault


async def test_an_address_that_updates_are_brought_to(sandbox):
    url = "http://127.0.0.1:9/vk"  # no server listens there
    async with open_vk_harness(sandbox) as harness:
        messenger = harness.new_messenger(webhook_url=url)
        try:
            [note] = [one for one in await messenger.check() if one.severity is not Severity.OK]
            assert (note.severity, url in note.text) == (Severity.WARNING, True)

            await messenger.subscribe(url, "a-secret")
            [server] = harness.vk.world.communities[GROUP].servers.values()
            server.status = "failed"
            (fault,) = fault_texts(await messenger.check())
            assert "не может доставить" in fault

            server.status = "ok"
            assert {one.severity for one in await messenger.check()} == {Severity.OK}
            server.events -= {"wall_reply_new"}
            (fault,) = fault_texts(await messenger.check())
            assert "комментарий на стене: добавление" in fault
            await messenger.subscribe(url, "a-secret")
            assert {one.severity for one in await messenger.check()} == {Severity.OK}
        finally:
            await messenger.close()
