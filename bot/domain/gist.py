"""The gist of a message: one line that says what and where, in the author's own words.

It invents nothing: the clause that says most of the trouble is taken from the text, without the greeting, the thanks
and the address to people; the place is added where the clause does not name it.
"""

import re
from collections.abc import Sequence

MAX_GIST_CHARS = 80
"""Characters: one line on a telephone held upright, with the number and the deadline before it in a second."""

_MAX_READ_CHARS = 4_000
"""Characters of a text that are looked at: the matter is said before that, and lists stay fast."""
_MIN_PLACE_ROOM, _MIN_CLAUSE_CHARS = 25, 4
_MIN_TELLING_WORDS, _FIRST_BONUS, _INTRODUCTION_MALUS = 4, 0.75, 1.5
"""Words of a clause that says something, and points of the first: people begin with the matter, unless they greet."""
_MAX_CLOSING_CHARS = 120
"""Characters at the end in which thanks are looked for."""

_LINK = re.compile(r"(?:https?://|www\.|t\.me/|vk\.com/)\S{1,2000}", re.IGNORECASE)
_MENTION = re.compile(r"\[(?:id|club|public)\d{1,20}\|[^\]\n]{0,200}\],?|(?<!\w)@\w{2,64}")
_SENTENCE_END = re.compile(
    r"(?<=[!?…])\s+|[;\n]+|(?<=[^\W\d_]{3})(?<!мкр)(?<!стр)(?<!пер)(?<!наб)(?<!пос)(?<!дер)(?<!обл)(?<!осп)(?<!орп)(?<!бул)(?<!ост)\.\s+|(?<=\d)\.\s+(?=[А-ЯЁ])",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r",\s+|\s+[—–-]\s+|:\s+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_EDGE = " \t,.;:!?…—–-)(«»\"'*_~`|/\\"
_OPENERS = re.compile(
    r"""^(?:
    (?:здрав?ствуй(?:те)?|здрасте|здрасьте|привет(?:ствую)?)(?:\s+всем)?|добр(?:ый|ое|ого|ой)\s+(?:день|дня|утро|утра|вечер|вечера|времени\s+суток|ночи)
    |всем\s+(?:привет|здравствуйте|добра|доброго\s+\w+)|уважаем(?:ые|ый|ая)\s+\w+(?:\s+и\s+\w+)?|дорогие\s+\w+
    |(?:народ|люди|ребята?|девочки|девчонки|соседи|друзья|земляки|граждане|товарищи|админ(?:истрация|ы)?|господа)(?=[,!]|\s+(?:под?скажите|скажите|помогите|кто|есть|у\s+ко[гв]о|когда|почему|что))
    |подскажите|скажите|помогите|пожалуйста|пожалуста|пж|пжл|плиз|извините|простите|(?:спасибо|благодарю)(?:\s+(?:вам|всем|большое|огромное))*(?!\s+за\b)(?:,?\s+что)?|заранее
    |(?:очень\s+|убедительно\s+)?(?:прошу|просим)(?:\s+(?:вас|помочь|принять\s+меры|обратить\s+внимание(?:\s+на)?|разобраться))*
    |(?:хочу|хотел[аи]?(?:\s+бы)?|хотелось\s+бы|обращаюсь|обращаемся|пишу|сообщаю)(?:\s+(?:к\s+вам|вам|с\s+просьбой|сообщить|спросить|узнать|обратить\s+внимание(?:\s+на)?|пожаловаться(?:\s+на)?|рассказать))*(?:,?\s+что)?
    |что(?=\s*,)|что(?=\s+ли\b)\s+ли
    |(?:спасибо|благодар(?:ю|им))\s+за\s+[^,.!?]{1,60}(?=,\s+(?:но|только|однако|а)\b)
    |вопрос|внимание|срочно|короче|вообще|кстати|значит|слушайте|смотрите|ой|ох|эх|ну|вот|так|а|и|но|да|же|ещё|еще|большое|огромное
    |кто[\s-]нибудь\s+(?:знает|в\s+курсе)|кто\s+(?:знает|в\s+курсе)|никто\s+не\s+знает
    )(?=[\s,.;:!?…—–)-]|$)[\s,.;:!?…—–)-]*""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSERS = re.compile(
    r"[\s,.;:!?…—–(-]*(?:(?:заранее|большое|огромное|всем|вам)\s+)*(?:спасибо|благодар\w+|пожалуйста|помогите|с\s+уважением.*|заранее)"
    r"(?:\s+(?:заранее|большое|вам|всем|за\s+\w+))*[\s,.;:!?…—–)-]*$",
    re.IGNORECASE,
)
_TROUBLES = """
нет нету не ни без никто ям яма ямы яму лед лёд снег дым вонь газ газа газом вода воды воду свет света тепло
люк люки шум врач врача
"""
_TROUBLE_BEGINNINGS = """
нече неку него нево нель слом разб прор поры течь теку тече прот зато зали зале топи откл проп выру пога пере
мусо свал помо гряз сугр голо скол като холо ледя мерз мёрз дуба воня запа пахн гори горя гарь соба стая куса
крыс тара люка свет фона темн лифт крыш подъ подв кана авто марш опаз ждат ждем ждём отме обры обор искр пров
стол дере упал рухн опас авар очер тало лека посо выпл ремо отоп бата инте связ стро парк площ каче оста доро
трот асфа знак борщ трещ дыра дыры туал корм отка закр убра порв рвет рвёт сгни гнил шата виси торч стон гуди трес
обва разб разр кури ржав тухл клоп мыши волк плес рухл сыпе свищ смер шуме шумя крич цара
"""
"""Words of which troubles are made, and the first four letters of longer ones; they only choose between clauses."""
_NO_TROUBLES = frozenset({"строение", "строения", "строителей", "строителям", "парковая", "парковой"})
"""Words of addresses that begin like those of troubles."""
_INTRODUCTION = re.compile(
    r"\b(?:пишу|пишет|пишем|обращаюсь|обращаемся|живу|живем|живём|пенсионер\w*|ветеран\w*|инвалид\w*|адрес|спасибо|благодар\w+|поклон|поздравля\w+)\b|\b\d{2}\s+лет\b",
    re.IGNORECASE,
)
"""Words with which people say who they are, that they write, and thanks before a matter."""
_TROUBLE_WORDS, _TROUBLE_PREFIXES = frozenset(_TROUBLES.split()), frozenset(_TROUBLE_BEGINNINGS.split())
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))
"""Characters without a picture, among them those that turn the direction of what follows in a list."""
_ASKING = re.compile(
    r"\b(?:когда|почему|куда|уберите|почините|включите|вывезите|сделайте|верните|поставьте|отловите|примите)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:ул(?:ица|ице|ицы|ицу)?|пр-?т|проспект\w*|переул\w+|пер|мкр|микрорайон\w*|квартал\w*|пос[её]л\w+|сел[оае]|деревн\w+|дом[аеу]?|д)\b\.?"
    r"|\b\d{1,3}[а-яА-Я]?(?:/\d{1,3})?\b|\b(?:[Нн]а|[Пп]о|[Вв]|[Уу])\s+[А-ЯЁ]\w{3,}",
)
_DANGLING = frozenset(
    {
        "на",
        "в",
        "во",
        "и",
        "а",
        "но",
        "у",
        "с",
        "со",
        "по",
        "к",
        "от",
        "до",
        "за",
        "из",
        "о",
        "об",
        "что",
        "для",
        "не",
        "при",
        "без",
        "под",
        "над",
        "или",
        "как",
        "где",
    }
)


def gist(text: str, place: str | None = None) -> str:
    """Return at most 80 characters that say what *text* is about, without line breaks.

    It is empty only if nothing of the text can be seen. *place*: as it is known, added if the words do not name it and
    there is room.
    """
    text = text[:_MAX_READ_CHARS].translate(_INVISIBLE)
    read = _MENTION.sub(" ", _LINK.sub(" ", text))
    clauses = [_strip(" ".join(part.split())) for part in _SENTENCE_END.split(read) if part]
    candidates = [part for part in clauses if len(part) >= _MIN_CLAUSE_CHARS]
    if not candidates:
        return _with_place(_cut(" ".join((read.strip() or text).split()), MAX_GIST_CHARS), place)
    best = max(range(len(candidates)), key=lambda at: _score(candidates[at]) + (_FIRST_BONUS if at == 0 else 0.0))
    return _with_place(_with_quotation_marks(_grow(candidates, best)), place)


def _strip(clause: str) -> str:
    """Return the clause without greetings, addresses and fillers in front, and thanks behind."""
    clause = clause.strip(_EDGE)
    while (shorter := _OPENERS.sub("", clause, count=1)) != clause:
        clause = shorter.strip(_EDGE)
    end = max(0, len(clause) - _MAX_CLOSING_CHARS)
    return (clause[:end] + _CLOSERS.sub("", clause[end:])).strip(_EDGE)


def _with_quotation_marks(words: str) -> str:
    """Return the words with the quotation mark that their edge has lost, if there is room."""
    opened, closed = words.count("«"), words.count("»")
    if len(words) >= MAX_GIST_CHARS or abs(opened - closed) != 1 or words.endswith("…"):
        return words
    if opened > closed:
        return f"{words}»"
    return f"«{words}" if not opened or words.find("»") < words.find("«") else words


def _score(clause: str) -> float:
    """Return how much the clause says: words of troubles, of places and of requests."""
    words = _WORD.findall(clause.casefold())
    telling = {word for word in words if word in _TROUBLE_WORDS or word[:4] in _TROUBLE_PREFIXES}
    trouble = len(telling - _NO_TROUBLES)
    introduction = _INTRODUCTION_MALUS if not trouble and _INTRODUCTION.search(clause) else 0.0
    place = 0.75 if _PLACE.search(clause) else 0.0
    brevity = -1.0 if len(words) < _MIN_TELLING_WORDS else 0.0
    return min(trouble, 3) + place + (0.25 if _ASKING.search(clause) else 0.0) + brevity - introduction


def _grow(candidates: Sequence[str], best: int) -> str:
    """Return the best clause, cut at its best part if it is long, or with the next one if both fit."""
    clause = candidates[best]
    if len(clause) > MAX_GIST_CHARS:
        parts = [_strip(part) for part in _CLAUSE_END.split(clause)]
        starts = [at for at, part in enumerate(parts) if part and _score(part) > 0]
        rest = ", ".join(part for part in parts[starts[0] :] if part) if starts else clause
        return _cut(rest, MAX_GIST_CHARS)
    for first, second in ((best, best + 1), (best - 1, best)):
        other = second if first == best else first
        if 0 <= other < len(candidates) and _score(candidates[other]) > 0:
            both = f"{candidates[first]}. {candidates[second]}"
            if len(both) <= MAX_GIST_CHARS:
                return both
    return clause


def _with_place(words: str, place: str | None) -> str:
    if not place or not words or _names(words, place):
        return words
    room = MAX_GIST_CHARS - len(place) - 3
    if room < _MIN_PLACE_ROOM:
        return words
    return f"{_cut(words, room)} · {' '.join(place.split())}"


def _names(words: str, place: str) -> bool:
    """Return whether *words* name the place: the beginning of its longest word, which Russian does not inflect."""
    longest = max(_WORD.findall(place), key=len, default="").casefold().replace("ё", "е")
    return not longest or longest[: max(4, len(longest) - 3)] in words.casefold().replace("ё", "е")


def _cut(words: str, limit: int) -> str:
    """Return at most *limit* characters, cut at a word that can stand at the end."""
    if len(words) <= limit:
        return words
    kept = words[: limit - 1]
    head, _, _ = kept.rpartition(" ")
    if len(head) <= limit // 3:
        return kept.rstrip(_EDGE) + "…"
    pieces = head.split(" ")
    while len(pieces) > 1 and pieces[-1].strip(_EDGE).casefold() in _DANGLING:
        pieces.pop()
    return " ".join(pieces).rstrip(_EDGE) + "…"
