"""``format: html``: the text that people see, and the spans that the tags meant."""

from html.parser import HTMLParser
from typing import Any

from sandbox.max.errors import bad_request

Json = dict[str, Any]

_TAGS = {
    "b": "strong",
    "strong": "strong",
    "i": "emphasized",
    "em": "emphasized",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "del": "strikethrough",
    "code": "monospaced",
    "pre": "monospaced",
    "a": "link",
    "mark": "highlighted",
    "h1": "heading",
    "blockquote": "quote",
}
_MAX_URL_LENGTH = 2048


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.spans: list[Json] = []
        self._open: list[tuple[str, Json]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise bad_request(f"text: unknown tag <{tag}>")
        span: Json = {"type": _TAGS[tag], "from": _units(self.text)}
        if tag == "a":
            span["url"] = dict(attrs).get("href") or ""
            if not 0 < len(span["url"]) <= _MAX_URL_LENGTH:
                raise bad_request("text: a link needs an address of at most 2048 characters")
        self._open.append((tag, span))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise bad_request(f"text: unexpected </{tag}>")
        span = self._open.pop()[1]
        span["length"] = _units(self.text) - span["from"]
        if span["length"]:
            self.spans.append(span)

    def handle_data(self, data: str) -> None:
        self.text += data

    def finish(self) -> None:
        self.close()
        if self._open:
            raise bad_request(f"text: <{self._open[-1][0]}> is not closed")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """The text without tags, and its ``markup``."""
    reader = _Reader()
    reader.feed(source)
    reader.finish()
    return reader.text, reader.spans
