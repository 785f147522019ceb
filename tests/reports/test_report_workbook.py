import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest
from english import in_english, russian_words
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from models.balance import CodedRow
from models.codebook import Event, EventKind
from reports.data import Report, Verbatim
from reports.sheets import crosstabs, sheet, verbatims
from reports.workbook import workbook

SHEETS = [
    *("Итог", "Потоки", "Графики", "Сводные группы", "Волны", "Поток и волна", "Поток и группа", "Фразы", "Фразы 0-1"),
    *("Цитаты", "Постоянные коды", "Кодификатор", "Журнал кодов"),
    *("Согласие и проверка", "О расчёте"),
]
LOG = (
    Event("e1", "purpose", datetime(2026, 4, 1, 9, tzinfo=UTC), "Ольга", EventKind.CREATE, "gone", {"name": "=1"}, ""),
    Event("e2", "purpose", datetime(2026, 4, 2, 9, tzinfo=UTC), "Ольга", EventKind.RETIRE, "gone", {"why": "@мал"}, ""),
    Event("e3", "purpose", datetime(2026, 4, 3, 9), "Пётр", EventKind.MERGE, "gone", {"into": "solve"}, ""),
    Event("e4", "purpose", datetime(2026, 4, 4, 9), "Пётр", EventKind.UNDO, "gone", {"event": "e2"}, ""),
    Event("e5", "purpose", datetime(2026, 4, 5, 9), "Пётр", EventKind.NET, "solve", {"net": ""}, ""),
    Event("e6", "purpose", datetime(2026, 4, 5, 9), "Пётр", EventKind.DEFINE, "solve", {"definition": "что"}, ""),
)


@pytest.fixture(scope="module")
def told(report: Report) -> Report:
    """The report with a log of the codebook and phrases that have ids, one of them in two codes."""
    named = {
        code: [replace(of, phrase_id=f"{code}-{at}") for at, of in enumerate(said)]
        for code, said in report.verbatims.items()
    }
    both = replace(named["solve"][0], phrase_id="both")
    named = {**named, "solve": [both, *named["solve"][1:]], "evil": [both]}
    return replace(report, events=LOG, verbatims=named)


