"""The pages of ``/topics``, its prompts, and the note about a file that differs."""

from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored


class TopicEntry(NamedTuple):
    """A block, theme or topic in a list; ``key`` begins the codes of its buttons."""

    key: str
    title: str
    is_theme: bool
    is_off: bool
    word_count: int


class TopicBlocks(Notification, code="topic_blocks"):
    """The blocks of the town, each with its topics behind a button."""

    blocks: tuple[TopicEntry, ...]
    page: int = stored(default=0)


class TopicList(Notification, code="topic_list"):
    """The themes and topics of one block; ``key`` is empty for those of no block."""

    key: str
    title: str
    words: tuple[str, ...]
    entries: tuple[TopicEntry, ...]
    page: int = stored(default=0)


class AddedWord(NamedTuple):
    """A word that was added in the chat."""

    keyword_id: int
    word: str


class TopicPage(Notification, code="topic_page"):
    """A block, theme or topic with its words; ``removes``: the added ones are buttons that remove them.

    ``is_own``: a theme that was added in the chat, and can be removed there; ``asks_removal``: one press before that.
    """

    entry: TopicEntry
    block_key: str
    block: str
    kind: str
    file_words: tuple[str, ...]
    added: tuple[AddedWord, ...]
    removes: bool = stored(default=False)
    page: int = stored(default=0)
    is_own: bool = stored(default=False)
    asks_removal: bool = stored(default=False)


class TopicMove(Notification, code="topic_move"):
    """The blocks to which a theme may go."""

    entry: TopicEntry
    blocks: tuple[TopicEntry, ...]
    page: int = stored(default=0)


class AskTopicWords(Notification, code="topic_ask_words"):
    """Prompt for words of a block, theme or topic."""

    title: str


class AskTopicTitle(Notification, code="topic_ask_title"):
    """Prompt for the title of a theme."""

    title: str


class AskNewTopic(Notification, code="topic_ask_new"):
    """Prompt for the title of a new theme of ``block``; without a block nobody's yet."""

    block: str


class TopicsDiffer(Notification, code="topics_differ"):
    """The configuration was changed and names other themes or words than the database; nothing was applied."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...]
