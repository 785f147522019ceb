"""Whatever is dropped in: a clear refusal or cards, never another error and never a hang."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.cards import CardFile, read_cards
from models.checking import check_file
from models.config import default_study
from models.errors import RechkiError
from models.reading import open_file

STUDY = default_study("broken")
FORMS = Path(__file__).parents[1] / "fixtures" / "forms"
HEADER = "id,цель,оценка,почему\n"
GOOD = HEADER + "1,снять тревогу,4,стало легче\n2,вырасти в доходе,3,не хватило\n3,новый опыт,5,\n"


def outcome(path: Path) -> CardFile | RechkiError:
    """Cards or a refusal that says what, where and what to do; anything else fails the test."""
    try:
        found: CardFile | RechkiError = read_cards(*open_file(path, STUDY), b"key")
    except RechkiError as error:
        found = error
    check = check_file(path, STUDY)
    json.dumps(check.as_json(personal=True), ensure_ascii=False).encode()
    assert check.usable == (isinstance(found, CardFile) and bool(found.cards))
    if isinstance(found, RechkiError):
        assert found.what
        assert path.name in found.where
        assert found.do
        assert len(str(found)) < 5_000
    else:
        assert found.cards or found.refused
    return found


def put(folder: Path, raw: bytes | str, name: str = "cards.csv") -> Path:
    path = folder / name
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


def workbook(folder: Path, *lines: list[object], name: str = "cards.xlsx") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    book.save(folder / name)
    return folder / name


def with_sheet(path: Path, cells: bytes) -> Path:
    """The workbook with another sheet1.xml."""
    out = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, cells if item.filename.endswith("sheet1.xml") else old.read(item))
    return out


def wide(columns: int) -> str:
    return ",".join(["цель", *map(str, range(columns - 1))]) + "\n" + ("расти" + "," * (columns - 1) + "\n") * 3


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as out:
        for member, raw in members.items():
            out.writestr(member, raw)
    return folder / name


def locked(path: Path) -> Path:
    """The same zip with every member marked as encrypted."""
    raw = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + flags] |= 1
            at = raw.find(mark, at + 1)
    return put(path.parent, bytes(raw), "locked.xlsx")


REFUSED: dict[str, Callable[[Path], Path]] = {
    "NUL bytes": lambda at: put(at, GOOD.replace("опыт", "опыт\0")),
    "an open quote": lambda at: put(at, HEADER + '1,"снять тревогу,4,\n2,расти,5,\n'),
    "a quote inside a quoted cell": lambda at: put(at, HEADER + '1,"он сказал "да" и ушёл",4,\n'),
    "mixed encodings": lambda at: put(at, GOOD.encode() + "4,хочу покоя,5,да\n".encode("cp1251")),
    "a header only": lambda at: put(at, HEADER),
    "one column": lambda at: put(at, "цель\nснять тревогу\n"),
    "no purpose anywhere": lambda at: put(at, HEADER + "1,,,\n2,,,\n"),
    "one column too many": lambda at: put(at, wide(5_001)),
    "a key of its own in every line": lambda at: put(
        at, "".join(f'{{"purpose": "a", "k{at}": 1}}\n' for at in range(20_000)), "keys.jsonl"
    ),
    "a workbook cut in half": lambda at: put(
        at, (p := workbook(at, ["цель", "оценка"], ["расти", 5])).read_bytes()[: p.stat().st_size // 2], "half.xlsx"
    ),
    "the head of a zip alone": lambda at: put(at, b"PK\3\4" + b"nothing here" * 99, "zip.xlsx"),
    "a zip of other things": lambda at: zipped(at, "other.xlsx", {"word/document.xml": b"<document/>"}),
    "a zip locked with a password": lambda at: locked(workbook(at, ["цель", "оценка"], ["расти", 5])),
    "a workbook that Excel locked": lambda at: put(at, OLE + b"\0" * 8_000, "locked.xlsx"),
    "a text called xlsx": lambda at: put(at, GOOD, "text.xlsx"),
    "JSON of other things": lambda at: put(at, '[1, "два", null]', "cards.json"),
    "deep JSON": lambda at: put(at, "[" * 100_000, "deep.json"),
    "deep JSON lines": lambda at: put(at, '{"a":' * 100_000, "deep.jsonl"),
    "a docx": lambda at: put(at, b"PK", "cards.docx"),
}
USABLE: dict[str, Callable[[Path], Path]] = {
    "a cell of ten megabytes": lambda at: put(at, GOOD + "4," + "очень " * 1_700_000 + ",4,\n"),
    "five thousand columns": lambda at: put(at, wide(5_000)),
    "rows too long and too short": lambda at: put(at, GOOD + "4,хочу, и ещё, много,5,да\n5\n6,план\n"),
    "one id twice": lambda at: put(at, GOOD + "1,другое,5,\n"),
    "formula cells": lambda at: workbook(
        at, ["цель", "оценка"], ["=1+1", 4], ['=HYPERLINK("http://x","y")', 5], ["расти", "=2+2"], ["план", 3]
    ),
    "control letters": lambda at: put(at, GOOD.replace("опыт", "опыт\x0bи ещё")),
    "wrong types in JSON lines": lambda at: put(
        at, '{"purpose": ["a b", 1, null], "score": {"x": 1}}\nnonsense\n{"purpose": "снять боль"}\n', "cards.jsonl"
    ),
    "no line end and blank lines": lambda at: put(at, "\n\n" + GOOD.strip() + "\n\n\n4,расти,5,"),
    "half letters in JSON": lambda at: put(at, '{"purpose": "ра\\ud800сти", "k\\udfff": "\\udc00"}\n', "half.jsonl"),
    "NUL in JSON": lambda at: put(at, '{"purpose": "ра\\u0000сти", "k\\u0000": "\\u0000"}\n', "nul.jsonl"),
    "a header of a million letters": lambda at: put(at, "почему оценка - " * 70_000 + ",цель\nа,расти\n"),
    "numbers of five thousand digits": lambda at: put(at, GOOD + f"4,план,{'9' * 5_000},\n{'9' * 5_000},опыт,4,\n"),
    "a separator that is a quote": lambda at: put(at, 'sep="\n' + GOOD),
    "line ends of old Macs": lambda at: put(at, GOOD.replace("\n", "\r")),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_table_of_cards_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    path = REFUSED[kind](tmp_path)
    assert isinstance(outcome(path), RechkiError)
    check = check_file(path, STUDY)
    assert not check.usable
    assert json.dumps(check.as_json(), ensure_ascii=False)


@pytest.mark.parametrize("kind", USABLE)
def test_what_can_be_used_is_used_and_the_rest_named(tmp_path: Path, kind: str) -> None:
    path = USABLE[kind](tmp_path)
    file = outcome(path)
    assert isinstance(file, CardFile), file
    assert file.cards
    assert check_file(path, STUDY).usable
    if kind in ("a cell of ten megabytes", "rows too long and too short", "one id twice", "wrong types in JSON lines"):
        assert file.refused
        assert all(len(str(problem)) < 500 for problem in file.refused)


@pytest.mark.parametrize("line", ["[1, 2]", '["a"', '"слово"', "nonsense", "null"])
@pytest.mark.parametrize("place", [1, 3])
def test_a_line_that_is_no_object_is_named_wherever_it_stands(tmp_path: Path, line: str, place: int) -> None:
    lines = [json.dumps({"id": at, "purpose": "план", "score": 4}) for at in range(3)]
    lines.insert(place - 1, line)
    file = outcome(put(tmp_path, "\n".join(lines), "cards.jsonl"))
    assert isinstance(file, CardFile), file
    assert len(file.cards) == 3
    assert [problem.row for problem in file.refused] == [place]


def test_a_list_that_breaks_is_refused_with_the_place(tmp_path: Path) -> None:
    error = outcome(put(tmp_path, '[\n {"purpose": "план",\n  "score" 4}\n]', "cards.json"))
    assert isinstance(error, RechkiError)
    assert "line 3 column 11" in error.what


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out,
    ):
        for _ in range(1_100):
            out.write(b"\0" * (1 << 20))
    assert (tmp_path / "bomb.xlsx").stat().st_size < 5_000_000
    error = outcome(tmp_path / "bomb.xlsx")
    assert isinstance(error, RechkiError)
    assert "unpacks" in error.what


def test_a_zip_bomb_whose_directory_lies_is_refused(tmp_path: Path) -> None:
    schema = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head = b'<worksheet xmlns="' + schema + b'"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    sheet = head + b"a" * (64 << 20) + b"</t></is></c></row></sheetData></worksheet>"
    path = with_sheet(workbook(tmp_path, ["цель", "оценка"], ["расти", 5]), sheet)
    true, told = len(sheet).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    raw = path.read_bytes()
    assert raw.count(true) == 2
    assert isinstance(outcome(put(tmp_path, raw.replace(true, told), "lies.xlsx")), RechkiError)


@pytest.mark.parametrize("inside", ['{"a":%s}', "[%s]", '[{"a":%s}]', '{"purpose":[%s]}'])
def test_json_of_any_depth_is_read_or_named(tmp_path: Path, inside: str) -> None:
    before, after = inside.split("%s")
    for depth in (10, *range(400, 1_000, 20), 5_000):
        nested = before * depth + "1" + after * depth
        outcome(put(tmp_path, f'{{"purpose": "расти", "more": {nested}}}\n{{"purpose": "план"}}\n', "deep.jsonl"))


def test_one_cell_in_the_last_corner_does_not_take_the_machine(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["цель", "оценка"], ["расти", 5])
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    schema = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    corner = b'<worksheet xmlns="' + schema + b'"><sheetData>' + cells + b"</sheetData></worksheet>"
    assert isinstance(outcome(with_sheet(path, corner)), RechkiError)


def test_a_sheet_that_is_no_xml_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["цель", "оценка"], ["расти", 5])
    assert isinstance(outcome(with_sheet(path, b"<worksheet><sheetData><row><c>")), RechkiError)


WORDS = st.sampled_from(
    [
        "снять тревогу",
        "4",
        "5/5",
        "отлично",
        "=cmd",
        "13.01.2026",
        '"',
        ",",
        ";",
        "\n",
        "\t",
        "ё",
        "@",
        "нет",
        "\\",
        "  ",
        "|",
    ]
)


HEADERS = [HEADER, "Цель;Оценка\n", "sep=;\nЦель;Почему\n", ""]
KINDS = ["cards.csv", "cards.tsv", "cards.txt", "cards.json", "cards.jsonl"]
EXPORTS = ["google_short.csv", "cp1251_sep.csv", "utf16.tsv", "qualtrics.csv", "long.csv", "cards.jsonl"]


@settings(max_examples=150)
@given(cells=st.lists(WORDS, max_size=60), header=st.sampled_from(HEADERS))
def test_any_text_is_read_or_refused(tmp_path: Path, cells: list[str], header: str) -> None:
    outcome(put(tmp_path, header + "".join(cells)))


@given(raw=st.binary(max_size=300), name=st.sampled_from(KINDS), header=st.sampled_from(HEADERS))
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes, name: str, header: str) -> None:
    outcome(put(tmp_path, header.encode() + raw, name))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["purpose", "score", "id", "row", "date", "", "why 2"]), inside, max_size=4)
    ),
    max_leaves=12,
)


@given(lines=st.lists(JSON, max_size=6))
def test_any_json_is_read_or_refused(tmp_path: Path, lines: list[object]) -> None:
    outcome(put(tmp_path, "\n".join(map(json.dumps, lines)), "any.jsonl"))


@settings(max_examples=60)
@given(name=st.sampled_from(EXPORTS), seed=st.integers(0, 10**9))
def test_a_damaged_export_is_read_or_refused(tmp_path: Path, name: str, seed: int) -> None:
    draw, raw = random.Random(seed), bytearray((FORMS / name).read_bytes())  # noqa: S311  (no secret)
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(len(raw) + 1) - 1
        match draw.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del raw[at : at + draw.randint(1, 200)]
            case 2:
                raw[at:at] = raw[: draw.randint(1, 300)]
            case 3:
                lines = raw.split(b"\n")
                draw.shuffle(lines)
                raw = bytearray(b"\n".join(lines))
            case _:
                raw = raw[: max(1, at)]
    outcome(put(tmp_path, bytes(raw), name))


@settings(max_examples=8)
@given(seed=st.integers(0, 10**9))
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    draw, raw = random.Random(seed), bytearray((FORMS / "yandex_short.xlsx").read_bytes())  # noqa: S311
    for _ in range(draw.randint(1, 20)):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    outcome(put(tmp_path, bytes(raw), "cards.xlsx"))


def test_a_table_of_any_separator_survives_its_own_cells(tmp_path: Path) -> None:
    for separator in ",;\t|":
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator)
        writer.writerows([["id", "цель", "оценка"], *([at, f"хочу {separator} и\nещё", 4] for at in range(5))])
        file = outcome(put(tmp_path, out.getvalue(), "any.csv"))
        assert isinstance(file, CardFile)
        assert [card.rows[0].purpose for card in file.cards] == [f"хочу {separator} и\nещё"] * 5


LONG = 32_000
LONG_ANSWERS = ["а" + " " * LONG + "б", "\n" * LONG + "план", "a" * LONG + "@", "а" + "-" * LONG + "б", "1 " * 16_000]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("answer", LONG_ANSWERS, ids=["spaces", "line breaks", "at", "dashes", "digits"])
def test_an_answer_as_long_as_a_cell_can_be_holds_nothing_up(tmp_path: Path, answer: str) -> None:
    path = put(tmp_path, HEADER + f'1,"{answer}",4,"{answer}"\n2,расти,5,\n')
    assert check_file(path, STUDY).cards == 2
