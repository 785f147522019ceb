"""The diverging bars: what every stream answered, left of zero the dissatisfied, right of it those who got more."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from models.config import Balance
from models.inert import printable
from reports.drawing import INK, PAPER, Drawing, Layer, as_it_is, at, drawn, said, text, tip, x_of, y_of
from reports.figures import interval
from reports.language import RUSSIAN, Language
from reports.letters import width_of
from reports.placing import LINE, WIDE, Layout, Line, Row, placed
from reports.words import ROWS, STATES, certainty

# Orange and blue differ for every kind of colour blindness. The page sets the variables anew for its dark theme.
DISSATISFIED, NEUTRAL, EXCEEDED = "var(--bar-02, #8f3a06)", "var(--bar-3, #d07f2a)", "var(--bar-5, #2f6fb0)"
_FONT = 11  # pixels: the height of the axis' words
AXIS = {"color": INK, "fontSize": _FONT, "opacity": 0.75}
_BAR, _HEAD = 13, 46  # pixels: the thickness of a bar, the head with zones and axis
_FITS, _APART = 0.75, 4  # of a name's room its zone must have; pixels between two names


def diverging_bars(
    balance: pd.DataFrame, settings: Balance, layout: Layout = WIDE, name: str = "bars", t: Language = RUSSIAN
) -> Drawing:
    """Draw the streams as diverging bars in the order of the table.

    Parameters
    ----------
    balance : DataFrame
        From `models.balance.served_balance`; may be empty. A stream without scored rows gets its name and no bar.
    settings : Balance
        The cuts, drawn as zones behind the mark of B.
    layout : Layout
        WIDE for a screen or paper, NARROW for a phone.
    name : str
        The drawing's name; makes its ids unique on the page.
    """
    rows = placed(balance, layout, t)
    height = rows[-1].foot if rows else 0
    layers = [*_head(settings, layout, rows, t), *_bars(rows, height, t), *_mark_of_b(rows, height, t)]
    facts = " ".join(sentence(line, t) for line in balance.to_dict("records")) or t("Подтверждённых потоков нет.")
    return drawn(
        [*layers, *_texts(rows, layout, t)],
        name,
        t("Как обслужены потоки"),
        facts,
        (layout.left, _HEAD, layout.width - layout.right, 4),
        (layout.right - layout.left, height),
    )


def zone_names(settings: Balance, width: float, margin: float, t: Language) -> list[dict[str, Any]]:
    """Name the zones of B on an axis of `width` pixels, with `margin` more on the right.

    A name may stand a little over the edges of its zone, never over another name; a zone too narrow for its name has
    none.
    """
    cuts = [-100.0, settings.under, settings.over, 100.0]
    zones = zip(cuts, cuts[1:], ("under", "well", "over"), strict=False)
    named: list[dict[str, Any]] = []
    free = width + margin
    for low, high, state in reversed(list(zones)):
        name = t(STATES[state])
        room, wide, middle = width_of(name) * _FONT, (high - low) * width / 200, (low + high + 200) * width / 400
        x = min(max(middle, room / 2), free - room / 2)
        if wide >= _FITS * room and x >= room / 2:
            named.append({"x": 200 * x / width - 100, "t": name})
            free = x - room / 2 - _APART
    return named[::-1]


def _head(settings: Balance, layout: Layout, rows: Sequence[Row], t: Language) -> list[Layer]:
    """Draw the axis, shade where B means well served, and name the zones of B above."""
    height = rows[-1].foot if rows else 0
    # Beside the names zero is one line; where text stands over the bars it would cross the words out.
    zero = [(0.0, height)] if layout.beside else [(row.bar_y - 10, row.interval_y + 8) for row in rows]
    zeros = [{"x": 0, "y": high, "y2": low} for high, low in zero]
    places = {"x": x_of("x"), "y": y_of(height), "y2": {"field": "y2"}}
    return [
        *axis_of_b(settings, layout, height, t),
        Layer(zeros, "rule", {"color": INK, "opacity": 0.55}, places),
    ]


def axis_of_b(settings: Balance, layout: Layout, height: float, t: Language) -> list[Layer]:
    """Draw the axis of B above a plot, its zones, and the field where B means well served."""
    names = zone_names(settings, layout.right - layout.left, layout.width - layout.right, t)
    ticks = [{"x": point, "t": t.points(point, 0)} for point in (-100, -50, 0, 50, 100)]
    field = [{"x": settings.under, "x2": settings.over}]
    all_down = {"x": x_of("x"), "y": at(0), "y2": at(max(height, 1))}
    return [
        Layer(field, "rect", {"color": INK, "opacity": 0.055}, {**all_down, "x2": {"field": "x2"}}),
        Layer(ticks, "rule", {"color": INK, "opacity": 0.13}, all_down),
        Layer(names, "text", AXIS, {"x": x_of("x"), "y": at(-31), "text": said()}),
        Layer(ticks, "text", AXIS, {"x": x_of("x"), "y": at(-11), "text": said()}),
    ]


def _bars(rows: Sequence[Row], height: float, t: Language) -> list[Layer]:
    parts = []
    for row in rows:
        if row.scored:
            u, d, e = (float(row.line[key]) for key in ("u", "d", "e"))
            ends = (
                (d - u, 0.0, NEUTRAL, t("оценка 3")),
                (-u, d - u, DISSATISFIED, t("оценки 0–2")),
                (0.0, e, EXCEEDED, t("оценка 5")),
            )
            parts += [
                {
                    "y": row.bar_y,
                    "x": low,
                    "x2": high,
                    "c": colour,
                    "stream": printable(row.line["code"]),
                    "share": f"{name}: {t.percent(high - low)}",
                    "of": t.counted(row.line["n"], ROWS),
                }
                for low, high, colour, name in ends
                if high > low
            ]
    places = {"x": x_of("x"), "x2": {"field": "x2"}, "y": y_of(height), "color": as_it_is("c")}
    tips = [tip("stream", t("Поток")), tip("share", t("Доля")), tip("of", t("Всего с оценкой"))]
    return [Layer(parts, "bar", {"height": _BAR}, {**places, "tooltip": tips})]


def _mark_of_b(rows: Sequence[Row], height: float, t: Language) -> list[Layer]:
    """Draw B and its interval in a lane of their own under the bar, where nothing hides them."""
    shown = [
        {
            "y": row.interval_y,
            "b": row.line["b"],
            "low": row.line["b_low"],
            "high": row.line["b_high"],
            "stream": printable(row.line["code"]),
            "told": f"{t.points(row.line['b'])} ({interval(row.line['b_low'], row.line['b_high'])})",
            "state": ", ".join(filter(None, (t(STATES[row.line["state"]]), row.unsure))),
        }
        for row in rows
        if row.scored
    ]
    tips = [tip("stream", t("Поток")), tip("told", "B"), tip("state", t("Состояние"))]
    line = {"color": INK, "strokeWidth": 1.5, "strokeCap": "round"}
    point = {"filled": True, "fill": INK, "stroke": PAPER, "strokeWidth": 1.5, "size": 58, "opacity": 1}
    y = y_of(height)
    return [
        Layer(shown, "rule", line, {"x": x_of("low"), "x2": {"field": "high"}, "y": y}),
        Layer(shown, "point", point, {"x": x_of("b"), "y": y, "tooltip": tips}),
    ]


def _texts(rows: Sequence[Row], layout: Layout, t: Language) -> list[Layer]:
    """Write names and states; a name that is cut is whole under the pointer."""
    height = rows[-1].foot if rows else 0
    plot = layout.right - layout.left
    beside = layout.beside
    names = [{"y": row.name_y, "t": row.name, "stream": printable(row.line["code"])} for row in rows]
    states = [{"y": row.state_y, "t": row.state} for row in rows]
    unsure = [{"y": row.state_y + LINE, "t": row.unsure} for row in rows if row.unsure]
    left: dict[str, Any] = {"align": "left", "x": plot + 16 if beside else 0}
    return [
        text(
            names,
            height,
            weight=600,
            tips=[tip("stream", t("Поток"))],
            **({"align": "right", "x": -16} if beside else left),
        ),
        text(states, height, **left),
        text(unsure, height, opacity=0.75, size=12, **left),
    ]


def sentence(line: Line, t: Language) -> str:
    """Say in words what the bars of a stream show."""
    name, state = printable(line["code"]), t(STATES[line["state"]])
    if not line["n"]:
        return f"{name}: {state}."
    unsure = certainty(line, t)
    return t(
        "{name}: оценки 0–2 — {d}, 3 — {three}, 5 — {e} из {n}; B {b}, {level}\u00a0% интервал {between}; {state}.",
        name=name,
        d=t.percent(line["d"]),
        three=t.percent(line["u"] - line["d"]),
        e=t.percent(line["e"]),
        n=t.counted(line["n"], "строки|строк|строк"),
        b=t.points(line["b"]),
        level=t.plain(line["level"]),
        between=interval(line["b_low"], line["b_high"]),
        state=f"{state}, {unsure}" if unsure else state,
    )
