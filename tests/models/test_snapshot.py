"""What changed between two moments of a study."""

from hypothesis import given
from hypothesis import strategies as st
from moments import EMPTY

from models.snapshot import Change, Snapshot, changes

names = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["Деньги", "Поддержка", "Волшебство"]))
states = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "well", "under"]))
counts = st.integers(0, 50)
snapshots = st.builds(
    lambda cards, groups, codes, held, gone: EMPTY.model_copy(
        update={"cards": cards, "groups": groups, "codes": codes, "states": held, "refusals": gone}
    ),
    counts,
    counts,
    names,
    states,
    st.lists(st.sampled_from(["a.csv", "b.csv"]), unique=True).map(tuple),
)


@given(snapshots)
def test_nothing_changed_between_equal_moments(found: Snapshot) -> None:
    assert changes(found, found.model_copy()) == []


@given(snapshots, snapshots)
def test_every_count_code_state_and_file_that_differs_is_told_once(before: Snapshot, now: Snapshot) -> None:
    told = changes(before, now)
    differing = sum(getattr(before, name) != getattr(now, name) for name in ("cards", "groups"))
    differing += sum(before.codes.get(code) != now.codes.get(code) for code in "abcd")
    differing += sum(before.states[code] != now.states[code] for code in before.states.keys() & now.states.keys())
    differing += len(set(before.refusals) ^ set(now.refusals))
    assert len(told) == differing


def test_changes_in_words() -> None:
    before = EMPTY.model_copy(
        update={"cards": 5, "codes": {"a": "Деньги", "b": "Люди"}, "states": {"a": "under"}, "refusals": ("x.csv",)}
    )
    now = EMPTY.model_copy(update={"cards": 8, "codes": {"a": "Доход", "c": "Рост"}, "states": {"a": "", "c": "over"}})
    assert changes(before, now) == [
        Change("cards", "5", "8 (+3)"),
        Change("file x.csv", "not read", "read or gone"),
        Change("code", "Деньги", "Доход (renamed)"),
        Change("code", "Люди", "merged or retired"),
        Change("code", "", "Рост (new)"),
        Change("state of Доход", "under", "no scores"),
    ]


def test_before_the_first_report_there_was_nothing() -> None:
    now = EMPTY.model_copy(update={"cards": 8, "codes": {"a": "Рост"}, "states": {"a": "over"}})
    assert changes(None, now) == [Change("cards", "0", "8 (+8)"), Change("code", "", "Рост (new)")]
