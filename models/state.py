"""The state of a purpose: decided on exact weights of its scored rows."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from models.config import Balance


class State(StrEnum):
    """How a purpose is served."""

    VERY_UNDER = "very_under"
    UNDER = "under"
    WELL = "well"
    OVER = "over"

    @property
    def side(self) -> str:
        """Where B lies, whatever the grade: under, well or over."""
        return "under" if self is State.VERY_UNDER else str(self)


@dataclass(frozen=True)
class Tally:
    """Exact weights of scored rows: all, score 5, scores 0-3, scores 0-2; and the sum of their squares."""

    total: Fraction = Fraction(0)
    e: Fraction = Fraction(0)
    u: Fraction = Fraction(0)
    d: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)

    @classmethod
    def of(cls, score: int, weight: Fraction = Fraction(1)) -> "Tally":
        """One row."""
        return cls(weight, weight * (score == 5), weight * (score <= 3), weight * (score <= 2), weight**2)

    @property
    def parts(self) -> tuple[Fraction, Fraction, Fraction, Fraction, Fraction]:
        """Total, e, u, d and squares."""
        return self.total, self.e, self.u, self.d, self.squares

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(one + two for one, two in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(*(one - two for one, two in zip(self.parts, other.parts, strict=True)))

    def percent(self, part: Fraction) -> float:
        """Return 100 times `part` over all, NaN when nothing was scored."""
        return float(100 * part / self.total) if self.total else float("nan")


def state_of(tally: Tally, settings: Balance) -> State | None:
    """Decide the state on exact fractions, never on a rounded B; None when no row is scored."""
    if not tally.total:
        return None
    b = 100 * (tally.e - tally.u)
    if b <= Fraction(settings.under) * tally.total:
        very = 100 * tally.d >= Fraction(settings.very_under_dissatisfied) * tally.total
        return State.VERY_UNDER if very else State.UNDER
    return State.OVER if b >= Fraction(settings.over) * tally.total else State.WELL
