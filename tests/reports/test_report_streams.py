"""The map of streams, its labels, the four strategies, the waves of a code."""

import itertools
import re
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.balance import CodedRow, served_balance
from models.codebook import Code, Target
from models.waves import wave_balance
from reports.data import Report
from reports.labels import Box, placed_labels
from reports.language import language
from reports.page import page
from reports.placing import Line
from reports.quadrants import quadrants
from reports.streams import COLOURS, NARROW, WIDE, fact, numbered, one_person, stream_map
from reports.trend import trend_of

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Box(0, 0, 814, 470)
DOTS = st.lists(st.tuples(st.floats(0, 814), st.floats(0, 470)), max_size=40)


@given(dots=DOTS, length=st.integers(1, 24))
@settings(max_examples=80, deadline=None)
def test_labels_lie_on_no_label_no_dot_and_stay_inside(dots: list[tuple[float, float]], length: int) -> None:
    texts = [["Я" * length + "\n" + "я" * length, str(at)] for at in range(len(dots))]
    found = placed_labels(dots, texts, 7, FRAME)
    boxes = [label.box for label in found if label]
    assert len(found) == len(dots)
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].meets(pair[1])]
    assert not [1 for box in boxes for x, y in dots if box.meets(Box(x - 7, y - 7, x + 7, y + 7))]
    assert all(box.within(FRAME) for box in boxes)


def test_a_dot_alone_gets_its_whole_name_and_avoids_the_line_of_its_interval() -> None:
    line = Box(100, 234, 700, 236)
    (label,) = placed_labels([(400, 235)], [["Решить проблему", "1"]], 7, FRAME, [line])
    assert label is not None
    assert label.text == "Решить проблему"
    assert not label.box.meets(line)


def marks(svg: str) -> list[tuple[float, float]]:
    """Middles of the marks, in pixels of the plot."""
    found = re.findall(r'<path[^>]*transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*stroke-width="2"', svg)
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_marks_stand_at_b_and_larger_streams_higher(report: Report, layout: object) -> None:
    drawing = stream_map(report.balance, report.settings.balance, layout)  # type: ignore[arg-type]
    lines = numbered(report.balance)
    found = marks(drawing.svg)
    scale = (layout.right - layout.left) / 200  # type: ignore[attr-defined]
    assert [x / scale - 100 for x, _ in found] == pytest.approx([line["b"] for line in lines], abs=0.01)
    by_share = sorted(zip([line["share"] for line in lines], [y for _, y in found], strict=True))
    assert [y for _, y in by_share] == sorted((y for _, y in by_share), reverse=True)
    shapes = dict.fromkeys(line["target"] for line in lines)
    assert len({line["shape"] for line in drawn_values(drawing.declaration)}) == len(shapes)


def test_one_respondent_stands_in_the_smallest_band_whatever_the_share(report: Report) -> None:
    codes = [Code("a", "А", Target.YES), Code("b", "Б", Target.YES)]
    rows = [CodedRow(str(at), 1, "один", "", 4, frozenset("ab")) for at in range(3)]
    settings = report.settings.balance
    alone = served_balance(rows, codes, settings)
    assert list(alone["share"]) == [100, 100]
    assert one_person(numbered(alone), settings)
    drawn = stream_map(alone, settings).declaration
    (bound,) = (value["y"] for values in drawn["datasets"].values() for value in values if value.get("t") == "4\u00a0%")
    assert min(value["y"] for value in drawn_values(drawn)) > bound, "below the line under which a stream is XS"
    two = served_balance([*rows, CodedRow("4", 1, "другой", "", 4, frozenset("ab"))], codes, settings)
    assert not one_person(numbered(two), settings)
    told = "Поток одного респондента стоит в полосе XS"
    assert told in page(replace(report, balance=alone, codes=(*codes, *report.codes)))
    assert told not in page(report)


def drawn_values(declaration: object) -> list[dict[str, object]]:
    """The values of the layer that draws the marks."""
    layers = declaration["layer"]  # type: ignore[index]
    sets = declaration.get("datasets", {})  # type: ignore[attr-defined]
    for layer in layers:
        data = layer["data"]
        values = data.get("values") or sets.get(data.get("name"), [])
        if values and "shape" in values[0]:
            return list(values)
    return []


def test_a_doubtful_stream_is_hollow_and_a_sure_one_filled(report: Report) -> None:
    shown = drawn_values(stream_map(report.balance, report.settings.balance).declaration)
    sure = {line["code"]: bool(line["side"]) or line["certain"] == "yes" for line in report.balance.to_dict("records")}
    assert {value["fill"] in COLOURS.values() for value in shown if sure[value["stream"]]} == {True}
    assert {value["fill"] in COLOURS.values() for value in shown if not sure[value["stream"]]} == {False}


