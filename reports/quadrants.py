"""The four strategies with their streams.

A stream whose target is undecided stands under both candidates; one for which the analyst chose a strategy under that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from models.strategy import Strategy
from reports.placing import Line


class HasLine(Protocol):
    """Whatever holds a line of the balance."""

    @property
    def line(self) -> Line:
        """The line."""


Stream = TypeVar("Stream", bound=HasLine)


@dataclass(frozen=True)
class Quadrant(Generic[Stream]):
    """A strategy: what calls for it by the rule, the streams it holds by the rule, and those the analyst put there."""

    strategy: Strategy
    title: str
    streams: tuple[Stream, ...]
    chosen: tuple[Stream, ...]


_TITLES = (
    (Strategy.IMPROVE, "целевой и недоволен"),
    (Strategy.PROTECT, "целевой и доволен"),
    (Strategy.SWITCH_OFF, "нецелевой и недоволен"),
    (Strategy.MODIFY, "нецелевой и доволен"),
)


def quadrants(streams: Iterable[Stream]) -> tuple[Quadrant[Stream], ...]:
    """Put streams under their strategies: targets above, those who lack something on the left."""
    held = list(streams)
    computed = [stream for stream in held if not stream.line["strategy_override"]]
    return tuple(
        Quadrant(
            strategy,
            title,
            tuple(stream for stream in computed if strategy in stream.line["strategy"].split("|")),
            tuple(stream for stream in held if strategy == stream.line["strategy_override"]),
        )
        for strategy, title in _TITLES
    )
