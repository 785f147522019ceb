"""Tables coded by hand: what is taken and what is named, and the balance against a computation of its own."""

import csv
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.balance import net_balance, served_balance
from models.codebook import Target
from models.coded import CodedTable, Fault, read_coded
from models.config import Study
from models.errors import RechkiError
from models.forms.layout import read_table
from models.tables.table import Row, Table
from models.waves import Part, wave_balance

CODES = ("Деньги", "Рост", "Покой", "Нет ответа")
FIXED = {"Нет ответа", "Не по теме", "Другое", "Неразборчиво"}
NETS = {"Деньги": "Внешнее", "Рост": "Внутреннее", "Покой": "Внутреннее", "Нет ответа": ""}


def write(path: Path, lines: list[dict[str, Any]], name: str = "coded.csv") -> Path:
    with (path / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path / name


@pytest.fixture
def read(tmp_path: Path, study: Study) -> Any:
    def reader(*lines: dict[str, Any]) -> CodedTable:
        return read_coded(read_table(write(tmp_path, list(lines))), study)

    return reader


def line(card: object = 1, code: str = "Деньги", score: object = 4, **more: Any) -> dict[str, Any]:
    return {"card_id": card, "code": code, "score": score, **more}


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines of cards with one respondent and wave each; with or without row numbers."""
    numbered, joined = draw(st.booleans()), draw(st.booleans())
    lines: list[dict[str, Any]] = []
    for card in range(draw(st.integers(1, 14))):
        respondent = draw(st.sampled_from(["", "a", "b", f"r{card}"]))
        for row in range(1, draw(st.integers(1, 3)) + 1):
            score = draw(st.sampled_from(["", "0", "1", "2", "3", "4", "5"]))
            codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
            for cell in ["|".join(codes)] if joined else codes:
                nets = "|".join(NETS[code] for code in cell.split("|"))
                given_row = {"row": row} if numbered else {}
                lines.append(
                    {"card_id": f"k{card}", **given_row, "code": cell, "score": score, "respondent": respondent}
                    | {"net": nets}
                )
    return draw(st.permutations(lines))


def by_pandas(lines: list[dict[str, Any]], one_over_k: bool, column: str = "code") -> pd.DataFrame:
    """The numbers of every code (or net), written down once more and differently: plain pandas and floats."""
    table = pd.DataFrame(lines)
    table["unit"] = [
        f"{item['card_id']}/{item['row']}" if "row" in item else f"line {at}" for at, item in enumerate(lines)
    ]
    table["person"] = table["respondent"].where(table["respondent"] != "", "card " + table["card_id"])
    table["code"] = table["code"].str.split("|")
    table = table.drop(columns="net").explode("code")
    table = table[~table["code"].isin(FIXED)]
    table["net"] = table["code"].map(NETS)
    table["score"] = pd.to_numeric(table["score"])
    units = table.drop_duplicates("unit")
    people = units["person"].nunique()
    k = units[units["score"].notna()].groupby("person").size()
    table = table.drop_duplicates(["unit", column])
    found = {}
    for name, of_code in table.groupby(column):
        scored = of_code[of_code["score"].notna()]
        w = 1 / scored["person"].map(k).astype(float) if one_over_k else pd.Series(1.0, scored.index)
        e, u, d = (
            100 * w[which].sum() / w.sum() if len(w) else float("nan")
            for which in (scored["score"] == 5, scored["score"] <= 3, scored["score"] <= 2)
        )
        respondents = of_code["person"].nunique()
        share = 100 * respondents / people
        size = (
            "XS"
            if respondents == 1
            else next(
                (label for label, bound in zip(("XS", "S", "M", "L"), (4, 9, 14, 22), strict=True) if share <= bound),
                "XL",
            )
        )
        found[name] = {
            "rows": len(of_code),
            "n": len(scored),
            "respondents": respondents,
            "e": e,
            "u": u,
            "d": d,
            "b": e - u,
            "share": share,
            "size": size,
            "state": state(e, u, d) if len(scored) else "",
        }
    return pd.DataFrame.from_dict(found, orient="index")


def state(e: float, u: float, d: float) -> str:
    """Floats are near enough here: at a cut they are compared as the fractions they stand for."""
    b, worst = (Fraction(x).limit_denominator(10_000) for x in (e - u, d))
    if b <= -25:
        return "very_under" if worst >= 50 else "under"
    return "over" if b >= 50 else "well"


@hypothesis_settings(max_examples=150)
@given(lines=tables(), one_over_k=st.booleans(), column=st.sampled_from(["code", "net"]))
def test_an_independent_computation_gives_the_same_numbers(
    tmp_path_factory: pytest.TempPathFactory, study: Study, lines: list[dict[str, Any]], one_over_k: bool, column: str
) -> None:
    found = read_coded(read_table(write(tmp_path_factory.mktemp("t"), lines)), study)
    settings = study.balance.model_copy(update={"draws": 200, "weights": "1/k" if one_over_k else "row"})
    compute = served_balance if column == "code" else net_balance
    table = compute(found.rows, found.codes, settings).set_index(column)
    if all(set(item["code"].split("|")) <= FIXED for item in lines):
        assert table.empty
        return
    wanted = by_pandas(lines, one_over_k, column)
    table = table.loc[wanted.index, wanted.columns]
    assert len(table) == len(wanted)
    pd.testing.assert_frame_equal(table, wanted, check_names=False, check_dtype=False, rtol=0, atol=1e-9)


@hypothesis_settings(max_examples=60)
@given(lines=tables(), one_over_k=st.booleans())
def test_an_independent_computation_gives_the_same_numbers_of_every_wave(
    tmp_path_factory: pytest.TempPathFactory, study: Study, lines: list[dict[str, Any]], one_over_k: bool
) -> None:
    lines = [{**item, "wave": ("", "2", "10")[int(item["card_id"][1:]) % 3]} for item in lines]
    found = read_coded(read_table(write(tmp_path_factory.mktemp("t"), lines)), study)
    settings = study.balance.model_copy(update={"draws": 200, "weights": "1/k" if one_over_k else "row"})
    waves = wave_balance(found.rows, found.codes, settings)
    assert [wave for wave in dict.fromkeys(waves.wave) if wave] in ([], ["2", "10"])
    for (part, wave), table in waves.groupby(["part", "wave"]):
        of_part = [item for item in lines if part == Part.TOTAL or item["wave"] == wave]
        wanted = by_pandas(of_part, one_over_k).drop(columns="size")
        there = table[table["rows"] > 0].set_index("code")
        assert len(there) == len(wanted)
        told = there.loc[wanted.index, wanted.columns]
        pd.testing.assert_frame_equal(told, wanted, check_names=False, check_dtype=False, rtol=0, atol=1e-9)
    of_wave = waves[waves.part == Part.WAVE].set_index(["code", "wave"])["b"]
    for line in waves[waves.since != ""].itertuples():
        before, after = of_wave[line.code, line.since], of_wave[line.code, line.wave]
        assert line.change == pytest.approx(after - before, abs=1e-9, nan_ok=True)


def test_the_first_line_is_the_header_whatever_cells_are_empty_below(read: Any) -> None:
    """A line with an empty cell above one with another reads like the two header lines of SurveyMonkey."""
    found = read(line(1), line(2), line(3, code=""), line("", score=3), line(5))
    assert [passed.row for passed in found.refused] == [4, 5]
    assert len(found.rows) == 3


def test_the_lines_of_a_card_and_row_are_one_row(read: Any) -> None:
    found = read(
        line(1, "Деньги", 5, row=1, text="денег"), line(1, "Рост", "", row=1, text="и расти"), line(1, "Рост", 3, row=2)
    )
    assert [(len(a.coded.codes), a.coded.score, a.text, a.lines) for a in found.answers] == [
        (2, 5, "денег\nи расти", (2, 3)),
        (1, 3, "", (4,)),
    ]
    assert found.refused == found.no_score == ()


def test_without_row_numbers_each_line_is_a_row(read: Any) -> None:
    found = read(line(1), line(1), line(2, "Рост|Деньги|"))
    assert [len(answer.coded.codes) for answer in found.answers] == [1, 1, 2]
    assert [(note.row, note.fault) for note in found.notes] == [(3, Fault.REPEATED)]
    assert str(found.notes[0]).startswith("row 3: the line repeats")
    assert "both are counted" in str(found.notes[0])


def test_a_repeated_line_of_a_numbered_row_counts_once_and_is_named(read: Any) -> None:
    found = read(line(row=1), line(row=1))
    assert len(found.answers) == 1
    assert "counted once" in str(found.notes[0])


@pytest.mark.parametrize(
    ("wrong", "fault", "column"),
    [
        (line(""), Fault.NO_CARD, "card_id"),
        (line(9, "  "), Fault.NO_CODE, "code"),
        (line(9, "||"), Fault.NO_CODE, "code"),
        (line(9, "Ы" * 10_000), Fault.LONG_CODE, "code"),
        (line(9, row="первая"), Fault.NO_ROW, "row"),
        (line(9, row=""), Fault.NO_ROW, "row"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_taken(
    read: Any, wrong: dict[str, Any], fault: Fault, column: str
) -> None:
    found = read({"row": 1, **line(1)}, {"row": 1, **wrong}, {"row": 1, **line(2)})
    assert [(passed.row, passed.fault, passed.column) for passed in found.refused] == [(3, fault, column)]
    assert len(found.answers) == 2


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ({"score": 5}, {"score": 3}, Fault.TWO_SCORES),
        ({"respondent": "а"}, {"respondent": "б"}, Fault.TWO_RESPONDENTS),
        ({"wave": "1"}, {"wave": "2"}, Fault.TWO_WAVES),
    ],
)
def test_lines_that_contradict_each_other_are_all_refused(
    read: Any, first: dict[str, Any], second: dict[str, Any], fault: Fault
) -> None:
    plain = {**line(), "row": 1, "respondent": "", "wave": ""}
    others = [{**plain, "card_id": f"other {at}"} for at in range(3)]
    found = read({**plain, **first}, {**plain, **second, "code": "Рост"}, *others)
    assert [(passed.row, passed.fault) for passed in found.refused] == [(2, fault), (3, fault)]
    assert {answer.coded.card_id for answer in found.answers} == {"other 0", "other 1", "other 2"}


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        *(
            ("4", 4),
            ("3,0", 3),
            ("3/5", 3),
            ("3 — в основном", 3),
            ("ожидания превзойдены", 5),
            ("Ничего полезного", 0),
        ),
        *(("\u200b3", 3), ("+5", 5), ("+ 5", None), ("5\ufeff", 5), ("\u200b", None), ("+", None)),
    ],
)
def test_scores_are_read_as_on_cards(read: Any, cell: str, score: int) -> None:
    assert read(line(score=cell)).rows[0].score == score


def test_a_line_that_ends_before_a_column_that_is_read_is_named(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "coded.csv"
    path.write_text("card_id,code,score,note\n1,А\n2,А,5,6,7\n3,А,4\n4,А,3,\n", "utf-8")
    found = read_coded(read_table(path), study)
    assert [str(note) for note in found.notes] == [
        "row 2: the line ends before the header does: what is not there counts as blank "
        "(the row has 2 cells, the header 4)"
    ]
    assert [row.score for row in found.rows] == [None, 4, 3]


def test_respondents_that_differ_in_case_or_spaces_are_two_and_it_is_told(read: Any) -> None:
    names = ("К 17", "К  17", "К 17", "к 17", "К 18", "Иванов", "иванов ")
    found = read(*(line(at, respondent=name) for at, name in enumerate(names)))
    told = [(note.row, note.detail) for note in found.notes if note.fault is Fault.ALIKE]
    assert [row for row, _ in told] == [3, 5, 8]
    assert told[1][1] == "«к 17»; in row 2 «К 17»"
    assert len({row.respondent for row in found.rows}) == 6
    refused = read(line(1, row=1, respondent="а"), line(1, row=2, respondent="А"), *(line(at, row=1) for at in (2, 3)))
    assert not [note for note in refused.notes if note.fault is Fault.ALIKE]


def test_a_cell_that_is_no_score_leaves_its_row_without_one_and_is_named(read: Any) -> None:
    found = read(line(1, score=7), line(2), line(3), line(4, score="ну так"))
    assert [row.score for row in found.rows] == [None, 4, 4, None]
    assert [str(passed) for passed in found.no_score] == [
        "row 2, column 'score': no score of the scale ('7' is outside the scale 0-5)",
        "row 5, column 'score': no score of the scale ('ну так' is no score: expected 0-5 or the text of a level)",
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([line(target="может быть")], "row 2, column 'target': 'может быть' is no target"),
        ([line(1, target="да"), line(2, target="нет")], "«Деньги» has 2 targets: yes in row 2, no in row 3"),
        ([line(1, net="А"), line(2, net="Б")], "«Деньги» has 2 nets: А in row 2, Б in row 3"),
        ([line(1, "А|Б|В", target="да|нет")], "2 words for 3 codes"),
        ([line(1, ""), line(2, ""), line(3)], "most lines cannot be used, the first: row 2, column 'code'"),
        ([line(at, score="9") for at in range(4)], "4 of 4 score cells hold no score"),
        ([{"card_id": 1, "code": "А"}], "no column is the score; the header is: card_id, code"),
        ([{"card_id": 1, "score": 4}], "no column is the code"),
        ([{"code": "А", "score": 4}], "no column is the card_id"),
        ([line(1) | {"Код 2": "Б", "коды": "В"}], "several columns could be the code"),
    ],
)
def test_a_file_nobody_can_count_is_refused_with_its_reason(read: Any, lines: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(RechkiError) as refused:
        read(*lines)
    assert told in str(refused.value)
    assert "coded.csv" in refused.value.where
    assert refused.value.do


def test_targets_and_nets_belong_to_their_codes(read: Any) -> None:
    found = read(
        line(1, "А|Б|Нет ответа", target="да|нет|", net="Н"), line(2, "В", target="не решено", net=""), line(3, "А")
    )
    said = {code.name: (code.target, code.net) for code in found.codes if not code.fixed}
    assert said == {"А": (Target.YES, "Н"), "Б": (Target.NO, "Н"), "В": (Target.UNDECIDED, "")}


def test_codes_that_differ_in_case_or_spaces_are_one_and_it_is_told(read: Any) -> None:
    found = read(line(1, "Ещё  рост"), line(2, "еще рост"), line(3, "A+"), line(4, "A"), line(5, "нет ответа"))
    assert [code.name for code in found.codes if not code.fixed] == ["Ещё рост", "A+", "A"]
    assert [note.fault for note in found.notes] == [Fault.SPELLING]
    assert found.rows[4].codes == {"fixed-no-answer"}
    alike = read(
        line(1, "Сервис"), line(2, "\u200bCервис"), line(3, "«сервис»"), line(4, "\u200b"), line(5, "Сервис 2")
    )
    assert [code.name for code in alike.codes if not code.fixed] == ["Сервис", "Сервис 2"]
    assert [passed.fault for passed in alike.refused] == [Fault.NO_CODE]


def test_codes_joined_by_something_else_than_the_bar_are_told(read: Any) -> None:
    found = read(
        *(line(1, "Цена"), line(2, "Скорость"), line(3, "", 3), line(4, "Цена, Скорость"), line(5, "скорость;цена")),
        *(line(6, "Цена,  Скорость"), line(7, "Цена, доход"), line(8, "Цена|Скорость"), line(9, "Цена; другое")),
    )
    told = [(note.row, note.detail) for note in found.notes if note.fault is Fault.JOINED]
    assert told == [
        (5, "«Цена, Скорость» in 2 rows; codes: «Цена», «Скорость»"),
        (6, "«скорость;цена» in 1 row; codes: «Скорость», «Цена»"),
        (10, "«Цена; другое» in 1 row; codes: «Цена»"),
    ]
    whys = read(
        *(line(1, why_code="Быстро"), line(2, why_code="Близко"), line(3, why_code="Быстро, близко")),
        *(line(4, "цель", why_code="Далеко"), line(5, "Цель", why_code="Дорого")),
    )
    assert [(note.fault, note.column) for note in whys.notes] == [(Fault.JOINED, "why_code"), (Fault.SPELLING, "code")]
    taken = line(1, "А", row=1), line(2, "Б", row=1), line(3, "Б", row=1)
    refused = read(*taken, line("", "А, Б", row=1), line(4, "А, Б", row=2), line(4, "А", row=2, score=1))
    assert refused.notes == (), "what is refused anyway is no code"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("А;Б", "А", "Б;В"), ["«А;Б» in 1 row; codes: «А», «Б»", "«Б;В» in 1 row; codes: «Б»"]),
        (("А, Б", "А", "Б, В"), ["«А, Б» in 1 row; codes: «А», «Б»"]),
        (("А,Б", "Б,В", "А,В"), [f"«{a},{b}» in 1 row; codes: «{a}», «{b}»" for a, b in ("АБ", "БВ", "АВ")]),
        (("Помещение, мебель", "Помещение, места", "Кредит;", "Цена; скидки"), []),
    ],
)
def test_parts_that_stand_in_several_cells_are_codes(read: Any, names: tuple[str, ...], told: list[str]) -> None:
    found = read(*(line(at, name) for at, name in enumerate(names)))
    assert [note.detail for note in found.notes if note.fault is Fault.JOINED] == told
    assert len(found.codes) == len(names) + len(FIXED), "nothing is split"


def test_a_card_without_a_respondent_is_nobody_elses(read: Any) -> None:
    found = read(line("7", respondent=""), line("8", respondent="7"), line("9", respondent="7"))
    assert len({row.respondent for row in found.rows}) == 2


@pytest.mark.parametrize(
    "header",
    [
        ("Карточка", "Код", "Оценка", "Строка", "Респондент", "Волна", "Целевой", "Сеть", "Текст", "Почему"),
        ("ID карточки", "Кластер", "Балл", "row", "Клиент", "Волна", "target", "net", "Цель", "Комментарий"),
        ("card", "codes", "Rating", "Row", "client", "wave", "is_target", "nets", "verbatim", "why"),
        ("№", "Поток", "Оцените по шкале 0-5", "номер цели", "id клиента", "волна", "целевой", "сеть", "Фраза", "why"),
    ],
)
def test_headers_are_understood_as_elsewhere(read: Any, header: tuple[str, ...]) -> None:
    cells = ("к1", "Деньги", "5", "1", "р1", "2", "да", "Внешнее", "хочу денег", "дали")
    found = read(
        dict(zip(header, cells, strict=True)), dict(zip(header, ("к2", *cells[1:4], "р2", *cells[5:]), strict=True))
    )
    (answer, _), (code, *_) = found.answers, [code for code in found.codes if not code.fixed]
    assert (answer.coded.respondent, answer.coded.wave, answer.coded.score) == ("respondent р1", "2", 5)
    assert (code.name, code.target, code.net) == ("Деньги", Target.YES, "Внешнее")
    assert (answer.text, answer.why) == ("хочу денег", "дали")


def test_contact_columns_are_not_read(read: Any) -> None:
    found = read(line(email="secret@example.org", телефон="+7 912 345-67-89"))
    assert set(found.columns) == {"id", "code", "score"}


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".xlsx", ".jsonl", "cp1251"])
def test_every_kind_of_table_gives_the_same(tmp_path: Path, study: Study, kind: str) -> None:
    head, *rows = [("card_id", "code", "score"), ("1", "Деньги", 5), ("2", "Рост", 3), ("3", "Деньги", 0)]
    path = tmp_path / ("coded.csv" if kind == "cp1251" else f"coded{kind}")
    if kind == ".xlsx":
        book = Workbook()
        for row in (head, *rows):
            book.active.append(row)
        book.save(path)
    elif kind == ".jsonl":
        pd.DataFrame(rows, columns=list(head)).to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        separator = {".tsv": "\t", "cp1251": ";"}.get(kind, ",")
        text = "\r\n".join(separator.join(map(str, row)) for row in (head, *rows))
        path.write_bytes(text.encode("cp1251" if kind == "cp1251" else "utf-8"))
    found = read_coded(read_table(path), study)
    assert [(row.card_id, row.score, len(row.codes)) for row in found.rows] == [("1", 5, 1), ("2", 3, 1), ("3", 0, 1)]


def test_the_evidence_is_that_of_rows_codes_and_settings(read: Any, study: Study) -> None:
    lines = [line(1, row=1, net=""), line(2, "Рост", 3, row=1, net=""), line(3, row=1, net="")]
    first = read(*lines).evidence(study)
    assert read(*lines[::-1]).evidence(study) == first
    two = [line(1, "А", 5), line(1, "Б", 3)]
    assert read(*two).evidence(study) == read(*two[::-1]).evidence(study)
    other = study.model_copy(update={"balance": study.balance.model_copy(update={"over": 60})})
    changed = [read(*lines).evidence(other)]
    changed += [read({**lines[0], **change}, *lines[1:]).evidence(study) for change in ({"score": 5}, {"net": "Н"})]
    assert len({first, *changed}) == 4


ODD = st.one_of(st.sampled_from(["", "9", "|", "?", "3 — так", "=1+1", "\u202eтак", "\x07"]), st.text(max_size=6))
COLUMNS = {
    "card_id": ["1", "2", "к"],
    "code": ["А", "а", "Б|В", "нет ответа", "=1"],
    "score": ["", "0", "3", "5", "3/5", "9"],
    "row": ["1", "2", "3"],
    "respondent": ["", "р1"],
    "wave": ["", "1"],
    "target": ["", "да"],
    "net": ["", "Н"],
    "text": ["", "=1+1", "слова"],
}


@st.composite
def odd_rows(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """Lines that are mostly as they should be, with an odd cell now and then."""
    columns = list(COLUMNS.values())[: draw(st.integers(3, len(COLUMNS)))]
    usual = st.tuples(*(st.sampled_from(words) for words in columns))
    odd = st.tuples(*(st.sampled_from(words) | ODD for words in columns))
    return draw(st.lists(st.one_of(usual, usual, usual, odd), min_size=1, max_size=10))


def outcome(table: Table, study: Study) -> CodedTable | RechkiError:
    try:
        return read_coded(table, study)
    except RechkiError as error:
        return error


@hypothesis_settings(max_examples=200)
@given(rows=odd_rows())
def test_every_line_is_counted_or_named_whatever_it_holds(study: Study, rows: list[tuple[str, ...]]) -> None:
    lines = tuple(Row(number, cells) for number, cells in enumerate(rows, start=2))
    table = Table(Path("any.csv"), tuple(COLUMNS)[: len(rows[0])], lines)
    found = outcome(table, study)
    if isinstance(found, RechkiError):
        assert found.do
        assert "any.csv" in found.where
        return
    taken = [number for answer in found.answers for number in answer.lines]
    refused = [passed.row for passed in found.refused]
    assert sorted([*taken, *refused]) == [row.number for row in lines]
    assert all(passed.row in taken for passed in (*found.no_score, *found.notes))
    assert all(answer.coded.codes for answer in found.answers)
    assert {code for answer in found.answers for code in answer.coded.codes} <= {code.code_id for code in found.codes}
    served_balance(found.rows, found.codes, study.balance.model_copy(update={"draws": 200}))
    assert len(found.evidence(study)) == 64


REASON = "сама хочу"


def test_a_chosen_strategy_stands_beside_the_computed_one(read: Any, study: Study) -> None:
    chosen = {"target": "no|no", "strategy": "улучшать системно|", "strategy_reason": f"{REASON}|"}
    found = read(line(1, "Деньги|Рост", 1, **chosen), line(2, "Рост", 5), line(3, "Деньги", 2))
    table = served_balance(found.rows, found.codes, study.balance).set_index("code")
    assert list(table.loc["Деньги", ["strategy", "strategy_override", "strategy_reason"]]) == [
        *("switch_off", "improve", REASON)
    ]
    assert list(table.loc["Рост", ["strategy_override", "strategy_reason"]]) == ["", ""]
    without = read(line(1, "Деньги|Рост", 1, target="no|no"), line(2, "Рост", 5), line(3, "Деньги", 2))
    assert without.evidence(study) != found.evidence(study), "the hash covers what the analyst chose"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"strategy": "растить всех", "strategy_reason": "x"},
            "row 2, column 'strategy': 'растить всех' is no strategy",
        ),
        ({"strategy": "improve", "strategy_reason": ""}, "column 'strategy_reason': «Деньги» has a strategy and no"),
        ({"strategy": "", "strategy_reason": "x"}, "column 'strategy': «Деньги» has a strategy_reason and no strategy"),
    ],
)
def test_a_strategy_without_its_pair_is_refused(read: Any, more: dict[str, str], words: str) -> None:
    with pytest.raises(RechkiError, match=words):
        read(line(**more), line(2, strategy="", strategy_reason=""))


def test_two_strategies_of_a_code_are_refused(read: Any) -> None:
    one, other = ({"strategy": name, "strategy_reason": REASON} for name in ("improve", "выключить"))
    with pytest.raises(RechkiError, match="«Деньги» has 2 strategies: improve in row 2, switch_off in row 3"):
        read(line(1, **one), line(2, **other))


def test_a_strategy_column_without_reasons_is_left_unread_and_named(read: Any) -> None:
    found = read(line(strategy="whatever"))
    assert [(note.fault, note.column) for note in found.notes] == [(Fault.NO_REASON, "strategy")]
    assert not any(code.strategy for code in found.codes)


def test_what_other_columns_say_of_a_card_is_kept_once_and_contradictions_are_named(read: Any, study: Study) -> None:
    about = {"nps": "9", "город": "Омск", "телефон": "+7 916 123-45-67", "дата": "01.02.2026"}
    found = read(
        line(1, row=1, **about),
        line(1, "Рост", row=2, nps="", город="Тула", телефон="", дата=""),
        line(2, "Рост", row=1, nps="8", город="у Анны Петровой", телефон="", дата="вчера"),
    )
    one, other = found.attributes
    assert (one.values, one.date, one.row) == ({"nps": "9"}, datetime(2026, 2, 1), 2)
    assert (other.values, other.date) == ({"nps": "8", "город": "у [ИМЯ_1]"}, None)
    assert [(note.fault, note.column, note.row) for note in found.notes] == [
        (Fault.TWO_VALUES, "город", 2),
        (Fault.NO_DATE, "дата", 4),
    ]
    assert found.attribute_columns == ("nps", "город"), "contacts are never read"
    without = read(line(1), line(2, "Рост"))
    assert without.evidence(study) != read(line(1, nps="9"), line(2, "Рост", nps="")).evidence(study)


def test_a_column_of_words_is_no_attribute(read: Any) -> None:
    found = read(*(line(at, заметки=f"заметка {at}", nps=at % 11) for at in range(40)))
    assert found.attribute_columns == ("nps",)
