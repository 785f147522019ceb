"""Tables as they come out of Russian offices; what cannot be read is refused with its place."""

import re
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from models.errors import RechkiError
from models.forms.layout import read_table
from models.tables.table import Row

HEADER = ["номер", "цель", "оценка"]
LINES = [["1", "снять тревогу, найти опору", "5"], ["2", "вырасти в доходе; и ещё", "3"], ["3", "«новый опыт»", "4"]]


def written(cells: list[list[str]], separator: str = ",", newline: str = "\r\n") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",;\t|\n') else cell

    return newline.join(separator.join(quoted(cell) for cell in line) for line in cells) + newline


def file_of(folder: Path, raw: bytes | str, name: str = "cards.csv") -> Path:
    path = folder / name
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


def refused(path: Path) -> RechkiError:
    """The refusal of a file, which must name the file and say what to do."""
    with pytest.raises(RechkiError) as caught:
        read_table(path)
    assert path.name in caught.value.where
    assert caught.value.do
    assert caught.value.what
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_encoding_and_separator_gives_the_same_cells(
    tmp_path: Path, encoding: str, separator: str, newline: str
) -> None:
    table = read_table(file_of(tmp_path, written([HEADER, *LINES], separator, newline).encode(encoding)))
    assert list(table.header) == HEADER
    assert [list(row.cells) for row in table.rows] == LINES
    assert table.separator == separator


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf16_is_told_by_its_mark(tmp_path: Path, mark: bytes) -> None:
    codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    table = read_table(file_of(tmp_path, mark + written([HEADER, *LINES], "\t").encode(codec)))
    assert [list(row.cells) for row in table.rows] == LINES


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-16-le", "utf-16-be"])
def test_every_alphabet_of_russian_offices_is_told_by_its_letters(tmp_path: Path, encoding: str) -> None:
    lines = [
        ["1", "хочу вырасти в доходе, нужен план", "5"],
        ["2", "Подруга посоветовала, и стало легче", "3"],
        ["3", "в прошлый раз сработало и я пришёл за новым опытом", "4"],
    ]
    table = read_table(file_of(tmp_path, written([HEADER, *lines], ";").encode(encoding)))
    assert [list(row.cells) for row in table.rows] == lines
    assert table.encoding == encoding


CODES = [
    *("Лечат без боли", "Интересно новое", "Мышцы", "Похудеть", "Бассейн", "Персонал", "Общение", "Здоровье", "Цена"),
    *("Доверие", "Сроки", "Очереди", "Чистота", "Ассортимент", "Обмен опытом", "Помещение и мебель"),
]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("spelled", [str.capitalize, str.upper, str.lower])
@pytest.mark.parametrize("header", ["card_id;code;score", "Карточка;Код;Оценка"])
def test_a_short_list_of_codes_is_read_in_every_case_or_refused(
    tmp_path: Path, encoding: str, spelled: Callable[[str], str], header: str
) -> None:
    def read(codes: list[str]) -> str:
        text = header + "\n" + "".join(f"{at};{spelled(codes[at % len(codes)])};{at % 6}\n" for at in range(60))
        try:
            assert read_table(file_of(tmp_path, text.encode(encoding))).rows[0].cells[1] == spelled(codes[0])
        except RechkiError as error:
            return error.what
        return ""

    assert len([code for code in CODES if read([code])]) <= 1
    assert [at for at in range(len(CODES) - 3) if read(CODES[at : at + 4])] == []


@pytest.mark.parametrize(
    ("encoding", "said"), [("mac_cyrillic", "Качество"), ("koi8-u", "Зручність"), ("cp1252", "maçã")]
)
def test_alphabets_that_are_not_read_are_not_taken_for_those_that_are(tmp_path: Path, encoding: str, said: str) -> None:
    refused(file_of(tmp_path, f"card_id,code,score\n1,{said},3\n".encode(encoding)))


@pytest.mark.parametrize("encoding", ["iso8859_7", "cp1255", "shift_jis", "cp1252"])
def test_letters_that_read_as_no_russian_are_refused(tmp_path: Path, encoding: str) -> None:
    said = {
        "iso8859_7": "θέλω ηρεμία",
        "cp1255": "אני רוצה שקט ושלווה בבית ובעבודה, להפסיק לדאוג כל הזמן",
        "shift_jis": "静かにしたい",
        "cp1252": "ÄÖÜ ÿþ çéà",
    }[encoding]
    refused(file_of(tmp_path, f"id,purpose\n1,{said}\n".encode(encoding)))


