"""Tests and intervals for few people, against enumeration and published values."""

import math
from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures.exact import (
    difference_of_means,
    fisher,
    freeman_halton,
    ratio_interval,
    share_interval,
    sign_test,
    sum_interval,
)

COUNTS = st.integers(0, 8)


def test_fishers_tea_taster() -> None:
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert math.isnan(fisher(0, 0, 1, 4))


def by_counting(inside: list[int], everybody: list[int]) -> float:
    """The p of Freeman and Halton from all tables with these margins."""
    n = sum(inside)
    tables = [table for table in product(*(range(size + 1) for size in everybody)) if sum(table) == n]
    ways = {table: math.prod(comb(size, k) for size, k in zip(everybody, table, strict=True)) for table in tables}
    return sum(way for way in ways.values() if way <= ways[tuple(inside)]) / comb(sum(everybody), n)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=4))
def test_the_test_of_a_table_is_that_of_all_its_tables(cells: list[tuple[int, int]]) -> None:
    inside, everybody = [a for a, _ in cells], [a + b for a, b in cells]
    found = freeman_halton(inside, everybody)
    if not 0 < sum(inside) < sum(everybody) or sum(size > 0 for size in everybody) < 2:
        assert math.isnan(found)
    else:
        right = by_counting(inside, everybody)
        assert found == pytest.approx(right, abs=5 * math.sqrt(max(right * (1 - right), 1e-4) / 4999) + 1 / 5000)
        assert found == freeman_halton(inside, everybody), "drawn alike every time"


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=2, max_size=8), st.data())
def test_the_test_of_means_is_that_of_all_ways_to_choose_the_group(values: list[float], data: st.DataObject) -> None:
    said = np.array(values)
    member = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    found = difference_of_means(said, member[:, None])[0]
    size = int(member.sum())
    if not 0 < size < len(values):
        assert math.isnan(found)
        return
    mean = said.mean()
    here = abs(said[member].sum() - size * mean)
    chosen = [abs(said[list(group)].sum() - size * mean) for group in combinations(range(len(values)), size)]
    right = np.mean([value >= here - 1e-9 for value in chosen])
    assert found == pytest.approx(right, abs=5 * math.sqrt(max(right * (1 - right), 1e-4) / 4999) + 1 / 5000)


def test_groups_are_tested_together_as_alone_and_equal_answers_tell_nothing() -> None:
    random = np.random.default_rng(1)
    values, member = random.normal(size=40), random.random((40, 5)) < 0.4
    alone = [difference_of_means(values, member[:, [at]])[0] for at in range(5)]
    assert difference_of_means(values, member).tolist() == alone
    assert difference_of_means(np.full(40, 0.1), member).tolist() == [1] * 5
    assert difference_of_means(np.empty(0), np.empty((0, 2), dtype=bool)).size == 2


def test_a_large_table_is_tested_in_parts() -> None:
    random = np.random.default_rng(2)
    values, member = random.normal(size=3_000), random.random((3_000, 3)) < 0.5
    values[member[:, 0]] += 1
    assert difference_of_means(values, member)[0] == 1 / 5000


def test_the_sign_test_by_hand() -> None:
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(1, 9) == pytest.approx(2 * (1 + 10) / 1024)
    assert sign_test(0, 0) == sign_test(3, 3) == 1


def test_wilson_as_published() -> None:
    for count, n, bounds in ((1, 1, (21, 100)), (4, 5, (38, 96)), (15, 20, (53, 89))):
        assert [round(bound) for bound in share_interval(count, n, 95)] == list(bounds)
    assert share_interval(0, 5, 90)[0] == 0
    assert all(math.isnan(bound) for bound in share_interval(0, 0, 90))


def test_the_interval_of_a_mean_by_hand() -> None:
    said = np.array([1.0, 2, 3, 4, 5])
    low, high = sum_interval(3, (said - 3) / 5, 95)
    assert (low, high) == pytest.approx(
        (3 - 2.776445 * math.sqrt(2.5 / 5), 3 + 2.776445 * math.sqrt(2.5 / 5)), abs=1e-5
    )
    for unknown in (np.zeros(5), np.zeros(1), np.array([0.3])):
        assert all(math.isnan(bound) for bound in sum_interval(3, unknown, 95))


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_a_ratio_lies_in_its_interval_and_turns_round(n: int, m: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    low, high = ratio_interval(a, n, b, m, 90)
    assert 0 <= low <= high
    if b:
        assert low <= a / n / (b / m) * (1 + 1e-9)
        assert high >= a / n / (b / m) * (1 - 1e-9)
    assert (low == 0) == (a == 0)
    assert (high == math.inf) == (b == 0)
    if a and b:
        assert ratio_interval(b, m, a, n, 90) == pytest.approx((1 / high, 1 / low))


def test_the_interval_of_a_ratio_is_where_the_difference_of_scaled_shares_leaves_zero() -> None:
    """MOVER: at a bound r the interval of p1 − r·p2 (Zou and Donner 2008, from Wilson's intervals) touches zero."""
    a, n, b, m = 12, 20, 5, 25
    one, two = a / n, b / m
    (l1, u1), (l2, u2) = ([bound / 100 for bound in share_interval(k, size, 90)] for k, size in ((a, n), (b, m)))
    low, high = ratio_interval(a, n, b, m, 90)
    assert (one - low * two) - math.hypot(one - l1, low * (u2 - two)) == pytest.approx(0, abs=1e-12)
    assert (one - high * two) + math.hypot(u1 - one, high * (two - l2)) == pytest.approx(0, abs=1e-12)
