"""The map of the phrases: near on it is near in meaning, as far as the encoder sees it. A picture, not a result."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from reports.environment import environment

_WIDTH, _HEIGHT, _EDGE = 960, 640, 24
_LABELLED = 14  # groups whose names are written on the map; the others show theirs under the pointer
_LONGEST = 28
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
    """A phrase on the map: its place, each axis within -1 and 1, its words, and its group's name (empty: in none)."""

    x: float
    y: float
    text: str
    group: str


@dataclass(frozen=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    dots: tuple[Mapping[str, object], ...]
    labels: tuple[Mapping[str, object], ...]
    groups: tuple[tuple[str, int, str], ...]
    loose: int


def picture(dots: Sequence[Dot]) -> Picture:
    """Place dots and names; groups are coloured from the largest on, and ten colours are used again and again."""
    sizes: dict[str, int] = defaultdict(int)
    for dot in dots:
        sizes[dot.group] += 1
    loose = sizes.pop("", 0)
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(ranked)}
    drawn: tuple[Mapping[str, object], ...] = tuple(
        {"x": _across(dot.x), "y": _down(dot.y), "text": dot.text, "group": dot.group, "colour": colours.get(dot.group)}
        for dot in sorted(dots, key=lambda dot: dot.group != "")  # the loose ones lie below
    )
    labels = tuple(_labels(dots, ranked[:_LABELLED], colours))
    return Picture(_WIDTH, _HEIGHT, drawn, labels, tuple((name, sizes[name], colours[name]) for name in ranked), loose)


def map_page(title: str, dots: Sequence[Dot]) -> str:
    """Render the map as one page that needs nothing but itself."""
    return environment().get_template("map.html.j2").render(title=title, map=picture(dots))


def _labels(dots: Sequence[Dot], names: Sequence[str], colours: dict[str, str]) -> Iterator[dict[str, object]]:
    taken: list[float] = []
    for name in names:
        x = _across(median(dot.x for dot in dots if dot.group == name))
        y = _down(median(dot.y for dot in dots if dot.group == name))
        while any(abs(y - other) < 13 for other in taken) and y < _HEIGHT - _EDGE:
            y += 7
        taken.append(y)
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"
        yield {"x": min(max(x, 110), _WIDTH - 110), "y": round(y, 1), "text": short, "colour": colours[name]}


def _across(x: float) -> float:
    return round(_EDGE + (x + 1) / 2 * (_WIDTH - 2 * _EDGE), 1)


def _down(y: float) -> float:
    return round(_EDGE + (1 - y) / 2 * (_HEIGHT - 2 * _EDGE), 1)