def test_a_stream_whose_grade_is_open_is_filled_with_what_is_sure(report: Report) -> None:
    open_grade = report.balance[report.balance.code_id == "solve"].assign(
        state="very_under", certain="no", side="under"
    )
    (shown,) = drawn_values(stream_map(open_grade, report.settings.balance).declaration)
    assert (shown["ink"], shown["fill"], shown["group"]) == (COLOURS["very_under"], COLOURS["under"], "under")
    assert str(shown["state"]).endswith("насколько — нельзя сказать")


def test_a_phone_and_many_streams_get_numbers_and_few_get_names(report: Report, many: object) -> None:
    def written(svg: str) -> set[str]:
        return {"".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")}  # noqa: S314

    wide, narrow = (stream_map(report.balance, report.settings.balance, layout).svg for layout in (WIDE, NARROW))
    assert "=HYPERLINK(1)" in written(wide)
    assert "=HYPERLINK(1)" not in written(narrow)
    assert {str(line["number"]) for line in numbered(report.balance)} <= written(narrow)
    crowd = stream_map(many(60), report.settings.balance).svg  # type: ignore[operator]
    assert not [text for text in written(crowd) if text.startswith("Поток номер")]


def test_the_text_alternative_of_the_map_tells_every_figure(report: Report) -> None:
    svg = ElementTree.fromstring(stream_map(report.balance, report.settings.balance).svg)  # noqa: S314
    told = svg.find(f"{SVG}desc")
    assert told is not None
    for line in numbered(report.balance):
        assert fact(line, language("ru")) in (told.text or "")


def test_no_stream_and_no_scored_stream_draw(report: Report, empty: Report) -> None:
    for balance in (empty.balance, report.balance[report.balance.code_id == "silent"]):
        svg = stream_map(balance, report.settings.balance).svg
        assert "NaN" not in svg
        assert "Потоков с оценками нет" in svg


@dataclass
class Held:
    line: Line


def test_every_scored_stream_stands_under_its_strategies(report: Report) -> None:
    low, fine = [2] * 9, [4] * 9
    kinds = [(scores, target) for scores in (low, fine, [None]) for target in Target]
    codes = [Code(f"c{at}", f"П{at}", target) for at, (_, target) in enumerate(kinds)]
    rows = [
        CodedRow(f"{code.code_id}{at}", 1, f"{code.code_id}{at}", "", score, frozenset([code.code_id]))
        for code, (scores, _) in zip(codes, kinds, strict=True)
        for at, score in enumerate(scores)
    ]
    balance = served_balance(rows, codes, report.settings.balance)
    found = {
        str(of.strategy): {stream.line["code"] for stream in of.streams}
        for of in quadrants(Held(line) for line in balance.to_dict("records"))
    }
    assert found == {
        "improve": {"П0", "П2"},
        "switch_off": {"П1", "П2"},
        "protect_and_grow": {"П3", "П5"},
        "modify": {"П4", "П5"},
    }


def test_a_code_has_a_trend_only_where_two_waves_have_scores(report: Report) -> None:
    settings = report.settings.balance
    drawing = trend_of(report.waves, "solve", settings)
    assert drawing is not None
    of_code = report.waves[(report.waves.code_id == "solve") & (report.waves.part == "wave")]
    found = [y for _, y in marks(drawing.svg)]
    assert [100 - 200 * y / 110 for y in found] == pytest.approx(list(of_code.b), abs=0.01)
    assert trend_of(report.waves, "silent", settings) is None
    assert trend_of(report.waves.iloc[:0], "solve", settings) is None
    once = [replace(row, score=None if row.wave == "1" else row.score) for row in report.coded]
    assert trend_of(wave_balance(once, report.codes, settings), "solve", settings) is None


def test_a_long_name_of_a_wave_is_cut_on_the_chart_and_whole_in_its_words(report: Report) -> None:
    long = "волна, название которой никуда не помещается"
    rows = [replace(row, wave=long if row.wave == "=2" else row.wave) for row in report.coded]
    drawing = trend_of(wave_balance(rows, report.codes, report.settings.balance), "solve", report.settings.balance)
    assert drawing is not None
    svg = ElementTree.fromstring(drawing.svg)  # noqa: S314
    assert "волна, на…" in {"".join(text.itertext()) for text in svg.iter(f"{SVG}text")}
    assert long in (svg.findtext(f"{SVG}desc") or "")
