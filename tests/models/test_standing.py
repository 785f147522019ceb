"""Where a review stands: every phrase is counted once, and what is left goes down as people answer."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from models.coding import Decision, PhraseState, Role, Verdict
from models.review import Kind, Line, ReviewTask
from models.standing import Person, TaskCount, standing

IDS = [f"p{at}" for at in range(12)]
STATES = st.sampled_from(
    [
        PhraseState(),
        PhraseState(rejected=frozenset({"x"})),
        PhraseState(frozenset({"x"}), complete=True),
        PhraseState(frozenset({"x"})),
        PhraseState(disputed=True),
    ]
)
TASKS = [
    ReviewTask("g", "purpose", Kind.GROUP, tuple(Line(name, (name,)) for name in IDS[:5])),
    ReviewTask("s", "purpose", Kind.SORT, tuple(Line(name, (name,)) for name in IDS[5:8])),
    ReviewTask("p", "purpose", Kind.PHRASE, (Line(IDS[8], (IDS[8],)),)),
]


@given(
    states=st.dictionaries(st.sampled_from([*IDS, "gone"]), STATES),
    answered=st.sets(st.sampled_from("gsp")),
    skipped=st.sets(st.sampled_from("gsp")),
)
def test_every_phrase_is_counted_once(states: dict[str, PhraseState], answered: set[str], skipped: set[str]) -> None:
    found = standing(IDS, states, TASKS, answered, skipped, [])
    parts = (found.confirmed, found.incomplete, found.disputed, found.waiting, found.later)
    assert sum(parts) == found.phrases == 12
    assert sum(count.open + count.answered for count in found.tasks.values()) == 3
    undecided = [name for name in IDS if name not in states or not (states[name].codes or states[name].disputed)]
    assert found.waiting + found.later == len(undecided)
    assert (found.actions == 0) == (not undecided and len(answered) == 3) or answered != {"g", "s", "p"}


def test_answers_bring_the_end_nearer() -> None:
    before = standing(IDS, {}, TASKS, (), (), [])
    assert (before.waiting, before.later) == (9, 3)
    states = dict.fromkeys(IDS[:5], PhraseState(frozenset({"x"}), complete=True))
    after = standing(IDS, states, TASKS, {"g"}, {"p"}, [])
    assert after.actions < before.actions
    assert after.tasks[Kind.GROUP] == TaskCount(open=0, answered=1, skipped=0)
    assert after.tasks[Kind.PHRASE] == TaskCount(open=1, answered=0, skipped=1)
    done = dict.fromkeys(IDS, PhraseState(frozenset({"x"}), complete=True))
    assert standing(IDS, done, TASKS, set("gsp"), (), []).actions == 0


def test_who_did_how_much() -> None:
    def decided(at: int, phrase: str, who: str, origin: str) -> Decision:
        moment = datetime(2026, 1, 1, 9, at)
        return Decision(
            f"d{at}", "purpose", phrase, who, moment, Role.CODER, Verdict.ASSIGN, ("x",), (), False, None, origin
        )

    made = [decided(0, "p0", "7", "ls/1/1/1"), decided(1, "p1", "7", "ls/1/1/1"), decided(2, "p0", "7", "ls/1/1/2")]
    made += [decided(3, "p0", "8", "ls/1/2/1")]
    assert standing(IDS, {}, [], (), (), made).people == [
        Person("7", phrases=2, annotations=1, last=datetime(2026, 1, 1, 9, 2)),
        Person("8", phrases=1, annotations=1, last=datetime(2026, 1, 1, 9, 3)),
    ]


def test_checks_are_told_apart_from_the_review() -> None:
    checks = [
        ReviewTask(f"c{at}", "purpose", kind, (Line(IDS[at], (IDS[at],)),))
        for at, kind in enumerate((Kind.AUDIT, Kind.SECOND, Kind.ADJUDICATION))
    ]
    alone, both = standing(IDS, {}, TASKS, (), (), []), standing(IDS, {}, [*TASKS, *checks], (), (), [])
    assert (alone.actions, alone.waiting, alone.later, alone.checks) == (both.actions, both.waiting, both.later, 0)
    assert both.checks == 5
    assert standing(IDS, {}, [*TASKS, *checks], {"c0", "c1", "c2"}, (), []).checks == 0
    assert both.tasks[Kind.AUDIT] == TaskCount(open=1, answered=0, skipped=0)
