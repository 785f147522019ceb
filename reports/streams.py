"""The map of the streams: how large each is, how it is served, whether it is a target, and whether that is sure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, sqrt
from typing import Any

import pandas as pd

from models.config import Balance
from models.inert import printable
from reports.charts import AXIS, axis_of_b
from reports.drawing import INK, PAPER, Channel, Drawing, Encoding, Layer, as_it_is, at, drawn, said, tip, x_of, y_of
from reports.figures import interval
from reports.labels import LINE, Box, Label, placed_labels
from reports.language import RUSSIAN, Language
from reports.placing import Layout, Line, wrapped
from reports.words import SIZES, STATES, TARGETS, certainty

COLOURS: Mapping[str, str] = {
    "very_under": "var(--mark-very, #7a2e00)",
    "under": "var(--mark-under, #c2660f)",
    "well": "var(--mark-well, #69737b)",
    "over": "var(--mark-over, #2f6fb0)",
}
SHAPES: Mapping[str, str] = {"yes": "circle", "no": "square", "undecided": "diamond"}
WIDE = Layout("wide", width=930, left=58, right=872, wrap=24, beside=True)
NARROW = Layout("narrow", width=350, left=44, right=332, wrap=24, beside=False)
NAMED = 25  # more streams than this are numbered, and so are all on a phone
_RADIUS, _HEAD, _FOOT = 7, 46, 22  # pixels
_LEAST = 6  # percent of respondents on the axis, when all streams are small
_HEIGHTS = {True: 470, False: 420}


@dataclass(frozen=True)
class _Plot:
    """Pixels of the plot, and how a share of respondents becomes a height: by its root, so that small streams part."""

    width: float
    height: float
    top: float

    def y(self, share: float) -> float:
        return self.height * (1 - sqrt(share / self.top))

    def x(self, b: float) -> float:
        return (b + 100) / 200 * self.width

    def b(self, x: float) -> float:
        return 200 * x / self.width - 100


def stream_map(
    balance: pd.DataFrame, settings: Balance, layout: Layout = WIDE, name: str = "streams", t: Language = RUSSIAN
) -> Drawing:
    """Draw every scored stream as a mark: B across, share of respondents upwards, the target as its shape.

    Colour is the state, inside as far as it is sure; a hollow mark means that it cannot be told with certainty. Labels
    never overlap: up to `NAMED` streams carry their names on a wide drawing, all others their numbers in the table's
    order.
    """
    lines = list(numbered(balance))
    plot = _Plot(
        layout.right - layout.left,
        _HEIGHTS[layout.beside],
        max(1.2 * max(_height(line, settings) for line in lines), _LEAST) if lines else _LEAST,
    )
    dots = [(plot.x(line["b"]), plot.y(_height(line, settings))) for line in lines]
    frame = Box(-2, -2, plot.width + layout.width - layout.right, plot.height)
    spans = [
        Box(plot.x(line["b_low"]), y - 1, plot.x(line["b_high"]), y + 1)
        for line, (_, y) in zip(lines, dots, strict=True)
    ]
    labels = placed_labels(dots, [_wishes(line, len(balance), layout) for line in lines], _RADIUS, frame, spans)
    halos, written = _labels(labels, dots, plot)
    layers = [*_ground(plot, layout, settings, t), *halos, *_marks(lines, dots, plot, t), *written]
    facts = " ".join(fact(line, t) for line in lines) or t("Потоков с оценками нет.")
    return drawn(
        layers,
        name,
        t("Карта потоков: размер, баланс, цель"),
        facts,
        (layout.left, _HEAD, layout.width - layout.right, _FOOT),
        (plot.width, plot.height),
        [_chosen(t)] if lines else [],
    )


def numbered(balance: pd.DataFrame) -> Sequence[Line]:
    """Return the streams that have a B and a share of respondents, each with its number in the table."""
    lines = [{**line, "number": at} for at, line in enumerate(balance.to_dict("records"), start=1)]
    return [line for line in lines if line["n"] and not isnan(line["share"])]


def one_person(lines: Iterable[Line], settings: Balance) -> bool:
    """Tell whether one respondent, who is always the smallest size, is more than that of all there are."""
    return any(_height(line, settings) < line["share"] for line in lines)


def _height(line: Line, settings: Balance) -> float:
    """Return the share at which a stream stands: its own, but one respondent stands amid the smallest size."""
    smallest = settings.size_bounds[0]
    return line["share"] if line["respondents"] > 1 or line["share"] <= smallest else smallest / 4


def fact(line: Line, t: Language) -> str:
    """Say in words where a stream stands."""
    unsure = certainty(line, t)
    return t(
        "{name}: {share} респондентов ({size}), B {b} ({between}), {state}, {target}.",
        name=printable(line["code"]),
        share=t.percent(line["share"]),
        size=line["size"],
        b=t.points(line["b"]),
        between=interval(line["b_low"], line["b_high"]),
        state=", ".join(filter(None, (t(STATES[line["state"]]), unsure))),
        target=t(TARGETS[line["target"]]),
    )


def _wishes(line: Line, streams: int, layout: Layout) -> list[str]:
    number = str(line["number"])
    if not layout.beside or streams > NAMED:
        return [number]
    name = printable(line["code"])
    return ["\n".join(wrapped(name, width, 2)) or number for width in (24, 16)] + [number]


def _ground(plot: _Plot, layout: Layout, settings: Balance, t: Language) -> list[Layer]:
    """Draw both axes: B with its zones, and the sizes with their bounds."""
    bounds = [max(bound, 0.0) for bound in settings.size_bounds if bound < plot.top]
    edges = [0.0, *bounds, plot.top]
    sizes = [
        {"y": plot.y(((sqrt(low) + sqrt(high)) / 2) ** 2), "t": size}
        for size, low, high in zip(SIZES, edges, edges[1:], strict=False)
        if plot.y(low) - plot.y(high) > 28  # pixels: a narrow band stays without its letter
    ]
    lines = [{"y": plot.y(bound), "t": t.percent(bound, 0 if bound == int(bound) else 1)} for bound in bounds]
    beside = {"x": at(-13), "y": y_of(plot.height), "text": said()}
    dashed = {"color": INK, "opacity": 0.18, "strokeDash": [2, 3]}
    all_down = {"x": x_of("x"), "y": at(0), "y2": at(plot.height)}
    return [
        *axis_of_b(settings, layout, plot.height, t),
        Layer([{"x": 0}], "rule", {"color": INK, "opacity": 0.45}, all_down),
        Layer(lines, "rule", dashed, {"y": y_of(plot.height)}),
        Layer(lines, "text", {**AXIS, "fontSize": 10, "align": "right"}, beside),
        Layer(sizes, "text", {**AXIS, "fontSize": 12, "align": "right", "fontWeight": 600}, beside),
    ]


def _marks(lines: Sequence[Line], dots: Sequence[tuple[float, float]], plot: _Plot, t: Language) -> list[Layer]:
    shown = [
        {
            "y": y,
            "b": line["b"],
            "low": line["b_low"],
            "high": line["b_high"],
            "ink": COLOURS[line["state"]],
            "fill": _fill(line),
            "shape": SHAPES[line["target"]],
            "group": "unsure" if _fill(line) == PAPER else "under" if "under" in line["state"] else line["state"],
            "number": line["number"],
            "stream": printable(line["code"]),
            "size": f"{line['size']}, {t.percent(line['share'])}",
            "told": f"{t.points(line['b'])} ({interval(line['b_low'], line['b_high'])})",
            "state": ", ".join(filter(None, (t(STATES[line["state"]]), certainty(line, t)))),
            "target": t(TARGETS[line["target"]]),
        }
        for line, (_, y) in zip(lines, dots, strict=True)
    ]
    if not shown:
        return []
    tips = [
        *(tip("stream", t("Поток")), tip("size", t("Размер")), tip("told", "B")),
        *(tip("state", t("Состояние")), tip("target", t("Цель"))),
    ]
    y = y_of(plot.height)
    span = {
        "x": x_of("low"),
        "x2": {"field": "high"},
        "y": y,
        "opacity": _seen(0.3 if len(shown) <= NAMED else 0.15, 0.04),
    }
    mark: Encoding = {
        "x": x_of("b"),
        "y": y,
        "shape": as_it_is("shape"),
        "fill": as_it_is("fill"),
        "stroke": as_it_is("ink"),
        "opacity": _seen(1, 0.12),
        "tooltip": tips,
    }
    return [
        Layer(shown, "rule", {"color": INK, "strokeWidth": 1.5}, span),
        Layer(shown, "point", {"size": (2 * _RADIUS) ** 2 * 0.8, "strokeWidth": 2, "opacity": 1}, mark),
    ]


def _fill(line: Line) -> str:
    """Fill with what is sure: the state, else that it is underserved, else nothing."""
    if line["certain"] == "yes":
        return COLOURS[line["state"]]
    return COLOURS[line["side"]] if line["side"] else PAPER


def _seen(chosen: float, other: float) -> Channel:
    """Fade what a reader has not chosen."""
    return {"condition": {"test": "show == 'all' || datum.group == show", "value": chosen}, "value": other}


def _labels(
    labels: Sequence[Label | None], dots: Sequence[tuple[float, float]], plot: _Plot
) -> tuple[list[Layer], list[Layer]]:
    """Return the halos of the labels with the lines that lead to them, which lie under the marks, and the labels."""
    there = [(label, dot) for label, dot in zip(labels, dots, strict=True) if label]
    leads = [
        {"x": plot.b(dot[0]), "y": dot[1], "x2": plot.b(label.x), "y2": _nearest(dot[1], label)}
        for label, dot in there
        if label.led
    ]
    y = y_of(plot.height)
    ends = {"x": x_of("x"), "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}}
    halos = [Layer(leads, "rule", {"color": INK, "opacity": 0.4}, ends)] if leads else []
    written = []
    for align in ("left", "center", "right"):
        of_align = [
            {"x": plot.b(label.x), "y": label.top + 0.78 * LINE, "t": label.text}
            for label, _ in there
            if label.align == align
        ]
        look = {"align": align, "baseline": "alphabetic", "fontSize": 12, "lineBreak": "\n", "lineHeight": LINE}
        halo = {"color": PAPER, "stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round", "opacity": 0.8}
        places = {"x": x_of("x"), "y": y, "text": said()}
        if of_align:
            halos.append(Layer(of_align, "text", {**look, **halo}, places))
            written.append(Layer(of_align, "text", {**look, "color": INK}, places))
    return halos, written


def _nearest(y: float, label: Label) -> float:
    return min(max(y, label.box.top), label.box.bottom)


def _chosen(t: Language) -> Mapping[str, Any]:
    """Let a reader of the live chart choose whose marks stand out."""
    told = {
        "all": "все потоки",
        "under": "недообслуженные",
        "well": "хорошо обслуженные",
        "over": "переобслуженные",
        "unsure": "о которых нельзя сказать уверенно",
    }
    labels = [t(text) for text in told.values()]
    menu = {"input": "select", "options": list(told), "labels": labels, "name": f"{t('Выделить')}: "}
    return {"name": "show", "value": "all", "bind": menu}
