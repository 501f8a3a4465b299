"""Words that people write: of citizens and of officials. Each text holds a mark of its own."""

import random
from dataclasses import dataclass

from bot.domain.dialogs import DialogStep
from tests.machine.screens import Square

REPORTS = (
    "На Ленина {house} яма на дороге, машины вязнут, это Северный район {mark}",
    "На Кирова {house} огромная яма на дороге, Южный район {mark}",
    "Когда засыплют яму на дороге? Машины вязнут {mark}",
    "На Школьной {house} в подъезде течёт крыша {mark}",
    "Кто отвечает за это безобразие у вокзала? Сделайте что-нибудь! {mark}",
    "На Мира {house} прорвало трубу, заливает подвал, это срочно {mark}",
    "Здравствуйте {mark}",
    "В подъезде на Школьной {house} грязь, не моют месяц {mark}. А ещё у дома на дороге огромная яма {mark}",
    "На Кирова {house} яма на дороге, Южный район {mark}. А ещё на Мира 3 в подъезде грязь, не моют {mark}",
)
HOUSES = (5, 7, 45)

REACTIONS = (
    "ничего не сделали {mark}",
    "Спасибо {mark}",
    "нет",
    "да",
    "Да, всё сделали, спасибо {mark}",
    "Стою с биноклем у окна, интересное кино {mark}",
    "Уточняю: дом с аптекой {mark}",
    "Северный район {mark}",
)

ANSWERS = (
    "Бригада выедет и всё исправит до 30.11.2026 {mark}.",
    "Работы закончены сегодня {mark}.",
    "Передали в работу {mark}.",
)

DATES = ("завтра", "25.11.2026", "01.12.2026 12:00", "вчера", "когда-нибудь")
ABSENCES = ("20.11–22.11", "21.11–24.11", "24.11–21.11", "01.12–05.12", "потом")
DATE_STEPS = frozenset({DialogStep.CONTROL_DATE, DialogStep.CALL_AGAIN, DialogStep.ENTRY_DEADLINE})


@dataclass
class Crowd:
    """The writers; every mark is given once."""

    marks: int = 0

    def mark(self, prefix: str) -> str:
        self.marks += 1
        return f"{prefix}{self.marks:04d}"

    def report(self, dice: random.Random) -> str:
        return dice.choice(REPORTS).format(house=dice.choice(HOUSES), mark=self.mark("жт"))

    def reaction(self, dice: random.Random) -> str:
        return dice.choice(REACTIONS).format(mark=self.mark("жт"))

    def answer(self, dice: random.Random) -> str:
        return dice.choice(ANSWERS).format(mark=self.mark("сл"))

    def words_for(self, step: DialogStep | None, dice: random.Random) -> str:
        """Return what an official may write at a step of a dialog; sometimes nonsense."""
        if step in DATE_STEPS and dice.random() < 0.8:
            return dice.choice(DATES)
        if step is DialogStep.ABSENCE_DAYS and dice.random() < 0.8:
            return dice.choice(ABSENCES)
        if step is DialogStep.PERSON_NAME:
            return f"Новичок {self.mark('имя')}"
        return self.answer(dice)


def report_place(places: list[Square], dice: random.Random) -> Square:
    """Return where somebody writes: as often in public as in private."""
    private = dice.random() < 0.5
    return dice.choice([one for one in places if (one.author is not None) is private])
