"""The diverging bars: what every stream answered, left of zero the dissatisfied, right of it those who got more."""

from collections.abc import Sequence
from html import escape
from io import StringIO
from typing import Any, Literal

import altair as alt
import pandas as pd

from models.config import Balance
from models.inert import printable
from reports.figures import counted, interval, percent, plain, points
from reports.placing import LINE, WIDE, Layout, Line, Row, placed
from reports.words import STATES, certainty

# Orange and blue differ for every kind of colour blindness. The page sets the variables anew for its dark theme.
DISSATISFIED, NEUTRAL, EXCEEDED = "var(--bar-02, #a5480a)", "var(--bar-3, #e8ab6a)", "var(--bar-5, #2f6fb0)"
INK, PAPER = "currentColor", "var(--paper, #fff)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_BAR, _HEAD = 13, 46  # pixels: the thickness of a bar, the head with zones and axis


def diverging_bars(balance: pd.DataFrame, settings: Balance, layout: Layout = WIDE, ident: str = "bars") -> str:
    """Draw the streams as diverging bars in the order of the table.

    Parameters
    ----------
    balance : DataFrame
        From `models.balance.served_balance`; may be empty. A stream without scored rows gets its name and no bar.
    settings : Balance
        The cuts, drawn as zones behind the mark of B.
    layout : Layout
        WIDE for a screen or paper, NARROW for a phone.
    ident : str
        Makes the ids inside the drawing unique on the page.

    Returns
    -------
    str
        An SVG element to stand inside a page, with a text alternative; the same for the same table.
    """
    rows = placed(balance, layout)
    height = rows[-1].foot if rows else 0
    layers = [*_head(settings, layout, rows), *_bars(rows, height), *_mark_of_b(rows, height), *_texts(rows, layout)]
    chart = (
        alt.layer(*layers)
        .properties(
            width=layout.right - layout.left,
            height=max(height, 1),
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": layout.left, "right": layout.width - layout.right, "top": _HEAD, "bottom": 4},
        )
        .configure(aria=False, background="transparent", font=FONT)
        .configure_view(stroke=None)
    )
    out = StringIO()
    chart.save(out, format="svg")
    return _described(out.getvalue(), balance, ident)


def _x(field: str) -> alt.X:
    return alt.X(field, type="quantitative", scale=alt.Scale(domain=[-100, 100]), axis=None)


def _y(height: float, field: str = "y") -> alt.Y:
    """Places are pixels already, so the scale changes nothing."""
    flat = alt.Scale(domain=[0, max(height, 1)], range=[0, max(height, 1)], nice=False)
    return alt.Y(field, type="quantitative", scale=flat, axis=None)


def _data(values: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.Data(values=list(values)))


def _head(settings: Balance, layout: Layout, rows: Sequence[Row]) -> list[alt.Chart]:
    """Draw the axis, shade where B means well served, and name the zones of B above."""
    height = rows[-1].foot if rows else 0
    cuts = [-100.0, settings.under, settings.over, 100.0]
    scale = (layout.right - layout.left) / 200
    zones = [
        {"x": (low + high) / 2, "t": STATES[state]}
        for low, high, state in zip(cuts, cuts[1:], ("under", "well", "over"), strict=False)
        if (high - low) * scale > 6.6 * len(STATES[state])  # a narrow zone stays without a name
    ]
    ticks = [{"x": at, "t": points(at, 0)} for at in (-100, -50, 0, 50, 100)]
    # Beside the names zero is one line; where text stands over the bars it would cross the words out.
    zero = [(0.0, height)] if layout.beside else [(row.bar_y - 10, row.interval_y + 8) for row in rows]
    grid, top, bottom = _data(ticks).mark_rule(color=INK, opacity=0.13), alt.value(0), alt.value(max(height, 1))
    shade = _data([{"x": settings.under, "x2": settings.over}]).mark_rect(color=INK, opacity=0.055)
    axis: dict[str, Any] = {"color": INK, "fontSize": 11, "opacity": 0.75}
    return [
        shade.encode(x=_x("x"), x2="x2:Q", y=top, y2=bottom),
        grid.encode(x=_x("x"), y=top, y2=bottom),
        _data([{"x": 0, "y": high, "y2": low} for high, low in zero])
        .mark_rule(color=INK, opacity=0.55)
        .encode(x=_x("x"), y=_y(height), y2="y2:Q"),
        _data(zones).mark_text(**axis).encode(x=_x("x"), y=alt.value(-31), text="t:N"),
        _data(ticks).mark_text(**axis).encode(x=_x("x"), y=alt.value(-11), text="t:N"),
    ]


