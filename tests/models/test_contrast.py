"""Differences of mean scores: worked values, what never changes, and that their intervals hold the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contrast import Scored, contrast

some = st.lists(st.tuples(st.sampled_from("абвгдежз"), st.integers(0, 5)), min_size=1, max_size=12)


def test_a_difference_worked_by_hand() -> None:
    """Each side's variance is .25, moderated 1.25/3; 6 degrees of freedom, t = 1.943; half width 1.943·√(2.5/3)."""
    found = contrast([("а", 5), ("б", 4)], [("в", 2), ("г", 3)], 90, least=2)
    assert (found.with_it, found.without, found.difference) == (4.5, 2.5, 2.0)
    assert found.high - found.difference == pytest.approx(1.9431803 * math.sqrt(2.5 / 3), abs=1e-6)
    assert found.low == pytest.approx(2.0 - 1.9431803 * math.sqrt(2.5 / 3), abs=1e-6)
    assert found.p == pytest.approx(1 - 2 / math.pi * math.atan(2 / math.sqrt(2.5 / 3)))  # one degree of freedom


def test_nothing_is_claimed_from_too_few_people_however_clear_it_looks() -> None:
    sure = [("а", 5)] * 20, [("б", 0)] * 20
    assert math.isnan(contrast(*sure, 90, least=5).p)
    assert contrast(*sure, 90, least=1).difference == 5


def test_scores_that_are_all_equal_are_never_without_doubt() -> None:
    fives, fours = [(name, 5) for name in "абвгд"], [(name, 4) for name in "еёжзи"]
    found = contrast(fives, fours, 90, least=5)
    assert found.low < 1 < found.high
    same = contrast(fives, [(name, 5) for name in "еёжзи"], 90, least=5)
    assert same.p == 1
    assert same.low < 0 < same.high


def test_rows_of_one_person_say_less_than_rows_of_several() -> None:
    others = [(name, score) for name, score in zip("клмнопрс", [2, 3, 4, 3, 2, 4, 3, 3], strict=True)]
    scores = [5, 5, 4, 4, 5, 5, 4, 4]
    alone = contrast([(name, score) for name, score in zip("абвгдежз", scores, strict=True)], others, 90, 2)
    together = contrast(
        [(name, score) for name, score in zip("ааббввгг", [5, 5, 4, 4] * 2, strict=True)], others, 90, 2
    )
    assert together.high - together.low > alone.high - alone.low


@pytest.mark.parametrize("sides", [([], []), ([("а", 3)], []), ([], [("а", 3)])])
def test_a_side_without_scores_gives_no_difference(sides: tuple[Scored, Scored]) -> None:
    found = contrast(*sides, 90, 1)
    assert math.isnan(found.difference)
    assert math.isnan(found.low)
    assert math.isnan(found.p)
    assert [math.isnan(found.with_it), math.isnan(found.without)] == [not side for side in sides]


@given(some, some)
def test_order_does_not_matter_and_turning_it_round_turns_the_sign(one: Scored, other: Scored) -> None:
    found = contrast(one, other, 90, 2)
    back = contrast(other, sorted(one, reverse=True), 90, 2)
    assert (back.difference, back.low, back.high) == pytest.approx((-found.difference, -found.high, -found.low))
    assert -5 <= found.low <= found.difference + 1e-9
    assert found.difference - 1e-9 <= found.high <= 5
    assert back.p == pytest.approx(found.p, nan_ok=True)


@given(some, some)
def test_a_small_p_leaves_zero_outside_of_the_interval(one: Scored, other: Scored) -> None:
    found = contrast(one, other, 90, 2)
    if found.p < 0.1:
        assert not found.low <= 0 <= found.high


@given(some, some)
def test_a_surer_interval_is_wider(one: Scored, other: Scored) -> None:
    narrow, wide = contrast(one, other, 80, 2), contrast(one, other, 99, 2)
    assert wide.low <= narrow.low + 1e-9
    assert wide.high >= narrow.high - 1e-9


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    """Twenty people with one row or several, used to higher or lower scores; nothing depends on the mention."""
    random = np.random.default_rng(3)
    held = []
    for _ in range(600):
        sides: tuple[list[tuple[str, int]], list[tuple[str, int]]] = ([], [])
        for person in range(20):
            habit, likely = random.normal(0, 0.7), random.beta(1.2, 1.8)
            for _ in range(random.choice([1, 1, 2, 3])):
                score = int(np.clip(round(3.9 + habit + random.normal(0, 0.9)), 0, 5))
                sides[random.random() >= likely].append((str(person), score))
        found = contrast(*sides, 90, 5)
        held.append(found.low <= 0 <= found.high)
    assert 0.87 <= np.mean(held) <= 0.96
