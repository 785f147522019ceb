"""report.xlsx in a program that people open it with: LibreOffice reads every cell and draws every chart."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from reports.data import Report
from reports.workbook import workbook


@pytest.fixture(scope="module")
def convert(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], Path]:
    folder = tmp_path_factory.mktemp("libreoffice")

    def run(content: bytes, kind: str) -> Path:
        (folder / "report.xlsx").write_bytes(content)
        (folder / f"report.{kind}").unlink(missing_ok=True)
        arguments = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        arguments += ["--convert-to", kind, "--outdir", str(folder), str(folder / "report.xlsx")]
        done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=120)
        assert (folder / f"report.{kind}").is_file(), done.stderr
        return folder / f"report.{kind}"

    return run


def texts(content: bytes) -> dict[str, list[list[str]]]:
    """What stands in the cells of a workbook; numbers as written."""
    book = load_workbook(BytesIO(content))
    return {
        sheet.title: [["" if v is None else str(v) for v in line] for line in sheet.iter_rows(values_only=True)]
        for sheet in book
    }


@pytest.mark.parametrize("which", ["report", "outside", "empty"])
def test_every_cell_and_chart_arrives(
    which: str, convert: Callable[[bytes, str], Path], request: pytest.FixtureRequest
) -> None:
    made = workbook(request.getfixturevalue(which))
    back = convert(made, "ods")
    written, read = texts(made), CalamineWorkbook.from_path(back)
    assert read.sheet_names == list(written)
    for name, lines in written.items():
        words = {text for line in lines for text in line if text and not text.lstrip("-").replace(".", "").isdigit()}
        assert words, name
        there = {str(value) for line in read.get_sheet_by_name(name).to_python() for value in line}
        plain = {" ".join(text.split()) for text in there}
        assert not {text for text in words if " ".join(text.split()) not in plain and "e-" not in text}, name
    with ZipFile(back) as parts:
        objects = [name for name in parts.namelist() if name.startswith("Object") and name.endswith("/content.xml")]
        series = [parts.read(name).decode().count("<chart:series ") for name in sorted(objects)]
        formulas = parts.read("content.xml").decode().count("table:formula")
    assert sorted(series) == ([] if which == "empty" else [1, 1, 3])
    assert formulas == 0


@pytest.mark.parametrize("count", [1, 40])
def test_it_prints(
    count: int, convert: Callable[[bytes, str], Path], report: Report, many: Callable[[int], pd.DataFrame]
) -> None:
    balance = many(count)
    codes = tuple(replace(report.codes[0], code_id=line.code_id, name=line.code) for line in balance.itertuples())
    made = replace(report, balance=balance, codes=codes, verbatims={}, fixed=report.fixed.iloc[:0])
    printed = convert(workbook(made), "pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
