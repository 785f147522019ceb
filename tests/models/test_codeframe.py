"""The code frame in files of other programs: written as they expect it, read back as it was, refused in words."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook

from models.codebook import Codebook, Event, EventKind, Target
from models.codeframe.files import frame_bytes, read_frame
from models.codeframe.importing import imported
from models.codeframe.lines import COLUMNS, Line, lines_of
from models.codeframe.qdc import NAMESPACE, guid_of
from models.errors import RechkiError
from models.recoding import Log, in_words, with_reason
from models.strategy import Strategy
from models.text import text_key, tidy

START = datetime(2026, 1, 1)

# What the standard's schema (REFI-QDA 1.5, section 5.2) asks of a codebook: elements, their order, attributes, types.
RULES = f"""
<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}"
          elementFormDefault="qualified">
  <x:simpleType name="guid"><x:restriction base="x:token">
    <x:pattern value="[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}"/>
    <x:pattern value="\\{{[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}\\}}"/>
  </x:restriction></x:simpleType>
  <x:simpleType name="colour"><x:restriction base="x:token">
    <x:pattern value="#([A-Fa-f0-9]{{6}}|[A-Fa-f0-9]{{3}})"/>
  </x:restriction></x:simpleType>
  <x:complexType name="code">
    <x:sequence>
      <x:element name="Description" type="x:string" minOccurs="0"/>
      <x:element name="Code" type="code" minOccurs="0" maxOccurs="unbounded"/>
    </x:sequence>
    <x:attribute name="guid" type="guid" use="required"/>
    <x:attribute name="name" type="x:string" use="required"/>
    <x:attribute name="isCodable" type="x:boolean" use="required"/>
    <x:attribute name="color" type="colour"/>
  </x:complexType>
  <x:element name="CodeBook"><x:complexType>
    <x:sequence>
      <x:element name="Codes"><x:complexType><x:sequence>
        <x:element name="Code" type="code" maxOccurs="unbounded"/>
      </x:sequence></x:complexType></x:element>
      <x:element name="Sets" minOccurs="0"><x:complexType><x:sequence>
        <x:element name="Set" maxOccurs="unbounded"><x:complexType>
          <x:sequence>
            <x:element name="Description" type="x:string" minOccurs="0"/>
            <x:element name="MemberCode" minOccurs="0" maxOccurs="unbounded"><x:complexType>
              <x:attribute name="guid" type="guid" use="required"/>
            </x:complexType></x:element>
          </x:sequence>
          <x:attribute name="guid" type="guid" use="required"/>
          <x:attribute name="name" type="x:string" use="required"/>
        </x:complexType></x:element>
      </x:sequence></x:complexType></x:element>
    </x:sequence>
    <x:attribute name="origin" type="x:string"/>
  </x:complexType></x:element>
