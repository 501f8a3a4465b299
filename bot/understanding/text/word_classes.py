"""Grammatical classes of words, by which a pattern asks for any person or for a form of a verb, not for one word."""

from bot.understanding.text.morphology import WordForm

_ANIMALS = frozenset({
    "животное", "зверь", "пес", "собака", "щенок", "кот", "кошка", "котик", "котенок", "мышь", "крыса", "хомяк",
    "кролик", "заяц", "лиса", "волк", "медведь", "лось", "кабан", "ежик", "белка", "птица", "ворона", "ворон",
    "голубь", "воробей", "чайка", "утка", "гусь", "лебедь", "курица", "петух", "цыпленок", "попугай", "сова",
    "орел", "аист", "корова", "бык", "теленок", "коза", "козел", "овца", "баран", "свинья", "поросенок", "лошадь",
    "конь", "пони", "осел", "жеребенок", "рыба", "щука", "карп", "окунь", "карась", "сом", "змея", "уж", "ящерица",
    "черепаха", "лягушка", "жаба", "насекомое", "комар", "муха", "пчела", "оса", "шмель", "клещ", "таракан", "клоп",
    "муравей", "тля", "жук", "бабочка", "гусеница", "паук", "блоха", "вредитель", "сорняк", "грач",
})  # fmt: skip
_BEASTS = frozenset({
    "животное", "зверь", "пес", "собака", "щенок", "кот", "кошка", "котенок", "лось", "лошадь", "конь", "жеребенок",
    "корова", "бык", "теленок", "коза", "козел", "овца", "баран", "осел", "пони", "олень", "лосенок",
})  # fmt: skip
"""Animals that people call help for."""
_NO_PERSONS = frozenset({
    "кукла", "манекен", "снеговик", "робот", "персонаж", "герой", "бот", "зомби", "монстр", "дракон",
})  # fmt: skip
"""The dictionary calls these animate, too."""
_SOMEBODY, _LIKE_NOUNS = frozenset({"кто-то"}), frozenset({"рабочий", "пьяный", "раненый", "пострадавший", "больной"})
"""A pronoun that the dictionary gives no person, and adjectives that are said of people without a noun."""

_CASES = (("who", {"nomn"}), ("one", {"nomn", "sing"}), ("whom", {"accs"}))

CLASSES = frozenset({"who", "one", "whom", "person", "being", "named", "now", "done", "it"})
"""``who``: persons in the nominative, ``one``: a single one, ``whom``: in the accusative, ``person``: in any case;
``being``: a person, an animal or a first name in any case; ``named``: a first name in the accusative («Петю»);
``now``: a verb in the third person of the present, ``done``: in the past; ``it``: in the neuter of the past («зажало»).
"""


def classes_of(form: WordForm) -> tuple[str, ...]:
    """Return the classes that a word of this *form* can belong to."""
    if not form.tags:
        return ()
    if _names_person(form):
        persons = [tag for tag in form.tags if _is_person(tag) or not _SOMEBODY.isdisjoint(form.lemmas)]
        return ("person", "being", *(name for name, case in _CASES if any(tag >= case for tag in persons)))
    verbs = [tag for tag in form.tags if "VERB" in tag]
    found = []
    if form.lemmas[0] in _BEASTS or "Name" in form.tags[0]:
        found.append("being")
    if form.can_be("Name", "accs") and not form.can_be("Name", "nomn"):
        found.append("named")
    if any(tag.issuperset(("pres", "3per")) for tag in verbs):
        found.append("now")
    if any("past" in tag for tag in verbs):
        found.append("done")
    if any(tag.issuperset(("past", "neut")) for tag in verbs):
        found.append("it")
    return tuple(found)


def _names_person(form: WordForm) -> bool:
    """Return whether the likeliest reading is a person without a name: streets, schools and churches have those."""
    first = form.lemmas[0]
    if first in _SOMEBODY or first in _LIKE_NOUNS:
        return True
    likeliest = next((tag for tag in form.tags if "impr" not in tag), frozenset())  # «слесарь» is no order
    return _is_person(likeliest) and first not in _ANIMALS and first not in _NO_PERSONS


def _is_person(tag: frozenset[str]) -> bool:
    if "NPRO" in tag:
        return "1per" in tag and "nomn" not in tag  # «их» may be things, «мы» tell of anything
    if "Coll" in tag:
        return "anim" in tag
    return tag.issuperset(("NOUN", "anim")) and tag.isdisjoint(("Name", "Patr", "Surn", "Geox", "Orgn"))
