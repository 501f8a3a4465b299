"""Contents of the page: the people of the town, their chats, and the phones of officials."""

from dataclasses import dataclass
from typing import Any

from sandbox.server import Sandbox

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody of the town, with the same id in every messenger."""

    id: int
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Phone:
    """An official's telephone, open on the private chat with the bot in ``messenger``: telegram, vk or max.

    ``title``: what they are. A position without a name is the first name, the last one is empty. A phone that is not
    ``shown`` is in its owner's pocket.
    """

    id: int
    first_name: str
    last_name: str
    title: str
    messenger: str = "telegram"
    shown: bool = True

    @property
    def name(self) -> str:
        """The full name, or the position."""
        return f"{self.first_name} {self.last_name}".rstrip()

    @property
    def short(self) -> str:
        """The name where there is little room."""
        return f"{self.first_name} {self.last_name[0]}." if self.last_name else self.first_name

    def place(self, community_id: int) -> str:
        """Return the address of the chat with the bot; in VK the bot is that community."""
        return f"vk/{community_id}/{self.id}" if self.messenger == "vk" else f"{self.messenger}/{self.id}"


@dataclass(frozen=True, slots=True)
class Group:
    """A group in Telegram, or a chat in MAX; ``short`` is what its tab reads."""

    id: int
    title: str
    short: str


@dataclass(frozen=True, slots=True)
class Community:
    """A VK community; ``posts`` stand on its wall from the beginning."""

    id: int
    title: str
    token: str
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """The whole scenery; there is no MAX without ``max_token``.

    ``show``: the steps of the performance, understood by the page's script alone.
    """

    title: str
    timezone: str
    bot_name: str
    bot_username: str
    bot_token: str
    max_token: str | None
    citizens: tuple[Citizen, ...]
    phones: tuple[Phone, ...]
    groups: tuple[Group, ...]
    max_chats: tuple[Group, ...]
    community: Community
    show: tuple[Json, ...] = ()

    async def set_up(self, sandbox: Sandbox) -> None:
        """Clear the sandbox and build the town in it. Officials have opened the bot in Telegram and in MAX."""
        _clear(sandbox)
        telegram, vk, max_ = sandbox.telegram, sandbox.vk, sandbox.max
        telegram.add_bot(self.bot_token, username=self.bot_username, first_name=self.bot_name)
        if self.max_token is not None:
            max_.add_bot(self.max_token, username=self.bot_username, first_name=self.bot_name)
        in_vk: tuple[Citizen | Phone, ...] = tuple(one for one in self.phones if one.messenger == "vk")
        for person in (*self.citizens, *in_vk):
            vk.user(person.id, person.first_name, person.last_name)
        people: tuple[Citizen | Phone, ...] = (*self.citizens, *self.phones)
        for person in people:
            telegram.user(person.id, person.first_name, person.last_name)
            max_.user(person.id, person.first_name, person.last_name)
        for group in self.groups:
            telegram.group(group.id, group.title)
        for chat in self.max_chats:
            max_.chat(chat.id, chat.title)
        vk.community(self.community.id, self.community.title, self.community.token)
        for post in self.community.posts:
            await vk.post(self.community.id, post)
        for phone in self.phones:
            if phone.messenger == "vk":
                await vk.allow_messages(self.community.id, phone.id)
            else:
                await (max_ if phone.messenger == "max" else telegram).start_bot(phone.id)

    async def start_in_vk(self, sandbox: Sandbox) -> None:
        """Let officials write to the community; call it once the bot listens, VK keeps nothing for the first poll."""
        for phone in self.phones:
            if phone.messenger == "vk":
                await sandbox.vk.send_message(self.community.id, phone.id, "Начать", payload={"command": "start"})

    def as_json(self) -> Json:
        """Return the data that the page's script needs; no tokens."""
        return {
            "title": self.title,
            "timezone": self.timezone,
            "bot": self.bot_name,
            "citizens": [
                {"id": one.id, "name": f"{one.first_name} {one.last_name}", "short": one.first_name}
                for one in self.citizens
            ],
            "phones": [
                {
                    "id": one.id,
                    "name": one.name,
                    "short": one.short,
                    "title": one.title,
                    "messenger": one.messenger,
                    "place": one.place(self.community.id),
                }
                for one in self.phones
                if one.shown
            ],
            "groups": [{"place": f"telegram/{one.id}", "title": one.title, "short": one.short} for one in self.groups],
            "maxChats": [{"place": f"max/{one.id}", "title": one.title, "short": one.short} for one in self.max_chats],
            "hasMax": self.max_token is not None,
            "community": {"id": self.community.id, "title": self.community.title},
            "show": list(self.show),
        }


def _clear(sandbox: Sandbox) -> None:
    """Forget everybody and everything; ids go on counting, so that nothing new is taken for something old."""
    telegram, vk, max_ = sandbox.telegram.world, sandbox.vk.world, sandbox.max.world
    telegram.bot = None
    telegram.queue.clear()
    for store in (telegram.users, telegram.chats, telegram.files, telegram.paths, telegram.presses, telegram.commands):
        store.clear()
    for table in (vk.communities, vk.users, vk.posts, vk.dialogs, vk.files, vk.presses, vk.showcases):
        table.clear()
    vk.calls.clear()
    max_.bot = None
    max_.queue.clear()
    for kept in (max_.users, max_.chats, max_.files, max_.uploads, max_.presses):
        kept.clear()
