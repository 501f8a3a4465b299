"""Forms of telephones, addresses of mail and profiles, numbers of documents, flats, plates, birth dates and illnesses.

Each form is searched in a :class:`~bot.understanding.privacy.shadow.Shadow`; its group ``x`` is the part to be masked.
The text that they search is in lower case. The order matters: a later form does not see what an earlier one covered.
"""

import re

PHONE, EMAIL, NUMBER, HEALTH = "[телефон]", "[почта]", "[номер]", "[о здоровье]"
NAME, NICK, LINK, BIRTH_DATE, FLAT = "[имя]", "[ник]", "[ссылка]", "[дата рождения]", "[№]"

_S = r"[ ().\-/]"
_NO_DIGIT = r"[^\d\0\n]"
_MONTH = r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]*"
_DATE = rf"(?:\d{{1,2}}[./\- ]\d{{1,2}}[./\- ](?:\d{{4}}|\d\d)|\d{{1,2}} {_MONTH},? (?:\d{{4}}|\d\d)|(?:19|20)\d\d)"
_PHONE_WORD = (
    r"(?:телефон\w*|тлф|тел|моб(?:ильн\w*)?|сот(?:ов\w*)?|звон\w*|позвон\w*|созвон\w*|перезвон\w*|набер\w+|набира\w+|"
    r"городской|домашний|в[ао]тс[ао]п\w*|whats ?app|в[аи]йбер\w*|viber|т[еэ]л[еэ]г(?:а|у|е|рам\w*)|telegram|смс|sms|"
    r"сбп|(?:мой|моему|на|по|с) номер(?:у|а)?)"
)
_LETTER = "[авекмнорстухabekmhopctyx]"

PUBLIC: tuple[re.Pattern[str], ...] = (
    # Calls that are free for the caller lead to organisations, never to a person.
    re.compile(r"(?<![\d\w])(?:\+ ?7|8)[ (\-]{0,3}80[04][ )\-]{0,3}\d(?:[ \-]?\d){6}(?!\d)"),
    re.compile(r"(?<![\w.@])(?:https?://)?(?:t\.me|telegram\.me)/(?:c/\d+|[a-z]\w+)/\d[^\s\0]*"),
    re.compile(
        r"(?<![\w.@])(?:https?://)?(?:www\.|m\.)?vk\.(?:com|ru)/(?:(?:wall|photo|video|topic|album|market|clip)-|club|public|event)\d[^\s\0]*"
    ),
)
"""Words that look like personal data and lead to an organisation, a post or a message in a public group."""

CONTACTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+\-]{1,64}(?:@| @ )[\w\-]{1,64}(?:\.[\w\-]{1,24}){1,4}"), EMAIL),
    (
        re.compile(
            r"(?<!\w)[a-z0-9][\w.+\-]{0,63} ?(?:[(\[] ?(?:собака|at|гав) ?[)\]]|собака| at ) ?[a-z][\w\-]{0,40} ?"
            r"(?:\.|[(\[]?(?:точка|dot)[)\]]?) ?(?:ru|com|net|org|su|ру|ком)\b"
        ),
        EMAIL,
    ),
    (  # a person's page; posts, communities and messages in public groups are nobody's address
        re.compile(
            r"(?<![\w.@])(?:https?://)?(?:(?:www|m|web|new)\.)?"
            r"(?:(?:vk\.com|vk\.ru|vk\.me|vkontakte\.ru|t\.me|telegram\.me|telegram\.dog)/"
            r"|(?:ok\.ru|odnoklassniki\.ru)/(?!group)"
            r"|(?:max\.ru|wa\.me|api\.whatsapp\.com|viber\.me|chats\.viber\.com|instagram\.com|facebook\.com|fb\.com|"
            r"my\.mail\.ru|tiktok\.com|twitter\.com|x\.com|tenchat\.ru|threads\.net)/|youtube\.com/@)"
            r"[^\s<>«»\"')\]\0]*[^\s<>«»\"')\].,;:!?\0]"
        ),
        LINK,
    ),
    (re.compile(r"\b(?:tg|viber|whatsapp|skype|max)://?[^\s\0]+|\bskype:[^\s\0]+"), LINK),
    (re.compile(r"\[id\d+\|[^\]\n\0]{1,200}\]"), NAME),
    (re.compile(r"(?<![\w.])[@*]id\d+(?: ?\([^)\n\0]{1,100}\))?"), NAME),
    (re.compile(r"(?<![\w.@/])@(?!(?:all|everyone|online|здесь|все|club\d|public\d|event\d))[a-z][\w.]{2,31}"), NICK),
    (re.compile(r"(?<![\w/])id ?\d{5,12}(?!\w)"), NICK),
    (
        re.compile(
            r"\b(?:тг|т[еэ]л[еэ]г(?:а|у|е|рам\w*)?|telegram|вк|vk|вконтакте|инст(?:а|у|е|аграм\w*)|instagram|"
            r"ска[йи]п\w*|skype|макс\w*|ник(?:нейм)?\w{0,2}|логин\w{0,2}|аккаунт\w{0,2}|дискорд\w*)"
            r"(?: ?[:\-] ?| )(?P<x>(?:(?<=[:\-] )|(?<=[:\-])|(?=[a-z\d.]{0,30}[_\d]))[a-z][\w.]{2,30}[a-z\d_])"
        ),
        NICK,
    ),
)