def test_two_encodings_in_one_file_are_refused_with_the_line(tmp_path: Path) -> None:
    raw = "id,цель\n1,снять тревогу\n".encode() + "2,вырасти в доходе\n".encode("cp1251")
    assert "line 3" in refused(file_of(tmp_path, raw)).where


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
def test_the_sep_line_of_excel_is_no_header(tmp_path: Path, separator: str, encoding: str) -> None:
    text = f"sep={separator}\r\n" + written([HEADER, *LINES], separator)
    table = read_table(file_of(tmp_path, text.encode(encoding)))
    assert list(table.header) == HEADER
    assert [list(row.cells) for row in table.rows] == LINES


def test_a_quoted_line_break_stays_inside_its_cell(tmp_path: Path) -> None:
    lines = [["1", "снять тревогу\nи боль", "5"], ["2", "расти", "4"]]
    table = read_table(file_of(tmp_path, written([HEADER, *lines], ";", "\n")))
    assert [list(row.cells) for row in table.rows] == lines


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_line_break_in_the_header_does_not_hide_the_separator(tmp_path: Path, separator: str) -> None:
    header = ["Номер\n(какой был на карточке)", "Цель\n(зачем вы пришли, одним словом)", "Оценка"]
    table = read_table(file_of(tmp_path, written([header, *LINES], separator, "\n")))
    assert list(table.header) == header
    assert [list(row.cells) for row in table.rows] == LINES


def test_doubled_quotes_are_one_quote(tmp_path: Path) -> None:
    table = read_table(file_of(tmp_path, 'a,b\n1,"он сказал ""да"""\n'))
    assert table.rows == (Row(2, ("1", 'он сказал "да"')),)


def test_a_workbook_gives_the_same_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, "дата"])
    sheet.append([1, "снять тревогу,\nнайти опору", 5, datetime(2026, 1, 13, 14, 26, 49)])
    sheet.append([2.0, "расти", 3.5, None])
    book.save(tmp_path / "cards.xlsx")
    table = read_table(tmp_path / "cards.xlsx")
    assert table.header == (*HEADER, "дата")
    assert [row.cells for row in table.rows] == [
        ("1", "снять тревогу,\nнайти опору", "5", "2026-01-13 14:26:49"),
        ("2", "расти", "3.5", ""),
    ]


