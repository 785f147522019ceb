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

Floats = npt.NDArray[np.float64]
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
    """B (-1 to 1) with its interval, and what every respondent moves it by."""

    b: float
    low: float
    high: float
    influence: Mapping[str, float]


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
    rows = _effective_rows(people, influence)
    z = NormalDist().inv_cdf(0.5 + level / 200)
    (e_low, e_high), (u_low, u_high) = wilson(share_e, rows, z), wilson(share_u, rows, z)
    spread = np.sqrt(share_e * (1 - share_e) * share_u * (1 - share_u))
    alike = -share_e * share_u / spread if spread > 0 else 0.0
    low = b - _combined(share_e - e_low, u_high - share_u, alike)
    high = b + _combined(e_high - share_e, share_u - u_low, alike)
    return Estimate(float(b), max(low, -1.0), min(high, 1.0), dict(zip(people.names, influence.tolist(), strict=True)))


def change(before: Estimate, after: Estimate) -> tuple[float, float, float]:
    """Return the change of B and its interval (-2 to 2); who answered both times is taken as one person."""
    both = before.influence.keys() & after.influence.keys()
    shared = sum(before.influence[name] * after.influence[name] for name in sorted(both))
    spread = math.sqrt(_squares(before) * _squares(after))
    alike = min(max(shared / spread, -1.0), 1.0) if spread > 0 else 0.0
    delta = after.b - before.b
    low = delta - _combined(after.b - after.low, before.high - before.b, alike)
    high = delta + _combined(after.high - after.b, before.b - before.low, alike)
    return delta, low, high


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
