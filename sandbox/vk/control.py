"""Acts of people in the sandbox's VK and reads of its state, for tests and for the page."""

from typing import Any

from sandbox.vk.message_acts import MessageActs
from sandbox.vk.state import (
    CHAT_PEERS,
    EVENT_TYPES,
    Call,
    CallbackServer,
    Comment,
    Community,
    Dialog,
    Message,
    MessageEvent,
    Post,
    User,
)
from sandbox.vk.wall_acts import WallActs


class VkControl(WallActs, MessageActs):
    """The driver. Coroutines change something and tell the journal; everything else only looks."""

    # -- who there is

    def community(self, id: int, title: str, token: str) -> Community:
        """Found a community; its key may do everything and all its events are switched on."""
        return self.world.community(id, title, token)

    def service_key(self, key: str) -> None:
        """An application with a service key: it reads what is public."""
        self.world.service_keys.add(key)

    def user(self, id: int, first_name: str, last_name: str) -> User:
        """Register a person."""
        return self.world.user(id, first_name, last_name)

    def deactivate_user(self, id: int, state: str = "deleted") -> None:
        """A person deletes their page, or VK bans it (``banned``)."""
        self.world.users[id].deactivated = state

    def conversation(self, group_id: int, peer_id: int, title: str) -> Dialog:
        """Let the community into a conversation of several people (*peer_id* ≥ 2000000001)."""
        if peer_id <= CHAT_PEERS:
            raise ValueError("a conversation's peer id is above 2000000000")
        dialog = self.world.ensure_dialog(group_id, peer_id)
        dialog.title = title
        return dialog

    # -- mischief

    async def add_callback_server_as_manager(self, group_id: int, url: str, secret: str) -> str:
        """A manager types an address into the community's settings and switches everything on; the string it must
        answer."""
        community = self.world.communities[group_id]
        number = max(community.servers, default=0) + 1
        community.servers[number] = CallbackServer(number, url, "by hand", secret, events=set(EVENT_TYPES))
        await self.change_log.notify()
        return community.confirmation

    async def push_raw(self, group_id: int, event: dict[str, Any]) -> None:
        """Put any object at all into the long poll."""
        self.world.communities[group_id].log.append(event)
        await self.change_log.notify()

    async def fail_longpoll(self, group_id: int, code: int) -> None:
        """The next poll (or the waiting one) answers ``failed: code``; 1 and 3 lose what was not read yet."""
        self.world.communities[group_id].log.scheduled_failures.append(code)
        await self.change_log.notify()

    async def drop_events(self, group_id: int) -> None:
        """Forget the events so far: a reader with an older ``ts`` gets ``failed: 1``."""
        self.world.communities[group_id].log.drop_all()
        await self.change_log.notify()

    # -- looking

    def comments(self, group_id: int, post_id: int) -> list[Comment]:
        """List the comments under a post, oldest first."""
        return [c for c in self.world.posts[(group_id, post_id)].comments.values() if not c.deleted]

    def messages(self, group_id: int, peer_id: int) -> list[Message]:
        """List the messages of a conversation, oldest first."""
        dialog = self.world.dialogs.get((group_id, peer_id))
        return [m for m in dialog.messages.values() if not m.deleted] if dialog else []

    def posts(self, group_id: int) -> list[Post]:
        """The community's wall, oldest first."""
        return [post for (group, _), post in self.world.posts.items() if group == group_id]

    def conversations(self, group_id: int) -> list[Dialog]:
        """The community's conversations that have messages or a title, in the order they began."""
        dialogs = [dialog for (group, _), dialog in self.world.dialogs.items() if group == group_id]
        return [dialog for dialog in dialogs if dialog.messages or dialog.title]

    def file(self, attachment: dict[str, Any]) -> bytes:
        """The bytes behind an attachment of a message, a comment or a post."""
        return self.world.files[attachment[attachment["type"]]["id"]].data

    @property
    def event_answers(self) -> list[MessageEvent]:
        """The presses that were answered, oldest first."""
        return [press for press in self.world.presses.values() if press.answered]

    @property
    def calls(self) -> list[Call]:
        """Every call of the API so far."""
        return self.world.calls
