"""What the report says of agreement and of the audit, on the page and in the workbook."""

from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import pytest
from english import in_english, russian_words
from openpyxl import load_workbook

from models.agreement import Unit, agreement
from models.audit import AuditResult
from models.codebook import Code
from models.criteria import criteria_of
from models.quality import DoubleCoding, Quality
from reports import quality
from reports.data import Reasons, Report
from reports.page import page
from reports.quality import UNDEFINED, Checked, by_code, overall
from reports.workbook import workbook


def unit(at: int, one: str, other: str, blind: bool = True) -> Unit:
    return Unit(f"r{at}", {"1": frozenset([one]), "2": frozenset([other])}, ["2"] if blind else [])


UNITS = [
    *(unit(at, "solve", "solve") for at in range(6)),
    *(unit(at, "loyal", "loyal") for at in range(6, 10)),
    unit(10, "solve", "loyal"),
    unit(11, "evil", "evil", blind=False),
    unit(12, "solve", "solve", blind=False),
]
AUDIT = AuditResult(120, 20, 18, 2, 5, 2 / 18, 0.03, 0.3)


@pytest.fixture
def checked(report: Report) -> Report:
    return replace(report, quality=Quality(agreement(UNITS), AUDIT, DoubleCoding(6, 4, 1), 3))


def purposes(report: Report) -> Checked:
    first, *_ = quality.checked(report)
    return first


def words(text: str) -> str:
    found: list[str] = []
    reader = HTMLParser()
    reader.handle_data = found.append  # type: ignore[method-assign]
    reader.feed(text[text.index('id="quality"') :])
    return " ".join(" ".join(found).replace("\u00a0", " ").split())


def test_the_page_tells_the_error_agreement_and_how_it_is_read(checked: Report) -> None:
    said = words(page(checked))
    assert "Вслепую проверено 18 из 20 строк, выбранных случайно из 120" in said
    assert "Ошибка подтверждения страницами 11 % 3 %…30 % 18 разошлось 2; 5 проверил тот же, кто подтверждал" in said
    assert "Второй кодировщик ответил на 4 из 6" in said
    assert "Из них 1 ответил тот же человек" in said
    assert "Одинаковых ответов: все ответы 92 %" in said
    assert "надёжно (от 0,800)" in said
    assert "κ Коэна: кодировщики 1 и 2" in said


def test_with_and_without_a_suggestion_stand_apart(checked: Report) -> None:
    found = {figure.name: figure for figure in overall(purposes(checked))}
    assert found["Одинаковых ответов: все видели подсказку"].value.startswith("100")
    assert found["Одинаковых ответов: хотя бы один отвечал вслепую"].value.startswith("91")


def test_every_code_that_was_given_has_its_alpha(checked: Report) -> None:
    assert [alpha.code for alpha, _ in by_code(purposes(checked))] == [
        "<b>Злой & «поток»</b>",
        "Лояльность — пришли к ней лично",
        "Решить проблему, достичь цель",
    ]
    assert "&lt;b&gt;Злой &amp; «поток»" in page(checked)


def test_what_is_not_defined_is_said_and_is_never_one(report: Report) -> None:
    same = [unit(at, "solve", "solve") for at in range(5)]
    found = replace(report, quality=Quality(agreement(same), AuditResult(), DoubleCoding(), 0))
    figures = {figure.name: figure for figure in overall(purposes(found))}
    assert (figures["α Криппендорфа: все ответы"].value, figures["α Криппендорфа: все ответы"].interval) == (
        UNDEFINED,
        "",
    )
    assert "все ответы одинаковы" in figures["α Криппендорфа: все ответы"].note
    assert figures["Ошибка подтверждения страницами"].value == UNDEFINED
    assert "α Криппендорфа: все ответы не определено" in words(page(found))


def test_nothing_checked_is_said_so(report: Report) -> None:
    said = words(page(replace(report, disputed=0)))
    assert "Вслепую и вторым человеком пока ничего не проверено" in said
    assert "нет фраз, на которые ответили двое" in said


def test_the_workbook_has_the_same_figures_unrounded(checked: Report) -> None:
    sheet = load_workbook(BytesIO(workbook(checked)))["Согласие и проверка"]
    lines = {(line[0], line[1]): line[2:] for line in sheet.iter_rows(min_row=2, values_only=True)}
    assert lines["Ошибка подтверждения страницами", None][:4] == (pytest.approx(2 / 18), 0.03, 0.3, 18)
    alpha = checked.quality.agreement.whole.alpha
    assert lines["α Криппендорфа: все ответы", None][:3] == tuple(
        pytest.approx(value) for value in (alpha.value, alpha.low, alpha.high)
    )
    assert lines["α Криппендорфа", "Решить проблему, достичь цель"][0] < 1
    undefined = load_workbook(
        BytesIO(workbook(replace(checked, quality=Quality(agreement(()), AUDIT, DoubleCoding(), 0))))
    )
    values = [line[2] for line in undefined["Согласие и проверка"].iter_rows(min_row=2, values_only=True)]
    assert UNDEFINED in values


def test_the_reasons_have_figures_of_their_own_once_anything_is_asked_twice(checked: Report) -> None:
    whys = (Code("solve", "Скорость"), Code("loyal", "Вежливость"), Code("evil", "Цена"))
    tables = criteria_of([], (), [], whys, checked.settings.balance)
    silent = replace(checked, reasons=Reasons(tables, whys, {}))
    asked = Quality(agreement(UNITS[:11]), AuditResult(9, 3, 2, 1, 0, 0.5, 0.1, 0.9), DoubleCoding(), 0)
    spoken = replace(checked, reasons=replace(silent.reasons, quality=asked, disputed=7))
    assert page(silent).count("κ Коэна: кодировщики 1 и 2") == 1
    assert "Согласие о причинах" not in load_workbook(BytesIO(workbook(silent))).sheetnames
    said = words(page(spoken))
    assert "Согласие кодировщиков и проверка: причины Вслепую проверено 2 из 3 строк" in said
    assert "Спорных фраз, по которым решения нет: 7" in said
    sheet = load_workbook(BytesIO(workbook(spoken)))["Согласие о причинах"]
    lines = {(line[0], line[1]): line[2:] for line in sheet.iter_rows(min_row=2, values_only=True)}
    assert lines["Ошибка подтверждения страницами", None][:4] == (0.5, 0.1, 0.9, 2)
    assert ("α Криппендорфа", "Скорость") in lines
    assert ("α Криппендорфа", "Решить проблему, достичь цель") not in lines
    assert russian_words(in_english(spoken)) == set()
