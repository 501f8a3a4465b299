"""Checks of messengers: their webhooks, invitations and pages."""

from collections.abc import Iterator

from bot.config.errors import Fault
from bot.config.fields import url_path
from bot.config.messenger_kinds import MESSENGER_KINDS, MessengerKind
from bot.config.secrets import webhook_secret_fault
from bot.config.values import Values, section, tables


def find_messenger_faults(tree: Values) -> Iterator[Fault]:
    names = [kind.section_name for kind in MESSENGER_KINDS]
    if not any(name in tree for name in names):
        remedy = f"добавьте хотя бы один из разделов {', '.join(f'[{name}]' for name in names)}"
        yield Fault(", ".join(names), "не подключён ни один мессенджер", remedy)
    for kind in MESSENGER_KINDS:
        own = tree.get(kind.section_name)
        if kind.has_token_per_chat and isinstance(own, dict) and not own.get(kind.chats_key):
            key = f"{kind.section_name}.{kind.chats_key}"
            yield Fault(key, "не указано ни одного сообщества", f"добавьте запись [[{key}]] с id и token")


def find_webhook_faults(tree: Values) -> Iterator[Fault]:
    """Webhook mode needs a secret (authentication) and a distinct path (routing)."""
    paths: dict[str, str] = {}
    for kind in MESSENGER_KINDS:
        name, values = kind.section_name, section(tree, kind.section_name)
        if values.get("mode") != "webhook":
            continue
        url = values.get("webhook_url")
        if url is None:
            yield Fault(
                f"{name}.webhook_url",
                "для режима webhook нужен адрес, который вызовет мессенджер",
                'добавьте webhook_url = "https://…" или укажите mode = "polling"',
            )
        elif isinstance(url, str):
            first = paths.setdefault(url_path(url), name)
            if first != name:
                problem = f"тот же путь «{url_path(url)[:60]}» уже указан в разделе [{first}]"
                yield Fault(f"{name}.webhook_url", problem, f"дайте мессенджерам разные пути, например «/{name}»")
        yield from _webhook_secrets(kind, values)
    if "http" not in tree and any(
        section(tree, kind.section_name).get("mode") == "webhook" for kind in MESSENGER_KINDS
    ):
        yield Fault("http", "для режима webhook нужен раздел [http]", 'добавьте [http] и listen = "127.0.0.1:8080"')


def _webhook_secrets(kind: MessengerKind, values: Values) -> Iterator[Fault]:
    """VK has a secret for each community, the other messengers one for the bot."""
    holders = [(kind.section_name, values)]
    if kind.has_token_per_chat:
        holders = [
            (f"{kind.section_name}.{kind.chats_key}[{index}]", place) for index, place in tables(values, kind.chats_key)
        ]
    for key, holder in holders:
        fault = webhook_secret_fault(f"{key}.secret", holder.get("secret"), *kind.secret_length)
        if fault is not None:
            yield fault


def find_invitation_faults(tree: Values) -> Iterator[Fault]:
    """An invitation replaces answers; in a place with answers it would only confuse."""
    places = [
        (kind.section_name, section(tree, kind.section_name), "private")
        for kind in MESSENGER_KINDS
        if not kind.has_token_per_chat
    ]
    for kind in MESSENGER_KINDS:
        items = tables(section(tree, kind.section_name), kind.chats_key)
        places += [(f"{kind.section_name}.{kind.chats_key}[{index}]", item, "answers") for index, item in items]
    for key, values, rule in places:
        if values.get("invite") is not None and values.get(rule) != "off":
            problem = f'приглашение бывает только там, где ответы выключены ({rule} = "off")'
            yield Fault(f"{key}.invite", problem, f'удалите invite или укажите {rule} = "off"')


def find_page_faults(tree: Values) -> Iterator[Fault]:
    """A page can be watched only in a place that the bot reads."""
    own = {item.get("id") for _, item in tables(section(tree, "vk"), "communities")}
    heard = {name: {item.get("id") for _, item in tables(section(tree, name), "chats")} for name in ("telegram", "max")}
    for index, page in tables(tree, "pages"):
        key, name = f"pages[{index}]", page.get("messenger")
        if name == "vk" and page.get("id") not in own and not section(tree, "vk").get("service_token"):
            problem = "эту страницу VK нечем читать: её ключа нет в [[vk.communities]], сервисного ключа нет в [vk]"
            yield Fault(f"{key}.id", problem, "добавьте в [vk] service_token или ключ сообщества")
        if name == "telegram" and page.get("discussion") not in heard["telegram"]:
            problem = "комментарии канала Telegram пишут в его группе обсуждения, а бот её не слушает"
            yield Fault(f"{key}.discussion", problem, "укажите id группы обсуждения и добавьте её в [[telegram.chats]]")
        if name == "max" and page.get("id") not in heard["max"]:
            yield Fault(f"{key}.id", "бот не слушает этот канал MAX", "добавьте канал в [[max.chats]]")