BIRTH_DATES_AND_PLATES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Birth dates come before documents: eight digits are nobody's passport.
    (re.compile(rf"(?<!\d){_DATE} ?(?:г(?:од[ау]?|\.)? ?)?(?:рожд\w*\.?|р\.|г\. ?р\.?|г\.?р\b\.?)"), BIRTH_DATE),
    (
        re.compile(
            rf"\b(?:родил(?:ся|ась)|рожд(?:ения|ён|ена|\.)|род\.|д\. ?р\.?|г\. ?р\.?|др)"
            rf"{_NO_DIGIT}{{0,6}}(?P<x>{_DATE})(?: ?г(?:ода?|\.))?(?!\d)"
        ),
        BIRTH_DATE,
    ),
    # Plates of cars.
    (re.compile(rf"(?<!\w){_LETTER}\d{{3}} ?{_LETTER}{{2}}(?: ?\d{{2,3}})?(?: ?(?:rus|рус))?(?!\w)"), NUMBER),
    (re.compile(r"(?<!\w)(?=[a-z]*\d)(?=\d*[a-z])[a-hj-npr-z\d]{17}(?!\w)"), NUMBER),  # of a vehicle (VIN)
    (re.compile(rf"(?<!\w){_LETTER} \d{{3}} {_LETTER}{{2}} ?\d{{2,3}}(?: ?(?:rus|рус))?(?!\w)"), NUMBER),
    (re.compile(r"(?<!\w)(?=[a-z]*\d)(?=\d*[a-z])[a-hj-npr-z\d]{17}(?!\w)"), NUMBER),  # of a vehicle (VIN)
    (
        re.compile(
            r"\b(?:гос\.? ?номер\w*|госномер\w*|г/н|г\.? ?р\.? ?з\.?)[ :№]{0,3}"
            r"(?P<x>[а-яa-z]{0,2} ?\d{3,4} ?[а-яa-z]{0,2}(?: ?\d{2,3})?)(?!\w)"
        ),
        NUMBER,
    ),
)
"""Forms with three digits or more in a row."""

