"""The map of the phrases: near on it is near in meaning, as far as the encoder sees it. A picture, not a result."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from statistics import median

from models.inert import printable
from reports.environment import environment
from reports.labels import LINE, Box, placed_labels
from reports.placing import wrapped

_WIDTH, _HEIGHT, _EDGE, _RADIUS = 960, 640, 24, 5
_LABELLED = 14  # groups whose names are written on the map; the others show theirs under the pointer
_DRAWN = 5000  # dots of one map, and answers listed below it: of more so many are written, a page of 1.5 MB
_POINTED = 240  # letters of an answer under the pointer; all of it stands among the words
# Okabe & Ito's colours (2008), told apart with any colour vision, then darker and lighter ones of the same
_COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c6bb1",
    "#7a6a00",
    "#00616b",
    "#b2182b",
)


@dataclass(frozen=True)
class Dot:
    """A phrase on the map: its place, each axis within -1 and 1, its words, its group's name (empty: in none).

    `times`: how often it was said, where one dot stands for phrases of the same words.
    """

    x: float
    y: float
    text: str
    group: str
    times: int = 1


@dataclass(frozen=True)
class Group:
    """A group of the map: its name, its colour, and what was said with how often, the most frequent first."""

    name: str
    colour: str
    said: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Phrases of the group, the same words counted as often as they were said."""
        return sum(times for _, times in self.said)


@dataclass(frozen=True)
class Picture:
    """What the template draws; `loose` is what stands in no group."""

    width: int
    height: int
    dots: tuple[Mapping[str, object], ...]
    labels: tuple[Mapping[str, object], ...]
    groups: tuple[Group, ...]
    loose: Group
    phrases: int

    @property
    def listed(self) -> int:
        """How many answers of each group are listed."""
        return max(_DRAWN // (len(self.groups) + 1), 10)


def picture(dots: Sequence[Dot]) -> Picture:
    """Place dots and names; groups are coloured from the largest on, and ten colours are used again and again.

    Of many dots some are drawn, those with the smallest hashes of their words; groups are counted and placed by all.
    """
    of_group: dict[str, list[Dot]] = defaultdict(list)
    for dot in dots:
        of_group[dot.group].append(dot)
    loose = Group("", "", _said(of_group.pop("", [])))
    ranked = sorted(of_group, key=lambda name: (-sum(dot.times for dot in of_group[name]), name))
    colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(ranked)}
    drawn: tuple[Mapping[str, object], ...] = tuple(
        {
            "x": _across(dot.x),
            "y": _down(dot.y),
            "text": _cut(dot.text, _POINTED) + (f" ×{dot.times}" if dot.times > 1 else ""),
            "group": dot.group,
            "colour": colours.get(dot.group),
        }
        for dot in sorted(_some(dots), key=lambda dot: dot.group != "")  # the loose ones lie below
    )
    labels = tuple(_labels(dots, [of_group[name] for name in ranked[:_LABELLED]]))
    groups = tuple(Group(name, colours[name], _said(of_group[name])) for name in ranked)
    return Picture(_WIDTH, _HEIGHT, drawn, labels, groups, loose, len(dots))


def _some(dots: Sequence[Dot]) -> Sequence[Dot]:
    if len(dots) <= _DRAWN:
        return dots
    return sorted(dots, key=lambda dot: hashlib.blake2b(dot.text.encode("utf-8", "surrogatepass")).digest())[:_DRAWN]


def map_page(title: str, dots: Sequence[Dot]) -> str:
    """Render the map as one page that needs nothing but itself."""
    return environment().get_template("map.html.j2").render(title=title, map=picture(dots))


def _said(dots: Iterable[Dot]) -> tuple[tuple[str, int], ...]:
    ranked = sorted(dots, key=lambda dot: (-dot.times, dot.text))
    return tuple((_cut(dot.text, _POINTED), dot.times) for dot in ranked)


def _labels(dots: Sequence[Dot], groups: Sequence[Sequence[Dot]]) -> Iterator[dict[str, object]]:
    """Write the names of groups beside their middles: inside the map, not on each other, nor on dots where it can be.

    The middle is the dot nearest to the medians: a group may lie in two places with nothing between them.
    """
    places = [(_across(middle.x), _down(middle.y)) for middle in map(_middle, groups)]
    wishes = [["\n".join(wrapped(printable(of[0].group), width, 2)) for width in (24, 16)] for of in groups]
    taken = [_around(dot) for dot in dots]
    frame = Box(2, 2, _WIDTH - 2, _HEIGHT - 2)
    for (x, y), label in zip(places, placed_labels(places, wishes, _RADIUS, frame, taken), strict=True):
        if label is not None:
            anchor = {"left": "start", "center": "middle", "right": "end"}[label.align]
            lines = [(text, round(label.top + LINE * (at + 0.78), 1)) for at, text in enumerate(label.text.split("\n"))]
            led = (x, y, round(label.x, 1), round(min(max(y, label.box.top), label.box.bottom), 1)) if label.led else ()
            yield {"x": round(label.x, 1), "anchor": anchor, "lines": lines, "led": led}


def _around(dot: Dot) -> Box:
    x, y = _across(dot.x), _down(dot.y)
    return Box(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS)


def _middle(group: Sequence[Dot]) -> Dot:
    x, y = median(dot.x for dot in group), median(dot.y for dot in group)
    return min(group, key=lambda dot: (hypot(dot.x - x, dot.y - y), dot.text))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _across(x: float) -> float:
    return round(_EDGE + (x + 1) / 2 * (_WIDTH - 2 * _EDGE), 1)


def _down(y: float) -> float:
    return round(_EDGE + (1 - y) / 2 * (_HEIGHT - 2 * _EDGE), 1)
