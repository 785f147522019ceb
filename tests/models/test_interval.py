"""The interval of B: inside the scale, around B, narrower with more people, and honest about one person's rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.interval import Estimate, People, change, change_p, estimate

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).filter(any), min_size=1, max_size=20)


def people(rows: list[tuple[int, int, int]], weight: float = 1.0, first: int = 0) -> People:
    """Fives, fours and low scores of every respondent."""
    e, four, u = np.array(rows, float).T
    total = e + four + u
    names = [str(number) for number in range(first, first + len(rows))]
    return People(names, weight * total, weight * e, weight * u, weight**2 * total)


@given(rows=ROWS, level=st.sampled_from([50.0, 80.0, 90.0, 99.0]))
def test_the_interval_lies_around_b_inside_the_scale(rows: list[tuple[int, int, int]], level: float) -> None:
    found = estimate(people(rows), level)
    assert -1 <= found.low < found.high <= 1
    assert found.low <= found.b + 1e-12
    assert found.b - 1e-12 <= found.high
    assert sum(found.influence.values()) == pytest.approx(0, abs=1e-9)


@given(rows=ROWS)
def test_a_surer_interval_is_wider(rows: list[tuple[int, int, int]]) -> None:
    some, most = (estimate(people(rows), level) for level in (80.0, 95.0))
    assert most.low <= some.low
    assert some.high <= most.high


@given(rows=ROWS, weight=st.floats(0.1, 7))
def test_a_common_weight_changes_nothing(rows: list[tuple[int, int, int]], weight: float) -> None:
    plain, weighed = estimate(people(rows), 90), estimate(people(rows, weight), 90)
    assert (weighed.b, weighed.low, weighed.high) == pytest.approx((plain.b, plain.low, plain.high))


@given(rows=ROWS)
def test_fives_and_low_scores_mirror_each_other(rows: list[tuple[int, int, int]]) -> None:
    found, mirrored = estimate(people(rows), 90), estimate(people([(u, four, e) for e, four, u in rows]), 90)
    assert (mirrored.b, mirrored.low, mirrored.high) == pytest.approx((-found.b, -found.high, -found.low))


def test_rows_of_one_person_are_worth_less_than_those_of_many() -> None:
    def width(found: Estimate) -> float:
        return found.high - found.low

    many = estimate(people([(1, 0, 0), (0, 1, 0), (0, 0, 1)] * 10), 90)
    clustered = estimate(people([(3, 0, 0), (0, 3, 0), (0, 0, 3)] * 3 + [(1, 1, 1)]), 90)
    alone = estimate(people([(10, 10, 10)]), 90)
    assert width(many) < width(clustered) < width(alone)


def test_one_respondent_leaves_almost_everything_open() -> None:
    found = estimate(people([(1, 0, 0)]), 90)
    assert found.low < 0.1
    assert found.high == 1


@given(before=ROWS, after=ROWS)
def test_a_change_read_backwards_is_its_mirror(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> None:
    one, other = estimate(people(before), 90), estimate(people(after), 90)
    there, back = change(one, other), change(other, one)
    assert back == pytest.approx((-there[0], -there[2], -there[1]), abs=1e-9)
    assert there[1] <= there[0] + 1e-9
    assert there[0] - 1e-9 <= there[2]
    assert change_p(one, other) == pytest.approx(change_p(other, one), abs=1e-9)


@given(before=ROWS, after=ROWS)
def test_an_interval_that_holds_zero_has_a_p_that_claims_nothing(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> None:
    one, other = estimate(people(before), 90), estimate(people(after), 90)
    _, low, high = change(one, other)
    assert 0 < change_p(one, other) <= 1
    if low <= 0 <= high:
        assert change_p(one, other) >= 0.1 - 1e-9


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    """The whole measurement is benchmarks/intervals.py; this is one cell of it, with a margin for chance."""
    random = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        fives, fours, low = random.multinomial(1, (0.5, 0.3, 0.2), 30).T
        found = estimate(people(list(zip(fives, fours, low, strict=True))), 90)
        held += found.low <= 0.3 <= found.high
    assert 870 <= held <= 940