LONG_NUMBERS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A whole telephone number is surer than any word before it.
    (
        re.compile(
            rf"(?<![\d\w№])(?:\+ ?7|[78])(?={_S}{{0,3}}[3-9]){_S}{{0,3}}"
            rf"(?:\d{_S}{{0,2}}){{9}}\d(?!\d)"
        ),
        PHONE,
    ),
    # Documents and accounts that are named.
    (re.compile(r"(?<![\w])(?:[ivxх]{1,4}|1)-[а-я]{2} ?№? ?\d{6}(?!\d)"), NUMBER),
    (
        re.compile(
            r"\b(?:паспорт\w*|сери[яию]\w*|удостоверени\w*|свидетельств\w*|водительск\w*|полис\w*|омс|снилс\w*|инн|"
            rf"загран\w*|военн\w+ билет\w*){_NO_DIGIT}{{0,24}}"
            r"(?P<x>\d(?:(?:,? ?(?:№|номер|n) ?|[ .\-]{1,2})?\d){5,19})(?!\d)"
        ),
        NUMBER,
    ),
    (
        re.compile(
            r"\b(?:лиц(?:ев\w+|\.)?(?: ?сч[её]т\w*)?|л ?/ ?с(?:ч[её]т\w*|ч)?|л\.? ?с|абонент\w*|"
            r"карт[аыуе]|карточк\w+|сбер\w*|р/с|"
            rf"сч[её]т\w*(?=[ №:\-]{{0,4}}\d))"
            rf"\.?(?:{_NO_DIGIT}{{0,12}})(?P<x>\d(?:[ \-/]?\d){{4,24}})(?!\d| ?(?:руб|тыс|₽|р\b|т\.р))"
        ),
        NUMBER,
    ),
    # Telephones.
    (re.compile(rf"\+ ?\d{{1,3}}{_S}{{0,3}}(?:\d{_S}{{0,2}}){{7,11}}\d(?!\d)"), PHONE),
    (re.compile(r"(?<![\d\w№.])\(? ?9\d\d ?\)?[ .\-/]{0,3}\d{3}[ .\-]?\d\d[ .\-]?\d\d(?!\d)"), PHONE),
    (re.compile(r"(?<![\d\w])\(\d(?:[ \-]?\d){2,4}\)[ .\-]{0,2}\d(?:[ .\-]?\d){4,6}(?!\d)"), PHONE),
    (re.compile(r"(?<![\d\w№])[3489]\d{2,4}[ \-.]{1,2}\d{1,3}-\d\d-\d\d(?!\d)"), PHONE),
    # Documents by their shape.
    (re.compile(r"(?<![\d\w])\d{3}[ \-]\d{3}[ \-]\d{3}[ \-]{1,2}\d\d(?!\d)"), NUMBER),
    (
        re.compile(
            r"(?<![\d\w№])(?:\d\d ?\d\d (?:№ ?|n ?)?\d{6}|\d{4} (?:№ ?|n ?)\d{6}|\d{4}-\d{6}|\d\d-\d\d-\d{6})(?!\d)"
        ),
        NUMBER,
    ),
    (re.compile(r"(?<![\d\w])\d{4}(?:[ \-]\d{4}){2,4}(?:[ \-]\d{1,3})?(?!\d)"), NUMBER),
    (re.compile(r"(?<![\d\w№:])(?<!№ )(?<!заявка )(?<!заявки )(?<!заявку )(?<!номер )\d{10,20}(?!\d|:\d)"), NUMBER),
    (
        re.compile(
            r"(?:\bмо(?:й|его|ему|ём|ем)|\bнаш\w*|у меня|принадлеж\w+|собственност\w+)[^\0\n]{0,50}?"
            r"(?P<x>\b\d{1,2}:\d{1,2}:\d{3,7}:\d{1,6})\b"
        ),
        NUMBER,
    ),
    # A local number: after a word that announces it, or in its usual groups unless a date is announced.
    (
        re.compile(
            rf"\b{_PHONE_WORD}\b\.?(?! (?:дом|маршрут|автобус|заяв|сообщ|обращ|кварт|участ|опор|школ))"
            rf"{_NO_DIGIT}{{1,12}}?(?P<x>(?:\(\d{{2,5}}\) ?)?\d(?:[ .\-]?\d){{4,10}})(?![\d:]| ?(?:час|мин|дн|раз|руб))"
        ),
        PHONE,
    ),
    (
        re.compile(
            r"(?<![\d\w/№.\-])(?<!от )(?<!до )(?<!\bс )(?<!дата )(?<!снип )(?<!гост )(?<!сп )"
            r"\d{1,3}-\d\d-\d\d(?![\d\-]| ?г(?:од|\.))"
        ),
        PHONE,
    ),
)

