"""The codebook: derived from its log, whatever happened to a code its id stays."""

from datetime import datetime, timedelta

import pytest

from models.codebook import FIXED, Codebook, Event, EventKind, Target, new_code_id

START = datetime(2026, 1, 1)
C, R, T, M, X = EventKind.CREATE, EventKind.RENAME, EventKind.TARGET, EventKind.MERGE, EventKind.RETIRE


def log(*entries: tuple[EventKind, str, dict[str, str]], frame: str = "purpose") -> list[Event]:
    return [
        Event(f"e{at}", frame, START + timedelta(days=at), "anna", kind, code, payload, f"ls/1/{at}/1")
        for at, (kind, code, payload) in enumerate(entries)
    ]


HISTORY = log(
    (C, "a", {"name": "Расти", "target": "yes"}),
    (C, "b", {"name": "Деньги"}),
    (R, "a", {"name": "Расти и меняться"}),
    (T, "b", {"target": "no"}),
    (C, "c", {"name": "Доход"}),
    (M, "c", {"into": "b"}),
    (X, "a", {}),
)


def test_replaying_the_log_gives_the_codes_of_that_day() -> None:
    now = Codebook.replay("purpose", HISTORY)
    assert [code.code_id for code in now.active()][:1] == ["b"]
    assert now.codes["a"].name == "Расти и меняться"
    assert now.codes["b"].target is Target.NO
    third_day = Codebook.replay("purpose", HISTORY, until=START + timedelta(days=2))
    assert [code.name for code in third_day.active() if not code.fixed] == ["Расти и меняться", "Деньги"]
    first_day = Codebook.replay("purpose", HISTORY, until=START)
    assert [code.name for code in first_day.active() if not code.fixed] == ["Расти"]


def test_replaying_twice_gives_the_same_codebook() -> None:
    assert Codebook.replay("purpose", HISTORY) == Codebook.replay("purpose", HISTORY)


def test_the_fixed_codes_are_always_there_and_last() -> None:
    assert list(Codebook.replay("purpose", []).active()) == list(FIXED)
    assert list(Codebook.replay("purpose", HISTORY).active())[-len(FIXED) :] == list(FIXED)
    assert {code.name for code in FIXED} == {"Другое", "Нет ответа", "Не по теме", "Неразборчиво"}


def test_events_of_another_frame_do_not_count() -> None:
    assert list(Codebook.replay("why", HISTORY).active()) == list(FIXED)


def test_merges_are_followed_to_the_last_code() -> None:
    names: list[tuple[EventKind, str, dict[str, str]]] = [(C, code, {"name": code}) for code in "abcd"]
    book = Codebook.replay(
        "purpose", log(*names, (M, "a", {"into": "b"}), (M, "b", {"into": "c"}), (M, "c", {"into": "d"}))
    )
    assert {book.resolve(code) for code in "abcd"} == {"d"}
    assert [code.code_id for code in book.active() if not code.fixed] == ["d"]


def test_a_merge_into_a_merged_code_goes_where_that_one_went() -> None:
    names: list[tuple[EventKind, str, dict[str, str]]] = [(C, code, {"name": code}) for code in "abc"]
    book = Codebook.replay("purpose", log(*names, (M, "b", {"into": "c"}), (M, "a", {"into": "b"})))
    assert book.resolve("a") == "c"


@pytest.mark.parametrize("ring", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_ring_of_merges_ends(ring: list[str]) -> None:
    names: list[tuple[EventKind, str, dict[str, str]]] = [(C, code, {"name": code}) for code in ring]
    merges: list[tuple[EventKind, str, dict[str, str]]] = [
        (M, one, {"into": other}) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)
    ]
    book = Codebook.replay("purpose", log(*names, *merges))
    assert {book.resolve(code) for code in ring} <= set(ring)


@pytest.mark.parametrize(
    "entry",
    [
        (R, "x", {"name": "?"}),
        (T, "x", {"target": "no"}),
        (X, "x", {}),
        (M, "x", {"into": "a"}),
        (M, "a", {"into": "x"}),
    ],
)
def test_an_event_on_an_unknown_code_is_an_error_and_changes_nothing(
    entry: tuple[EventKind, str, dict[str, str]],
) -> None:
    book = Codebook.replay("purpose", log((C, "a", {"name": "Расти"})))
    before = dict(book.codes)
    with pytest.raises(ValueError, match="x"):
        book.apply(log(entry)[0])
    assert book.codes == before


def test_a_code_is_found_by_how_its_name_reads() -> None:
    book = Codebook.replay("purpose", HISTORY)
    found = book.by_name(" «ДЕНЬГИ». ")
    assert found is not None
    assert found.code_id == "b"
    assert book.by_name("Доход") is None  # merged away
    assert book.by_name("Нет ответа") == FIXED[0]


def test_a_code_id_depends_on_study_frame_origin_and_reading_of_the_name() -> None:
    one = new_code_id("s", "purpose", "ls/1/7", "Деньги")
    assert one == new_code_id("s", "purpose", "ls/1/7", " деньги ")
    others = {
        new_code_id("t", "purpose", "ls/1/7", "Деньги"),
        new_code_id("s", "why", "ls/1/7", "Деньги"),
        new_code_id("s", "purpose", "ls/1/8", "Деньги"),
        new_code_id("s", "purpose", "ls/1/7", "Доход"),
    }
    assert len(others | {one}) == 5