</x:schema>"""
SCHEMA = etree.XMLSchema(etree.fromstring(RULES))

words = st.text(st.characters(codec="utf-8"), max_size=30).map(tidy)
hard = st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''+2",
        "@x",
        "-",
        "#N/A",
        "<&>\"'",
        "yes",
        "null",
        "1.0",
        "а\nб",
        "Note:",
        "Note:\nа",
        "Strategy:\nimprove: а",
        "",
    ]
)
marks = st.sampled_from(["Note:", "Note:\nа", "Strategy:\nimprove: а"])
text = st.one_of(words, hard, marks)
name = st.one_of(words, hard).map(lambda said: " ".join(said.split())).filter(lambda said: text_key(said) != "")


def line(*cells: str) -> Line:
    return Line(0, dict.fromkeys(COLUMNS, "") | dict(zip(COLUMNS, cells, strict=False)))


@st.composite
def frames(draw: st.DrawFn) -> list[Line]:
    names = draw(st.lists(name, min_size=1, max_size=6, unique_by=text_key))
    nets = draw(st.lists(name, min_size=1, max_size=2, unique_by=text_key))
    targets = st.sampled_from([str(target) for target in Target])
    in_nets = st.sampled_from(["", *nets])
    chosen = st.one_of(st.just(("", "")), st.tuples(st.sampled_from([str(one) for one in Strategy]), name))
    return [
        line(f"code-{at:012x}", called, draw(text), draw(targets), draw(in_nets), draw(text), *draw(chosen))
        for at, called in enumerate(names)
    ]


def read_back(folder: Path, kind: str, lines: Sequence[Line]) -> list[dict[str, str]]:
    path = folder / f"frame{kind}"
    path.write_bytes(frame_bytes(path, lines))
    found = read_frame(path)
    assert not found.notes
    return [{**dict.fromkeys(COLUMNS, ""), **held.said} for held in found.lines]


FRAME = [
    line("code-0000000000aa", "Деньги", "доход\nдолги", "yes", "Достижения", "спорно", "improve", "сама хочу"),
    line("code-0000000000bb", "Сон <&>", "=1+1", "no", "", "", "switch_off", "=дорого"),
    line("7D1C9C5E-4F0E-4A53-9F64-2F6C0C3F8A11", "Успех", "", "undecided", "Достижения", "@x"),
]


@given(frames())
@example(FRAME)
def test_a_frame_written_as_yaml_comes_back(tmp_path: Path, lines: list[Line]) -> None:
    assert read_back(tmp_path, ".yaml", lines) == [held.said for held in lines]


@given(frames())
@example(FRAME)
def test_a_frame_written_as_refi_qda_keeps_to_the_standard_and_comes_back(tmp_path: Path, lines: list[Line]) -> None:
    found = {said["code_id"]: said for said in read_back(tmp_path, ".qdc", lines)}
    targets = any(held.said["target"] != "undecided" for held in lines)
    for said in (held.said for held in lines):
        guid = guid_of(said["code_id"])
        assert found[guid] == {**said, "code_id": guid, "target": said["target"] if targets else ""}
    SCHEMA.assertValid(etree.fromstring((tmp_path / "frame.qdc").read_bytes()))


@settings(max_examples=6)  # every reading starts a process
@given(frames())
@example(FRAME)
def test_a_frame_written_as_a_workbook_comes_back_and_holds_no_formula(tmp_path: Path, lines: list[Line]) -> None:
    assert read_back(tmp_path, ".xlsx", lines) == [held.said for held in lines]
    sheet = load_workbook(BytesIO((tmp_path / "frame.xlsx").read_bytes())).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.value for cell in cells if str(cell.value)[0] in "=+-@\t\r"]


@given(frames())
@example(FRAME)
def test_a_frame_written_as_csv_comes_back_and_holds_no_formula(tmp_path: Path, lines: list[Line]) -> None:
    assert read_back(tmp_path, ".csv", lines) == [held.said for held in lines]
    with (tmp_path / "frame.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]


def test_the_rules_would_notice_a_file_that_breaks_them() -> None:
    good = frame_bytes(Path("x.qdc"), FRAME).decode()
    for old, new in (
        (' isCodable="true"', ""),
        ("</Codes>", "</Codes><Codes/>"),
        (guid_of("code-0000000000aa"), "code-0000000000aa"),
        ('isCodable="false"', 'isCodable="no"'),
    ):
        assert old in good
        assert not SCHEMA.validate(etree.fromstring(good.replace(old, new).encode()))


def qdc(path: Path, body: str, namespace: str = NAMESPACE, head: str = "") -> Path:
    path.write_text(f'{head}<CodeBook xmlns="{namespace}" origin="Other"><Codes>\n{body}\n</Codes></CodeBook>', "utf-8")
    return path


def code(name: str, inside: str = "", codable: str = "true", guid: str = "") -> str:
    return f'<Code guid="{guid}" name={quoteattr(name)} isCodable="{codable}" color="#fff">{inside}</Code>'


@pytest.mark.parametrize("namespace", [NAMESPACE, "urn:QDA-XML:codebook:1:0"])
def test_files_of_other_programs_are_read(tmp_path: Path, namespace: str) -> None:
    guid = "7D1C9C5E-4F0E-4A53-9F64-2F6C0C3F8A12"
    inner = code("Скидки", "<Description>акции\r\nи купоны</Description>", "1", f"{{{guid}}}")
    body = code("Деньги", code("Цена", inner, guid="x1"), "false") + code("Сон", guid=guid.replace("12", "13"))
    found = read_frame(qdc(tmp_path / "other.qdc", body, namespace))
    assert [line.said for line in found.lines] == [
        {"code_id": "", "code": "Цена", "net": "Деньги"},
        {"code_id": guid.lower(), "code": "Скидки", "net": "Деньги", "definition": "акции\nи купоны"},
        {"code_id": guid.lower().replace("12", "13"), "code": "Сон", "net": ""},
    ]
    assert found.notes == ("1 code stands deeper than one net: the outermost one is taken",)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-16"])
def test_a_codebook_is_read_in_the_encoding_it_declares(tmp_path: Path, encoding: str) -> None:
    path = qdc(tmp_path / "other.qdc", code("Деньги"), head=f'<?xml version="1.0" encoding="{encoding}"?>')
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert [line.said["code"] for line in read_frame(path).lines] == ["Деньги"]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{LAUGHS}<CodeBook xmlns='{NAMESPACE}'><Codes>&b;</Codes></CodeBook>", "declares a document type"),
        (f"{OUTSIDE}<CodeBook xmlns='{NAMESPACE}'><Codes>&a;</Codes></CodeBook>", "declares a document type"),
        (f"<CodeBook xmlns='{NAMESPACE}'><Codes>", "not well-formed"),
        ('<?xml version="1.0" encoding="x-none"?><CodeBook/>', "not well-formed XML: unknown encoding"),
        ('<?xml version="1.0" encoding="gb2312"?><CodeBook/>', "not well-formed XML"),
        ("<CodeBook><Codes/></CodeBook>", "begins with «CodeBook» of no namespace"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "begins with «html»"),
        (f"<CodeBook xmlns='{NAMESPACE}'><Codes>{'<Code>' * 100}", "deep inside each other"),
    ],
)
def test_what_is_no_codebook_or_would_do_harm_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "bad.qdc"
    path.write_text(content, "utf-8")
    with pytest.raises(RechkiError, match=words) as caught:
        read_frame(path)
    assert str(path) in caught.value.where


@pytest.mark.parametrize(
    ("name", "content", "where", "words"),
    [
        ("a.csv", "имя;что\nДеньги;доход\n", "a.csv", "there is no column 'code'"),
        ("a.csv", "code;net\nДеньги;Достижения;ещё\n", "a.csv, row 2", "3 cells, the header 2"),
        ("a.yaml", "codes: []\n", "a.yaml", "no list of codes"),
        ("a.yaml", "codes:\n  - code: Деньги\n    цвет: синий\n", "a.yaml, line 3", "a code has no 'цвет'"),
        ("a.yaml", "codes:\n  - code: 2024\n", "a.yaml, line 2", "'code' is no text"),
        ("a.yaml", "codes:\n  - Деньги\n", "a.yaml, line 2", "entry 1 is no code"),
        ("a.yaml", "codes: [\n", "a.yaml", "not readable as YAML"),
        ("a.yaml", "x: " + "[" * 5000, "a.yaml", "not readable as YAML"),
        ("a.docx", "x", "a.docx", "not kept in files of the kind .docx"),
        ("a.qdc", "", "a.qdc", "the file is empty"),
    ],
)
def test_a_file_that_is_no_code_frame_is_refused(
    tmp_path: Path, name: str, content: str, where: str, words: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(RechkiError, match=words) as caught:
        read_frame(tmp_path / name)
    assert caught.value.where == str(tmp_path / where)


def log(*names: str) -> Log:
    events = [
        Event(f"e{at}", "purpose", START, "anna", EventKind.CREATE, f"code-00000{at}", {"name": said}, f"ls/1/{at}/1")
        for at, said in enumerate(names)
    ]
    return Log("purpose", events, {}, "boris", START)


def after(before: Log, path: Path) -> Log:
    changes = imported("study", before, read_frame(path))
    assert all(in_words(change.event, before.codebook) for change in changes)
    return replace(before, events=[*before.events, *(change.event for change in changes)])


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["code;definition;target;net;note;code_id", *rows, ""]), "utf-8")
    return path


def test_unknown_codes_are_created_and_known_ones_change_where_the_file_says_something_else(tmp_path: Path) -> None:
    path = table(
        tmp_path / "frame.csv", "Деньги;доход;да;Достижения;;", "СОН.;выспаться;;достижения;;", "x;;;;;code-000002"
    )
    changes = imported("study", log("Сон", "Тишина", "Другие", "Четвёртый"), read_frame(path))
    assert [change.words for change in changes] == [
        "create «Деньги», target yes, net «Достижения»",
        "definition of «Сон»: «выспаться»",
        "net of «Сон»: «Достижения»",
        "name of «Другие»: «Другие» becomes «x»",
    ]
    assert [change.event.origin for change in changes][:2] == ["import/frame.csv:2", "import/frame.csv:3"]
    assert {change.event.who for change in changes} == {"boris"}
    now = after(log("Сон", "Тишина", "Другие", "Четвёртый"), path)
    assert [code.name for code in now.codebook.active() if not code.fixed] == [
        "Сон",
        "Тишина",
        "x",
        "Четвёртый",
        "Деньги",
    ]
    assert imported("study", now, read_frame(path)) == [], "a second time there is nothing to do"


def test_two_codes_may_change_names_with_each_other(tmp_path: Path) -> None:
    path = table(tmp_path / "frame.csv", "Сон;;;;;code-000000", "Деньги;;;;;code-000001")
    now = after(log("Деньги", "Сон"), path)
    assert [now.codebook.codes[f"code-00000{at}"].name for at in (0, 1)] == ["Сон", "Деньги"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["Деньги;;;;;", "«деньги»;;;;;"], "row 2, column 'code': two codes would be called.*\n.*row 3"),
        (["Сон;;;;;", "сон;;;;;"], "row 3, column 'code': row 2 is the same code «Сон»"),
        (["Деньги|доход;;;;;"], r"row 2, column 'code': the name holds \|"),
        ([";о доходе;;;;"], "row 2, column 'code': the code has no name"),
        (["Деньги;;может быть;;;"], "row 2, column 'target': 'может быть' is no target"),
        (["Не по теме;;;;;"], "«Не по теме» is a fixed code"),
        (["x;;;;;fixed-other"], "id of the fixed code «Другое»"),
        (["Деньги;;;;;a b"], "column 'code_id': 'a b' is no id"),
        (["Деньги;;;;;code-0000ff", "Успех;;;;;code-0000ff"], "row 3, column 'code_id': row 2 has the same id"),
        (["Деньги;" + "а" * 5001 + ";;;;"], "column 'definition': the text has 5001 letters"),
    ],
)
def test_a_file_with_a_conflict_is_refused_as_a_whole(tmp_path: Path, rows: list[str], words: str) -> None:
    path = table(tmp_path / "frame.csv", *rows)
    with pytest.raises(RechkiError, match=words) as caught:
        imported("study", log("Сон"), read_frame(path))
    assert caught.value.where == str(path)


def test_a_code_with_the_id_of_another_study_is_known_by_its_name(tmp_path: Path) -> None:
    assert imported("study", log("Сон"), read_frame(table(tmp_path / "frame.csv", "Сон;;;;;code-0000ff"))) == []


def gone(kind: EventKind, payload: dict[str, str]) -> Callable[[Log], Log]:
    def carried_on(before: Log) -> Log:
        event = Event("gone", "purpose", START, "anna", kind, "code-000000", payload, "command/gone")
        return replace(before, events=[*before.events, event])

    return carried_on


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (gone(EventKind.MERGE, {"into": "code-000001"}), "«Сон» was merged into «Тишина»"),
        (gone(EventKind.RETIRE, {}), "«Сон» was retired"),
    ],
)
def test_a_code_that_is_gone_is_not_changed_by_a_file(tmp_path: Path, end: Callable[[Log], Log], words: str) -> None:
    now = end(log("Сон", "Тишина"))
    with pytest.raises(RechkiError, match=words):
        imported("study", now, read_frame(table(tmp_path / "frame.csv", "Сон;;;;;code-000000")))
    fresh = after(now, table(tmp_path / "frame.csv", "Сон;;;;;")).codebook.by_name("Сон")
    assert fresh is not None
    assert fresh.code_id != "code-000000", "the name alone makes a new code"


@pytest.mark.parametrize("kind", [".qdc", ".xlsx", ".yaml", ".csv"])
def test_a_frame_carried_into_another_study_and_out_again_is_the_same_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "first.yaml").write_bytes(frame_bytes(Path("x.yaml"), FRAME))
    first = after(log(), tmp_path / "first.yaml").codebook
    one, two = tmp_path / f"one{kind}", tmp_path / f"two{kind}"
    one.write_bytes(frame_bytes(one, lines_of(first.codes.values())))
    second = after(log(), one).codebook
    two.write_bytes(frame_bytes(two, lines_of(second.codes.values())))
    assert read_frame(two).lines == read_frame(one).lines
    if kind != ".xlsx":  # a workbook holds when it was made
        assert one.read_bytes() == two.read_bytes()


def test_an_empty_codebook_is_not_written() -> None:
    with pytest.raises(RechkiError, match="no code to write"):
        frame_bytes(Path("x.qdc"), lines_of(Codebook("purpose").codes.values()))


STRATEGIC = "code;strategy;strategy_reason"


def test_a_chosen_strategy_comes_with_its_reason_and_an_empty_cell_takes_none_back(tmp_path: Path) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(f"{STRATEGIC}\nСон;улучшать;сама  хочу\nДеньги;switch_off;дорого\n", "utf-8")
    changes = imported("study", log("Сон"), read_frame(path))
    assert [change.words for change in changes] == [
        "strategy of «Сон»: «improve»; сама хочу",
        "create «Деньги», target undecided",
        "strategy of «Деньги»: «switch_off»; дорого",
    ]
    assert with_reason(changes[0], "из файла").event.payload["why"] == "сама хочу", "the strategy has its own reason"
    now = after(log("Сон"), path)
    chosen = {code.name: (code.strategy, code.strategy_reason) for code in now.codebook.active() if not code.fixed}
    assert chosen == {"Сон": (Strategy.IMPROVE, "сама хочу"), "Деньги": (Strategy.SWITCH_OFF, "дорого")}
    assert imported("study", now, read_frame(path)) == []
    path.write_text(f"{STRATEGIC}\nСон;;\nДеньги;выключить;дорого\n", "utf-8")
    assert imported("study", now, read_frame(path)) == []


@pytest.mark.parametrize(
    ("row", "frame", "words"),
    [
        ("Сон;растить всех;хочу", "purpose", "column 'strategy': 'растить всех' is no strategy: protect_and_grow"),
        ("Сон;improve;", "purpose", "column 'strategy_reason': there is a strategy without it"),
        ("Сон;;хочу", "purpose", "column 'strategy': there is a strategy_reason without it"),
        ("Сон;improve;хочу", "why", "column 'strategy': strategies are chosen for purposes only"),
    ],
)
def test_a_strategy_that_cannot_be_chosen_is_refused(tmp_path: Path, row: str, frame: str, words: str) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(f"{STRATEGIC}\n{row}\n", "utf-8")
    with pytest.raises(RechkiError, match=words):
        imported("study", replace(log(), frame=frame), read_frame(path))


def test_a_description_that_only_looks_like_a_strategy_stays_a_description(tmp_path: Path) -> None:
    body = code("Цена", "<Description>о деньгах\nStrategy:\nприказ 7: держать</Description>")
    (found,) = read_frame(qdc(tmp_path / "other.qdc", body)).lines
    assert found.said["definition"] == "о деньгах\nStrategy:\nприказ 7: держать"
    assert "strategy" not in found.said