@pytest.fixture(scope="module")
def book(told: Report) -> Workbook:
    return load_workbook(BytesIO(workbook(told)))


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def test_the_sheets_are_there_with_a_frozen_head_and_a_filter(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for each in book:
        assert each.freeze_panes in {"A2", "B2"}
        assert each.auto_filter.ref == each.dimensions


def test_every_sheet_prints_across_with_its_header_on_each_page(book: Workbook) -> None:
    for each in book:
        assert (each.page_setup.orientation, each.page_setup.paperSize) == ("landscape", 9)
        assert each.print_title_rows == "$1:$1"
        assert each.oddFooter.center.text == "Страница &P из &N"
        assert each.oddHeader.left.text == "Зачем && почему <приходят>"
        assert each.sheet_properties.pageSetUpPr.fitToPage == (each.title != "Графики")
    assert book["Потоки"].print_area == "'Потоки'!$A$1:$P$6"


def test_the_numbers_come_back_unrounded(book: Workbook, report: Report) -> None:
    shown = table(book["Потоки"])
    pairs = [("Строк", "rows"), ("С оценкой", "n"), ("Респондентов", "respondents"), ("E, %", "e"), ("U, %", "u")]
    pairs += [("D, %", "d"), ("B", "b"), ("B от", "b_low"), ("B до", "b_high"), ("Доля респондентов, %", "share")]
    pairs += [("Вероятность: недообслужен", "p_under"), ("Вероятность: переобслужен", "p_over")]
    for line, wanted in zip(shown, report.balance.to_dict("records"), strict=True):
        for head, column in pairs:
            assert line[head] == (None if math.isnan(wanted[column]) else pytest.approx(wanted[column], abs=1e-12))
        assert line["Оценки 4–5, 3, 0–2"] == wanted["box"]


def test_nothing_in_the_workbook_is_a_formula(book: Workbook, told: Report) -> None:
    cells = [place for each in book for line in each.iter_rows() for place in line if place.value is not None]
    assert {place.data_type for place in cells} == {"s", "n", "d"}
    assert not [place for place in cells if place.hyperlink or place.comment]
    with ZipFile(BytesIO(workbook(told))) as parts:
        drawn = b"".join(parts.read(name) for name in parts.namelist() if "chart" in name or name == "xl/workbook.xml")
    assert b"HYPERLINK" not in drawn
    assert not [name for name in parts.namelist() if "external" in name.lower() or "macro" in name.lower()]
    assert not [place.value for place in cells if str(place.value).startswith(("=", "@")) and place.data_type == "s"]
    assert {"'=1+1", "'@SUM(A1)", "'-2", "#N/A", "'=HYPERLINK(1)"} <= {place.value for place in cells}


def test_phrases_come_with_code_score_reason_and_wave(book: Workbook, told: Report) -> None:
    shown = table(book["Фразы"])
    assert len(shown) == sum(map(len, told.verbatims.values()))
    assert list(shown[0]) == ["Поток", "Оценка", "Фраза", "Почему", "Волна", "id фразы", "Аннотации"]
    solve = [line for line in shown if line["Поток"] == "Решить проблему, достичь цель"]
    assert [(line["Оценка"], line["Волна"]) for line in solve] == [(1, "1"), (3, "2"), (5, "1")]
    assert solve[1]["Фраза"] == "Щ" * 5000
    assert "звон" in {line["Фраза"] for line in shown}
    wanted = {"Поток": "Нет ответа", "Оценка": None, "Фраза": "нет", "Почему": None, "Волна": "2"}
    assert any(wanted.items() <= line.items() for line in shown)


def test_a_phrase_has_one_line_of_zeros_and_ones(book: Workbook, told: Report) -> None:
    shown = {line["id фразы"]: line for line in table(book["Фразы 0-1"])}
    names = {code.code_id: code.name for code in told.codes}
    given = {
        phrase: {code for code, said in told.verbatims.items() for of in said if of.phrase_id == phrase}
        for phrase in shown
    }
    assert len(shown) == len({of.phrase_id for said in told.verbatims.values() for of in said})
    for phrase, line in shown.items():
        for code in (*told.balance.code_id, *told.fixed.code_id):
            head = "'" + names[code] if names[code].startswith("=") else names[code]
            assert line[head] == int(code in given[phrase])
    assert given["both"] == {"solve", "evil"}


def test_quotes_are_of_the_best_and_the_worst_scores_and_say_what_for(book: Workbook) -> None:
    shown = table(book["Цитаты"])
    assert [(line["Поток или критерий"], line["Для чего"], line["Оценка"]) for line in shown] == [
        ("Решить проблему, достичь цель", "можно показать", 5),
        ("Решить проблему, достичь цель", "что улучшить", 1),
        ("Лояльность — пришли к ней лично", "можно показать", 5),
        ("Лояльность — пришли к ней лично", "можно показать", 5),
        ("<b>Злой & «поток»</b>", "что улучшить", 1),
    ]
    assert {line["Чьё"] for line in shown} == {"поток"}


def test_every_quote_is_masked(told: Report) -> None:
    private = Verbatim("Спасибо Анне Петровне, +7 916 123-45-67", 5, "Анна Петровна помогла", "1", "p1", "ls/1/1/1")
    low = replace(private, score=2, why="", phrase_id="p2")
    shown = table(load_workbook(BytesIO(workbook(replace(told, verbatims={"loyal": [private, low]}))))["Цитаты"])
    assert [(line["Слова с масками"], line["Почему такая оценка"]) for line in shown] == [
        ("Спасибо [ИМЯ_1], [ТЕЛЕФОН_1]", "[ИМЯ_1] помогла"),
        ("Спасибо [ИМЯ_1], [ТЕЛЕФОН_1]", None),
    ]
    assert {line["Что за этим"] for line in shown} == {"ls/1/1/1"}


@pytest.mark.parametrize("which", ["told", "outside", "empty"])
def test_an_english_workbook_says_nothing_in_russian(which: str, request: pytest.FixtureRequest) -> None:
    report = in_english(request.getfixturevalue(which))
    assert russian_words(report) == set()
    assert russian_words(request.getfixturevalue(which)) > {"Размер", "Состояние", "Итог"}
    made = load_workbook(BytesIO(workbook(report)))
    assert {"Summary", "Streams", "Codebook", "Method"} <= set(made.sheetnames)
    assert all(len(name) <= 31 for name in made.sheetnames), "Excel takes no longer names"


def test_a_name_that_is_a_word_of_ours_stays_as_it_is(told: Report) -> None:
    codes = tuple(replace(code, name="Размер") if code.code_id == "loyal" else code for code in told.codes)
    balance = told.balance.replace({"Лояльность — пришли к ней лично": "Размер"})
    made = load_workbook(BytesIO(workbook(in_english(replace(told, codes=codes, balance=balance)))))
    assert "Размер" in table(made["Phrases 0-1"])[0]
    assert "Размер" in {line["Stream"] for line in table(made["Streams"])}


def test_numbers_and_their_heads_stand_right_and_words_off_them(book: Workbook) -> None:
    for each in book:
        for column in each.iter_cols(max_row=min(30, each.max_row)):
            head, *cells = column
            numbers = [place for place in cells if place.data_type == "n" and place.value is not None]
            words = [place for place in cells if place.data_type == "s"]
            assert not words or {place.alignment.indent for place in words} == {1.0}
            if numbers and not words:
                assert head.alignment.horizontal == "right", head.value


def test_the_codebook_holds_every_code(book: Workbook, told: Report) -> None:
    shown = {line["id потока"]: line for line in table(book["Кодификатор"])}
    assert set(shown) == {code.code_id for code in told.codes}
    assert shown["gone"] == {
        "id потока": "gone",
        "Название": "Слитый поток",
        "Определение": "'=1+1",
        "Цель": "ещё не решено",
        "Группа": "Прежние",
        "Примеры": None,
        "Слит в": None,
        "Примечание": "слит в марте",
        "Фраз": 0,
        "Постоянный": "нет",
        "Выведен": "да",
    }
    assert shown["solve"]["Примеры"].splitlines()[0] == "«да 🎉»"
    merged = [replace(code, merged_into="solve") if code.code_id == "gone" else code for code in told.codes]
    again = load_workbook(BytesIO(workbook(replace(told, codes=tuple(merged)))))
    assert {line["id потока"]: line["Слит в"] for line in table(again["Кодификатор"])}["gone"] == shown["solve"][
        "Название"
    ]


def test_the_log_says_who_did_what_when_and_why(book: Workbook) -> None:
    shown = table(book["Журнал кодов"])
    assert [line["Что сделано"] for line in shown] == [
        "создан: «=1»",
        "выведен",
        "слит в «Решить проблему, достичь цель»",
        "отменена запись e2",
        "без сводной группы",
        "определение: «что»",
    ]
    assert (shown[1]["Когда (UTC)"], shown[1]["Кто"], shown[1]["Почему"]) == (datetime(2026, 4, 2, 9), "Ольга", "'@мал")
    assert [line["Отменено"] for line in shown] == [None, "да", None, None, None, None]


def test_crosstabs_hold_the_numbers_of_the_tables(book: Workbook, told: Report) -> None:
    waves = {(line["code"], line["wave"], line["part"]): line for line in told.waves.to_dict("records")}
    for line in table(book["Поток и волна"]):
        name = str(line["Поток"]).removeprefix("'")
        for head, key in (("1", "1"), ("=2", "=2")):
            of = waves[name, key, "wave"]
            assert line[f"Респондентов: {head}"] == of["respondents"]
            assert line[f"B: {head}"] == (None if math.isnan(of["b"]) else pytest.approx(of["b"]))
        assert line["Респондентов: все волны"] == waves[name, "", "total"]["respondents"]
    nets = table(book["Поток и группа"])
    (net,) = told.nets["net"]
    own = {line["Поток"]: line["'" + net] for line in nets}
    respondents = dict(zip(told.balance.code, told.balance.respondents, strict=True))
    assert own["Без единой оценки"] == respondents["Без единой оценки"]
    assert own["Лояльность — пришли к ней лично"] == 0


def test_crosstabs_show_the_latest_waves_and_the_largest_nets(outside: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosstabs, "MOST", 1)
    made = load_workbook(BytesIO(workbook(outside)))
    heads = list(table(made["Поток и волна"])[0])
    latest = ["Респондентов: 3", "Респондентов: все волны", "B: 3", "B: все волны"]
    assert heads == ["Поток", *latest, "и ещё волн, более ранних: 2"]
    assert list(table(made["Поток и группа"])[0]) == ["Поток", outside.nets.net[0], "и ещё групп, меньших: 1"]


def test_how_it_was_computed_is_told(book: Workbook, told: Report) -> None:
    facts = {line["Что"]: line["Сколько"] for line in table(book["Итог"])}
    assert facts["Отпечаток"] == told.evidence
    assert facts["Ждут решения, фраз"] == told.awaiting
    assert facts["Потоков"] == len(told.balance)
    assert facts["Потоков: нет оценок"] == 1
    rules = {line["Что"]: line["Как"] for line in table(book["О расчёте"])}
    assert "U = 100 · Σw[оценка ≤ 3] / Σw" in rules["Баланс обслуженности B"]
    assert "Кто разбирал" not in facts
    scripted = load_workbook(BytesIO(workbook(replace(told, scripted=True))))
    assert "Кто разбирал" in {line["Что"] for line in table(scripted["Итог"])}


def test_an_empty_report_has_a_workbook_without_charts(empty: Report) -> None:
    book = load_workbook(BytesIO(workbook(empty)))
    gone = {"Графики", "Сводные группы", "Волны", "Поток и волна", "Поток и группа", "Фразы 0-1", "Цитаты"}
    assert book.sheetnames == [name for name in SHEETS if name not in gone | {"Журнал кодов"}]
    assert table(book["Потоки"]) == []
    assert not [name for name in ZipFile(BytesIO(workbook(empty))).namelist() if "chart" in name]


def drawn(report: Report) -> list[str]:
    with ZipFile(BytesIO(workbook(report))) as parts:
        return [parts.read(name).decode() for name in sorted(parts.namelist()) if name.startswith("xl/charts/")]


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (40, 40), (45, 40)])
def test_charts_are_drawn_from_the_cells_of_at_most_forty_streams(
    count: int, shown: int, report: Report, many: Callable[[int], pd.DataFrame]
) -> None:
    made = replace(report, balance=many(count), codes=report.codes, verbatims={})
    codes = tuple(replace(report.codes[0], code_id=line.code_id, name=line.code) for line in made.balance.itertuples())
    charts = drawn(replace(made, codes=codes, fixed=report.fixed.iloc[:0]))
    assert len(charts) == 3
    for chart in charts:
        assert ("'Графики'!$A$2" if shown == 1 else f"'Графики'!$A$2:$A${shown + 1}") in chart
        assert "<v>" not in chart, "names and numbers come from the cells"
        assert ("40 самых больших потоков из 45" in chart) == (count == 45)