_UNIT = (
    r"(?:[чм]\b|час|мин|сек|дн|д[её]н|сут|недел|мес|лет|год|г\.|раз|раб|руб|тыс|%|числ|человек|чел|шт|эт|см\b|мм\b|км|метр|"
    r"литр|л\b|кг|тонн|градус|°|балл|атм|машин|дом|подъезд|класс|кв|м[23²³]|куб|соток|процент|школ|утр|вечер|ноч)"
)

FLATS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?<![а-яё])(?:квартир(?:а|ы|е|у|ой|ам|ах)|комнат[аыеу]|кв-?р[аыеу]|(?:кв|комн|ком)\.?)"
            r"(?: |№|-|:|\b|(?:под )?номер(?:ом)?\b|n(?=[ .\d])|(?<=n)\.){0,6}"
            r"(?P<x>\d{1,4}(?:[ \-]?[а-д](?!\w))?(?:(?:, ?| и |/)\d{1,4}(?!\d))*)"
            r"(?!\w|[,.]\d| ?(?:м\b|метр|кв\b|градус|°|дн|час|лет))"
        ),
        FLAT,
    ),
    (
        re.compile(
            r"(?<![\d\-.])(?P<x>\d{1,4}(?:-?(?:[йяоеую]{1,3}|ой|ая|ую|го|ей))) (?:квартир[аыеу]|кв\b)(?!\.? ?м)"
        ),
        FLAT,
    ),
    (
        re.compile(
            r"(?:\b(?:(?:в|над|под) (?=\d+ (?:кв\b|квартир[еуо]))|(?:из|с|со|у|от) ))"
            r"(?P<x>\d{1,4}) (?:квартир(?:ы|е|у|ой)\b|кв\b(?!\.? ?м))"
        ),
        FLAT,
    ),
    (re.compile(r"(?<![\d\-.,])(?P<x>\d{1,4}) квартир(?:а|е|у)\b"), FLAT),
    (re.compile(r"(?<=\d/)(?P<x>\d{1,4}) кв\b(?!\.? ?м)"), FLAT),
    (
        re.compile(
            r"(?:(?<=[а-яё] )|(?<=[а-яё], )|(?<=\bд\.)|(?<=\bд\. )|(?<=\bдом )|(?<=\bд))"
            r"(?<!\bс )(?<!\bв )(?<!\bпо )(?<!\bдо )(?<!\bза )(?<!\bот )(?<!\bна )(?<!\bиз )(?<!\bк )(?<!\bо )"
            r"(?<!через )(?<!около )(?<!примерно )(?<!почти )(?<!минимум )(?<!где-то )(?<!больше )(?<!более )"
            r"(?<!домах )(?<!дома )(?<!школы )(?<!маршруты )(?<!класс )(?<!часов )(?<!уже )(?<!ждём )(?<!ждем )"
            r"(?<!номера )(?<!метров )(?<!опора )(?<!опоры )(?<!столб )(?<!столбы )(?<!\bраз )(?<!менее )"
            rf"(?!(?:19|20)\d\d)\d{{1,4}}[а-я]?(?:/\d{{1,3}})? ?- ?(?P<x>(?!0)\d{{1,4}})"
            rf"(?![\d:./\-]\d|\d| ?-? ?{_UNIT})(?!\w)"
        ),
        FLAT,
    ),
)

ILLNESSES = re.compile(
    r"\b(?:"
    r"инвалид\w*\s+(?:[1-3]|i{1,3}|перв\w+|втор\w+|треть\w+)(?:-?[йяоеыих]{1,2})?\s+групп\w*|"
    r"(?:сахарн\w+\s+)?диабет\w*|онколог\w*|онкобольн\w*|рак(?:а|ом)?\s+(?:груди|легких|лёгких|крови|кожи|желудка|печени)|"
    r"химиотерап\w*|вич\b|спид(?:ом|а)?\b|гепатит\w*|туберкул[её]з\w*|эпилепси\w*|шизофрени\w*|деменци\w*|дцп\b|"
    r"аутизм\w*|аутист\w*|астм(?:а|ы|ой|у|атик\w*)\b|инсульт\w*|инфаркт\w*|беременн\w*|наркоман\w*|алкоголизм\w*|"
    r"диагноз\w*\s+[«\"]?\w+"
    r")"
)
