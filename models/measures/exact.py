"""Tests and intervals that hold for few people, and the correction for testing many streams.

A stream is compared with the people who are not in it. All tests are conditional on how many are in it and on what all
people said together, so that they keep their level with any number of people; where all tables are too many to be
counted they are drawn at random, with a fixed seed.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, fisher_exact, t

from models.interval import wilson

Floats = NDArray[np.float64]
DRAWS = 4_999
_SEED = 20251128
_AT_ONCE = 4_000_000  # numbers in memory
_SAME = 1e-9


def fisher(inside: int, n_inside: int, outside: int, n_outside: int) -> float:
    """Return Fisher's two-sided p of two shares; NaN where one of the groups is empty."""
    if not n_inside or not n_outside:
        return math.nan
    return float(fisher_exact([[inside, n_inside - inside], [outside, n_outside - outside]]).pvalue)


def freeman_halton(inside: Sequence[int], everybody: Sequence[int]) -> float:
    """Return the p of a table of categories by two groups: Fisher's test for more than 2 by 2 (Freeman, Halton 1951).

    The probability of tables that are no likelier than this one, given its margins; drawn at random (`DRAWS` times)
    where there are more than two categories.

    Parameters
    ----------
    inside, everybody : sequence of int
        People of each category in the group, and all people of it.
    """
    counts = np.array([(a, b) for a, b in zip(inside, everybody, strict=True) if b], dtype=np.int64).reshape(-1, 2)
    group, total = int(counts[:, 0].sum()), int(counts[:, 1].sum())
    if not 0 < group < total or len(counts) < 2:
        return math.nan
    if len(counts) == 2:
        (a, m), (b, n) = counts.tolist()
        return float(fisher_exact([[a, m - a], [b, n - b]]).pvalue)
    drawn = np.random.default_rng(_SEED).multivariate_hypergeometric(counts[:, 1], group, size=DRAWS)
    likely = _log_ways(counts[:, 1], drawn)
    here = _log_ways(counts[:, 1], counts[None, :, 0])[0]
    return float((1 + np.count_nonzero(likely <= here + _SAME)) / (1 + DRAWS))


def difference_of_means(values: Floats, member: NDArray[np.bool_]) -> Floats:
    """Return for every group the p of the difference between the mean in it and outside it (permutation test).

    Who said what is shuffled `DRAWS` times, for all groups alike; p counts the value itself among the draws, so that it
    is never 0 (Phipson and Smyth 2010).

    Parameters
    ----------
    values : array of shape (people,)
    member : array of shape (people, groups)

    Returns
    -------
    array of shape (groups,)
        NaN for a group that nobody or everybody is in.
    """
    people, groups = member.shape
    size = member.sum(axis=0)
    there = (size > 0) & (size < people)
    if not there.any():
        return np.full(groups, np.nan)
    centred = values - values.mean()
    within = member[:, there].astype(np.float64)
    here = np.abs(centred @ within)
    scale = _SAME * max(float(np.abs(centred).sum()), 1e-300)
    random, as_extreme = np.random.default_rng(_SEED), np.zeros(within.shape[1])
    batch = max(1, min(DRAWS, _AT_ONCE // people))
    for start in range(0, DRAWS, batch):
        shuffled = random.permuted(np.tile(centred, (min(batch, DRAWS - start), 1)), axis=1)
        as_extreme += (np.abs(shuffled @ within) >= here - scale).sum(axis=0)
    found = np.full(groups, np.nan)
    found[there] = (1 + as_extreme) / (1 + DRAWS)
    return found


def sign_test(more: int, fewer: int) -> float:
    """Return the two-sided p that as many people are on one side as on the other; those on neither do not count."""
    return float(binomtest(more, more + fewer).pvalue) if more + fewer else 1.0


def quantile(level: float) -> float:
    """Return the normal quantile of a two-sided level in percent: 1.645 for 90."""
    return NormalDist().inv_cdf(0.5 + level / 200)


def share_interval(count: int, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share, in percent; NaN for n = 0."""
    if not n:
        return math.nan, math.nan
    low, high = wilson(count / n, n, quantile(level))
    return 100 * max(float(low), 0.0), 100 * min(float(high), 1.0)


def sum_interval(value: float, influence: Floats, level: float) -> tuple[float, float]:
    """Return the t interval of a value that every person moves by their `influence` (linearised variance).

    NaN where it cannot be told: of fewer than two people, and where all say the same.
    """
    n = len(influence)
    spread = math.sqrt(float((influence**2).sum()) * n / (n - 1)) if n > 1 else 0.0
    if spread <= 1e-12 * max(1.0, abs(value)):
        return math.nan, math.nan
    half = float(t.ppf(0.5 + level / 200, n - 1)) * spread
    return value - half, value + half


def ratio_interval(count: int, n: int, other: int, n_other: int, level: float) -> tuple[float, float]:
    """Return the interval of the ratio of two independent shares (Donner and Zou 2012, MOVER with Wilson intervals).

    The upper bound is infinite where nothing keeps the second share from being zero.
    """
    z = quantile(level)
    one, two = count / n, other / n_other
    (low, high), (low2, high2) = wilson(one, n, z), wilson(two, n_other, z)
    low, low2 = max(float(low), 0.0) if count else 0.0, max(float(low2), 0.0) if other else 0.0
    product = one * two
    root = math.sqrt(max(product**2 - low * high2 * (2 * one - low) * (2 * two - high2), 0.0))
    bottom = low * (2 * one - low) / (product + root) if product + root else 0.0
    if not low2:
        return bottom, math.inf
    top = math.sqrt(max(product**2 - high * low2 * (2 * one - high) * (2 * two - low2), 0.0))
    return bottom, (product + top) / (low2 * (2 * two - low2))


def _log_ways(sizes: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Log of the number of ways to choose `counts` of `sizes`: the table's probability but for a constant."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(sizes.max()) + 1)))])
    ways: Floats = (factorial[sizes] - factorial[counts] - factorial[sizes - counts]).sum(axis=1)
    return ways