SCHEMA = {  # ECMA-376 part 1, 21.2: the order in which Excel wants the parts; a drawing out of order it throws away
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap axId",
    "ser": "idx order tx spPr invertIfNegative errBars cat val",
    "errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "catAx": "axId scaling delete axPos majorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr txPr "
    "crossAx crosses auto lblAlgn lblOffset tickLblSkip noMultiLvlLbl",
    "valAx": "axId scaling delete axPos majorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr txPr "
    "crossAx crosses crossBetween majorUnit",
    "scaling": "logBase orientation max min",
}


def test_the_parts_of_a_chart_stand_in_the_order_of_the_schema(told: Report) -> None:
    seen = set()
    for chart in drawn(told):
        for element in ElementTree.fromstring(chart).iter():  # noqa: S314 - a file of our own
            name = element.tag.partition("}")[2]
            if name in SCHEMA:
                seen.add(name)
                order = SCHEMA[name].split()
                places = [order.index(part.tag.partition("}")[2]) for part in element]
                assert places == sorted(places), name
    assert seen == set(SCHEMA)


def test_streams_without_scores_are_drawn_by_size_only(report: Report) -> None:
    unscored = report.balance[report.balance.n == 0]
    assert len(unscored) == 1
    assert len(drawn(replace(report, balance=unscored))) == 1


