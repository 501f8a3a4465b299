"""The town of the state machine: two blocks, two districts, officials in three messengers, one set of rules."""

from dataclasses import dataclass, field

from bot.services.context import UseCaseContext
from storage.unit_of_work import UnitOfWork
from tests.e2e.harness import COMMUNITY, Harness
from tests.e2e.queries import wait_until_idle

MAX_TOKEN, HOUSE = "max-token-for-tests-only", -70_801_000_000_001

CITIZENS = (2001, 2002, 2003)
"""Each has an account in every messenger, and never works for the centre."""

MANAGING = frozenset({1005, 4001, 1006, 1001})
"""Accounts of those who manage people, at first."""

NEWCOMERS = (("telegram", 2101), ("vk", 2102), ("max", 2103), ("telegram", 2104), ("vk", 2105))
"""Accounts of people who may be invited."""


@dataclass(frozen=True, slots=True)
class Official:
    """A line of ``[[staff]]``."""

    name: str
    role: str
    messenger: str
    user_id: int
    scope: str = ""

    @property
    def line(self) -> str:
        account = f"{self.messenger}_id = {self.user_id}"
        return f'[[staff]]\nname = "{self.name}"\nrole = "{self.role}"\n{self.scope}{account}\n'


NORTH = 'title = "Дороги, север"\nsectors = ["roads"]\ndistricts = ["Северный"]\n'
SOUTH = 'title = "Дороги, юг"\nsectors = ["roads"]\ndistricts = ["Южный"]\n'
ROADS, HOUSING = 'sectors = ["roads"]\n', 'sectors = ["housing"]\n'

OFFICIALS = (
    Official("Администратор", "administrator", "telegram", 1005),
    Official("Координатор", "coordinator", "telegram", 1003),
    Official("Руководитель", "manager", "max", 4001),
    Official("Второй руководитель", "manager", "telegram", 1006),
    Official("Северный начальник", "head", "telegram", 1001, NORTH),
    Official("Второй северный", "head", "vk", 3001, NORTH),
    Official("Южный начальник", "head", "max", 4002, SOUTH),
    Official("Заместитель", "deputy", "vk", 3002, ROADS),
    Official("Сотрудник дорог", "employee", "telegram", 1007, ROADS),
    Official("Начальник ЖКХ", "head", "telegram", 1002, HOUSING),
    Official("Сотрудник ЖКХ", "employee", "max", 4003, HOUSING),
    Official("Куратор блока", "block_curator", "vk", 3003, ROADS),
    Official("Куратор", "curator", "telegram", 1004),
    Official("Сотрудник центра", "centre_staff", "max", 4004),
)

MORE = """
[routing]
sorts = ["coordinator", "centre_staff", "manager", "administrator"]
threshold = 0.6

[answers]
ask_solved_after = "2h"
close_after = "3d"

[[rules]]
approval = [{approval}]
four_eyes = {four_eyes}
satisfaction = true
reopen_at_most = 1
approve = "1h"
rework = "1h"
call_before_answer = {call}

[max]
token = "{token}"
api_base = "{url}/max"

[[max.chats]]
id = {house}
title = "Дом"
kind = "official"
"""


@dataclass(frozen=True, slots=True)
class TownRules:
    """The rules under which one story is played."""

    approval: tuple[str, ...] = ()
    four_eyes: bool = False
    call: bool = False


@dataclass
class CentreTown(Harness):
    """The town; :meth:`settle` lets everything that was done have its effect."""

    tick_seconds: float = 600.0  # a sweep in between is not wanted
    poll_seconds: int = 20  # there are no outages, and every poll costs
    rules: TownRules = field(default_factory=TownRules)
    post: int = 0  # of the community's wall, under which citizens comment

    def __post_init__(self) -> None:
        approval = ", ".join(f'"{one}"' for one in self.rules.approval)
        self.settings["staff"] = "".join(one.line for one in OFFICIALS)
        self.settings["more"] = MORE.format(
            approval=approval,
            four_eyes=str(self.rules.four_eyes).lower(),
            call=str(self.rules.call).lower(),
            token=MAX_TOKEN,
            url="{url}",
            house=HOUSE,
        )
        self.config_replacements = {
            "[routing]\nthreshold = 0.6\n\n[[staff]]": "[[staff]]",
            'kind = "chat"\nanswers = "bot"': 'kind = "chat"\nanswers = "person"',
        }

    async def open(self) -> None:
        """Set up the servers and the people, and switch the bot on."""
        await super().open()
        self.settings["more"] = self.settings["more"].format(url=self.sandbox.url)
        self.post = await self.sandbox.vk.post(COMMUNITY, "Доброе утро!")
        await self.start()

    async def start_staff(self) -> None:
        sandbox = self.sandbox
        sandbox.max.add_bot(MAX_TOKEN, username="mcu_max_bot")
        sandbox.max.chat(HOUSE, "Дом")
        accounts = [(one.messenger, one.user_id, one.name) for one in OFFICIALS]
        accounts += [(messenger, number, f"Новый {number}") for messenger, number in NEWCOMERS]
        accounts += [(name, one, f"Житель {one}") for name in ("telegram", "vk", "max") for one in CITIZENS]
        for messenger, number, name in accounts:
            if messenger == "vk":
                sandbox.vk.user(number, name, "Ли")
            elif messenger == "max":
                sandbox.max.user(number, name)
            else:
                sandbox.telegram.user(number, name)
        for one in OFFICIALS:
            await self.start_bot(one.messenger, one.user_id)

    async def start_bot(self, messenger: str, user_id: int, code: str = "") -> None:
        """Let somebody open the bot, perhaps with an invitation."""
        if messenger == "telegram":
            await self.sandbox.telegram.start_bot(user_id, code)
        elif messenger == "max":
            await self.sandbox.max.start_bot(user_id, code or None)
        else:
            payload = None if code else {"command": "start"}
            await self.sandbox.vk.send_message(COMMUNITY, user_id, f"/start {code}".strip(), payload=payload)

    def _is_polling(self) -> bool:
        return super()._is_polling() and any(call.name == "getUpdates" for call in self.sandbox.max.calls)

    async def _is_inbox_empty(self) -> bool:
        assert self.app is not None
        queue = self.sandbox.max.world.queue
        if queue.pending:
            async with self.app.database.read() as uow:
                if await uow.inbox.get_cursor("max") != str(queue.next):
                    return False
        return await super()._is_inbox_empty()

    async def settle(self) -> None:
        """Wait until all that was done has had its effect, every sweep has come round, and all that is due is sent."""
        await self.wait_for_inbox()
        await self.wait_for_outbox()

    async def settle_messages(self) -> None:
        """Wait until everything that was written or pressed is handled, and all that is due is sent."""
        await wait_until_idle(self)

    def context(self, uow: UnitOfWork) -> UseCaseContext:
        """Return the context of a use case that runs now."""
        assert self.app is not None
        return self.app.runtime.context(uow)
