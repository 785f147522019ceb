import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import pandas as pd
import pytest

from reports.charts import DISSATISFIED, EXCEEDED, NEUTRAL, diverging_bars
from reports.data import Report
from reports.placing import NARROW, WIDE, Layout

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Bar:
    left: float
    right: float


def bars(svg: str, colour: str, layout: Layout) -> list[Bar]:
    """The bars of one colour, in points of the axis (-100 to 100)."""
    found = re.findall(r'd="M(-?[\d.]+),[\d.]+h(-?[\d.]+)v[^"]*" fill="' + re.escape(colour), svg)
    scale = (layout.right - layout.left) / 200
    ends = [sorted((float(x), float(x) + float(wide))) for x, wide in found]
    return [Bar(low / scale - 100, high / scale - 100) for low, high in ends]


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_bars_are_as_long_as_the_numbers(report: Report, layout: Layout) -> None:
    svg = diverging_bars(report.balance, report.settings.balance, layout).svg
    scored = report.balance[report.balance.n > 0]
    exceeded = [line.e for line in scored.itertuples() if line.e]
    assert [bar.right for bar in bars(svg, EXCEEDED, layout)] == pytest.approx(exceeded, abs=0.01)
    assert all(bar.left == pytest.approx(0, abs=0.01) for bar in bars(svg, EXCEEDED, layout))
    darker = [(-line.u, line.d - line.u) for line in scored.itertuples() if line.d]
    assert [(b.left, b.right) for b in bars(svg, DISSATISFIED, layout)] == [pytest.approx(e, abs=0.01) for e in darker]
    lighter = [(line.d - line.u, 0) for line in scored.itertuples() if line.u > line.d]
    assert [(b.left, b.right) for b in bars(svg, NEUTRAL, layout)] == [pytest.approx(e, abs=0.01) for e in lighter]


def test_b_and_its_interval_stand_where_the_table_says(report: Report) -> None:
    svg = diverging_bars(report.balance, report.settings.balance).svg
    scored = report.balance[report.balance.n > 0]
    scale = (WIDE.right - WIDE.left) / 200
    marks = re.findall(r'transform="translate\((-?[\d.]+),[\d.]+\)" d="M\S+A', svg)
    assert [float(x) / scale - 100 for x in marks] == pytest.approx(list(scored.b), abs=0.01)
    lines = re.findall(r'translate\((-?[\d.]+),[\d.]+\)" x2="(-?[\d.]+)"[^>]*stroke-linecap="round"', svg)
    ends = [sorted((float(x) / scale - 100, (float(x) + float(x2)) / scale - 100)) for x, x2 in lines]
    wanted = [(line.b_low, line.b_high) for line in scored.itertuples()]
    assert ends == [pytest.approx(pair, abs=0.01) for pair in wanted]


@pytest.mark.parametrize(("count", "layout"), [(0, WIDE), (1, WIDE), (60, WIDE), (0, NARROW), (7, NARROW)])
def test_any_number_of_streams_draws(
    report: Report, many: Callable[[int], pd.DataFrame], count: int, layout: Layout
) -> None:
    svg = ElementTree.fromstring(diverging_bars(many(count), report.settings.balance, layout).svg)  # noqa: S314
    names = [text for text in svg.iter(f"{SVG}text") if "".join(text.itertext()).startswith("Поток номер")]
    assert len(names) == count
    places = [float(re.findall(r",(-?[\d.]+)\)", text.attrib["transform"])[0]) for text in names]
    assert all(after - before >= 30 for before, after in itertools.pairwise(places))
    assert float(svg.attrib["height"]) > (places[-1] if places else 0)


def test_a_stream_without_scores_is_named_and_has_no_bar(report: Report) -> None:
    silent = report.balance[report.balance.code_id == "silent"]
    svg = diverging_bars(silent, report.settings.balance).svg
    assert "Без единой оценки" in svg
    assert "нет оценок" in svg
    assert not any(bars(svg, colour, WIDE) for colour in (DISSATISFIED, NEUTRAL, EXCEEDED))
    assert "NaN" not in svg


def test_names_cannot_break_out_of_the_drawing(report: Report) -> None:
    svg = ElementTree.fromstring(diverging_bars(report.balance, report.settings.balance).svg)  # noqa: S314
    assert not list(svg.iter(f"{SVG}b")) + list(svg.iter("b"))
    assert "<b>Злой & «поток»</b>" in {"".join(text.itertext()) for text in svg.iter(f"{SVG}text")}


def test_long_names_are_wrapped_into_three_lines(report: Report) -> None:
    table = report.balance.head(1).assign(code="Очень длинное название потока " * 12)
    svg = ElementTree.fromstring(diverging_bars(table, report.settings.balance).svg)  # noqa: S314
    lines = [line.text or "" for line in svg.iter(f"{SVG}tspan")]
    assert len(lines) == 3
    assert max(map(len, lines)) <= WIDE.wrap
    assert lines[-1].endswith("…")


def test_the_text_alternative_says_what_the_bars_show(report: Report) -> None:
    svg = ElementTree.fromstring(diverging_bars(report.balance, report.settings.balance, name="one").svg)  # noqa: S314
    told = svg.find(f"{SVG}desc")
    assert svg.attrib["role"] == "img"
    assert told is not None
    assert svg.attrib["aria-describedby"] == told.attrib["id"]
    assert "Лояльность — пришли к ней лично: оценки 0–2 — 0\u00a0%, 3 — 0\u00a0%, 5 — 83\u00a0%" in (told.text or "")


def test_the_same_table_gives_the_same_drawing(report: Report) -> None:
    first, second = (diverging_bars(report.balance, report.settings.balance).svg for _ in range(2))
    assert first == second
