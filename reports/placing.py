"""Where every stream stands on the drawing of the bars: pixels, wrapped names, and the words beside them."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.inert import printable
from reports.language import RUSSIAN, Language
from reports.letters import bold_width_of
from reports.words import STATES, certainty

Line = Mapping[Hashable, Any]  # a row of the balance or of the fixed codes
_FAIR = 0.675  # mean width of a letter, in heights of the font, that the widths of the layouts allow for
_STEP = 0.25  # heights of the font: how finely an even width is looked for
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

    `width` is in letters of usual width: of wider ones fewer stand on a line, and a word too wide for one is broken.
    """
    room = width * _FAIR
    lines = _filled(name, room)
    if len(lines) > most:
        return [*lines[: most - 1], _cut(lines[most - 1], room)]
    longest = max(map(bold_width_of, name.split()), default=room)
    shorter = (longest + step * _STEP for step in range(int(max(room - longest, 0) / _STEP)))
    even = (_filled(name, at) for at in shorter)
    return next((better for better in even if len(better) == len(lines)), lines)


def _filled(name: str, room: float) -> list[str]:
    """Fill lines of a width one by one with words, those with a hyphen in parts."""
    lines: list[str] = []
    for word in name.split():
        for at, part in enumerate(re.split(r"(?<=\w-)(?=\w)", word)):
            joined = f"{lines[-1]}{'' if at else ' '}{part}" if lines else part
            if lines and bold_width_of(joined) <= room:
                lines[-1] = joined
            else:
                lines += _broken(part, room)
    return lines


def _broken(word: str, room: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and bold_width_of(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(line: str, room: float) -> str:
    """End a line that is not the last: with as many of its letters as leave room for the sign of it."""
    while line and bold_width_of(f"{line}…") > room:
        line = line[:-1].rstrip()
    return f"{line}…"