def test_the_same_report_gives_the_same_bytes(told: Report) -> None:
    first = workbook(told)
    time.sleep(2.1)  # a zip counts in two seconds
    assert workbook(told) == first


def test_a_text_longer_than_a_cell_is_cut_and_says_so(told: Report) -> None:
    smile = replace(told.verbatims["loyal"][0], text="🎉" * 20_000, phrase_id="long")
    exact = replace(smile, text="ж" * 32_767, phrase_id="exact")
    whole = replace(smile, text="слово " * 1_700 + "\u202eналево\u200f", phrase_id="whole")
    made = load_workbook(BytesIO(workbook(replace(told, verbatims={"loyal": [smile, exact, whole]}))))
    long, same, kept = (line["Фраза"] for line in table(made["Фразы"]))
    assert long.endswith("обрезано: в ячейку Excel входит не больше 32 767 знаков]")
    assert long.startswith("🎉" * 16_000)
    assert len(long.encode("utf-16-le")) <= 2 * 32_767
    assert (same, kept) == (exact.text, whole.text)


def test_more_rows_than_a_sheet_has_go_on_on_the_next(told: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 4)
    said = [Verbatim(f"слово {at}", 5, "", "1", f"p{at}") for at in range(7)]
    made = load_workbook(BytesIO(workbook(replace(told, verbatims={"loyal": said}))))
    parts = [name for name in made.sheetnames if name.startswith("Фразы") and "0-1" not in name]
    assert parts == ["Фразы", "Фразы (2)", "Фразы (3)"]
    assert [line["Фраза"] for name in parts for line in table(made[name])] == [of.text for of in said]
    assert [len(table(made[name])) for name in parts] == [3, 3, 1]


