import csv
from io import BytesIO

import pandas as pd
import pytest

from models.inert import cell
from reports.data import Report
from reports.tables import balance_csv, fixed_csv

AGREED = "code,code_id,rows,n,respondents,e,u,d,b,state,certain,box,size,target,strategy"
HEADER = f"{AGREED},share,b_low,b_high,level,strategy_override,strategy_reason,side"


def test_the_header_is_the_agreed_one(report: Report) -> None:
    assert balance_csv(report).decode().splitlines()[0] == HEADER
    assert fixed_csv(report).decode().splitlines()[0] == "code,code_id,rows,respondents"


def test_every_csv_reader_sees_the_first_column(report: Report) -> None:
    content = balance_csv(report)
    assert next(csv.reader(content.decode("utf-8").splitlines())) == HEADER.split(",")
    assert list(pd.read_csv(BytesIO(content)).columns) == HEADER.split(",")


def test_balance_comes_back_as_it_was(report: Report) -> None:
    empty = {name: [""] for name in (*"eudb", "b_low", "b_high")}
    back = pd.read_csv(BytesIO(balance_csv(report)), keep_default_na=False, na_values=empty)
    wanted = report.balance[HEADER.split(",")]
    wanted = wanted.assign(code=[cell(name) for name in wanted.code])
    pd.testing.assert_frame_equal(back, wanted, check_dtype=False, check_exact=True)
    assert "Лояльность — пришли к ней лично" in set(back.code)
    assert "'=HYPERLINK(1)" in set(back.code)


def test_fixed_codes_come_back(report: Report) -> None:
    back = pd.read_csv(BytesIO(fixed_csv(report)))
    assert back.to_dict("records") == [
        {"code": "Нет ответа", "code_id": "fixed-no-answer", "rows": 1, "respondents": 1}
    ]


def test_an_empty_report_has_headers_only(empty: Report) -> None:
    assert balance_csv(empty).decode().split() == [HEADER]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_what_could_be_a_formula_is_made_text(start: str) -> None:
    assert cell(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize(
    "name", ["Деньги, доход", "«Кавычки»", '"прямые"', "— с тире", "−5 с минусом", "a=b", "'так и было", ""]
)
def test_other_names_come_back_identical(name: str, report: Report) -> None:
    assert cell(name) == name
