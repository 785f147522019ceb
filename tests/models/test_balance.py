"""The served balance: exact states, one row a code, numbers that say how sure they are."""

import csv
import random
import tracemalloc
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.balance import (
    CodedRow,
    _posterior,
    box_score,
    fixed_counts,
    largest_remainder,
    served_balance,
    size_of,
    strategies,
)
from models.cards import read_cards
from models.codebook import FIXED, NO_ANSWER, OFF_TOPIC, Code, Target
from models.config import Balance, Study
from models.forms.columns import propose_columns
from models.forms.layout import read_table
from models.state import State, Tally, state_of
from models.strategy import Strategy

GSR = Path(__file__).parents[2] / "examples" / "gsr"
SETTINGS = Balance()
QUICK = Balance(draws=400)
GROW, MONEY = Code("grow", "Расти и меняться", Target.YES), Code("money", "Деньги", Target.NO)
CODES = (GROW, MONEY, *FIXED)
SCORES = st.lists(st.integers(0, 5), min_size=1, max_size=30)


def tally_of(scores: Iterable[int]) -> Tally:
    return sum((Tally.of(score) for score in scores), Tally())


def row(card: str, number: int, score: int | None, *codes: str, respondent: str = "") -> CodedRow:
    return CodedRow(card, number, respondent or card, "", score, frozenset(codes))


def rows_of(scores: Sequence[int | None], code: str = "grow") -> list[CodedRow]:
    """One respondent a score."""
    return [row(f"card{at}", 1, score, code) for at, score in enumerate(scores)]


def line(table: pd.DataFrame, code_id: str = "grow") -> pd.Series:
    (found,) = [item for _, item in table.iterrows() if item["code_id"] == code_id]
    return found


@pytest.mark.parametrize(
    ("scores", "b", "state", "polarised"),
    [
        ([5, 5, 4], 200 / 3, State.OVER, False),
        ([5, 4, 4], 100 / 3, State.WELL, False),
        ([4, 4, 3], -100 / 3, State.UNDER, False),
        ([4] * 7 + [3] * 4 + [5], -25, State.UNDER, False),
        ([5, 3], 0, State.WELL, True),
        ([2, 2, 3], -100, State.VERY_UNDER, False),
        ([5] * 2 + [0] * 5 + [4] * 5, -25, State.UNDER, False),
        ([5, 5, 5, 3], 50, State.OVER, True),
        ([4] * 3 + [2], -25, State.UNDER, False),
    ],
)
def test_the_worked_values_hold(scores: list[int], b: float, state: State, polarised: bool) -> None:
    found = line(served_balance(rows_of(scores), CODES, QUICK))
    assert found["b"] == pytest.approx(b)
    assert found["state"] == state
    assert ("polarised" in found["flags"].split("|")) is polarised


