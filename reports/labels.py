"""Where the labels of dots stand so that nothing lies on anything: the larger streams choose first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.letters import width_of

FONT, LINE = 12, 14  # pixels: the height of the font, and from one line to the next
_GAPS = (3, 9, 18, 30, 46)  # pixels between a dot and its label; from the second on a line leads to it


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share a pixel."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: "Box") -> bool:
        """Whether all of it lies inside the other."""
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom


@dataclass(frozen=True)
class Label:
    """A text beside its dot: where it begins or ends, the top of its first line, and whether a line leads to it."""

    text: str
    x: float
    top: float
    align: Literal["left", "center", "right"]
    led: bool
    box: Box


def placed_labels(
    dots: Sequence[tuple[float, float]],
    texts: Sequence[Sequence[str]],
    radius: float,
    frame: Box,
    lines: Sequence[Box] = (),
) -> list[Label | None]:
    r"""Place the labels of dots, the first dots first.

    Parameters
    ----------
    dots : sequence of (x, y)
        Middles of the dots in pixels.
    texts : sequence of sequence of str
        What may stand at each dot, the wished text first, shorter ones after it; lines are joined by ``\n``.
    radius : float
        Pixels a dot takes around its middle.
    frame : Box
        What labels stay inside of.
    lines : sequence of Box
        What labels leave free where they can.

    Returns
    -------
    list of Label or None
        One a dot, in the order of the dots; None where nothing fits.
    """
    taken = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in dots]
    found: list[Label | None] = [None] * len(dots)
    for length in range(max(map(len, texts), default=0)):  # short texts only after every long one had its chance
        for at, (dot, wishes) in enumerate(zip(dots, texts, strict=True)):
            if found[at] is None and length < len(wishes):
                places = list(_places(dot, wishes[length], radius))
                label = _free(places, [*taken, *lines], frame) or _free(places, taken, frame)
                if label is not None:
                    found[at] = label
                    taken.append(label.box)
    return found


def _free(places: Iterable[Label], taken: Sequence[Box], frame: Box) -> Label | None:
    free = (label for label in places if label.box.within(frame) and not any(label.box.meets(box) for box in taken))
    return next(free, None)


def _places(dot: tuple[float, float], text: str, radius: float) -> Iterable[Label]:
    (x, y), lines = dot, text.split("\n")
    wide, tall = FONT * max(map(width_of, lines)), LINE * len(lines)
    for gap in _GAPS:
        off = radius + gap
        slant = 0.7 * off
        for dx, dy in ((off, 0), (-off, 0), (0, -off), (0, off), (slant, -slant), (slant, slant), (-slant, -slant),
                       (-slant, slant)):  # fmt: skip
            align: Literal["left", "center", "right"] = "left" if dx > 0 else "right" if dx < 0 else "center"
            left = x + dx - {"left": 0, "center": wide / 2, "right": wide}[align]
            top = y + dy - (tall / 2 if dy == 0 else tall if dy < 0 else 0)
            yield Label(text, x + dx, top, align, gap > _GAPS[0], Box(left, top, left + wide, top + tall))
