"""What of coded rows may leave the team."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from models.balance import CodedRow
from models.codebook import Code
from models.sharing import only, shareable_by_wave, shareable_nets, shareable_rows

CODES = (Code("a", "А", net="Сводная"), Code("b", "Б", net="Сводная"), Code("c", "В", net="Другая"), Code("d", "Г"))
ROWS = st.lists(
    st.builds(
        lambda who, row, wave, score, codes: CodedRow(f"{who}", row, f"{who}", wave, score, codes),
        st.integers(0, 12),
        st.integers(1, 5),
        st.sampled_from(["1", "2", ""]),
        st.sampled_from([None, 0, 3, 4, 5]),
        st.sampled_from([frozenset(codes) for codes in ("a", "a", "b", "ab", "c", "ac", "d", "abd")]),
    ),
    max_size=60,
)


def row(who: str, codes: str, wave: str = "", score: int | None = 4) -> CodedRow:
    return CodedRow(who, 1, who, wave, score, frozenset(codes))


@given(ROWS, st.integers(2, 5))
def test_every_code_is_left_with_enough_respondents_or_none(rows: list[CodedRow], least: int) -> None:
    people = defaultdict(set)
    kept = shareable_rows(rows, least)
    for each in kept:
        for code in each.codes:
            people[code, each.score is None].add(each.respondent)
    assert all(len(who) >= least for who in people.values())
    before = defaultdict(set)
    for each in rows:
        for code in each.codes:
            before[code, each.score is None].add(each.respondent)
    assert {cell: who for cell, who in before.items() if len(who) >= least} == people
    assert shareable_rows(kept, least) == kept


def test_a_small_code_is_taken_off_a_row_and_the_row_stays() -> None:
    rows = [row("1", "ab"), row("2", "a"), row("3", "a")]
    assert shareable_rows(rows, 3) == [row("1", "a"), row("2", "a"), row("3", "a")]
    assert shareable_rows(rows[1:], 3) == []


def test_a_net_goes_when_a_piece_of_it_is_small() -> None:
    apart = [row(f"a{at}", "a") for at in range(5)] + [row(f"b{at}", "b") for at in range(5)]
    assert shareable_nets(apart, CODES, (), 5) == {"Сводная", "Другая"}
    assert shareable_nets([*apart, row("x", "ab")], CODES, (), 5) == {"Другая"}, "one row is in both"
    both = [row("a0", "b"), row("b0", "a")]
    assert shareable_nets([*apart, *both], CODES, (), 5) == {"Другая"}, "two people are in both, with different rows"
    assert shareable_nets([*apart, *(row(f"x{at}", "ab") for at in range(5))], CODES, (), 5) == {"Сводная", "Другая"}


def test_a_net_goes_when_a_piece_of_it_in_one_wave_is_small() -> None:
    """Б is in the second wave only, so what А and Б share is; taken from А's second wave it leaves one row."""
    rows = [row(f"1{at}", "a", "1") for at in range(5)]
    rows += [row(f"2{at}", "ab", "2") for at in range(5)] + [row(f"3{at}", "b", "2") for at in range(5)]
    assert shareable_nets(rows, CODES, {"a", "b"}, 5) == {"Сводная", "Другая"}
    rows += [row("x", "a", "2")]
    assert shareable_nets(rows, CODES, (), 5) == {"Сводная", "Другая"}
    assert shareable_nets(rows, CODES, {"a", "b"}, 5) == {"Другая"}


def test_a_codes_waves_go_when_one_of_them_is_small() -> None:
    first, second = ([row(f"{wave}{at}", "a", wave) for at in range(5)] for wave in ("1", "2"))
    assert shareable_by_wave([*first, *second], CODES[:1], 5) == {"a"}
    assert shareable_by_wave([*first, *second[:4]], CODES[:1], 5) == set()
    assert shareable_by_wave([*first, *second, row("x", "a", "")], CODES[:1], 5) == set(), "one row has no wave"
    again = [row("10", "a", "2")]
    assert shareable_by_wave([*first, *second, *again], CODES[:1], 5) == set(), "one respondent is in both"


@given(ROWS)
def test_only_some_codes_are_left(rows: list[CodedRow]) -> None:
    kept = only(rows, ["a", "d"])
    assert [each.codes for each in kept] == [each.codes & {"a", "d"} for each in rows if each.codes & {"a", "d"}]
