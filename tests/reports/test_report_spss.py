"""spss.csv and spss.sps: every row once, the numbers of the report again, and words that end no command."""

import re
from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest

from reports.data import Report
from reports.spss import spss_csv, spss_syntax


def cases(report: Report) -> pd.DataFrame:
    return pd.read_csv(BytesIO(spss_csv(report)))


def syntax(report: Report) -> str:
    return spss_syntax(report).decode("utf-8-sig").replace("\r\n", "\n")


def labels(report: Report) -> dict[str, str]:
    block = syntax(report).split("VARIABLE LABELS\n")[1].split("'.\n")[0] + "'"
    return {name: label.replace("''", "'") for name, label in re.findall(r"  (\w+) '((?:[^']|'')*)'", block)}


@pytest.mark.parametrize("which", ["report", "outside"])
def test_a_case_is_a_row_and_gives_the_numbers_of_the_report(which: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(which)
    table, named = cases(report), labels(report)
    assert list(named) == list(table.columns)
    assert len(table) == len(report.coded)
    codes = [name for name in table.columns if re.fullmatch(r"c\d{3}", name)]
    balance = pd.concat([report.balance, report.fixed], ignore_index=True)
    assert len(codes) == len(balance)
    for name, line in zip(codes, balance.to_dict("records"), strict=True):
        of_code = table[table[name] == 1]
        assert (len(of_code), of_code.respondent.nunique()) == (line["rows"], line["respondents"])
        if line.get("n", 0) > 0:
            assert 100 * (
                (of_code.score == 5).sum() - (of_code.score <= 3).sum()
            ) / of_code.score.count() == pytest.approx(line["b"])
    nets = [name for name in table.columns if re.fullmatch(r"n\d{3}", name)]
    assert [int(table[name].sum()) for name in nets] == list(report.nets["rows"])


def test_every_variable_is_read_and_stands_in_its_set(report: Report) -> None:
    text, names = syntax(report), list(cases(report).columns)
    read = re.findall(r"^  (\w+) F8\.0\.?$", text, re.MULTILINE)
    assert read == names
    codes = [name for name in names if re.fullmatch(r"c\d{3}", name)]
    assert f"VARIABLES={codes[0]} TO {codes[-1]} VALUE=1" in text
    assert "/DISPLAY NAME=[$codes]." in text
    assert "$nets" not in text, "SPSS makes no set of one variable"


def test_words_end_no_string_and_no_command(outside: Report) -> None:
    evil = tuple(
        code if code.fixed else type(code)(code.code_id, f"it's '{code.name}'.\r\nDELETE VARIABLES ALL.", net=code.net)
        for code in outside.codes
    )

    text = syntax(replace(outside, codes=evil))
    outside_strings = re.sub(r"'(?:[^'\n]|'')*'", "S", text)
    assert "'" not in outside_strings, "every string is closed on its line"
    commands = [line for line in outside_strings.splitlines() if line and not line.startswith((" ", "*"))]
    assert {line.split()[0] for line in commands} == {
        "GET",
        "VARIABLE",
        "VALUE",
        "RECODE",
        "MISSING",
        "MRSETS",
        "EXECUTE.",
    }
    assert max(map(len, text.splitlines())) < 250


@pytest.mark.parametrize("name", ["я" * 300, "🎉" * 100, "it's " * 90, "короткое имя"])
def test_labels_keep_to_the_bytes_that_spss_keeps(name: str, outside: Report) -> None:
    codes = tuple(code if code.fixed else replace(code, name=name) for code in outside.codes)
    shown = labels(replace(outside, codes=codes))["c001"]
    assert len(shown.encode()) <= 255
    assert shown == name.strip() if len(name) < 20 else shown.endswith("…")
    assert name.startswith(shown.rstrip("…"))


def test_an_empty_report_can_be_exported(empty: Report) -> None:
    assert list(cases(empty).columns) == ["card", "row", "respondent", "wave", "score"]
    assert "MRSETS" not in syntax(empty)
