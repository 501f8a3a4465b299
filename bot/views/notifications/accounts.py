"""Views of officials' accounts: the list, and the news of one that was added or closed."""

from bot.domain.notifications.administrator import OldCodesVoid, WrongCodes
from bot.domain.notifications.staff import (
    AccessEnded,
    AccountAdded,
    AccountEntry,
    AccountList,
    AccountRemoved,
    AccountsClosed,
    InvitationEntry,
)
from bot.domain.russian_text import plural
from bot.domain.sources import messenger_title
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten

MAX_PAGE_SIZE = 8
MAX_BUTTON_CHARS = 40


def account_title(name: str) -> str:
    """Return «VK 3001» for «vk.3001»."""
    messenger, _, user_id = name.partition(".")
    return f"{messenger_title(messenger)} {user_id}"


def account_added(note: AccountAdded, data: NotificationData, context: RenderContext) -> Content:
    title = account_title(note.account)
    words = (
        f"\nВаши карточки и команды теперь доступны и там: {title}. Если это подключили не вы, нажмите «Это не я»: "
        "новый вход сразу закроется."
        if note.mine
        else f"\n{note.name}: {title}, вход по коду. Если этого человека там быть не должно, нажмите «Это не я»."
    )
    keyboard = [[Button("Это не я", pack(Op.NOT_ME, 0, note.account))]]
    return Content.of(Bold("🔑 Новый вход в центр управления"), words, keyboard=keyboard)


def account_removed(note: AccountRemoved, data: NotificationData, context: RenderContext) -> Content:
    opening = f"🔒 {note.name}: вход {account_title(note.account)} отключён. "
    if note.disowned:
        return Content.of(f"{opening}Сотрудник нажал «Это не я»: кто-то входил по его коду. Проверьте, как код ушёл.")
    return Content.of(f"{opening}Отключил(а): {note.by}.")


def accounts_closed(note: AccountsClosed, data: NotificationData, context: RenderContext) -> Content:
    lines = [f"\n• {one.name}: {account_title(one.account)}" for one in note.closed]
    return Content.of(
        Bold("🔒 После изменения настроек отключены входы"),
        *lines,
        "\nКарточек там больше нет. Если кто-то из них ещё работает, выдайте новый код: /invite",
    )


def old_codes_void(note: OldCodesVoid, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        "🔑 Коды для входа, выданные до обновления, больше не действуют: у них не было срока. "
        f"Не успели войти: {', '.join(note.names)}. Новые коды: /invite"
    )


def wrong_codes(note: WrongCodes, data: NotificationData, context: RenderContext) -> Content:
    tries = plural(note.tries, "неверный код", "неверных кода", "неверных кодов")
    if note.account is None:
        return Content.of(f"⚠️ За час прислали {tries} для входа с разных номеров. Верные коды принимаются.")
    return Content.of(
        f"⚠️ {account_title(note.account)}: {tries} для входа за час. С этого номера коды не принимаются ещё час."
    )


def account_list(note: AccountList, data: NotificationData, context: RenderContext) -> Content:
    """Return one page, or the question whether an account is to be closed."""
    if note.asked:
        return _question(note)
    items: list[AccountEntry | InvitationEntry] = [*note.accounts, *note.invitations]
    size = max(1, min(MAX_PAGE_SIZE, context.capabilities.button_rows - 1))
    pages = max(1, -(-len(items) // size))
    page = min(note.page, pages - 1)
    shown = items[page * size : (page + 1) * size]
    spans: list[Span | str] = [Bold("👥 Входы сотрудников"), *(_line(one) for one in shown)]
    spans.append("\n\nНовые коды: /invite")
    keyboard = [[_button(one)] for one in shown]
    turns = [Button("← Назад", pack(Op.ACCOUNTS, 0, f"p={page - 1}"))] if page else []
    turns += [Button("Дальше →", pack(Op.ACCOUNTS, 0, f"p={page + 1}"))] if page < pages - 1 else []
    turns.append(Button("👥 Сотрудники", pack(Op.PEOPLE, 0, "list=0")))
    return Content.of(*spans, keyboard=[*keyboard, turns])


def _line(item: AccountEntry | InvitationEntry) -> str:
    if isinstance(item, InvitationEntry):
        codes = plural(item.amount, "код", "кода", "кодов")
        return f"\n• {item.name}: {codes} для входа, до {item.expires_at}"
    origin = "без кода" if item.configured else f"по коду {item.joined_at}".rstrip()
    return f"\n• {item.name}: {account_title(item.account)}, {origin}"


def _button(item: AccountEntry | InvitationEntry) -> Button:
    if isinstance(item, InvitationEntry):
        label, code = f"Отозвать код: {item.name}", f"code={item.person_id}"
    else:
        label, code = f"Отключить {account_title(item.account)}: {item.name}", f"ask={item.account}"
    return Button(shorten(label, MAX_BUTTON_CHARS), pack(Op.ACCOUNTS, 0, code))


def _question(note: AccountList) -> Content:
    name = next((one.name for one in note.accounts if one.account == note.asked), "")
    rows = [
        [Button("Отключить", pack(Op.ACCOUNTS, 0, f"rm={note.asked}"))],
        [Button("← Назад", pack(Op.ACCOUNTS, 0, "p=0"))],
    ]
    return Content.of(
        f"Отключить {account_title(note.asked)} ({name})? Карточки там опустеют сразу. "
        "Войти снова можно по новому коду.",
        keyboard=rows,
    )


ACCOUNT_VIEWS = (
    row(AccountAdded, account_added),
    row(AccountRemoved, account_removed),
    row(AccountsClosed, accounts_closed),
    row(OldCodesVoid, old_codes_void),
    row(WrongCodes, wrong_codes),
    row(AccountList, account_list),
    template_row(AccessEnded, "🔒 Доступ к этому сообщению отключён."),
)
