"""The places that the bot reads, as the file names them: chats, communities and official pages."""

from bot.config.messenger_kinds import MessengerKind
from bot.config.messenger_sections import BotSection, PageEntry, PageMessenger, VkSection
from bot.domain.sources import PRIVATE_SOURCE_ID, VK_PAGES_ACCOUNT, OfficialPage, Source, SourceKind


def official_page(entry: PageEntry, own: set[int]) -> OfficialPage:
    account, root = entry.messenger.value, str(entry.id)
    if entry.messenger is PageMessenger.VK:
        account = f"vk:{entry.id}" if entry.id in own else VK_PAGES_ACCOUNT
    heard_in = str(entry.discussion) if entry.discussion is not None else root
    return OfficialPage(account, root, entry.title, heard_in, entry.silent_after.to_timedelta())


def page_source(entry: PageEntry) -> Source:
    return Source(VK_PAGES_ACCOUNT, str(entry.id), entry.title, entry.kind, entry.answers)


def chat_sources(kind: MessengerKind, section: BotSection) -> list[Source]:
    account, private = kind.section_name, f"личные сообщения боту {kind.title}"
    return [
        Source(account, PRIVATE_SOURCE_ID, private, SourceKind.OFFICIAL, section.private, section.invite),
        *(
            Source(
                account,
                str(c.id),
                c.title or f"чат {kind.title} {c.id}",
                c.kind,
                c.answers,
                c.invite,
                c.sector,
                c.district,
            )
            for c in section.chats
        ),
    ]


def community_sources(section: VkSection) -> list[Source]:
    return [
        Source(
            f"vk:{one.id}",
            str(one.id),
            one.title or f"сообщество VK {one.id}",
            one.kind,
            one.answers,
            one.invite,
            one.sector,
            one.district,
        )
        for one in section.communities
    ]
