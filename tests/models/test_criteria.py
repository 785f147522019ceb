"""Criteria, criteria by purpose and the backlog: worked by hand, and against an independent computation."""

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.balance import CodedRow
from models.codebook import FIXED, NO_ANSWER, Code
from models.config import Balance
from models.contrast import Verdict
from models.criteria import BACKLOG, BY_PURPOSE, CRITERIA, Criteria, criteria_of

PURPOSES = (Code("p-tooth", "Снять боль"), Code("p-smile", "Улыбка"), *FIXED)
WHYS = (Code("w-fast", "Скорость", net="Пожелания"), Code("w-kind", "Вежливость"), Code("w-price", "Цена"), *FIXED)
SETTINGS = Balance()

# respondent, row, score, codes of the purpose, codes of the reason
CLINIC: tuple[tuple[str, int, int | None, str, str], ...] = (
    ("анна", 1, 5, "p-tooth", "w-fast w-kind"),
    ("анна", 2, 2, "p-smile", "w-price"),
    ("борис", 1, 3, "p-tooth", "w-fast"),
    ("вера", 1, 1, "p-tooth p-smile", "w-fast"),
    ("глеб", 1, 4, "p-smile", "w-kind"),
    ("дина", 1, None, "p-smile", "w-kind w-price"),
    ("егор", 1, 0, "p-smile", NO_ANSWER),  # gave no reason: nobody knows what he judges by
    ("жанна", 1, 0, "p-smile", ""),  # not reviewed yet
)


def rows(lines: Sequence[tuple[str, int, int | None, str, str]], place: int) -> list[CodedRow]:
    coded = [
        CodedRow(who, row, who, "", score, frozenset(codes[place - 3].split())) for who, row, score, *codes in lines
    ]
    return [row for row in coded if row.codes]


def computed(lines: Sequence[tuple[str, int, int | None, str, str]] = CLINIC) -> Criteria:
    return criteria_of(rows(lines, 3), PURPOSES, rows(lines, 4), WHYS, SETTINGS)


def test_the_criteria_of_a_small_clinic() -> None:
    table = computed().table.set_index("code_id")
    assert list(table.index) == ["w-kind", "w-fast", "w-price"], "that of most respondents first, then by name"
    shown = table[["rows", "n", "respondents", "mean", "met", "unmet", "n_without", "mean_without", "difference"]]
    assert shown.loc["w-fast"].tolist() == [3, 3, 3, 3.0, 1, 2, 2, 3.0, 0.0]  # 5 3 1 against 2 4
    assert shown.loc["w-kind"].tolist() == [3, 2, 3, 4.5, 2, 0, 3, 2.0, 2.5]  # 5 4 against 2 3 1
    assert shown.loc["w-price"].tolist() == [2, 1, 2, 2.0, 0, 1, 4, 3.25, -1.25]  # 2 against 5 3 1 4
    assert table.loc["w-fast", "net"] == "Пожелания"
    assert set(table["verdict"]) == {str(Verdict.UNKNOWN)}, "five people have to stand on each side"


def test_a_criterion_within_each_purpose() -> None:
    table = computed().by_purpose
    found = {
        (line["criterion_id"], line["purpose_id"]): (line["rows"], line["n"], line["mean"], line["mean_without"])
        for line in table.to_dict("records")
    }
    nothing = pytest.approx(float("nan"), nan_ok=True)
    assert found == {
        ("w-fast", "p-tooth"): (3, 3, 3.0, nothing),  # every row of the purpose with a reason mentions it
        ("w-fast", "p-smile"): (1, 1, 1.0, 3.0),  # 1 against 2 4 and one without a score
        ("w-kind", "p-tooth"): (1, 1, 5.0, 2.0),
        ("w-kind", "p-smile"): (2, 1, 4.0, 1.5),
        ("w-price", "p-smile"): (2, 1, 2.0, 2.5),
    }
    assert list(table.columns) == list(BY_PURPOSE)


def test_the_backlog_is_what_lacks_to_four() -> None:
    backlog = computed().backlog
    assert backlog[["code_id", "backlog", "n", "mean", "unmet"]].to_numpy().tolist() == [
        ["w-fast", 3, 3, 3.0, 2],  # -1 + 1 + 3
        ["w-price", 2, 1, 2.0, 1],
    ], "«Вежливость» has 4.5: there is nothing to improve"
    assert backlog["purposes"].tolist() == ["Снять боль|Улыбка", "Улыбка"], "4 points lack in the one, 3 in the other"
    assert list(backlog.columns) == list(BACKLOG)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        CLINIC[6:],
        tuple((who, row, None, purpose, "w-fast") for who, row, _, purpose, _ in CLINIC),
        tuple((who, row, score, "", why) for who, row, score, _, why in CLINIC),
    ],
)
def test_nothing_confirmed_no_score_or_no_purpose_is_no_error(
    lines: Sequence[tuple[str, int, int | None, str, str]],
) -> None:
    found = computed(lines)
    assert list(found.table.columns) == list(CRITERIA)
    if not any(score is not None for *_, score, _, why in lines if "w-" in why):
        assert found.backlog.empty
        assert found.table["mean"].isna().all()
    if not any(purpose for *_, purpose, why in lines if "w-" in why):
        assert found.by_purpose.empty