def _bars(rows: Sequence[Row], height: float) -> list[alt.Chart]:
    parts = []
    for row in rows:
        if row.scored:
            u, d, e = (float(row.line[key]) for key in ("u", "d", "e"))
            ends = ((d - u, 0.0, NEUTRAL), (-u, d - u, DISSATISFIED), (0.0, e, EXCEEDED))
            parts += [{"y": row.bar_y, "x": low, "x2": high, "c": c} for low, high, c in ends if high > low]
    colour = alt.Color("c:N", scale=None, legend=None)
    return [_data(parts).mark_bar(height=_BAR).encode(x=_x("x"), x2="x2:Q", y=_y(height), color=colour)]


def _mark_of_b(rows: Sequence[Row], height: float) -> list[alt.Chart]:
    """Draw B and its interval in a lane of their own under the bar, where nothing hides them."""
    shown = [
        {"y": row.interval_y, "b": row.line["b"], "low": row.line["b_low"], "high": row.line["b_high"]}
        for row in rows
        if row.scored
    ]
    line, point = _data(shown), _data(shown)
    return [
        line.mark_rule(color=INK, strokeWidth=1.5, strokeCap="round").encode(x=_x("low"), x2="high:Q", y=_y(height)),
        point.mark_point(filled=True, fill=INK, stroke=PAPER, strokeWidth=1.5, size=58, opacity=1).encode(
            x=_x("b"), y=_y(height)
        ),
    ]


def _texts(rows: Sequence[Row], layout: Layout) -> list[alt.Chart]:
    """Write names and states."""
    height = rows[-1].foot if rows else 0
    plot = layout.right - layout.left
    beside = layout.beside
    names = [{"y": row.name_y, "t": row.name} for row in rows]
    states = [{"y": row.state_y, "t": row.state} for row in rows]
    unsure = [{"y": row.state_y + LINE, "t": row.unsure} for row in rows if row.unsure]
    left: dict[str, Any] = {"align": "left", "x": plot + 16 if beside else 0}
    return [
        _text(names, height, weight=600, **({"align": "right", "x": -16} if beside else left)),
        _text(states, height, **left),
        _text(unsure, height, opacity=0.75, size=12, **left),
    ]


def _text(
    values: Sequence[dict[str, Any]],
    height: float,
    x: float,
    align: Literal["left", "right"],
    weight: Literal[400, 600] = 400,
    opacity: float = 1,
    size: int = 13,
) -> alt.Chart:
    mark = _data(values).mark_text(
        align=align,
        baseline="alphabetic",
        color=INK,
        fontSize=size,
        fontWeight=weight,
        opacity=opacity,
        lineBreak="\n",
        lineHeight=LINE,
    )
    return mark.encode(x=alt.value(x), y=_y(height), text="t:N")


def _described(svg: str, balance: pd.DataFrame, ident: str) -> str:
    """Give the drawing a title and the same facts in sentences, and let it shrink with the page."""
    facts = " ".join(_sentence(line) for line in balance.to_dict("records")) or "Подтверждённых потоков нет."
    start = svg.index(">") + 1
    opening = svg[: start - 1].replace(' class="marks"', "")
    return (
        f'{opening} role="img" aria-labelledby="{ident}-t" aria-describedby="{ident}-d">'
        f'<title id="{ident}-t">Как обслужены потоки</title><desc id="{ident}-d">{escape(facts)}</desc>{svg[start:]}'
    )


def _sentence(line: Line) -> str:
    name, state = printable(line["code"]), STATES[line["state"]]
    if not line["n"]:
        return f"{name}: {state}."
    unsure = certainty(line["state"], line["certain"])
    return (
        f"{name}: оценки 0–2 — {percent(line['d'])}, 3 — {percent(line['u'] - line['d'])}, 5 — {percent(line['e'])} "
        f"из {counted(line['n'], 'строки', 'строк', 'строк')}; B {points(line['b'])}, "
        f"{plain(line['level'])} % интервал {interval(line['b_low'], line['b_high'])}; "
        f"{state}{', ' + unsure if unsure else ''}."
    )
