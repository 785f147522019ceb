"""The measures on the page, in the workbook and as CSV: there when the cards have columns for them, and only then."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from english import russian_words
from openpyxl import load_workbook
from test_report_language import Words

from models.coded import read_coded
from models.config import Pages
from models.forms.layout import read_table
from models.measures.measured import COLUMNS
from reports.data import Report
from reports.measures import TITLE
from reports.outside import report_of
from reports.page import page
from reports.tables import measures_csv
from reports.workbook import workbook

BAD = "<img src=x onerror=alert(1)>"
HEADER = [
    *("card_id", "code", "score", "net", "target", "date", "nps", "csi_speed", "csi_speed_importance", "segment"),
    *("revenue", "margin", "first_visit", "stage", "role_contacted", BAD),
]
HEADS = {
    *("NPS, индекс рекомендации", "CSI, индекс удовлетворённости", "Составляющие CSI", "Сегменты", "ABC по деньгам"),
    *("Доля выручки по сегментам", "Новые и постоянные", "К кому обращались", "LTV, сумма маржи клиента"),
    *("Выручка с клиента", "Этапы пути", "Портрет лучшего клиента", "Обратились не к тому"),
    "Насыщение: новые коды в последних карточках",
}


@pytest.fixture(scope="session")
def measured(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A table with every column that is measured; names and values are hostile."""
    lines = [HEADER]
    for at in range(40):
        code = ("Деньги", "=Рост", BAD)[at % 3]
        told = [f"{at % 28 + 1:02}.01.2026", at % 12, 1 + at % 5, 1 + at % 5, "ABCD"[at % 4], 1000 * at, 100 * at - 300]
        more = ["01.01.2024", ("Вход", BAD)[at % 2], ("тренер", "=менеджер")[at % 2], (BAD, "'\"")[at % 2]]
        lines.append([f"к{at}", code, at % 6, "Сводная", "yes", *map(str, told), *more])
    path = tmp_path_factory.mktemp("measured") / "своя.csv"
    path.write_text("\n".join(";".join(map(str, line)) for line in lines), "utf-8")
    measures = report.settings.measures.model_copy(update={"owners": {"Деньги": "тренер"}})
    settings = report.settings.model_copy(update={"measures": measures})
    return report_of(read_coded(read_table(path), settings), settings)


def test_every_measure_stands_on_the_page_with_its_link(measured: Report) -> None:
    html = page(measured)
    section = html[html.index('<section aria-labelledby="measures"') :]
    section = section[: section.index("</section>")]
    assert set(re.findall(r"<summary><h3>(.*?)</h3>", section)) == HEADS
    assert f'<a href="#measures">{TITLE}</a>' in html
    assert "<img" not in section
    assert "&lt;img src=x" in section
    assert not re.search(r"\bnan\b|None|&lt;NA&gt;", section)
    for row in re.findall(r"<tr role=\"row\">\s*<th role=\"rowheader\".*?</tr>", section, flags=re.DOTALL):
        cells = re.findall(r"<td [^>]*>", row)
        assert cells
        assert all("data-label=" in cell for cell in cells), "a phone shows the head of the column beside the cell"


def test_the_measures_are_told_in_english(measured: Report) -> None:
    english = replace(measured, settings=measured.settings.model_copy(update={"report": Pages(language="en")}))
    html = page(english)
    said = " ".join(Words(html).said)
    for theirs in ("Деньги", "=Рост", "Сводная", "Вход", "тренер", "=менеджер"):
        said = said.replace(theirs, "")
    assert re.findall(r"\S*[А-Яа-яЁё]\S*", said) == []
    assert "Profile of the ideal customer" in said
    assert "Formula: 100 · Σ(w · m) / (5 · Σw), w is the mean importance; 90% interval." in said
    assert "своя.csv, column “nps”: cells not read: 3" in html
    assert russian_words(english, ["своя.csv", "Вход", "тренер", "=менеджер"]) == set()
    books = [load_workbook(BytesIO(workbook(of))) for of in (measured, english)]
    sheets = [books[0][TITLE], books[1]["Other measures"]]
    russian, other = ([[cell.value for cell in row if cell.data_type == "n"] for row in of] for of in sheets)
    assert other == russian, "the numbers are the same"


def test_cells_without_a_value_are_counted_on_the_page_and_named_in_the_workbook(measured: Report) -> None:
    assert len(measured.measured.unread) == 3, "of 40 cards three have an NPS of 11"
    assert "своя.csv, колонка «nps»: не прочитано ячеек — 3" in page(measured)
    sheet = load_workbook(BytesIO(workbook(measured)))["Не прочитано"]
    assert [cell.value for cell in sheet[2]] == ["своя.csv", 13, "nps"]


def test_the_workbook_has_every_line_with_numbers_as_numbers(measured: Report) -> None:
    sheet = load_workbook(BytesIO(workbook(measured)))[TITLE]
    assert [cell.value for cell in sheet[1]][:5] == ["Показатель", "О чём", "Поток или признак", "Код", "Значение"]
    assert sheet.max_row == len(measured.measured.table) + 1
    first = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert first["Показатель"].value == "NPS, индекс рекомендации"
    assert isinstance(first["Число"].value, float)
    texts = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
    assert not any(text.startswith(("=", "+", "@")) for text in texts)


def test_the_table_comes_back_as_it_was(measured: Report) -> None:
    back = pd.read_csv(BytesIO(measures_csv(measured)))
    assert list(back.columns) == list(COLUMNS)
    assert len(back) == len(measured.measured.table)
    assert back["value"].to_numpy() == pytest.approx(measured.measured.table["value"].to_numpy(), nan_ok=True, abs=0)


def test_without_columns_there_is_nothing_but_the_header_of_the_table(report: Report, outside: Report) -> None:
    for without in (report, outside):
        assert "measures" not in re.findall(r'<section aria-labelledby="(.*?)"', page(without))
        assert "#measures" not in page(without)
        assert TITLE not in load_workbook(BytesIO(workbook(without))).sheetnames
        assert measures_csv(without).decode().split() == [",".join(COLUMNS)]


def test_five_thousand_people_in_many_streams_are_measured_and_shown(tmp_path: Path, report: Report) -> None:
    lines = ["card_id;code;score;nps;segment;город"]
    lines += [f"{at};код {at % 60};{at % 6};{at * 7 % 11};{'ABCD'[at % 4]};г{at % 19}" for at in range(5_000)]
    path = tmp_path / "много.csv"
    path.write_text("\n".join(lines), "utf-8")
    found = report_of(read_coded(read_table(path), report.settings), report.settings)
    html = page(replace(found, verbatims={}))
    assert "И ещё строк: 21; все — в report.xlsx." in html
    assert set(found.measured.table["measure"]) == {"nps", "segment"}
    assert found.measured.notes == ("no code is a target yet: no profile of the ideal customer",)
