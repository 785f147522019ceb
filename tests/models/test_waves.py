"""Every wave by itself, and changes that the answers can carry."""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.balance import CodedRow, served_balance
from models.codebook import FIXED, NO_ANSWER, Code
from models.config import Balance, WaveBy
from models.waves import COLUMNS, Part, wave_balance, wave_of, wave_order

CODES = (Code("a", "А"), Code("b", "Б"), *FIXED)
QUICK = Balance(draws=200)
SCORES = st.lists(st.sampled_from([None, 0, 2, 3, 4, 5]), min_size=1, max_size=20)


def rows(wave: str, scores: Sequence[int | None], code: str = "a", people: str = "") -> list[CodedRow]:
    return [
        CodedRow(f"{wave}{code}{at}", 1, f"{people or wave}{at}", wave, score, frozenset([code]))
        for at, score in enumerate(scores)
    ]


def lines(table: pd.DataFrame, code: str = "a") -> list[dict[Hashable, Any]]:
    return [
        {str(key): value for key, value in line.items()} for line in table[table.code_id == code].to_dict("records")
    ]


def test_fewer_than_two_waves_have_no_table() -> None:
    for given_rows in ([], rows("1", [5, 4]), rows("", [5, 4]), rows("1", [5]) + rows("", [4])):
        table = wave_balance(given_rows, CODES, QUICK)
        assert table.empty
        assert list(table.columns) == list(COLUMNS)


@hypothesis_settings(max_examples=40)
@given(first=SCORES, second=SCORES, both=st.booleans())
def test_a_wave_is_counted_as_if_it_were_all_there_is(
    first: list[int | None], second: list[int | None], both: bool
) -> None:
    coded = rows("1", first, people="p") + rows("2", second, people="p" if both else "") + rows("2", [5], "b")
    for weights in ("row", "1/k"):
        settings = QUICK.model_copy(update={"weights": weights})
        table = wave_balance(coded, CODES, settings)
        found = {(line["part"], line["wave"]): line for line in lines(table)}
        for key, part in (
            (("wave", "1"), [r for r in coded if r.wave == "1"]),
            (("wave", "2"), [r for r in coded if r.wave == "2"]),
            (("total", ""), coded),
        ):
            alone = served_balance(part, CODES, settings).set_index("code_id").loc["a"]
            for name in (
                "rows",
                "n",
                "respondents",
                "share",
                "e",
                "u",
                "d",
                "b",
                "b_low",
                "b_high",
                "state",
                "certain",
            ):
                assert found[key][name] == alone[name] or (pd.isna(found[key][name]) and pd.isna(alone[name])), name


def test_waves_follow_each_other_by_number_and_are_compared_with_the_one_before() -> None:
    table = wave_balance(rows("10", [4]) + rows("9", [4]) + rows("волна 2", [5]), CODES, QUICK)
    assert [(line["wave"], line["since"]) for line in lines(table)] == [
        ("9", ""),
        ("10", "9"),
        ("волна 2", "10"),
        ("", ""),
    ]


def test_rows_without_a_wave_are_shown_and_compared_with_nothing() -> None:
    table = wave_balance(rows("1", [5] * 6) + rows("2", [0] * 6) + rows("", [4, 4]), CODES, QUICK)
    assert [line["part"] for line in lines(table)] == [Part.WAVE, Part.WAVE, Part.NONE, Part.TOTAL]
    assert [line["verdict"] for line in lines(table)] == ["", "down", "", ""]
    assert [line["n"] for line in lines(table)] == [6, 6, 2, 14]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "change"),
    [
        ([4] * 12, [5] * 12, "up", 100),
        ([5] * 12, [3] * 12, "down", -200),
        ([5, 4, 3] * 4, [5, 5, 3] * 4, "cannot_tell", 100 / 3),
        ([4] * 12, [4] * 12, "cannot_tell", 0),
        ([5] * 4, [0] * 40, "cannot_tell", -200),  # four people are too few to claim anything
    ],
)
def test_a_change_is_claimed_only_where_the_answers_carry_it(
    before: list[int], after: list[int], verdict: str, change: float
) -> None:
    line = lines(wave_balance(rows("1", before) + rows("2", after), CODES, QUICK))[1]
    assert line["verdict"] == verdict
    assert line["change"] == pytest.approx(change)
    assert line["change_low"] <= line["change"] <= line["change_high"]


@hypothesis_settings(max_examples=60)
@given(first=SCORES, second=SCORES, both=st.booleans())
def test_no_change_is_claimed_whose_interval_holds_zero(
    first: list[int | None], second: list[int | None], both: bool
) -> None:
    coded = rows("1", first, people="p") + rows("2", second, people="p" if both else "")
    line = lines(wave_balance(coded, CODES, QUICK))[1]
    if line["verdict"] != "cannot_tell":
        assert (line["change_low"] > 0) if line["verdict"] == "up" else (line["change_high"] < 0)
        assert min(sum(score is not None for score in scores) for scores in (first, second)) >= 5
    if all(score is None for score in first) or all(score is None for score in second):
        assert pd.isna(line["change"])


def test_the_same_people_twice_give_a_narrower_change() -> None:
    scores = [5, 5, 4, 4, 3, 3, 5, 4, 3, 4, 5, 3]
    panel, others = (
        lines(wave_balance(rows("1", scores, people="p") + rows("2", scores, people=who), CODES, QUICK))[1]
        for who in ("p", "q")
    )
    widths = [line["change_high"] - line["change_low"] for line in (panel, others)]
    assert widths[0] < widths[1] / 2


def test_a_code_that_a_wave_lacks_has_a_line_there_without_numbers() -> None:
    table = wave_balance(rows("1", [5, 5]) + rows("2", [4], "b") + rows("2", [None], NO_ANSWER), CODES, QUICK)
    (first, second, total) = lines(table)
    assert (second["rows"], second["n"], second["state"], second["verdict"]) == (0, 0, "", "cannot_tell")
    assert pd.isna(second["b"])
    assert (first["share"], total["share"]) == (100, pytest.approx(200 / 3))
    assert set(table.code_id) == {"a", "b"}


@pytest.mark.parametrize(
    ("by", "wave"), [("year", "2026"), ("quarter", "2026-Q4"), ("month", "2026-12"), ("week", "2026-W53"), (None, "")]
)
def test_a_card_that_names_no_wave_is_of_the_span_its_date_lies_in(by: WaveBy | None, wave: str) -> None:
    assert wave_of("", date(2026, 12, 31), by) == wave
    assert wave_of("весна", date(2026, 12, 31), by) == "весна"
    assert wave_of("", None, by) == ""


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.data())
def test_spans_follow_each_other_as_the_days_do(one: date, other: date, data: st.DataObject) -> None:
    by: WaveBy = data.draw(st.sampled_from(("year", "quarter", "month", "week")))
    earlier, later = sorted((one, other))
    assert wave_order(wave_of("", earlier, by)) <= wave_order(wave_of("", later, by))
