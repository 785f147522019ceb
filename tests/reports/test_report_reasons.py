"""Criteria, what to improve and words to quote: on the page, in the workbook and as CSV."""

import re
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from english import in_english, russian_words
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page as Tab
from test_report_language import Words
from test_report_page import Page

from models.balance import CodedRow
from models.codebook import FIXED, NO_ANSWER, Code
from models.config import Pages
from models.criteria import BACKLOG, CRITERIA, criteria_of
from reports.data import Reasons, Report, Verbatim
from reports.page import page
from reports.quotes import quoted
from reports.reasons import MOST_QUOTES
from reports.tables import backlog_csv, criteria_csv
from reports.workbook import workbook
from reports.write import write_report

WHYS = (
    Code("w-result", "=Результат", definition="стало лучше", net="Главное"),
    Code("w-speed", "<b>Скорость</b> & «ожидание»"),
    Code("w-none", "Никем не названный"),
    *FIXED,
)
PRIVATE = "Спасибо Анне Петровне, звоните +7 916 123-45-67"


@pytest.fixture(scope="module")
def coded(report: Report) -> Report:
    """The report with coded reasons: scores of the rows as they are, «Скорость» on every other row."""
    rows = [
        replace(row, codes=frozenset(["w-speed"] if at % 2 else ["w-result", "w-speed"] if at % 4 else ["w-result"]))
        for at, row in enumerate(report.coded)
    ]
    rows[-1] = replace(rows[-1], codes=frozenset([NO_ANSWER]))
    verbatims = {
        "w-result": [Verbatim("помогло", 5, "", "1", "f1", "ls/1/1/1"), Verbatim(PRIVATE, 5, "", "1")],
        "w-speed": [Verbatim("<i>ждал</i>", 1, "", "1", "f2", "ls/1/2/1"), Verbatim("=час", 3, "", "2")],
        NO_ANSWER: [Verbatim("нет", None, "", "2")],
    }
    verbatims["w-result"] += [Verbatim(f"очень помогло {at}", 5, "", "1") for at in range(MOST_QUOTES)]
    tables = criteria_of(report.coded, report.codes, rows, WHYS, report.settings.balance)
    return replace(report, reasons=Reasons(tables, WHYS, verbatims, confirmed=6, awaiting=4, disputed=1))


@pytest.fixture(scope="module")
def nothing(report: Report) -> Report:
    """Reasons are coded, and none is confirmed yet."""
    return replace(report, reasons=Reasons(criteria_of([], (), [], FIXED, report.settings.balance), FIXED, {}))


@pytest.fixture(scope="module")
def book(coded: Report) -> Workbook:
    return load_workbook(BytesIO(workbook(coded)))


def lines(sheet: Worksheet) -> list[dict[str, Any]]:
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in rest]