def test_a_criterion_that_every_row_mentions_has_nothing_to_be_compared_with() -> None:
    lines = tuple((who, row, score, purpose, "w-fast") for who, row, score, purpose, _ in CLINIC)
    (line,) = computed(lines).table.to_dict("records")
    assert (line["n"], line["n_without"], line["verdict"]) == (7, 0, "cannot_tell")
    assert pd.isna(line["mean_without"])
    assert pd.isna(line["low"])


def test_one_respondent_proves_nothing() -> None:
    lines = tuple(("анна", at, 5 * (at % 2), "p-tooth", ("w-kind", "w-fast")[at % 2]) for at in range(40))
    found = computed(lines).table
    assert set(found["verdict"]) == {"cannot_tell"}
    assert set(found["respondents"]) == {1}


def test_a_difference_that_people_carry_is_claimed() -> None:
    lines = [(f"да{at}", 1, 5, "p-tooth", "w-kind") for at in range(8)]
    lines += [(f"нет{at}", 1, at % 3, "p-tooth", "w-fast") for at in range(8)]
    assert computed(lines).table.set_index("code_id")["verdict"].to_dict() == {"w-kind": "higher", "w-fast": "lower"}


CODES_OF = {3: [code.code_id for code in PURPOSES], 4: [code.code_id for code in WHYS]}


@st.composite
def surveys(draw: st.DrawFn) -> list[tuple[str, int, int | None, str, str]]:
    places = draw(st.lists(st.tuples(st.sampled_from("абвгде"), st.integers(1, 3)), unique=True, max_size=14))
    some = [st.lists(st.sampled_from(known), unique=True, max_size=3).map(" ".join) for known in CODES_OF.values()]
    return [(who, row, draw(st.none() | st.integers(0, 5)), draw(some[0]), draw(some[1])) for who, row in places]


@given(surveys())
def test_the_tables_are_those_of_an_independent_computation(lines: list[tuple[str, int, int | None, str, str]]) -> None:
    found = computed(lines)
    long = pd.DataFrame(lines, columns=["who", "row", "score", "purpose", "why"]).astype({"score": "float64"})
    long["why"] = [[code for code in why.split() if code.startswith("w-")] for why in long["why"]]
    base = long[long["why"].map(len) > 0]
    seen = set()
    for line in found.table.to_dict("records"):
        has = base["why"].map(lambda codes, code=line["code_id"]: code in codes).astype(bool)
        seen.add(line["code_id"])
        held = base[has]
        assert (line["rows"], line["n"], line["respondents"]) == (
            len(held),
            held["score"].count(),
            held["who"].nunique(),
        )
        wanted = held["score"].mean(), base[~has]["score"].mean()
        assert (line["mean"], line["mean_without"]) == pytest.approx(wanted, abs=1e-9, nan_ok=True)
        assert line["difference"] == pytest.approx(wanted[0] - wanted[1], abs=1e-9, nan_ok=True)
        assert (line["met"], line["unmet"]) == ((held["score"] >= 4).sum(), (held["score"] <= 3).sum())
        lacking = found.backlog[found.backlog["code_id"] == line["code_id"]]
        assert len(lacking) == int(wanted[0] < 4)
        if len(lacking):
            assert lacking["backlog"].item() == pytest.approx(held["score"].count() * (4 - wanted[0]), abs=1e-9)
    assert seen == {code for codes in base["why"] for code in codes}
    pairs = base.assign(purpose=base["purpose"].str.split()).explode("purpose").explode("why")
    pairs = pairs[pairs["purpose"].isin(["p-tooth", "p-smile"])]
    wanted_pairs = pairs.groupby(["why", "purpose"])["score"].agg(["size", "count", "mean"])
    got = found.by_purpose.set_index(["criterion_id", "purpose_id"])[["rows", "n", "mean"]]
    assert set(got.index) == set(wanted_pairs.index)
    for place, (size, count, mean) in zip(wanted_pairs.index, wanted_pairs.to_numpy(), strict=True):
        assert got.loc[place].tolist() == pytest.approx([size, count, mean], abs=1e-9, nan_ok=True)


@given(surveys())
def test_the_order_of_the_rows_changes_nothing(lines: list[tuple[str, int, int | None, str, str]]) -> None:
    one, other = computed(lines), computed(sorted(lines, key=repr))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.by_purpose, other.by_purpose)
    pd.testing.assert_frame_equal(one.backlog, other.backlog)
