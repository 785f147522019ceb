"""The smallest change that gives another state, against trying every change there is."""

from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.balance import CodedRow, net_balance
from models.codebook import Code
from models.config import Balance
from models.margin import CLASSES, Step, smallest_step
from models.state import State, Tally, state_of
from models.waves import wave_balance

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


CODES = (Code("a", "А", net="Сеть"), Code("b", "Б", net="Сеть"), Code("c", "В", net="Другая"))
SAID = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 3, 4, 5, None]),
        st.sampled_from(["a", "b", "a b", "c", "a c", "b c"]),
        st.sampled_from(["x", "y", "z", ""]),
        st.sampled_from(["1", "2"]),
    ),
    min_size=1,
    max_size=14,
)


def rows_of(said: Iterable[tuple[int | None, str, str, str]]) -> list[CodedRow]:
    return [
        CodedRow(f"k{at}", 1, who or f"k{at}", wave, score, frozenset(codes.split()))
        for at, (score, codes, who, wave) in enumerate(said)
    ]


def changed(rows: Sequence[CodedRow], step: int, scores: str, code: str, wave: str) -> list[CodedRow] | None:
    """Rows after a change of as many rows of a net or code: real ones taken away, or ones of new respondents added."""
    if step > 0:
        new = (CodedRow(f"n{at}", 1, f"n{at}", wave, CLASSES[scores], frozenset([code])) for at in range(step))
        return [*rows, *new]
    there = {"5": (5,), "4": (4,), "3": (3,), "0-2": (0, 1, 2)}[scores]
    net = {one.code_id for one in CODES if one.net == "Сеть"} if code == "a" else {code}
    fitting = [row for row in rows if row.score in there and row.codes & net and wave in ("", row.wave)]
    gone = {row.card_id for row in fitting[:-step]}
    return [row for row in rows if row.card_id not in gone] if len(gone) == -step else None


@given(said=SAID, weights=st.sampled_from(["row", "1/k"]))
@hypothesis_settings(max_examples=60)
def test_the_change_that_a_net_names_gives_its_state_and_no_smaller_one_does(
    said: list[tuple[int | None, str, str, str]], weights: str
) -> None:
    settings, rows = SETTINGS.model_copy(update={"weights": weights, "draws": 200}), rows_of(said)

    def state(of: Sequence[CodedRow]) -> str:
        table = net_balance(of, CODES, settings).set_index("net")
        return str(table.loc["Сеть", "state"]) if "Сеть" in table.index else ""

    before = state(rows)
    if not before:
        return
    line = net_balance(rows, CODES, settings).set_index("net").loc["Сеть"]
    step, scores = int(line["step"]), str(line["step_scores"])
    after = changed(rows, step, scores, "a", "")
    assert after is not None
    assert state(after) == line["step_state"] != before
    signs = (1, -1) if weights == "row" else (1,)
    for smaller in (sign * count for count in range(1, min(abs(step), 3)) for sign in signs):
        for name in CLASSES:
            other = changed(rows, smaller, name, "a", "")
            assert other is None or state(other) in (before, "")


@given(said=SAID)
@hypothesis_settings(max_examples=60)
def test_the_change_that_a_wave_names_gives_its_state(said: list[tuple[int | None, str, str, str]]) -> None:
    settings, rows = SETTINGS.model_copy(update={"draws": 200}), rows_of(said)

    def lines(of: Sequence[CodedRow]) -> dict[tuple[str, str], dict[Hashable, Any]]:
        table = wave_balance(of, CODES, settings)
        return {(line["code_id"], line["wave"]): line for line in table.to_dict("records") if line["part"] == "wave"}

    for (code, wave), line in lines(rows).items():
        if not line["state"] or code == "a":  # `changed` takes «a» for its net
            continue
        after = changed(rows, line["step"], line["step_scores"], code, wave)
        assert after is not None
        found = lines(after).get((code, wave))
        if found:  # else the change left fewer than two waves
            assert found["state"] == line["step_state"] != line["state"]


def test_a_net_carries_the_flags_of_its_rows() -> None:
    rows = rows_of([(5, "a", "", "1"), (5, "b", "", "1"), (3, "a", "", "1")])
    (line,) = net_balance(rows, CODES, SETTINGS).to_dict("records")
    assert (line["state"], line["flags"]) == ("well", "indicative|polarised|unstable")
    many = rows_of([(4, "a b", "", "1")] * 12)
    (line,) = net_balance(many, CODES, SETTINGS).to_dict("records")
    assert (line["n"], line["flags"]) == (12, "")
