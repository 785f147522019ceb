"""Where every stream stands on the drawing of the bars: pixels, wrapped names, and the words beside them."""

import textwrap
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.inert import printable
from reports.language import RUSSIAN, Language
from reports.letters import widest_mean
from reports.words import STATES, certainty

Line = Mapping[Hashable, Any]  # a row of the balance or of the fixed codes
_FAIR = 0.675  # mean width of a letter, in heights of the font, that the widths of the layouts allow for
LINE = 17  # pixels from one line of text to the next


@dataclass(frozen=True)
class Layout:
    """Where things stand, in pixels of the drawing: the bars between `left` and `right`, names wrapped at `wrap`.

    `beside`: the name stands left of the bar and the state right of it; otherwise above and below, for a phone.
    """

    name: str
    width: int
    left: int
    right: int
    wrap: int
    beside: bool


WIDE = Layout("wide", width=930, left=262, right=700, wrap=28, beside=True)
NARROW = Layout("narrow", width=350, left=6, right=344, wrap=38, beside=False)


@dataclass(frozen=True)
class Row:
    """One stream in its place: the top of its name, the middles of its bar and of its interval, the foot."""

    line: Line
    name: str
    state: str
    unsure: str
    name_y: float
    bar_y: float
    interval_y: float
    state_y: float
    foot: float

    @property
    def scored(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.line["n"])


def placed(balance: pd.DataFrame, layout: Layout, t: Language = RUSSIAN) -> list[Row]:
    """Give every stream its place; a long name makes its row higher."""
    rows: list[Row] = []
    top = 0.0
    for line in balance.to_dict("records"):
        state = t(STATES[line["state"]])
        name = wrapped(printable(line["code"]), layout.wrap)
        tall = LINE * len(name)
        text = f"{t.points(line['b'])}  {state}" if line["n"] else state
        unsure = certainty(line, t)
        if layout.beside:
            foot = top + max(tall, 2 * LINE) + 12
            bar, state_y = top + 11, top + 13
        else:
            state_y, bar = top + tall + 13, top + tall + 29 + bool(unsure) * LINE
            foot = bar + 34
        rows.append(Row(line, "\n".join(name), text, unsure, top + 13, bar, bar + 13, state_y, foot))
        top = foot
    return rows


def wrapped(name: str, width: int, most: int = 3) -> list[str]:
    """Break a name into at most `most` lines, and evenly, so that no last word is left alone.

    `width` is in letters of usual width; names in wider ones get fewer on a line.
    """
    width = max(4, int(width * min(1, _FAIR / widest_mean(name))))
    lines = textwrap.wrap(name, width, max_lines=most, placeholder="…")
    if lines[-1:] == ["…"]:  # all of the last line was one word too long for it
        lines = [*lines[:-2], lines[-2][:-1] + "…"]
    even = (textwrap.wrap(name, shorter) for shorter in range(max(map(len, name.split()), default=1), width))
    return next((better for better in even if len(better) == len(lines)), lines)
