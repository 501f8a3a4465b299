"""A promise in the words of a text, shown to officials before anybody reads it."""

from bot.domain.promises import OfferedPromise
from bot.messengers.content import Button
from bot.views.render_context import shorten

MAX_WORDS_CHARS = 100


def describe_promise(promise: OfferedPromise) -> str:
    """Return the line that names the day which a text promises."""
    return f"📌 В тексте обещание: «{shorten(promise.words, MAX_WORDS_CHARS)}» ({promise.day:%d.%m.%Y})."


def noting_button(label: str, promise: OfferedPromise, code: str) -> Button:
    """Return the button that does what *label* says and remembers the day."""
    return Button(f"📌 {label} и запомнить {promise.day:%d.%m}", code)
