import math
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.data import Report
from reports.workbook import workbook

SHEETS = [
    *("Итог", "Сводные группы", "Волны", "Фразы", "Постоянные коды", "Кодификатор", "Согласие и проверка", "О расчёте")
]


@pytest.fixture(scope="module")
def book(report: Report) -> Workbook:
    return load_workbook(BytesIO(workbook(report)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def test_the_sheets_are_there_with_a_frozen_head_and_a_filter(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes in {"A2", "B2"}
        assert sheet.auto_filter.ref == sheet.dimensions


def test_the_numbers_come_back_unrounded(book: Workbook, report: Report) -> None:
    shown = table(book["Итог"])
    pairs = [("Строк", "rows"), ("С оценкой", "n"), ("Респондентов", "respondents"), ("E, %", "e"), ("U, %", "u")]
    pairs += [("D, %", "d"), ("B", "b"), ("B от", "b_low"), ("B до", "b_high"), ("Доля респондентов, %", "share")]
    pairs += [("Вероятность: недообслужен", "p_under"), ("Вероятность: переобслужен", "p_over")]
    for line, wanted in zip(shown, report.balance.to_dict("records"), strict=True):
        for head, column in pairs:
            assert line[head] == (None if math.isnan(wanted[column]) else pytest.approx(wanted[column], abs=1e-12))
        assert line["Оценки 4–5, 3, 0–2"] == wanted["box"]


def test_nothing_in_the_workbook_is_a_formula(book: Workbook) -> None:
    cells = [place for sheet in book for line in sheet.iter_rows() for place in line if place.value is not None]
    assert {place.data_type for place in cells} == {"s", "n"}
    assert not [place.value for place in cells if str(place.value).startswith(("=", "@")) and place.data_type == "s"]
    assert {"'=1+1", "'@SUM(A1)", "'-2", "#N/A", "'=HYPERLINK(1)"} <= {place.value for place in cells}


def test_phrases_come_with_code_score_reason_and_wave(book: Workbook, report: Report) -> None:
    shown = table(book["Фразы"])
    assert len(shown) == sum(map(len, report.verbatims.values()))
    assert list(shown[0]) == ["Поток", "Оценка", "Фраза", "Почему", "Волна", "Код фразы", "Аннотации"]
    solve = [line for line in shown if line["Поток"] == "Решить проблему, достичь цель"]
    assert [(line["Оценка"], line["Волна"]) for line in solve] == [(1, "1"), (3, "2"), (5, "1")]
    assert solve[1]["Фраза"] == "Щ" * 5000
    assert "звон" in {line["Фраза"] for line in shown}
    told = {"Поток": "Нет ответа", "Оценка": None, "Фраза": "нет", "Почему": None, "Волна": "2"}
    assert any(told.items() <= line.items() for line in shown)


def test_the_codebook_holds_every_code(book: Workbook, report: Report) -> None:
    shown = {line["code_id"]: line for line in table(book["Кодификатор"])}
    assert set(shown) == {code.code_id for code in report.codes}
    assert shown["gone"] == {
        "code_id": "gone",
        "name": "Слитый поток",
        "definition": "'=1+1",
        "target": "undecided",
        "net": "Прежние",
        "note": "слит в марте",
        "fixed": "нет",
        "retired": "да",
    }


def test_how_it_was_computed_is_told(book: Workbook, report: Report) -> None:
    told = {line["Что"]: line["Как"] for line in table(book["О расчёте"])}
    assert told["Отпечаток оснований"] == report.evidence
    assert told["Ждут решения, фраз"] == report.awaiting
    assert "U = 100 · Σw[оценка ≤ 3] / Σw" in told["Баланс обслуженности B"]
    assert "Кто разбирал" not in told
    scripted = load_workbook(BytesIO(workbook(replace(report, scripted=True))))
    assert "Кто разбирал" in {line["Что"] for line in table(scripted["О расчёте"])}


def test_an_empty_report_has_a_workbook(empty: Report) -> None:
    book = load_workbook(BytesIO(workbook(empty)))
    assert book.sheetnames == [name for name in SHEETS if name not in {"Сводные группы", "Волны"}]
    assert table(book["Итог"]) == []