def test_more_codes_than_a_sheet_can_show_are_named_as_missing(told: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbatims, "MOST_CODES", 2)
    made = load_workbook(BytesIO(workbook(told)))
    heads = list(table(made["Фразы 0-1"])[0])
    assert heads[-1] == "и ещё кодов: 4; они на листе «Фразы»"
    assert len(heads) == 5 + 2 + 1


def test_many_phrases_leave_room_for_fewer_codes(told: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = len(table(load_workbook(BytesIO(workbook(told)))["Фразы 0-1"]))
    monkeypatch.setattr(verbatims, "MOST_MARKS", 3 * lines + 1)
    heads = list(table(load_workbook(BytesIO(workbook(told)))["Фразы 0-1"])[0])
    assert heads[-1] == "и ещё кодов: 3; они на листе «Фразы»"
    assert len(heads) == 5 + 3 + 1


def test_a_line_of_a_file_is_a_line_of_zeros_and_ones(outside: Report) -> None:
    made = load_workbook(BytesIO(workbook(outside)))
    assert "Журнал кодов" not in made.sheetnames
    assert len(table(made["Фразы 0-1"])) == len({said.behind for of in outside.verbatims.values() for said in of})


def test_a_thousand_phrases_of_as_many_codes_fit(report: Report, many: Callable[[int], pd.DataFrame]) -> None:
    balance = pd.concat([many(1)] * 1000, ignore_index=True)
    balance["code_id"] = [f"c{at}" for at in range(1000)]
    codes = tuple(replace(report.codes[0], code_id=f"c{at}", name=f"п{at}", net="") for at in range(1000))
    said = {f"c{at}": [Verbatim("слово", 5, "", "", f"p{at}")] for at in range(1000)}
    rows = tuple(CodedRow(str(at), 1, str(at), "", 5, frozenset([f"c{at}"])) for at in range(1000))
    none = {"nets": report.nets.iloc[:0], "waves": report.waves.iloc[:0], "fixed": report.fixed.iloc[:0]}
    made = workbook(replace(report, balance=balance, codes=codes, verbatims=said, coded=rows, dots=(), **none))
    shown = load_workbook(BytesIO(made), read_only=True)["Фразы 0-1"]
    assert (shown.max_row, shown.max_column) == (1001, 5 + 200 + 1)
