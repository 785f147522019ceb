"""The coding: what people decided, replayed."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codebook import Codebook, Event, EventKind
from models.coding import OPEN, Decision, PhraseState, Role, Verdict, evidence_hash, replay_decisions

START = datetime(2026, 1, 1)
ASSIGN, ALSO, NOT, NOTHING = Verdict.ASSIGN, Verdict.ALSO, Verdict.NOT, Verdict.NOTHING


def event(kind: EventKind, code: str, payload: dict[str, str], at: int = 0) -> Event:
    return Event(f"e-{kind}-{code}", "purpose", START + timedelta(days=at), "anna", kind, code, payload, "ls/1/1/1")


CREATED = [event(EventKind.CREATE, code, {"name": code}) for code in "xyz"]
BOOK = Codebook.replay("purpose", CREATED)


def said(
    who: str, verdict: Verdict, *codes: str, day: int = 0, phrase: str = "p1", role: Role = Role.CODER, origin: str = ""
) -> Decision:
    origin = origin or f"ls/1/{who}{day}/1"
    return Decision(
        *(
            f"{origin}{phrase}",
            "purpose",
            phrase,
            who,
            START + timedelta(days=day),
            role,
            verdict,
            codes,
            (),
            False,
            None,
        ),
        origin,
    )


def state(*decisions: Decision, book: Codebook = BOOK) -> PhraseState:
    return replay_decisions(decisions, book).get("p1", OPEN)


def test_one_person_confirms() -> None:
    found = state(said("anna", ASSIGN, "x", origin="ls/1/5/2"))
    assert (found.codes, found.complete, found.settled, found.origins) == ({"x"}, True, True, ("ls/1/5/2",))


def test_a_later_decision_replaces_the_same_persons_earlier_one() -> None:
    found = state(said("anna", ASSIGN, "x"), said("anna", ASSIGN, "y", day=1))
    assert (found.codes, found.disputed, found.origins) == ({"y"}, False, ("ls/1/anna1/1",))


def test_it_never_replaces_another_persons() -> None:
    found = state(said("anna", ASSIGN, "x"), said("boris", ASSIGN, "y", day=1))
    assert found.disputed
    assert not found.codes
    assert not found.settled
    assert not found.origins


def test_it_never_touches_another_phrase() -> None:
    states = replay_decisions([said("anna", ASSIGN, "x"), said("anna", ASSIGN, "y", day=1, phrase="p2")], BOOK)
    assert (states["p1"].codes, states["p2"].codes) == ({"x"}, {"y"})


def test_equal_sets_of_two_people_confirm_and_both_stand_behind_it() -> None:
    found = state(said("anna", ASSIGN, "x", "y"), said("boris", ASSIGN, "y", "x", day=1))
    assert (found.codes, found.disputed, found.settled) == ({"x", "y"}, False, True)
    assert found.origins == ("ls/1/anna0/1", "ls/1/boris1/1")


@pytest.mark.parametrize("other", [["y"], ["x", "y"], ["fixed-no-answer"]])
def test_different_sets_wait_for_adjudication(other: list[str]) -> None:
    assert state(said("anna", ASSIGN, "x"), said("boris", ASSIGN, *other)).disputed


@pytest.mark.parametrize("day", [0, 5])
def test_an_adjudication_wins_over_all_whenever_it_was_made(day: int) -> None:
    judged = said("clara", ASSIGN, "z", day=day, role=Role.ADJUDICATOR)
    found = state(said("anna", ASSIGN, "x", day=2), said("boris", ASSIGN, "y", day=3), judged)
    assert (found.codes, found.disputed, found.origins) == ({"z"}, False, (judged.origin,))


def test_the_last_adjudication_counts_whoever_made_it() -> None:
    found = state(
        said("clara", ASSIGN, "x", role=Role.ADJUDICATOR), said("dina", ASSIGN, "y", day=1, role=Role.ADJUDICATOR)
    )
    assert found.codes == {"y"}


def test_not_removes_only_that_code() -> None:
    found = state(said("anna", ASSIGN, "x", "y"), said("anna", NOT, "x", day=1))
    assert (found.codes, found.rejected, found.settled) == ({"y"}, {"x"}, True)


def test_not_alone_leaves_the_phrase_open_and_remembers_the_code() -> None:
    found = state(said("anna", NOT, "x"))
    assert (found.codes, found.rejected, found.settled, found.disputed) == (frozenset(), {"x"}, False, False)


def test_a_code_that_is_given_after_all_is_no_longer_rejected() -> None:
    found = state(said("anna", NOT, "x"), said("anna", ASSIGN, "x", day=1))
    assert (found.codes, found.rejected) == ({"x"}, frozenset())


def test_one_persons_not_against_anothers_code_is_a_dispute() -> None:
    assert state(said("anna", ASSIGN, "x"), said("boris", NOT, "x", day=1)).disputed


def test_one_persons_not_of_another_code_is_no_dispute() -> None:
    found = state(said("anna", ASSIGN, "x"), said("boris", NOT, "y", day=1))
    assert (found.codes, found.disputed) == ({"x"}, False)


def test_also_confirms_the_code_and_stays_incomplete() -> None:
    found = state(said("anna", ALSO, "x"))
    assert (found.codes, found.complete, found.settled) == ({"x"}, False, False)


def test_also_is_completed_by_a_fuller_set_of_the_same_or_another_person() -> None:
    for who in ("anna", "boris"):
        found = state(said("anna", ALSO, "x"), said(who, ASSIGN, "x", "y", day=1))
        assert (found.codes, found.settled) == ({"x", "y"}, True)


def test_also_against_a_set_without_that_code_is_a_dispute() -> None:
    assert state(said("anna", ALSO, "x"), said("boris", ASSIGN, "y", day=1)).disputed


def test_a_dissolved_group_says_nothing() -> None:
    assert state(said("anna", NOTHING)) == PhraseState()
    assert state(said("anna", ASSIGN, "x"), said("anna", NOTHING, day=1)).codes == {"x"}
    assert not state(said("anna", ASSIGN, "x"), said("boris", NOTHING, day=1)).disputed


def test_decisions_follow_merges() -> None:
    merged = Codebook.replay("purpose", [*CREATED, event(EventKind.MERGE, "x", {"into": "y"}, at=9)])
    found = state(said("anna", ASSIGN, "x"), said("boris", ASSIGN, "y"), book=merged)
    assert (found.codes, found.disputed) == ({"y"}, False)


DECISIONS = st.lists(
    st.builds(
        said,
        st.sampled_from(["anna", "boris"]),
        st.sampled_from(list(Verdict)),
        st.sampled_from("xyz"),
        day=st.integers(0, 4),
        phrase=st.sampled_from(["p1", "p2"]),
        role=st.sampled_from([Role.CODER, Role.CODER, Role.ADJUDICATOR]),
    ),
    max_size=8,
    unique_by=lambda made: made.decision_id,
)


@given(decisions=DECISIONS, seed=st.integers(0, 99))
def test_the_order_of_pulling_changes_neither_coding_nor_hash(decisions: list[Decision], seed: int) -> None:
    shuffled = random.Random(seed).sample(decisions, len(decisions))  # noqa: S311  (no secret)
    assert replay_decisions(decisions, BOOK) == replay_decisions(shuffled, BOOK)
    scores = {("a", 1): 5, ("b", 1): None}
    backwards = dict(reversed(scores.items()))
    assert evidence_hash(decisions, CREATED, scores, "{}") == evidence_hash(shuffled, CREATED[::-1], backwards, "{}")


@given(decisions=DECISIONS)
def test_a_confirmed_code_always_has_annotations_behind_it(decisions: list[Decision]) -> None:
    for found in replay_decisions(decisions, BOOK).values():
        assert bool(found.codes) == bool(found.origins)
        assert not (found.disputed and found.codes)
        assert not found.codes & found.rejected


DECIDED = [said("anna", ASSIGN, "x"), said("boris", NOT, "y", day=1)]
SCORES: dict[tuple[str, int], int | None] = {("a", 1): 5, ("a", 2): None}


def evidence(
    decisions: list[Decision] = DECIDED,
    events: list[Event] = CREATED,
    scores: dict[tuple[str, int], int | None] = SCORES,
    settings: str = "{}",
) -> str:
    return evidence_hash(decisions, events, scores, settings)


@pytest.mark.parametrize(
    "changed",
    [
        {"phrase_id": "p9"},
        {"annotator": "clara"},
        {"decided_at": START + timedelta(hours=1)},
        {"role": Role.ADJUDICATOR},
        {"verdict": Verdict.ALSO},
        {"codes": ("y",)},
        {"origin": "ls/1/9/2"},
        {"frame": "why"},
    ],
)
def test_the_evidence_hash_notices_every_part_of_a_decision(changed: dict[str, object]) -> None:
    assert evidence() != evidence(decisions=[replace(DECIDED[0], **changed), DECIDED[1]])  # type: ignore[arg-type]


def test_the_evidence_hash_notices_log_scores_and_settings() -> None:
    hashes = {
        evidence(),
        evidence(decisions=DECIDED[:1]),
        evidence(events=CREATED[:2]),
        evidence(events=[replace(CREATED[0], payload={"name": "иначе"}), *CREATED[1:]]),
        evidence(events=[replace(CREATED[0], kind=EventKind.RENAME), *CREATED[1:]]),
        evidence(scores={**SCORES, ("a", 1): 4}),
        evidence(scores={**SCORES, ("a", 2): 0}),
        evidence(scores={**SCORES, ("b", 1): 5}),
        evidence(settings='{"over": 40}'),
    }
    assert len(hashes) == 9


SPLIT_DAY = 5


def split(code: str = "x", *phrases: str, log: list[Event] = CREATED) -> Codebook:
    """The codebook after a code was split on the sixth day."""
    after = (START + timedelta(days=SPLIT_DAY)).isoformat()
    payload = {"phrases": list(phrases or ("p1", "p2")), "after": after}
    made = Event(
        f"e-split-{code}", "purpose", START + timedelta(days=SPLIT_DAY), "anna", EventKind.SPLIT, code, payload, "c"
    )
    return Codebook.replay("purpose", [*log, made])


def test_a_code_that_is_split_counts_until_somebody_says_which_part() -> None:
    before = said("anna", ASSIGN, "x")
    waiting = state(before, book=split())
    assert (waiting.codes, waiting.complete, waiting.splitting) == ({"x"}, False, {"x"})
    assert waiting.origins == (before.origin,)
    asked = waiting.as_asked()
    assert (asked.codes, asked.rejected, asked.settled) == (frozenset(), {"x"}, False)
    thrown_out = state(before, said("anna", NOT, "y", day=6), book=split())
    assert thrown_out.splitting == {"x"}, "what is none of the new groups keeps its code"
    for verdict in (NOTHING, Verdict.TWO):
        assert state(before, said("anna", verdict, day=6), book=split()) == waiting


@pytest.mark.parametrize("who", ["anna", "boris", "vera"])
def test_the_answer_to_a_split_is_no_dispute_with_what_it_splits(who: str) -> None:
    before = [
        said("anna", ASSIGN, "x"),
        said("boris", ASSIGN, "x", day=1),
        said("g", ASSIGN, "x", role=Role.ADJUDICATOR),
    ]
    answer = said(who, ASSIGN, "y", day=6)
    found = state(*before, answer, book=split())
    assert (found.codes, found.settled, found.origins) == ({"y"}, True, (answer.origin,))
    assert state(*before, said(who, ASSIGN, "x", day=6), book=split()).settled, "a part may keep the code"
    again = state(*before, answer, said("dina", ASSIGN, "z", day=7), book=split())
    assert again.disputed, "two people who answer differently disagree as ever"


def test_the_other_codes_of_a_phrase_stay_when_one_is_split() -> None:
    before = said("anna", ASSIGN, "x", "y")
    waiting = state(before, book=split())
    assert (waiting.codes, waiting.as_asked().codes, waiting.as_asked().complete) == ({"x", "y"}, {"y"}, False)
    found = state(before, said("boris", ASSIGN, "y", "z", day=6), book=split())
    assert (found.codes, found.settled) == ({"y", "z"}, True)


def test_a_split_covers_what_was_merged_into_its_code_before() -> None:
    merged = [*CREATED, event(EventKind.MERGE, "z", {"into": "x"})]
    found = state(said("anna", ASSIGN, "z"), said("boris", ASSIGN, "y", day=6), book=split(log=merged))
    assert (found.codes, found.disputed) == ({"y"}, False)


def test_phrases_that_a_split_does_not_hold_are_left_alone() -> None:
    before = said("anna", ASSIGN, "x")
    assert state(before, book=split("x", "p2")) == state(before)


@given(decisions=DECISIONS)
def test_a_split_alone_loses_nothing_that_was_confirmed(decisions: list[Decision]) -> None:
    before, after = replay_decisions(decisions, BOOK), replay_decisions(decisions, split())
    assert {phrase: found.codes for phrase, found in before.items()} == {p: found.codes for p, found in after.items()}
    for phrase, found in after.items():
        assert found.splitting == found.codes & {"x"}
        assert replace(found, splitting=frozenset(), complete=before[phrase].complete) == before[phrase]


@given(decisions=DECISIONS, who=st.sampled_from(["anna", "boris", "vera"]))
def test_after_the_answer_earlier_decisions_speak_of_other_codes_only(decisions: list[Decision], who: str) -> None:
    answers = [said(who, ASSIGN, "y", "z", day=6, phrase=phrase) for phrase in ("p1", "p2")]
    found = replay_decisions([*decisions, *answers], split())
    without = [made for made in decisions if "x" not in made.codes]
    assert found == replay_decisions([*without, *answers], BOOK)
