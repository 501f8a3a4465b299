"""Learning from past messages: what is kept, what is put away, what a score means. All messages are made up here."""

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import pytest

from bot.domain.sectors import Sector
from bot.domain.streets import StreetRow
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.model import ARRAYS_FILE, EARLIER_STRANGENESS, Model, ModelError, read_model
from bot.understanding.model.registry import ModelRegistry
from bot.understanding.model.training_data import Example, TableError
from bot.understanding.training.pipeline import (
    TrainingInput,
    TrainingResult,
    format_result,
    load_training_input,
    run_training,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DEPARTMENTS = (Sector("gorsvet", "Горсвет"), Sector("zelenstroy", "Зеленстрой"), Sector("kanaly", "Водостоки"))
TROUBLES = {
    "gorsvet": ("не горит фонарь", "мигает прожектор", "погасла опора", "светильник разбит"),
    "zelenstroy": ("сухой клён накренился", "клумба вытоптана", "липа ломает ветки", "газон перекопан"),
    "kanaly": ("решётка забита листьями", "ливнёвка не принимает", "жёлоб промыло", "лоток переполнен"),
}
SCENES = ("у почты", "возле рынка", "за школой", "рядом с вокзалом", "на углу", "у пруда", "в сквере")
ENDINGS = ("со вчера", "третью неделю", "прошу принять меры", "когда займётесь", "опять", "помогите", "сколько можно")

LabelledText = tuple[str, str]


def messages(count: int, start: int = 0) -> list[LabelledText]:
    """Messages with their department, all different, in a mixed order."""
    found: list[LabelledText] = []
    for number in range(start, start + count):
        code = ("gorsvet", "zelenstroy", "kanaly")[number % 3]
        trouble = TROUBLES[code][number // 3 % 4]
        scene, ending = SCENES[number % 7], ENDINGS[number // 7 % 7]
        found.append((f"{scene} {trouble} {ending}, квартал {number}", code))
    return found


def write_table(folder: Path, lines: Sequence[Sequence[str]], header: Sequence[str] = ("text", "sector")) -> Path:
    path = folder / "past.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


def train_model(path: Path, shelf: ModelRegistry, sectors: Sequence[Sector] = DEPARTMENTS) -> TrainingResult:
    return run_training(load_training_input(path, shelf, (), 0), sectors, 0.6, shelf, NOW, lambda _: None)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingResult]:
    folder = tmp_path_factory.mktemp("trained")
    return folder, train_model(write_table(folder, messages(120)), ModelRegistry(folder / "models"))


@pytest.fixture
def trained(trained_once: tuple[Path, TrainingResult], tmp_path: Path) -> ModelRegistry:
    """A shelf of one's own with a model of three departments."""
    shutil.copytree(trained_once[0] / "models", tmp_path / "models")
    return ModelRegistry(tmp_path / "models")


MANAGEMENTS = (Sector("north", "Северная управа"), Sector("south", "Южная управа"))


@pytest.fixture(scope="module")
def of_districts(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model that knows nothing but the districts of two managements."""
    places: Iterator[LabelledText] = cycle((("Северный", "north"), ("Южный", "south")))
    words = [text for text, _ in messages(140)]
    lines = [(text, code, district) for text, (district, code) in zip(words, islice(places, 140), strict=True)]
    folder = tmp_path_factory.mktemp("districts")
    shelf = ModelRegistry(folder / "models")
    assert train_model(write_table(folder, lines, ("text", "codes", "district")), shelf, MANAGEMENTS).published
    return current_model(shelf)


def current_model(shelf: ModelRegistry) -> Model:
    model = shelf.load_current()
    assert model is not None
    return model


def test_departments_that_the_rules_do_not_know_are_learned(
    trained_once: tuple[Path, TrainingResult], trained: ModelRegistry
) -> None:
    outcome = trained_once[1]

    assert outcome.published
    assert outcome.score_after > 0.9 > outcome.score_before
    taught = TextAnalyzer(DEPARTMENTS, 0.6, current_model(trained))
    reading = taught.read("липа у библиотеки ломает ветки")
    assert (reading.sector, reading.is_confident) == ("zelenstroy", True)
    assert set(reading.sector_scores) == {"gorsvet", "zelenstroy", "kanaly"}
    assert all(0 <= score <= 1 for score in reading.sector_scores.values())
    assert TextAnalyzer(DEPARTMENTS, 0.6).read("липа у библиотеки ломает ветки").is_confident is False


def test_a_model_that_is_no_better_is_not_used_and_both_scores_are_noted(tmp_path: Path) -> None:
    sectors = (Sector("roads", "Дороги"), Sector("education", "Школы"), Sector("waste", "Мусор"))
    right = {
        "roads": ("яма на дороге", "асфальт провалился", "нет разметки"),
        "education": ("в школе отменили уроки", "нет места в детском саду", "учитель кричит на детей"),
        "waste": ("мусор не вывозят", "контейнеры переполнены", "свалка за гаражами"),
    }
    lines = [
        (f"{trouble}, участок {number}", code)
        for number in range(12)
        for code, troubles in right.items()
        for trouble in troubles
    ]
    wrong = {"roads": "waste", "waste": "education", "education": "roads"}
    confused = [(text, wrong[code] if number < 86 else code) for number, (text, code) in enumerate(lines)]
    shelf = ModelRegistry(tmp_path / "models")

    outcome = train_model(write_table(tmp_path, confused), shelf, sectors)

    assert not outcome.published
    assert outcome.score_before >= outcome.score_after
    assert shelf.load_current() is None
    noted = json.loads((tmp_path / "models" / "journal.jsonl").read_text(encoding="utf-8"))
    assert (noted["kept"], noted["judged"], noted["against"]) == (False, outcome.test_count, "rules")
    assert noted["before"] >= noted["after"]


def test_the_older_model_is_beaten_only_by_a_better_one_and_one_can_go_back(tmp_path: Path) -> None:
    shelf = ModelRegistry(tmp_path / "models")
    half = [(text, code) for text, code in messages(90) if code != "kanaly"]
    assert train_model(write_table(tmp_path, half), shelf).published

    better = train_model(write_table(tmp_path, [*half, *messages(120, start=300)]), shelf)

    assert better.published
    assert better.score_after > better.score_before
    assert set(current_model(shelf).codes) == {"gorsvet", "zelenstroy", "kanaly"}
    assert shelf.rollback() == "000001"
    assert set(current_model(shelf).codes) == {"gorsvet", "zelenstroy"}
    assert shelf.rollback() is None
    assert shelf.load_current() is None
    with pytest.raises(ModelError, match="Возвращаться не к чему"):
        shelf.rollback()


def test_a_model_is_not_judged_by_what_it_was_made_of(trained: ModelRegistry, tmp_path: Path) -> None:
    outcome = train_model(write_table(tmp_path, messages(120)), trained)

    assert (outcome.published, outcome.test_count) == (False, 0)
    assert "не на чем" in format_result(outcome)


def test_at_eighty_per_cent_four_of_five_are_right(tmp_path: Path) -> None:
    """The score reflects that every fifth message of a kind went elsewhere."""
    lines = [
        (text, "kanaly" if code == "gorsvet" and number // 3 % 5 == 4 else code)
        for number, (text, code) in enumerate(messages(600))
        if code != "kanaly"
    ]
    shelf = ModelRegistry(tmp_path / "models")
    assert train_model(write_table(tmp_path, lines), shelf).published
    taught = TextAnalyzer(DEPARTMENTS, 0.6, current_model(shelf))

    fresh = [taught.read(text) for text, code in messages(210, start=2000) if code == "gorsvet"]

    scores = [reading.sector_scores["gorsvet"] for reading in fresh]
    assert 0.7 < sum(scores) / len(scores) < 0.9


def test_the_district_decides_where_the_words_do_not(of_districts: Model) -> None:
    taught = TextAnalyzer(MANAGEMENTS, 0.6, of_districts)

    assert taught.read("скамейка сломана", "северный").sector == "north"
    assert taught.read("скамейка сломана", "Южный").sector == "south"
    assert taught.read("скамейка сломана", "Заречный").sector in {"north", "south"}


def test_own_keywords_still_come_first(trained: ModelRegistry) -> None:
    sectors = (*DEPARTMENTS[:2], Sector("kanaly", "Водостоки", ("фонарь",)))

    reading = TextAnalyzer(sectors, 0.6, current_model(trained)).read("не горит фонарь у почты")

    assert reading.sector == "kanaly"


def test_sectors_may_come_and_go_after_training(trained: ModelRegistry) -> None:
    sectors = (Sector("zelenstroy", "Зеленстрой"), Sector("roads", "Дороги"))

    taught = TextAnalyzer(sectors, 0.6, current_model(trained))

    assert set(taught.read("клумба вытоптана").sector_scores) == {"zelenstroy", "roads"}
    assert taught.read("клумба вытоптана").sector == "zelenstroy"


def test_a_model_remembers_no_telephone(tmp_path: Path) -> None:
    shelf = ModelRegistry(tmp_path / "models")
    lines = [(f"{text}, звоните 89001234567", code) for text, code in messages(120)]

    assert train_model(write_table(tmp_path, lines), shelf).published

    assert not any("8900" in feature for feature in current_model(shelf).features)


@pytest.mark.parametrize("spoiled", [b"", b"not an archive", None])
def test_a_spoiled_model_is_refused_in_plain_words(trained: ModelRegistry, spoiled: bytes | None) -> None:
    arrays = trained.folder / "000001" / ARRAYS_FILE
    if spoiled is None:
        arrays.unlink()
    else:
        arrays.write_bytes(spoiled)

    with pytest.raises(ModelError, match="нельзя использовать") as refused:
        trained.load_current()

    assert "train --back" in str(refused.value)
    trained.rollback()
    assert trained.load_current() is None


def test_model_of_an_earlier_version_is_read_and_compares_texts_with_portals(trained: ModelRegistry) -> None:
    file = trained.folder / "000001" / "model.json"
    about = json.loads(file.read_text(encoding="utf-8"))
    del about["strangeness"], about["recipe"]["shipped"]
    file.write_text(json.dumps(about), encoding="utf-8")

    model = read_model(file.parent)

    assert (model.strangeness, model.recipe.shipped) == (EARLIER_STRANGENESS, 0.0)
    assert TextAnalyzer(DEPARTMENTS, 0.6, model).read("липа у библиотеки ломает ветки").sector == "zelenstroy"


def test_a_model_whose_tables_do_not_fit_is_refused(trained: ModelRegistry) -> None:
    about = trained.folder / "000001" / "model.json"
    record = json.loads(about.read_text(encoding="utf-8"))
    record["codes"] = record["codes"][:2]
    about.write_text(json.dumps(record), encoding="utf-8")

    with pytest.raises(ModelError, match="не подходят"):
        read_model(about.parent)


@pytest.mark.parametrize(
    ("header", "lines", "words"),
    [
        (("message", "sector"), messages(100), "нет столбца text"),
        (("text", "sector"), messages(20), "а нужно хотя бы"),
        (("text", "sector"), [(text, "gorsvet") for text, _ in messages(100)], "одного сектора"),
        (("text", "sector"), [(text, "nowhere") for text, _ in messages(100)], "Пригодных примеров 0"),
    ],
)
def test_a_table_that_teaches_nothing_is_refused(
    tmp_path: Path, header: Sequence[str], lines: Sequence[LabelledText], words: str
) -> None:
    with pytest.raises(TableError, match=words):
        train_model(write_table(tmp_path, lines, header), ModelRegistry(tmp_path / "models"))


def test_tables_of_spreadsheets_are_read_as_they_come(tmp_path: Path) -> None:
    from openpyxl import Workbook

    from bot.understanding.model.training_data import read_table

    book = Workbook()
    for line in [("Text", "Sector"), ("яма у почты", "Дороги"), (None, None), (45, "Дороги")]:
        book.active.append(line)
    book.save(tmp_path / "past.xlsx")
    (tmp_path / "old.csv").write_bytes("text;sector\nяма у почты;Дороги\n".encode("cp1251"))

    assert [row["text"] for row in read_table(tmp_path / "past.xlsx")] == ["яма у почты", "45"]
    assert read_table(tmp_path / "old.csv") == [{"text": "яма у почты", "sector": "Дороги"}]
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(TableError, match="не читается"):
        read_table(tmp_path / "bad.xlsx")


def test_own_decisions_and_the_last_table_teach_together(tmp_path: Path) -> None:
    shelf = ModelRegistry(tmp_path / "models")
    assert train_model(write_table(tmp_path, [line for line in messages(120) if line[1] != "kanaly"]), shelf).published
    own = [Example(text, (code,), None) for text, code in messages(60, start=600)]

    outcome = run_training(load_training_input(None, shelf, own, 77), DEPARTMENTS, 0.6, shelf, NOW, lambda _: None)

    assert outcome.published
    assert set(current_model(shelf).codes) == {"gorsvet", "zelenstroy", "kanaly"}
    assert outcome.test_count == 28, "the last fifth of 140, and all of them new"
    assert (shelf.last_run()["own"], shelf.last_run()["newest"], shelf.last_run()["examples"]) == (60, 77, 140)
    assert len(shelf.load_table()) == 80, "the table goes along with the model that was made of it"
    shelf.rollback()
    assert len(shelf.load_table()) == 80
    shelf.rollback()
    assert shelf.load_table() == []


def test_decisions_of_sectors_that_are_gone_teach_nothing(tmp_path: Path) -> None:
    own = [Example(text, ("closed",), None) for text, _ in messages(90)]

    with pytest.raises(TableError, match="Пригодных примеров 0"):
        run_training(
            TrainingInput(local_examples=own), DEPARTMENTS, 0.6, ModelRegistry(tmp_path / "models"), NOW, lambda _: None
        )


def test_one_training_at_a_time(tmp_path: Path) -> None:
    first, second = ModelRegistry(tmp_path / "models"), ModelRegistry(tmp_path / "models")
    with first.lock(), pytest.raises(ModelError, match="уже идёт"), second.lock():
        raise AssertionError("both at once")
    with second.lock():
        pass


def test_another_model_in_the_same_reader_leaves_the_first_as_it_was(trained: ModelRegistry) -> None:
    rules = TextAnalyzer(DEPARTMENTS, 0.6)
    taught = rules.with_model(current_model(trained))

    assert taught.read("липа ломает ветки").sector == "zelenstroy"
    assert rules.read("липа ломает ветки").is_confident is False
    assert taught.with_model(None).read("липа ломает ветки") == rules.read("липа ломает ветки")


def test_a_model_says_which_words_it_went_by(trained: ModelRegistry) -> None:
    taught = TextAnalyzer(DEPARTMENTS, 0.6, current_model(trained))

    assert set(taught.read("вчера вечером засохла липа, дуб и газон перекопан").evidence) >= {"липа", "газон"}
    assert taught.with_model(None).read("вчера вечером липа").evidence in {(), ("липа",)}


def test_the_list_of_streets_tells_the_model_the_district(of_districts: Model) -> None:
    streets = (StreetRow("Кленовая", district="Северный"), StreetRow("Речная", district="Южный"))

    taught = TextAnalyzer(MANAGEMENTS, 0.6, of_districts, streets)

    assert taught.read("скамейка сломана на улице Кленовой, 5").sector == "north"
    assert taught.read("скамейка сломана на улице Речной, 5").sector == "south"
    assert taught.read("скамейка сломана на улице Кленовой, 5", "Южный").sector == "south"
