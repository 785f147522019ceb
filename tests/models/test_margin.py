"""The smallest change that gives another state, against trying every change there is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.config import Balance
from models.margin import CLASSES, Step, smallest_step
from models.state import State, Tally, state_of

SETTINGS = Balance()
CUTS = st.tuples(st.integers(-100, 99), st.integers(-99, 100), st.integers(0, 100)).filter(lambda c: c[0] < c[1])
MOST = 500  # tried one by one


def counts_to(most: int) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries(dict.fromkeys(CLASSES, st.integers(0, most))).filter(lambda c: any(c.values()))


def tally_of(counts: dict[str, int]) -> Tally:
    return sum((Tally.of(CLASSES[name], Fraction(1)) for name, count in counts.items() for _ in range(count)), Tally())


def tried(counts: dict[str, int], settings: Balance) -> tuple[int, set[Step]]:
    """All changes of fewest rows, found by counting up."""
    before = state_of(tally_of(counts), settings)
    for count in range(1, MOST):
        found = set()
        for name in CLASSES:
            for sign in (1, -1) if settings.weights == "row" else (1,):
                changed = {**counts, name: counts[name] + sign * count}
                if changed[name] < 0 or not any(changed.values()):
                    continue
                if (after := state_of(tally_of(changed), settings)) != before:
                    found.add(Step(sign * count, name, State(str(after))))
        if found:
            return count, found
    return 0, set()


@given(counts=counts_to(12), weights=st.sampled_from(["row", "1/k"]))
def test_no_smaller_change_gives_another_state(counts: dict[str, int], weights: str) -> None:
    settings = SETTINGS.model_copy(update={"weights": weights})
    step = smallest_step(tally_of(counts), settings)
    count, found = tried(counts, settings)
    assert step in found
    assert abs(step.count) == count


@given(counts=counts_to(4), cuts=CUTS)
def test_any_cuts_give_the_smallest_change_too(counts: dict[str, int], cuts: tuple[int, int, int]) -> None:
    under, over, very = cuts
    settings = Balance(under=under, over=over, very_under_dissatisfied=very)
    step = smallest_step(tally_of(counts), settings)
    _, found = tried(counts, settings)
    if found:
        assert step in found
    else:
        assert step is None or abs(step.count) >= MOST


@pytest.mark.parametrize(
    ("counts", "step"),
    [
        ({"4": 2, "3": 1}, Step(-1, "3", State.WELL)),
        ({"5": 1, "4": 7, "3": 4}, Step(-1, "3", State.WELL)),
        ({"4": 20}, Step(7, "3", State.UNDER)),
        ({"5": 2}, Step(1, "3", State.WELL)),
        ({"0-2": 10}, Step(7, "5", State.WELL)),
    ],
)
def test_worked_examples(counts: dict[str, int], step: Step) -> None:
    assert smallest_step(tally_of({**dict.fromkeys(CLASSES, 0), **counts}), SETTINGS) == step


def test_a_hundred_thousand_rows_are_no_more_work() -> None:
    tally = Tally(Fraction(100_000), Fraction(0), Fraction(0), Fraction(0))
    assert smallest_step(tally, SETTINGS) == Step(33_334, "3", State.UNDER)


def test_without_scores_there_is_nothing_to_change() -> None:
    assert smallest_step(Tally(), SETTINGS) is None
