"""Intervals of the balance B and of its change, for few respondents who gave one row or several.

B is the difference of two shares of one multinomial, E and U. Its interval is Newcombe's hybrid of Wilson intervals
(1998, Statistics in Medicine 17, 2635-2650, method 10) with their multinomial correlation, on the effective number of
rows: rows of one person resemble each other and count for less (Kish's design effect, from the linearised variance by
respondent). A change is combined from two such intervals in the same way (MOVER: Zou and Donner 2008, Statistics in
Medicine 27, 1693-1702).

Chosen from eight in benchmarks/intervals.md: of those whose mean coverage is what it should be from five respondents on
it falls short least often without being wider than it must; bootstraps fall far short below thirty respondents.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]
_FARTHEST = 8.0  # normal quantile beyond which no p is told apart
_CAUTION = 2.0  # respondents' worth of belief that one person's rows say the same, [ours]


@dataclass(frozen=True)
class People:
    """Those who scored; arrays of shape (m,): weight of their rows, of rows with 5, of rows with 0-3, squares."""

    names: Sequence[str]
    weight: Floats
    e: Floats
    u: Floats
    squares: Floats


@dataclass(frozen=True)
class Estimate:
    """B (-1 to 1) with its interval, what every respondent moves it by, and what the interval is made of."""

    b: float
    low: float
    high: float
    influence: Mapping[str, float]
    shares: "_Shares"


@dataclass(frozen=True)
class _Shares:
    """The shares E and U (0 to 1) of an effective number of rows."""

    e: float
    u: float
    rows: float

    def bounds(self, z: float) -> tuple[float, float]:
        """The interval of B; `z` is the normal quantile of its level."""
        (e_low, e_high), (u_low, u_high) = wilson(self.e, self.rows, z), wilson(self.u, self.rows, z)
        spread = math.sqrt(self.e * (1 - self.e) * self.u * (1 - self.u))
        alike, b = -self.e * self.u / spread if spread > 0 else 0.0, self.e - self.u
        low = b - _combined(self.e - e_low, u_high - self.u, alike)
        high = b + _combined(e_high - self.e, self.u - u_low, alike)
        return max(low, -1.0), min(high, 1.0)


def estimate(people: People, level: float) -> Estimate:
    """Estimate B from at least one scored row.

    Parameters
    ----------
    level : float
        Of the interval, in percent.
    """
    total = people.weight.sum()
    share_e, share_u = people.e.sum() / total, people.u.sum() / total
    b = share_e - share_u
    influence = (people.e - people.u - b * people.weight) / total
    shares = _Shares(float(share_e), float(share_u), _effective_rows(people, influence))
    low, high = shares.bounds(NormalDist().inv_cdf(0.5 + level / 200))
    return Estimate(float(b), low, high, dict(zip(people.names, influence.tolist(), strict=True)), shares)


def change(before: Estimate, after: Estimate) -> tuple[float, float, float]:
    """Return the change of B and its interval (-2 to 2); who answered both times is taken as one person."""
    low, high = _change(before, after, (before.low, before.high), (after.low, after.high), _alike(before, after))
    return after.b - before.b, low, high


def change_p(before: Estimate, after: Estimate) -> float:
    """Return the two-sided p (0 to 1) of a change of B.

    It is one less the level at which the interval reaches zero, with Student's quantiles in place of the normal ones
    (respondents of both waves less two) [ours]: far out in the tails, where many comparisons are judged, the normal
    ones are too sure of few people.
    """
    alike, fell = _alike(before, after), after.b < before.b

    def nearest_to_zero(z: float) -> float:
        low, high = _change(before, after, before.shares.bounds(z), after.shares.bounds(z), alike)
        return -high if fell else low

    if after.b == before.b:
        return 1.0
    z = _FARTHEST if nearest_to_zero(_FARTHEST) > 0 else float(brentq(nearest_to_zero, 0.0, _FARTHEST))
    return 2 * float(student.sf(z, max(len(before.influence) + len(after.influence) - 2, 1)))


def _change(
    before: Estimate, after: Estimate, then: tuple[float, float], now: tuple[float, float], alike: float
) -> tuple[float, float]:
    """The interval of a change, from those of both ends."""
    delta = after.b - before.b
    low = delta - _combined(after.b - now[0], then[1] - before.b, alike)
    return low, delta + _combined(now[1] - after.b, before.b - then[0], alike)


def _alike(before: Estimate, after: Estimate) -> float:
    """The correlation of two estimates through those who answered both times."""
    both = before.influence.keys() & after.influence.keys()
    shared = sum(before.influence[name] * after.influence[name] for name in sorted(both))
    spread = math.sqrt(_squares(before) * _squares(after))
    return min(max(shared / spread, -1.0), 1.0) if spread > 0 else 0.0


def _squares(found: Estimate) -> float:
    return sum(value**2 for value in found.influence.values())


def _effective_rows(people: People, influence: Floats) -> float:
    """How many independent rows of weight 1 the answers are worth: between as many as people and as many as rows."""
    total, m = people.weight.sum(), len(people.weight)
    rows = total**2 / people.squares.sum()
    most = max(rows * (people.weight**2).sum() / total**2, 1.0)  # the design effect when a person always says the same
    if m == 1:
        return float(rows / most)
    share_e, share_u = ((rows * part.sum() / total + 0.5) / (rows + 1.5) for part in (people.e, people.u))
    independent = (share_e + share_u - (share_e - share_u) ** 2) / rows
    effect = float(np.clip(m / (m - 1) * (influence**2).sum() / independent, 1.0, most))
    return float(rows * (m + _CAUTION) / (m * effect + _CAUTION * most))


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval of a share (0 to 1) of `n` rows; `z` is the quantile of its level."""
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / (1 + z * z / n)
    return centre - half, centre + half


def _combined(one: float, other: float, alike: float) -> float:
    """Distance from a difference to its bound: both parts' own distances, with their correlation."""
    return float(np.sqrt(max(one**2 + other**2 - 2 * alike * one * other, 0.0)))