def test_other_sheets_of_a_workbook_are_named(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in {"Титул": [["Опрос"]], "Ответы": [HEADER, *LINES], "Пустой": [], "Иван Петров": [["1"]]}.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(tmp_path / "cards.xlsx")
    table = read_table(tmp_path / "cards.xlsx")
    assert len(table.rows) == len(LINES)
    assert table.remarks == ("only the sheet 'Ответы' is read; left unread: 'Титул', '[ИМЯ_1]'",)


def test_formulas_that_nobody_has_computed_are_named(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, score in (("Титул", "=1+1"), ("Ответы", "=2+3")):
        sheet = book.create_sheet(name)
        for line in ([["Опрос", score]], [HEADER, ["1", "расти", score], ["2", "деньги", 4]])[name == "Ответы"]:
            sheet.append(line)
    book.save(tmp_path / "cards.xlsx")
    table = read_table(tmp_path / "cards.xlsx", HEADER)
    assert [row.cells[2] for row in table.rows] == ["", "4"]
    assert table.remarks[1:] == (
        "C2 holds a formula without a value, read as blank: open the file in Excel or LibreOffice and save it, "
        "then read it",
    )
    book["Ответы"]["C3"] = "=C2"
    book.save(tmp_path / "cards.xlsx")
    assert "2 cells, the first C2, hold formulas" in read_table(tmp_path / "cards.xlsx", HEADER).remarks[1]


@pytest.mark.parametrize(
    ("value", "read"), [(b"<f>2+3</f><v>5</v>", "5"), (b"<f>2+3</f><v/>", None), (b'<f>""</f><v></v>', "")]
)
def test_formulas_with_values_are_read_without_a_word(tmp_path: Path, value: bytes, read: str | None) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER, ["1", "расти", "=2+3"]):
        sheet.append(line)
    book.save(tmp_path / "made.xlsx")
    with ZipFile(tmp_path / "made.xlsx") as made, ZipFile(tmp_path / "cards.xlsx", "w") as saved:
        for name in made.namelist():
            body = re.sub(rb"<f>.*?</f>(<v ?/>|<v></v>)", value, made.read(name))
            saved.writestr(name, body.replace(b'<c r="C2">', b'<c r="C2" t="str">') if read == "" else body)
    table = read_table(tmp_path / "cards.xlsx")
    assert (table.rows[0].cells[2], len(table.remarks)) == (read or "", read is None)


def test_rows_of_a_workbook_keep_their_numbers_over_empty_ones(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for at, values in {1: HEADER, 2: [1, "расти", 5], 5: [2, "деньги", 3]}.items():
        for column, value in enumerate(values, start=1):
            sheet.cell(at, column, value)
    book.save(tmp_path / "cards.xlsx")
    rows = read_table(tmp_path / "cards.xlsx").rows
    assert rows[1] == Row(5, ("2", "деньги", "3"))


def test_short_rows_are_filled_and_blank_ones_at_the_end_dropped(tmp_path: Path) -> None:
    table = read_table(file_of(tmp_path, "a,b,c\n1,2\n,,\n\n"))
    assert table.rows == (Row(2, ("1", "2", "")),)


def test_blank_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    assert read_table(file_of(tmp_path, "a,b,,\n1,2,,\n")).rows == (Row(2, ("1", "2")),)


def test_a_row_with_too_many_cells_is_set_apart_with_its_number(tmp_path: Path) -> None:
    table = read_table(file_of(tmp_path, "a,b\n1,2\n3,четыре, и ещё\n5,6\n"))
    assert [row.number for row in table.rows] == [2, 4]
    (broken,) = table.broken
    assert (broken.number, broken.reason) == (3, "the row has 3 cells, the header 2")


def test_a_file_of_mostly_broken_rows_is_refused_with_the_first(tmp_path: Path) -> None:
    error = refused(file_of(tmp_path, "a,b\n1,2\n3,четыре, и\n5,6,7\n"))
    assert "row 3" in error.where


def test_repeated_questions_are_numbered(tmp_path: Path) -> None:
    assert read_table(file_of(tmp_path, "id,цель, цель \n1,2,3\n")).header == ("id", "цель", "цель (2)")


def test_a_repeated_question_never_takes_the_name_of_another(tmp_path: Path) -> None:
    header = read_table(file_of(tmp_path, "цель,канал,канал (2),канал\nрасти,а,б,в\n")).header
    assert header == ("цель", "канал", "канал (2)", "канал (3)")


def test_short_lines_under_a_very_wide_header_do_not_take_the_machine(tmp_path: Path) -> None:
    wide = ",".join(["цель", *map(str, range(4_990))]) + "\n" + "расти\n" * 50_000
    assert "50001 rows" in refused(file_of(tmp_path, wide)).what


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    table = read_table(file_of(tmp_path, "Ответы за март,,\n,,\nид,цель,оценка\n1,расти,5\n"))
    assert (table.header, table.rows) == (("ид", "цель", "оценка"), (Row(4, ("1", "расти", "5")),))


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b",,\n,,\n", b"\xef\xbb\xbf", b"a,b\n", b"a,b\n,\n", b"one column\n1\n2\n"]
)
def test_a_file_without_answers_is_refused(tmp_path: Path, raw: bytes) -> None:
    refused(file_of(tmp_path, raw))


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + zlib.compress(bytes(range(256)) * 40)


@pytest.mark.parametrize("raw", [PNG, b"PK\x03\x04" + PNG, b"%PDF-1.4\n\x00\x01", bytes(range(256)) * 8])
@pytest.mark.parametrize("name", ["cards.csv", "cards.tsv", "cards.xlsx", "cards.ods", "cards.xls"])
def test_other_bytes_under_a_table_name_are_refused(tmp_path: Path, raw: bytes, name: str) -> None:
    refused(file_of(tmp_path, raw, name))


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    refused(file_of(tmp_path, 'a,b\n1,"не закрыто\n2,3\n'))


def test_a_missing_file_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "нет.csv").what == "there is no such file"
    (tmp_path / "папка.csv").mkdir()
    assert refused(tmp_path / "папка.csv").what == "this is a folder"
    assert ".csv" in refused(file_of(tmp_path, "a,b\n1,2\n", "cards.docx")).do


def test_a_missing_column_is_named_beside_those_there_are(tmp_path: Path) -> None:
    table = read_table(file_of(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(RechkiError, match=r"'цель'.*a, b") as caught:
        table.column("цель")
    assert "cards.csv" in caught.value.where
    assert caught.value.do


@given(raw=st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_refusal(tmp_path: Path, raw: bytes) -> None:
    try:
        table = read_table(file_of(tmp_path, raw))
    except RechkiError:
        return
    assert all(len(row.cells) == len(table.header) for row in table.rows)


CELL = st.text(alphabet=st.sampled_from('абв ",;\n\t|=«»-7ё'), max_size=8)


@given(
    cells=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_what_is_read(
    tmp_path: Path, cells: list[tuple[str, str]], separator: str, encoding: str
) -> None:
    lines = [["номер", "цель", "почему"], *([str(at), *pair] for at, pair in enumerate(cells, start=1))]
    table = read_table(file_of(tmp_path, written(lines, separator, "\n").encode(encoding)))
    assert [list(row.cells) for row in table.rows] == lines[1:]
