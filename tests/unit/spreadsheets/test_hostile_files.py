"""Files that nobody should have sent: refused with a reason, within bounded memory and time."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.domain.imports import FileFault, UnreadableFile
from tests.e2e.operations.test_commands import ROOT
from tests.unit.spreadsheets.tables import POS_HEADINGS, Table, pos_line, read, refused, taken, text_table, xlsx

MEBIBYTE = 1 << 20
ADDRESS_SPACE_BYTES = 1024 * MEBIBYTE
ROWS = 50_000  # instead of the real limit, which takes six seconds to reach; too many long ones to keep in memory
SHEET = "xl/worksheets/sheet1.xml"
XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
GOOD: Table = [POS_HEADINGS, pos_line()]
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
FOREIGN = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def changed(part: str, content: bytes | str | None, data: bytes = xlsx(GOOD)) -> bytes:
    """Return the workbook with one part replaced, or left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), part}:
            if name != part:
                new.writestr(name, old.read(name))
            elif content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    return changed(SHEET, f"{before}<worksheet {XMLNS}><sheetData>{rows}</sheetData></worksheet>")


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


def locked(data: bytes) -> bytes:
    """Return an archive whose entries claim to have a password."""
    marked = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(mark, at + 4)
    return bytes(marked)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PAGE = "<html><meta charset=windows-1251><table><tr><td>Номер</td></tr></table></html>".encode("cp1251")

FILES: dict[str, tuple[bytes, FileFault]] = {
    "nothing": (b"", FileFault.EMPTY),
    "empty lines": (b"\r\n" * 5000, FileFault.EMPTY),
    "header alone": (text_table([POS_HEADINGS]), FileFault.EMPTY),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, FileFault.NOT_A_TABLE),
    "document": (b"%PDF-1.7\n" + b"1 0 obj\n" * 40, FileFault.NOT_A_TABLE),
    "zeros": (bytes(5000), FileFault.NOT_A_TABLE),
    "rubbish": (bytes(range(1, 256)) * 40, FileFault.NOT_A_TABLE),
    "text document": (archive(word__document_xml=b"<w/>"), FileFault.NOT_A_TABLE),
    "web page": (PAGE, FileFault.WEB_PAGE),
    "page of a mail": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", FileFault.WEB_PAGE),
    "xml workbook": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        FileFault.OTHER_FORMAT,
    ),
    "open document": (archive(content_xml=b"<office/>", mimetype=b"x"), FileFault.OTHER_FORMAT),
    "archive with a password": (locked(xlsx(GOOD)), FileFault.ENCRYPTED),
    "cut workbook": (xlsx(GOOD)[:-300], FileFault.DAMAGED),
    "cut sheet": (changed(SHEET, f"<worksheet {XMLNS}><sheetData><row><c"), FileFault.DAMAGED),
    "text for a number": (sheet('<row r="1"><c r="A1"><v>x</v></c></row>'), FileFault.DAMAGED),
    "text that does not exist": (sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), FileFault.DAMAGED),
    "place that does not exist": (sheet('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'), FileFault.DAMAGED),
    "old workbook of zeros": (COMPOUND + bytes(4000), FileFault.DAMAGED),
    "laughs": (sheet("<row><c><v>&j;</v></c></row>", LAUGHS), FileFault.UNSAFE),
    "laughs in texts": (changed("xl/sharedStrings.xml", f"{LAUGHS}<sst><si><t>&j;</t></si></sst>"), FileFault.UNSAFE),
    "foreign file": (sheet("<row><c><v>&x;</v></c></row>", FOREIGN), FileFault.UNSAFE),
    "endless tag": (sheet(f'<row a="{"x" * (6 * MEBIBYTE)}"/>'), FileFault.UNSAFE),
    "endless cell": (sheet(f'<row><c t="str"><v>{"x" * (2 * MEBIBYTE)}</v></c></row>'), FileFault.TOO_LARGE),
    "far row": (sheet('<row r="1048577"><c><v>1</v></c></row>'), FileFault.TOO_MANY_ROWS),
    "far column": (sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), FileFault.TOO_MANY_COLUMNS),
    "wide text": (b";" * 16_384, FileFault.TOO_MANY_COLUMNS),
    "quotation without end": (text_table([POS_HEADINGS]) + '"Яма'.encode("cp1251"), FileFault.DAMAGED),
    "header in a quotation without end": (b'"' + text_table(GOOD), FileFault.DAMAGED),
    "quotations everywhere": (text_table([["Номер", "Факт"]]) + b'a";"\r\n' * 60_000, FileFault.DAMAGED),
    "other headings": (text_table([["Товар", "Цена"], ["Лопата", "100"]]), FileFault.NO_HEADER),
    "no number": (text_table([["Категория", "Статус"], ["Дороги", "Решено"]]), FileFault.NO_NUMBER_COLUMN),
    "no words": (text_table([["Номер", "Статус"], ["1", "Решено"]]), FileFault.NO_WORDS_COLUMN),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_no_table_is_refused_whole(name: str) -> None:
    data, fault = FILES[name]
    with pytest.raises(UnreadableFile) as refusal:
        read(data)
    assert refusal.value.fault is fault


