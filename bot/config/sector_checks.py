"""Checks of blocks and themes: their titles, and those who name them."""

from collections.abc import Iterator

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.values import Values, section, tables
from bot.domain.sectors import STANDARD_SECTORS


def find_sector_faults(tree: Values) -> Iterator[Fault]:
    for name, what in (("sectors", "своего блока"), ("themes", "своей темы")):
        for index, item in tables(tree, name):
            code = item.get("code")
            if isinstance(code, str) and code.strip() not in STANDARD_SECTORS and "title" not in item:
                hint = did_you_mean(code, list(STANDARD_SECTORS))
                standard = quoted_list(list(STANDARD_SECTORS))
                yield Fault(
                    f"{name}[{index}].title",
                    f"у {what} «{code[:40]}» нет названия",
                    f"добавьте title{'; ' + hint if hint else ''}; стандартные коды: {standard}",
                )
    codes = [str(item["code"]).strip() for _, item in tables(tree, "sectors") if "code" in item]
    for key, holder in _holders_of_a_sector(tree):
        code = holder.get("sector")
        if isinstance(code, str) and code.strip() not in codes:
            yield unknown_sector(f"{key}.sector", code, codes)


def _holders_of_a_sector(tree: Values) -> Iterator[tuple[str, Values]]:
    """Yield themes, chats and communities, each of which may name its block."""
    yield from ((f"themes[{index}]", item) for index, item in tables(tree, "themes"))
    for kind in MESSENGER_KINDS:
        key = f"{kind.section_name}.{kind.chats_key}"
        chats = tables(section(tree, kind.section_name), kind.chats_key)
        yield from ((f"{key}[{index}]", item) for index, item in chats)


def unknown_sector(key: str, code: str, codes: list[str]) -> Fault:
    hint = did_you_mean(code, codes)
    return Fault(
        key,
        f"блока «{code[:40]}» нет в [[sectors]]",
        hint or f"добавьте его или выберите из имеющихся: {quoted_list(codes) or 'пока нет ни одного'}",
    )