def test_the_page_has_the_sections_and_the_ways_to_them(coded: Report) -> None:
    shown = Page(page(coded))
    assert shown.open == []
    ids = [attrs["id"] for _, attrs in shown.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {"criteria", "backlog", "quotes"} <= set(ids)
    assert {"#criteria", "#backlog", "#quotes"} <= {attrs.get("href") for attrs in shown.named("a")}
    assert not list(shown.named("script", "b", "i", "img")) or all(
        "style" in a or "class" in a for a in shown.named("i")
    )
    words = shown.words.replace("\u00a0", " ")
    assert "Ждут решения: 4 фразы о причинах (спорных: 1)" in words
    line = coded.reasons.tables.table.iloc[0] if coded.reasons else {}
    assert f"{line['mean']:.2f}".replace(".", ",") in words
    assert "«ожидание»" in words
    assert "Никем не названный" not in words


def test_the_words_of_the_backlog_are_of_low_scores_the_lowest_first(coded: Report) -> None:
    text = page(coded)
    part = text[text.index('id="backlog"') : text.index('id="words"')]
    assert part.index("&lt;i&gt;ждал&lt;/i&gt;") < part.index("=час")
    assert "помогло" not in part


def test_quotes_are_masked_distinct_and_of_score_five(coded: Report) -> None:
    found = {of.code: [quote.text for quote in of.quotes] for of in quoted(coded)}
    assert "Спасибо [ИМЯ_1], звоните [ТЕЛЕФОН_1]" in found["=Результат"]
    assert "<b>Скорость</b> & «ожидание»" not in found, "nobody scored it 5"
    text = page(coded)
    part = text[text.index('id="quotes"') : text.index('id="map"')]
    assert "123-45-67" not in part
    assert f"И ещё {len(found['=Результат']) - MOST_QUOTES}" in part
    known = Verbatim(PRIVATE, 5, "за час", "1", masked=("Спасибо [ИМЯ_7]", "за [СРОК_1]"))
    (first, *_) = quoted(replace(coded, verbatims={"loyal": [known]}))
    assert [(quote.text, quote.why) for quote in first.quotes] == [known.masked], "as it was masked on reading"
    twice = replace(coded, verbatims={"loyal": [Verbatim("Да", 5, "всё", "1"), Verbatim("да!", 5, "Всё", "2")]})
    assert [len(of.quotes) for of in quoted(twice) if of.kind == "поток"] == [1]


def test_the_reasons_are_told_in_english(coded: Report, nothing: Report) -> None:
    settings = coded.settings.model_copy(update={"report": Pages(language="en")})
    of_a_purpose = Verbatim("спросить", 5, "за час", "1")
    spoken = replace(coded, settings=settings, verbatims={"loyal": [of_a_purpose]})
    names = {name for code in (*coded.codes, *WHYS) for name in (code.name, code.net)} | {"слит в марте"}
    for found in (spoken, replace(nothing, settings=settings)):
        said = " ".join(Words(page(found)).said)
        for name in sorted(names, key=len, reverse=True):
            said = said.replace(name, "")
        assert re.findall(r"\S*[А-Яа-яЁё]\S*", said) == []
    text = page(spoken).replace("\u00a0", " ")
    for words in (
        "Awaiting a decision: 4 phrases about reasons (1 disputed); no number is computed from them.",
        "below 4 (expectations were fully met)",
        "2 phrases scored 3 or less",
        "Why 5: <bdi>за час</bdi>",
        "stream · 1 phrase<",
        "criterion · 8 phrases<",
    ):
        assert words in text
    line = coded.reasons.tables.table.iloc[0] if coded.reasons else {}
    assert f'data-label="Mean with it" class="num">{line["mean"]:.2f}<' in text


def test_the_reasons_are_told_in_english_in_the_workbook_too(coded: Report, nothing: Report) -> None:
    for found in (coded, nothing):
        assert russian_words(in_english(found)) == set()
    made = load_workbook(BytesIO(workbook(in_english(coded))))
    of_criteria = [line["What for"] for line in lines(made["Quotes"]) if line["Of a"] == "criterion"]
    assert (of_criteria.count("may be shown"), of_criteria.count("what to improve")) == (8, 1)
    assert lines(made["Criteria"])[0]["What can be told"] == "cannot be told"


def test_without_reasons_there_is_nothing_of_them(report: Report, empty: Report) -> None:
    for found in (report, empty):
        text = page(found)
        assert 'id="criteria"' not in text
        assert 'id="backlog"' not in text
        assert criteria_csv(found).decode().split() == [",".join(CRITERIA)]
        assert backlog_csv(found).decode().split() == [",".join(BACKLOG)]
    assert 'id="quotes"' not in page(empty)
    assert 'id="quotes"' not in page(replace(report, verbatims={"loyal": [Verbatim("пришла к ней", 5, "", "1")]}))


def test_reasons_that_wait_are_told_and_make_no_number(nothing: Report) -> None:
    text = page(nothing)
    assert "Подтверждённых критериев пока нет" in text
    assert 'id="backlog"' not in text
    assert lines(load_workbook(BytesIO(workbook(nothing)))["Критерии"]) == []


def test_the_numbers_come_back_from_workbook_and_csv(coded: Report, book: Workbook) -> None:
    assert coded.reasons
    tables = coded.reasons.tables
    pd.testing.assert_frame_equal(
        pd.read_csv(StringIO(backlog_csv(coded).decode()), keep_default_na=False)[["backlog", "n", "mean"]],
        tables.backlog[["backlog", "n", "mean"]],
        check_exact=True,
    )
    shown = lines(book["Критерии"])
    assert [line["Средняя с ним"] for line in shown] == tables.table["mean"].tolist()
    assert [line["Что сюда относится"] for line in shown if line["Код"] == "w-result"] == ["стало лучше"]
    assert [line["Не хватает баллов"] for line in lines(book["Что улучшать"])] == tables.backlog["backlog"].tolist()
    assert len(lines(book["Критерии по потокам"])) == len(tables.by_purpose)


def test_behind_every_reason_stands_its_annotation(book: Workbook) -> None:
    told = {line["Фраза"].lstrip("'"): line["Аннотации"] for line in lines(book["Слова о причинах"])}
    assert (told["помогло"], told["<i>ждал</i>"]) == ("ls/1/1/1", "ls/1/2/1")
    assert "нет" in told, "also what belongs to no criterion"


def test_no_cell_is_a_formula(coded: Report, book: Workbook) -> None:
    for name in (
        "Критерии",
        "Критерии по потокам",
        "Что улучшать",
        "Слова о причинах",
        "Цитаты",
    ):
        cells = [cell for row in book[name].iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.data_type == "s" and str(cell.value)[:1] in "=+-@"]
    assert "\n=" not in criteria_csv(coded).decode()


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_nothing_scrolls_sideways(tab: Tab, coded: Report, tmp_path: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(write_report(coded, tmp_path)["index.html"].as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    page = "[...document.querySelectorAll('main *:not(.map, .map *)')]"  # the map scrolls in its own frame
    over = f"{page}.filter(e => e.getBoundingClientRect().right > {width} + .5)"
    assert tab.evaluate(f"{over}.map(e => e.tagName + ' ' + e.textContent.slice(0, 40))") == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_rows_of_reasons_may_have_no_purpose(report: Report) -> None:
    rows = [CodedRow("x", 1, "x", "", 2, frozenset(["w-speed"]))]
    tables = criteria_of([], report.codes, rows, WHYS, report.settings.balance)
    shown = page(replace(report, reasons=Reasons(tables, WHYS, {})))
    assert 'id="by-purpose"' not in shown
    assert "«ожидание»" in shown