def test_table_of_another_system_is_refused_with_its_name() -> None:
    headings = ("Номер инцидента", "Дата создания", "Тема", "Текст инцидента")
    with pytest.raises(UnreadableFile) as refusal:
        read(text_table([headings, ("1", "01.11.2026", "Дороги", "Яма")]), "ecur")
    assert (refusal.value.fault, refusal.value.detail) == (FileFault.OTHER_SYSTEM, "incident")


def test_pipe_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.xlsx", Path("/dev/zero")):
        with pytest.raises(UnreadableFile) as refusal:
            read(path)
        assert refusal.value.fault is FileFault.UNREADABLE
        assert isinstance(refusal.value.__cause__, OSError)


def test_formulas_are_read_as_their_stored_values() -> None:
    cells = '<c r="A2" t="str"><f>WEBSERVICE("http://x/"&amp;A1)</f><v>77</v></c><c r="B2"><f>1+1</f></c>'
    subject = '<c r="C2" t="inlineStr"><is><r><t>Яма у</t></r> <r><t xml:space="preserve"> дома</t></r></is></c>'
    names = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABC", ("Номер", "Статус", "Факт"), strict=True)
    )
    (row,) = taken(read(sheet(f'<row r="1">{names}</row><row r="2">{cells}{subject}</row>')))
    assert (row.number, row.status, row.subject) == ("77", None, "Яма у дома")


def test_formula_of_a_text_table_stays_text() -> None:
    lines = [["Номер", "Факт"], ["1", "=1+1"], ["2", '=HYPERLINK("http://x")'], ['="0017"', "@SUM(A1)"]]
    rows = taken(read(text_table(lines)))
    assert [row.subject for row in rows] == ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)"]
    assert rows[2].number == "0017"


def test_empty_rows_and_formatted_cells_are_no_rows() -> None:
    empty = '<row r="{}"><c r="A{}" s="1"/><c r="XFD{}" s="1"/></row>'
    data = xlsx(GOOD)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        content = packed.read(SHEET).decode()
    rows = "".join(empty.replace("{}", str(line)) for line in range(3, 20_000))
    table = read(changed(SHEET, content.replace("</sheetData>", f"{rows}</sheetData>"), data))
    assert (table.row_count, len(taken(table)), refused(table)) == (1, 1, [])


BOMBS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from bot.domain.imports import UnreadableFile
from bot.domain.layouts import BUILT_IN
from bot.spreadsheets import table
table.MAX_ROWS = int(sys.argv[2])
for name in sys.argv[3:]:
    try:
        print(name, table.read_rows(Path(name), BUILT_IN["pos"], ZoneInfo("UTC"), datetime.now(UTC)).row_count)
    except UnreadableFile as error:
        print(name, error.fault.value)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def test_bombs_do_not_exhaust_the_memory(tmp_path: Path) -> None:
    """They would need gigabytes: each file is small or sparse, and what it unpacks to is not."""
    (tmp_path / "spaces").write_bytes(sheet(" " * (64 * MEBIBYTE)))
    (tmp_path / "rows").write_bytes(sheet("<row/>" * 1_100_000))
    texts = "<si><t>a</t></si>" * 4_000_000
    (tmp_path / "texts").write_bytes(changed("xl/sharedStrings.xml", f"<sst>{texts}</sst>"))
    (tmp_path / "styles").write_bytes(changed("xl/styles.xml", " " * (9 * MEBIBYTE)))
    with (tmp_path / "sparse").open("wb") as stream:
        stream.truncate(200 * MEBIBYTE)
    (tmp_path / "separators").write_bytes(b";" * (60 * MEBIBYTE))
    (tmp_path / "lines").write_text("Номер;Факт\n" + "".join(f"1;{line:0500}\n" for line in range(ROWS + 1)))
    swallowed = "\n".join(['1;"Яма', *(f"{line};{line:0200}" for line in range(2, ROWS + 1))])
    (tmp_path / "quote").write_text(f"Номер;Факт\n{swallowed}\n")
    expected = {
        "spaces": "too_large",
        "rows": "too_many_rows",
        "texts": "too_large",
        "styles": "too_large",
        "sparse": "too_large",
        "separators": "too_large",
        "lines": "too_many_rows",
        "quote": str(ROWS),
    }
    process = subprocess.run(
        [sys.executable, "-c", BOMBS, str(ADDRESS_SPACE_BYTES), str(ROWS), *expected],
        cwd=tmp_path,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
        text=True,
    )
    assert (process.returncode, process.stderr) == (0, "")
    *said, kibibytes = process.stdout.splitlines()
    assert said == [f"{name} {fault}" for name, fault in expected.items()]
    assert int(kibibytes) < 64 * 1024
