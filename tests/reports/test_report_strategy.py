"""The strategy that the analyst chose stands beside the computed one, and nets and waves say what would change them."""

from dataclasses import dataclass, replace
from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from models.balance import served_balance
from models.strategy import Strategy
from reports.data import Report
from reports.page import page
from reports.placing import Line
from reports.quadrants import quadrants
from reports.tables import balance_csv
from reports.workbook import workbook

REASON = "=1+1 <b>сама так хочу</b>"


@dataclass
class Held:
    line: Line


@pytest.fixture(scope="module")
def chosen(report: Report) -> Report:
    codes = tuple(
        replace(code, strategy=Strategy.IMPROVE, strategy_reason=REASON) if code.code_id == "loyal" else code
        for code in report.codes
    )
    return replace(report, codes=codes, balance=served_balance(report.coded, codes, report.settings.balance, 40))


def test_both_strategies_stand_on_the_page_with_the_reason(chosen: Report, report: Report) -> None:
    html = page(chosen)
    computed = "оберегать, поощрять и растить или модифицировать стратегию, искать иные возможности"
    assert html.index(computed) < html.index(
        "аналитик выбрал: улучшать системно — =1+1 &lt;b&gt;сама так хочу&lt;/b&gt;"
    )
    assert "аналитик выбрал" not in page(report)


def test_a_chosen_strategy_stands_apart_from_those_of_the_rule_and_tells_what_the_rule_says(chosen: Report) -> None:
    streams = [Held(line) for line in chosen.balance.to_dict("records")]
    found = {of.strategy: of for of in quadrants(streams)}
    assert [held.line["code_id"] for held in found[Strategy.IMPROVE].chosen] == ["loyal"]
    assert not [of for of in found.values() for held in of.streams if held.line["code_id"] == "loyal"]
    said = "ещё не решено, целевой ли, переобслужен, по правилу — «оберегать, поощрять и растить» / «модифицировать"
    assert said in page(chosen)


def test_a_stream_without_scores_can_have_a_chosen_strategy(chosen: Report) -> None:
    silent = chosen.balance.code_id == "silent"
    columns = {"strategy_override": "improve", "strategy_reason": "спросим ещё"}
    balance = chosen.balance.assign(**{name: chosen.balance[name].mask(silent, to) for name, to in columns.items()})
    assert "ещё не решено, целевой ли, нет оценок; выбрал аналитик: спросим ещё" in page(
        replace(chosen, balance=balance)
    )


def test_both_strategies_stand_in_the_workbook_and_the_table(chosen: Report) -> None:
    sheet = load_workbook(BytesIO(workbook(chosen)))["Потоки"]
    heads = [cell.value for cell in sheet[1]]
    line = next(row for row in sheet.iter_rows(min_row=2) if "Лояльность" in str(row[0].value))
    told = line[heads.index("Стратегия аналитика")].value
    assert told == f"аналитик выбрал: улучшать системно — {REASON}"
    back = pd.read_csv(BytesIO(balance_csv(chosen)), keep_default_na=False).set_index("code_id")
    assert list(back.loc["loyal", ["strategy", "strategy_override"]]) == ["protect_and_grow|modify", "improve"]
    assert back.loc["loyal", "strategy_reason"] == f"'{REASON}", "no formula for a spreadsheet"
    assert set(back.drop(index="loyal")["strategy_override"]) == {""}


def test_nets_and_waves_say_what_would_change_their_state_and_carry_flags(report: Report) -> None:
    (net,) = report.nets.to_dict("records")
    assert net["step"]
    assert "состояние группы: " in page(report)
    book = load_workbook(BytesIO(workbook(report)))
    for title, telling in (("Сводные группы", ("Что изм",)), ("Волны", ("Что изм", "Оговорки"))):
        heads = [str(cell.value) for cell in book[title][1]]
        lines = [[cell.value for cell in row] for row in book[title].iter_rows(min_row=2)]
        for begins in telling:
            (at,) = (at for at, head in enumerate(heads) if head.startswith(begins))
            assert any(line[at] for line in lines)
