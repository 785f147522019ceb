"""How near a stream is to another state: the smallest change of its rows that gives one, computed exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from models.config import Balance
from models.state import State, Tally, state_of

CLASSES = {"5": 5, "4": 4, "3": 3, "0-2": 2}  # scores that move a state in the same way, and one that stands for each
_FEWER, _MORE = ("3", "0-2", "4", "5"), ("5", "4", "3", "0-2")  # of equally small changes the first is named


@dataclass(frozen=True)
class Step:
    """`count` rows of a score class more (above zero) or fewer (below), and the state they give."""

    count: int
    scores: str
    state: State


@lru_cache(8192)
def smallest_step(tally: Tally, settings: Balance) -> Step | None:
    """Return the change of fewest rows of one score class, added or taken away, after which the state is another one.

    Rows are whole: added ones weigh 1. Where rows weigh 1/k none is taken away, since that would change the weight of
    the respondent's other rows; an added row is then a new respondent who gave only this one.

    Returns
    -------
    Step or None
        None without scored rows, and where no such change leads to another state.
    """
    before = state_of(tally, settings)
    if before is None:
        return None
    steps: list[tuple[int, Step]] = []
    for sign, scores, most in _moves(tally, settings):
        one = Tally.of(CLASSES[scores], Fraction(sign))
        for count in sorted(_turning_points(tally, one, settings)):
            if most is not None and count > most:
                break
            after = state_of(_moved(tally, one, count), settings)
            if after not in (None, before):
                steps.append((count, Step(sign * count, scores, State(str(after)))))
                break
    return min(steps, key=lambda step: step[0])[1] if steps else None


def _moves(tally: Tally, settings: Balance) -> Iterator[tuple[int, str, int | None]]:
    """Every kind of change, and how often it can be made."""
    if settings.weights == "row":
        there = {
            "5": tally.e,
            "4": tally.total - tally.e - tally.u,
            "3": tally.u - tally.d,
            "0-2": tally.d,
        }
        yield from ((-1, scores, int(there[scores])) for scores in _FEWER)
    yield from ((1, scores, None) for scores in _MORE)


def _turning_points(tally: Tally, one: Tally, settings: Balance) -> set[int]:
    """Counts at which a condition of the states may turn: each is linear in the count, so it turns once at most."""
    found = set()
    for part, cut in (("b", settings.under), ("b", settings.over), ("d", settings.very_under_dissatisfied)):
        now, slope = (100 * (t.e - t.u if part == "b" else t.d) - Fraction(cut) * t.total for t in (tally, one))
        if slope:
            root = floor(-now / slope)
            found |= {count for count in (root, root + 1) if count >= 1}
    return found


def _moved(tally: Tally, one: Tally, count: int) -> Tally:
    """`one` is negative where rows are taken away."""
    return Tally(
        tally.total + count * one.total, tally.e + count * one.e, tally.u + count * one.u, tally.d + count * one.d
    )
