"""VK's wall and conversations as the page draws them."""

from typing import Any

from sandbox.page.spans import vk_blocks
from sandbox.vk import VkServer
from sandbox.vk.state import CHAT_PEERS, Comment, Message, Post

Json = dict[str, Any]

_SITE = "https://vk.com"
_MAX_ITEMS = 150  # of each conversation and under each post, the latest


def vk_items(server: VkServer, group_id: int) -> list[Json]:
    """Posts with their comments, then every conversation with the community, oldest first."""
    items: list[Json] = []
    for post in server.posts(group_id):
        if post.post_type != "suggest":
            items.append(_post(server, group_id, post))
            items += [_comment(server, group_id, post, one) for one in server.comments(group_id, post.id)[-_MAX_ITEMS:]]
    for dialog in server.conversations(group_id):
        if dialog.peer_id < CHAT_PEERS:
            shown = server.messages(group_id, dialog.peer_id)[-_MAX_ITEMS:]
            items += [_message(server, group_id, one) for one in shown]
    return items


def vk_links(server: VkServer, group_id: int) -> dict[str, str]:
    """Address → key of the item it leads to."""
    links = {}
    for post in server.posts(group_id):
        address = f"{_SITE}/wall-{group_id}_{post.id}"
        links[address] = _post_key(group_id, post)
        for comment in post.comments.values():
            thread = f"&thread={comment.parents_stack[0]}" if comment.parents_stack else ""
            links[f"{address}?reply={comment.id}{thread}"] = _comment_key(group_id, comment.id)
    for dialog in server.conversations(group_id):
        shown = server.messages(group_id, dialog.peer_id)
        if shown:
            links[f"{_SITE}/gim{group_id}?sel={dialog.peer_id}"] = _message_key(group_id, shown[-1])
    return links


def _post_key(group_id: int, post: Post) -> str:
    return f"vk/{group_id}/wall/post{post.id}"


def _comment_key(group_id: int, comment_id: int) -> str:
    return f"vk/{group_id}/wall/{comment_id}"


def _message_key(group_id: int, message: Message) -> str:
    return f"vk/{group_id}/{message.peer_id}/{message.cmid}"


def _post(server: VkServer, group_id: int, post: Post) -> Json:
    return {
        "key": _post_key(group_id, post),
        "place": f"vk/{group_id}/wall",
        "id": post.id,
        "post": post.id,
        "is_post": True,
        "at": int(post.date.timestamp()),
        "from": _author(server, post.from_id),
        "blocks": vk_blocks(post.text),
        "media": _media(post.attachments),
    }


def _comment(server: VkServer, group_id: int, post: Post, comment: Comment) -> Json:
    item: Json = {
        "key": _comment_key(group_id, comment.id),
        "place": f"vk/{group_id}/wall",
        "id": comment.id,
        "post": post.id,
        "at": int(comment.date.timestamp()),
        "from": _author(server, comment.from_id),
        "blocks": vk_blocks(comment.text),
        "media": _media(comment.attachments),
    }
    parent = post.comments.get(comment.reply_to_comment or 0)
    if parent is not None:
        item["reply"] = {
            "key": _comment_key(group_id, parent.id),
            "name": _author(server, parent.from_id)["name"],
            "text": _summary(parent.text),
        }
    return item


def _message(server: VkServer, group_id: int, message: Message) -> Json:
    item: Json = {
        "key": _message_key(group_id, message),
        "place": f"vk/{group_id}/{message.peer_id}",
        "id": message.cmid,
        "at": int(message.date.timestamp()),
        "from": _author(server, message.from_id),
        "blocks": vk_blocks(message.text),
        "media": _media(message.attachments),
    }
    if message.edited and not message.out:
        item["edited"] = True
    if message.reply is not None:
        item["reply"] = {
            "key": _message_key(group_id, message.reply),
            "name": _author(server, message.reply.from_id)["name"],
            "text": _summary(message.reply.text),
        }
    if message.keyboard:
        rows = message.keyboard.get("buttons", [])
        item["buttons"] = [[_button(one["action"]) for one in row] for row in rows]
    if message.geo:
        point = message.geo["coordinates"]
        item["media"].append({"kind": "location", "name": f"{point['latitude']:.5f}, {point['longitude']:.5f}"})
    return item


def _author(server: VkServer, author_id: int) -> Json:
    if author_id < 0:
        community = server.world.communities.get(-author_id)
        return {"id": author_id, "name": community.title if community else "Сообщество", "bot": True}
    person = server.world.users.get(author_id)
    return {"id": author_id, "name": f"{person.first_name} {person.last_name}" if person else f"id{author_id}"}


def _media(attachments: list[Json]) -> list[Json]:
    shown: list[Json] = []
    for one in attachments:
        kind = one["type"]
        thing = one[kind]
        media: Json = {"kind": {"doc": "document", "audio_message": "voice"}.get(kind, kind)}
        if "id" in thing:
            media["url"] = f"page/file/vk/{thing['id']}"
        media["name"] = thing.get("title") or "файл"
        shown.append(media)
    return shown


def _summary(text: str) -> str:
    return " ".join(text.split())[:120] or "Вложение"


def _button(action: Json) -> Json:
    label = action.get("label", "")
    if action.get("type") == "open_link":
        return {"text": label, "href": action["link"]}
    return {"text": label, "code": label}