def test_every_state_up_to_200_rows_equals_exact_integer_arithmetic() -> None:
    for n in range(1, 201):
        for fives in range(n + 1):
            for low in {*range(max(0, fives + n // 4 - 1), fives + n // 4 + 3), 0, n - fives, max(0, fives - n // 2)}:
                if not 0 <= low <= n - fives:
                    continue
                for worst in {0, low, low // 2, min(low, n // 2), min(low, (n + 1) // 2)}:
                    tally = Tally(Fraction(n), Fraction(fives), Fraction(low), Fraction(worst))
                    assert state_of(tally, SETTINGS) == by_integers(n, fives, low, worst), (n, fives, low, worst)


def test_every_state_at_both_cuts_is_exact() -> None:
    for n in range(1, 201):
        for fives in range(n + 1):
            for low in range(n - fives + 1):
                at_cut = 4 * (fives - low) == -n or 2 * (fives - low) == n
                if at_cut:
                    tally = Tally(Fraction(n), Fraction(fives), Fraction(low), Fraction(0))
                    assert state_of(tally, SETTINGS) == (State.UNDER if low > fives else State.OVER)


def by_integers(n: int, fives: int, low: int, worst: int) -> State:
    if 4 * (fives - low) <= -n:
        return State.VERY_UNDER if 2 * worst >= n else State.UNDER
    return State.OVER if 2 * (fives - low) >= n else State.WELL


def test_no_scored_row_has_no_state() -> None:
    assert state_of(Tally(), SETTINGS) is None
    found = line(served_balance(rows_of([None, None]), CODES, QUICK))
    assert (found["state"], found["strategy"], found["certain"], found["n"], found["rows"]) == ("", "", "no", 0, 2)
    assert pd.isna(found["b"])
    assert found["box"] == "— (0) | 0/?"


@given(counts=st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any))
def test_rounded_percentages_sum_to_100_and_stay_next_to_the_share(counts: list[int]) -> None:
    whole = largest_remainder(counts)
    assert sum(whole) == 100
    assert all(abs(part - 100 * count / sum(counts)) < 1 for part, count in zip(whole, counts, strict=True))


@pytest.mark.parametrize(
    ("scores", "cards", "handed_out", "expected"),
    [
        ([5] * 16 + [4] * 10 + [3] * 8 + [2], 16, 20, "74-23-3 (35) | 16/20"),
        ([5, 3, 0], 3, None, "34-33-33 (3) | 3/?"),
        ([4], 1, 1, "100-0-0 (1) | 1/1"),
        ([], 0, None, "— (0) | 0/?"),
    ],
)
def test_the_box_score_is_written_as_in_the_book(
    scores: list[int], cards: int, handed_out: int | None, expected: str
) -> None:
    assert box_score(scores, cards, handed_out) == expected


@pytest.mark.parametrize(
    ("respondents", "base", "size"),
    [
        *((4, 100, "XS"), (5, 100, "S"), (9, 100, "S"), (10, 100, "M"), (14, 100, "M"), (15, 100, "L"), (22, 100, "L")),
        *((23, 100, "XL"), (100, 100, "XL"), (1, 1, "XS"), (1, 2, "XS"), (2, 50, "XS"), (2, 49, "S"), (2, 2, "XL")),
    ],
)
def test_a_size_is_the_share_of_respondents_and_one_is_always_xs(respondents: int, base: int, size: str) -> None:
    assert size_of(respondents, base, SETTINGS.size_bounds) == size


@pytest.mark.parametrize(
    ("target", "satisfied", "dissatisfied"),
    [
        (Target.YES, (Strategy.PROTECT,), (Strategy.IMPROVE,)),
        (Target.NO, (Strategy.MODIFY,), (Strategy.SWITCH_OFF,)),
        (Target.UNDECIDED, (Strategy.PROTECT, Strategy.MODIFY), (Strategy.IMPROVE, Strategy.SWITCH_OFF)),
    ],
)
def test_the_strategy_follows_target_and_state(
    target: Target, satisfied: tuple[Strategy, ...], dissatisfied: tuple[Strategy, ...]
) -> None:
    assert strategies(target, State.WELL) == strategies(target, State.OVER) == satisfied
    assert strategies(target, State.UNDER) == strategies(target, State.VERY_UNDER) == dissatisfied
    assert strategies(target, None) == ()


def test_a_row_counts_once_for_every_code_it_carries() -> None:
    table = served_balance([row("a", 1, 5, "grow", "money"), row("b", 1, 3, "money")], CODES, QUICK)
    assert (line(table, "grow")["n"], line(table, "money")["n"]) == (1, 2)
    assert (line(table, "grow")["b"], line(table, "money")["b"]) == (100, 0)


def test_two_rows_of_one_respondent_are_two_rows_and_one_respondent() -> None:
    found = line(served_balance([row("a", 1, 5, "grow"), row("a", 2, 3, "grow")], CODES, QUICK))
    assert (found["rows"], found["n"], found["respondents"]) == (2, 2, 1)
    assert found["size"] == "XS"
    assert found["box"].endswith("(2) | 1/?")


def test_one_over_k_lets_every_respondent_count_once() -> None:
    coded = [
        row("a", 1, 5, "grow"),
        row("a", 2, 3, "grow"),
        row("a", 3, None, "grow"),
        row("b", 1, 3, "grow"),
        row("b", 2, None, NO_ANSWER),
    ]
    by_row = line(served_balance(coded, CODES, QUICK))
    by_person = line(served_balance(coded, CODES, QUICK.model_copy(update={"weights": "1/k"})))
    assert by_row["e"] == pytest.approx(100 / 3)
    assert (by_person["e"], by_person["u"]) == (pytest.approx(25), pytest.approx(75))


def test_k_counts_the_scored_substantive_rows_of_all_codes() -> None:
    settings = QUICK.model_copy(update={"weights": "1/k"})
    coded = [row("a", 1, 5, "grow"), row("a", 2, 3, "money"), row("a", 3, 0, NO_ANSWER), row("b", 1, 3, "grow")]
    found = line(served_balance(coded, CODES, settings))
    assert found["e"] == pytest.approx(100 * 0.5 / 1.5)


def test_fixed_codes_are_listed_apart_and_carry_no_state() -> None:
    coded = [
        row("a", 1, 5, "grow"),
        row("b", 1, 0, NO_ANSWER),
        row("b", 2, 0, NO_ANSWER),
        row("c", 1, 3, OFF_TOPIC, "grow"),
    ]
    table, fixed = served_balance(coded, CODES, QUICK), fixed_counts(coded, CODES)
    assert list(table["code_id"]) == ["grow"]
    assert line(table)["share"] == 100
    assert [tuple(item) for item in fixed.itertuples(index=False)] == [
        ("Нет ответа", NO_ANSWER, 2, 1),
        ("Не по теме", OFF_TOPIC, 1, 1),
    ]
    assert "state" not in fixed.columns


def test_shares_are_of_respondents_with_a_substantive_code() -> None:
    coded = [row("a", 1, 5, "grow"), row("b", 1, 5, "money"), row("c", 1, None, NO_ANSWER)]
    assert line(served_balance(coded, CODES, QUICK))["share"] == 50


def test_the_table_begins_with_the_columns_of_balance_csv_and_holds_no_net() -> None:
    columns = list(served_balance(rows_of([5]), CODES, QUICK).columns)
    promised = [
        "code",
        "code_id",
        "rows",
        "n",
        "respondents",
        "e",
        "u",
        "d",
        "b",
        "state",
        "certain",
        "box",
        "size",
        "target",
        "strategy",
    ]
    assert columns[: len(promised)] == promised
    assert not [name for name in columns if "net" in name]


def test_no_rows_give_an_empty_table_with_its_columns() -> None:
    table = served_balance([], CODES, QUICK)
    assert table.empty
    assert "state" in table.columns
    assert fixed_counts([], CODES).empty


def test_a_code_without_rows_is_not_in_the_table() -> None:
    assert list(served_balance(rows_of([5]), CODES, QUICK)["code_id"]) == ["grow"]


@pytest.mark.parametrize(
    ("scores", "certain"),
    [([4] * 40, "yes"), ([5] * 40, "yes"), ([5] * 4, "no"), ([5], "no"), ([5] * 2 + [0] * 5 + [4] * 5, "no")],
)
def test_a_state_is_certain_only_when_it_is_likely_and_five_stand_behind_it(scores: list[int], certain: str) -> None:
    assert line(served_balance(rows_of(scores), CODES, SETTINGS))["certain"] == certain


def test_many_rows_of_four_respondents_are_not_certain() -> None:
    coded = [row(f"card{at % 4}", at, 5, "grow") for at in range(80)]
    found = line(served_balance(coded, CODES, SETTINGS))
    assert (found["state"], found["certain"]) == (State.OVER, "no")
    assert "indicative" in found["flags"].split("|")


def test_unscored_respondents_do_not_make_a_state_certain() -> None:
    coded = rows_of([5] * 4 + [None] * 10)
    found = line(served_balance(coded, CODES, SETTINGS))
    assert (found["certain"], found["respondents"], found["rows"], found["n"]) == ("no", 14, 14, 4)


@hypothesis_settings(max_examples=40)
@given(scores=SCORES)
def test_the_probabilities_of_the_states_sum_to_one(scores: list[int]) -> None:
    found = line(served_balance(rows_of(scores), CODES, QUICK))
    assert sum(found[f"p_{state}"] for state in State) == pytest.approx(1)
    assert -100 <= found["b_low"] <= found["b_high"] <= 100


@pytest.mark.parametrize("weights", ["row", "1/k"])
@pytest.mark.parametrize("scores", [[0], [1], [2], [3], [4], [5], [5, 5], [5, 5, 5], [0, 0, 0], [4, 4, 4]])
def test_one_respondent_never_gives_a_probability_of_one(scores: list[int], weights: str) -> None:
    coded = [row("a", at, score, "grow") for at, score in enumerate(scores)]
    found = line(served_balance(coded, CODES, SETTINGS.model_copy(update={"weights": weights})))
    assert max(found[f"p_{state}"] for state in State) < 1
    assert found["certain"] == "no"


def test_the_interval_mostly_holds_the_balance_and_narrows_with_more_people() -> None:
    draw = random.Random(3)  # noqa: S311  (no secret)
    inside, tables = 0, 60
    for _ in range(tables):
        scores = [draw.choice([5, 4, 4, 3, 2]) for _ in range(draw.randint(8, 60))]
        found = line(served_balance(rows_of(scores), CODES, QUICK))
        inside += found["b_low"] <= found["b"] <= found["b_high"]
    assert inside >= 0.9 * tables
    few, many = (line(served_balance(rows_of([5, 4, 3] * times), CODES, QUICK)) for times in (3, 60))
    assert many["b_high"] - many["b_low"] < few["b_high"] - few["b_low"]


def test_the_cost_of_the_interval_does_not_grow_with_the_respondents() -> None:
    def memory(people: int) -> int:
        patterns = [Tally.of(score) for score in (5, 4, 3, 2)] * (people // 4)
        tracemalloc.start()
        _posterior(patterns, SETTINGS)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    memory(40)
    assert memory(4000) < 2 * memory(44)  # other people than before: what was drawn already costs nothing


@hypothesis_settings(max_examples=25)
@given(scores=st.lists(st.sampled_from([None, 0, 2, 3, 4, 5]), min_size=2, max_size=14), seed=st.integers(0, 99))
def test_row_order_does_not_change_the_balance(scores: list[int | None], seed: int) -> None:
    coded = rows_of(scores, "grow") + rows_of(scores[::-1], "money")
    shuffled = random.Random(seed).sample(coded, len(coded))  # noqa: S311  (no secret)
    pd.testing.assert_frame_equal(served_balance(coded, CODES, QUICK), served_balance(shuffled, CODES, QUICK))


LOW = st.lists(st.sampled_from([0, 2, 3, 3, 3, 3, 4, 5]), min_size=1, max_size=25)


@hypothesis_settings(max_examples=60)
@given(scores=LOW, probability=st.sampled_from([0.6, 0.8, 0.9]))
def test_a_side_is_sure_by_the_probabilities_of_its_states_together(scores: list[int], probability: float) -> None:
    settings = Balance(draws=400, certain={"probability": probability})
    found = line(served_balance(rows_of(scores), CODES, settings))
    sides = {"very_under": "under"}
    side = sides.get(found["state"], found["state"])
    together = sum(round(400 * found[f"p_{of}"]) for of in State if sides.get(of, of) == side)
    without = {state_of(tally_of(scores) - Tally.of(score), settings) for score in scores}
    stays = {sides.get(of, of) for of in without if of} <= {side}
    sure = together >= round(400 * probability) and len(scores) >= settings.certain.respondents and stays
    assert found["side"] == (side if sure else "")
    if found["certain"] == "yes" and "unstable" not in found["flags"]:
        assert found["side"] == side


def test_an_open_grade_leaves_the_side_sure() -> None:
    found = line(served_balance(rows_of([2] * 11 + [3] * 11), CODES, SETTINGS))
    assert (found["certain"], found["side"]) == ("no", "under")
    assert max(found["p_very_under"], found["p_under"]) < SETTINGS.certain.probability


def test_a_state_that_hangs_on_one_respondent_is_flagged_unstable() -> None:
    hanging = line(served_balance(rows_of([4, 4, 3]), CODES, QUICK))
    firm = line(served_balance(rows_of([4] * 20), CODES, QUICK))
    assert "unstable" in hanging["flags"].split("|")
    assert "unstable" not in firm["flags"].split("|")


@given(scores=SCORES, fold=st.integers(2, 5))
def test_the_state_depends_on_shares_only(scores: list[int], fold: int) -> None:
    assert state_of(tally_of(scores), SETTINGS) == state_of(tally_of(scores * fold), SETTINGS)


@given(scores=SCORES, weight=st.fractions(min_value=Fraction(1, 9), max_value=3))
def test_a_common_weight_changes_no_state(scores: list[int], weight: Fraction) -> None:
    weighed = sum((Tally.of(score, weight) for score in scores), Tally())
    assert state_of(weighed, SETTINGS) == state_of(tally_of(scores), SETTINGS)


def test_the_largest_code_comes_first() -> None:
    table = served_balance([*rows_of([5, 5, 5], "money"), *rows_of([4], "grow")], CODES, QUICK)
    assert list(table["code_id"]) == ["money", "grow"]


@pytest.fixture(scope="module")
def gsr_rows(study: Study) -> list[CodedRow]:
    """The example as coded by hand, through the real reader."""
    table = read_table(GSR / "gsr_cards.csv")
    columns = propose_columns(table)
    cards = read_cards(
        table, study.model_copy(update={"cards": study.cards.model_copy(update={"columns": columns})}), b"k"
    )
    with (GSR / "gsr_truth.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = {
            (line["card_id"], int(line["row"])): frozenset(line["codes"].split("|")) for line in csv.DictReader(file)
        }
    return [
        CodedRow(
            card.card_id, purpose.row, card.respondent, card.wave, purpose.score, truth[card.original_id, purpose.row]
        )
        for card in cards.cards
        for purpose in card.rows
    ]


def test_the_example_coded_by_hand_gives_every_expected_state(gsr_rows: list[CodedRow]) -> None:
    with (GSR / "gsr_codes.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = {line["code"]: line for line in csv.DictReader(file)}
    codes = [
        Code(name, name, Target(item["target"]), fixed=name in {"нет ответа", "не по теме"})
        for name, item in expected.items()
    ]
    table = served_balance(gsr_rows, codes, SETTINGS)
    found = {item["code"]: item["state"] for _, item in table.iterrows()}
    assert found == {name: item["expected_state"] for name, item in expected.items() if item["expected_state"]}


def test_the_same_answers_give_the_same_figures_under_any_code_id() -> None:
    scores = [5, 5, 4, 3, 5, 5, 4, 2]
    tables = []
    for code in ("code-a", "code-b"):
        rows = [CodedRow(f"c{at}", 1, f"r{at}", "1", score, frozenset({code})) for at, score in enumerate(scores)]
        tables.append(served_balance(rows, [Code(code, "Имя")], SETTINGS).drop(columns="code_id"))
    pd.testing.assert_frame_equal(tables[0], tables[1])
