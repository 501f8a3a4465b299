"""Words for people in danger: where to call. They quote nothing and name nobody."""

from collections.abc import Mapping

from bot.domain.urgency import Danger

_CALL = "Сообщение здесь не заменяет звонка. Экстренные службы: 112, газовая служба: 104."

_HELPLINES = (
    "Круглосуточно отвечают психологи МЧС России: 8 (495) 989-50-50. Детям, подросткам и родителям бесплатно "
    "отвечает детский телефон доверия: 8-800-2000-122."
)
"""The line of МЧС России as mos.ru names it («Как получить экстренную суицидологическую помощь»); the children's line
as the schools of the regions publish it for the Fund that runs it (edu21.cap.ru, 17.05.2023)."""

DANGER_TEXTS: Mapping[Danger, str] = {
    Danger.GAS: (
        "Если пахнет газом, не зажигайте огонь, не включайте и не выключайте свет и приборы. Откройте окна, выйдите "
        f"на улицу и сразу позвоните оттуда. {_CALL}"
    ),
    Danger.FIRE: f"Если горит или идёт дым, выйдите в безопасное место и сразу позвоните. {_CALL}",
    # Power companies name 8 to 10 metres for the step voltage around a wire (Россети Северо-Запад, Ярэнерго).
    Danger.WIRE: (
        "Не подходите к проводу ближе 10 метров, ничего не трогайте и не подпускайте детей. "
        f"Сразу позвоните, если ещё не звонили. {_CALL}"
    ),
    Danger.CHILD: f"Если ребёнок в опасности или пропал, не ждите и сразу позвоните. {_CALL}",
    Danger.SUICIDE: (
        "Если вам или кому-то рядом сейчас очень тяжело, пожалуйста, поговорите с теми, кто умеет помочь. "
        f"{_HELPLINES} Если жизнь в опасности, позвоните 112."
    ),
    Danger.VIOLENCE: (
        "Если вам или кому-то рядом угрожают, уйдите в безопасное место и сразу позвоните 112 или 102. "
        "Сообщение здесь не заменяет звонка."
    ),
}

DANGER_TITLES: Mapping[Danger, str] = {
    Danger.GAS: "газ",
    Danger.FIRE: "пожар",
    Danger.WIRE: "ток",
    Danger.CHILD: "ребёнок в опасности",
    Danger.SUICIDE: "угроза самоубийства",
    Danger.VIOLENCE: "насилие или оружие",
}
