"""What people's answers mean: decisions on phrases and events of the codebook."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.codebook import Codebook, Event, EventKind, Target
from models.coding import Decision, Verdict, replay_decisions
from models.review import Answer, Kind, Line, Member, ReviewTask, Source, UnusableAnswer, interpret

STUDY = "study"
START = datetime(2026, 1, 1)
GROUP = ReviewTask(
    "g", "purpose", Kind.GROUP, (Line("расти", ("p1", "p2")), Line("меняться", ("p3",)), Line("боль", ("p4",)))
)
PHRASE = ReviewTask("f", "purpose", Kind.PHRASE, (Line("расти", ("p1", "p2")),), suggested=("x",))
ALL = {0: Member.BELONGS, 1: Member.ALSO, 2: Member.NOT}


def source(annotation: int = 1, revision: int = 1, who: str = "anna") -> Source:
    return Source(who, START + timedelta(days=revision), f"ls/1/{annotation}/{revision}", 4.5)


def book(*names: str) -> Codebook:
    events = [Event(name, "purpose", START, "", EventKind.CREATE, name, {"name": name.upper()}, "") for name in names]
    return Codebook.replay("purpose", events)


def substantive(codebook: Codebook) -> list[tuple[str, Target]]:
    return [(code.name, code.target) for code in codebook.active() if not code.fixed]


def by_phrase(decisions: list[Decision]) -> dict[str, tuple[Verdict, tuple[str, ...]]]:
    return {made.phrase_id: (made.verdict, made.codes) for made in decisions}


def test_a_confirmed_group_makes_one_code_for_its_phrases() -> None:
    codebook = book()
    answer = Answer(new_names=("Расти",), target=Target.YES, members=ALL)
    decisions, events = interpret(STUDY, GROUP, answer, source(), codebook)
    assert substantive(codebook) == [("Расти", Target.YES)]
    (created,) = events
    code = created.code_id
    assert by_phrase(decisions) == {
        "p1": (Verdict.ASSIGN, (code,)),
        "p2": (Verdict.ASSIGN, (code,)),
        "p3": (Verdict.ALSO, (code,)),
        "p4": (Verdict.NOT, (code,)),
    }
    assert {(made.origin, made.annotator, made.lead_time) for made in decisions} == {("ls/1/1/1", "anna", 4.5)}
    assert created.origin == "ls/1/1/1"


def test_a_typed_name_never_holds_what_joins_codes() -> None:
    codebook = book()
    interpret(STUDY, GROUP, Answer(new_names=("Расти | меняться",), members=ALL), source(), codebook)
    interpret(STUDY, PHRASE, Answer(new_names=("Цена|Срок", "расти|меняться")), source(2), codebook)
    assert [name for name, _ in substantive(codebook)] == ["Расти / меняться", "Цена/Срок", "расти/меняться"]


def test_a_line_that_is_not_mentioned_does_not_belong() -> None:
    decisions, _ = interpret(STUDY, GROUP, Answer(new_names=("Расти",), members={0: Member.BELONGS}), source(), book())
    assert [made.verdict for made in decisions] == [Verdict.ASSIGN, Verdict.ASSIGN, Verdict.NOT, Verdict.NOT]


def test_a_merged_group_makes_no_code_whatever_name_was_typed() -> None:
    codebook = book("x")
    answer = Answer(codes=("x",), new_names=("Расти",), target=Target.YES, members=ALL)
    decisions, events = interpret(STUDY, GROUP, answer, source(), codebook)
    assert [(event.kind, event.code_id) for event in events] == [(EventKind.TARGET, "x")], "what was ticked is kept"
    assert codebook.by_name("Расти") is None
    assert {made.codes for made in decisions} == {("x",)}
    assert substantive(codebook) == [("X", Target.YES)]


@pytest.mark.parametrize(("page", "made"), [(1, "Расти"), (2, "X")])
def test_a_name_typed_over_a_suggested_code_wins_on_the_first_page(page: int, made: str) -> None:
    codebook = book("x")
    suggested = replace(GROUP, page=page, pages=2, suggested=("x",))
    answer = Answer(codes=("x",), new_names=("Расти",), members=ALL)
    decisions, _ = interpret(STUDY, suggested, answer, source(), codebook)
    assert {codebook.codes[code].name for decision in decisions for code in decision.codes} == {made}
    kept = Answer(codes=("x",), new_names=(" x. ",), members=ALL)
    decisions, events = interpret(STUDY, suggested, kept, source(), book("x"))
    assert {decision.codes for decision in decisions} == {("x",)}
    assert events == []


def test_a_dissolved_group_says_nothing_about_its_phrases() -> None:
    codebook = book("x")
    decisions, events = interpret(STUDY, GROUP, Answer(dissolve=True, new_names=("Расти",)), source(), codebook)
    assert events == []
    assert set(by_phrase(decisions).values()) == {(Verdict.NOTHING, ())}
    assert substantive(codebook) == [("X", Target.UNDECIDED)]


def test_an_edited_page_renames_its_code_and_keeps_its_id() -> None:
    codebook = book()
    first, made = interpret(
        STUDY, GROUP, Answer(new_names=("Расти",), target=Target.NO, members=ALL), source(), codebook
    )
    answer = Answer(new_names=("Расти и меняться",), target=Target.YES, members={0: Member.BELONGS})
    second, changed = interpret(STUDY, GROUP, answer, source(revision=2), codebook)
    assert {code for item in first + second for code in item.codes} == {made[0].code_id}
    assert [event.kind for event in changed] == [EventKind.RENAME, EventKind.TARGET]
    assert substantive(codebook) == [("Расти и меняться", Target.YES)]
    assert Codebook.replay("purpose", [*made, *changed]).codes == codebook.codes


def test_an_edit_of_the_spelling_renames_too() -> None:
    codebook = book()
    interpret(STUDY, GROUP, Answer(new_names=("рости",), members=ALL), source(), codebook)
    interpret(STUDY, GROUP, Answer(new_names=("Рости",), members=ALL), source(revision=2), codebook)
    assert [name for name, _ in substantive(codebook)] == ["Рости"]


def test_an_unchanged_edit_makes_no_event() -> None:
    codebook = book()
    answer = Answer(new_names=("Расти",), target=Target.YES, members=ALL)
    interpret(STUDY, GROUP, answer, source(), codebook)
    assert interpret(STUDY, GROUP, answer, source(revision=2), codebook)[1] == []


def test_a_new_revision_replaces_the_decisions_of_the_one_before() -> None:
    codebook = book("x", "y")
    old, _ = interpret(STUDY, PHRASE, Answer(codes=("x",)), source(), codebook)
    new, _ = interpret(STUDY, PHRASE, Answer(codes=("y",)), source(revision=2), codebook)
    states = replay_decisions([*old, *new], codebook)
    assert {state.codes for state in states.values()} == {frozenset({"y"})}
    assert not {made.decision_id for made in old} & {made.decision_id for made in new}


def test_the_same_name_typed_twice_is_one_code() -> None:
    codebook = book()
    first, _ = interpret(STUDY, GROUP, Answer(new_names=("Расти",), members=ALL), source(1), codebook)
    second, events = interpret(STUDY, PHRASE, Answer(new_names=(" «расти». ",)), source(2, who="boris"), codebook)
    assert events == []
    assert second[0].codes == first[0].codes
    assert len(substantive(codebook)) == 1


def test_the_name_of_a_fixed_code_means_that_code() -> None:
    decisions, events = interpret(STUDY, PHRASE, Answer(new_names=("нет ответа",)), source(), book())
    assert events == []
    assert decisions[0].codes == ("fixed-no-answer",)


def test_one_name_in_two_spellings_of_one_answer_is_one_code() -> None:
    codebook = book()
    decisions, _ = interpret(STUDY, PHRASE, Answer(new_names=("Деньги", "деньги")), source(), codebook)
    assert len(substantive(codebook)) == 1
    assert len(decisions[0].codes) == 1


def test_a_phrase_may_get_several_codes_old_and_new() -> None:
    codebook = book("x")
    decisions, events = interpret(STUDY, PHRASE, Answer(codes=("x",), new_names=("Деньги", "Боль")), source(), codebook)
    assert [made.phrase_id for made in decisions] == ["p1", "p2"]
    assert decisions[0].codes == ("x", *(event.code_id for event in events))
    assert len(set(decisions[0].codes)) == 3
    assert decisions[0].suggested == ("x",)


def test_interpreting_one_answer_twice_gives_the_same_ids() -> None:
    answer = Answer(new_names=("Деньги",), target=Target.NO)
    assert interpret(STUDY, PHRASE, answer, source(), book()) == interpret(STUDY, PHRASE, answer, source(), book())


def test_a_merged_code_that_is_chosen_means_its_successor() -> None:
    codebook = book("x", "y")
    codebook.apply(Event("m", "purpose", START, "", EventKind.MERGE, "x", {"into": "y"}, ""))
    assert interpret(STUDY, PHRASE, Answer(codes=("x",)), source(), codebook)[0][0].codes == ("y",)


@pytest.mark.parametrize(
    ("task", "answer", "reason"),
    [
        (PHRASE, Answer(codes=("gone",)), "gone"),
        (PHRASE, Answer(codes=("x", "gone"), new_names=("Деньги",)), "gone"),
        (GROUP, Answer(codes=("gone",), new_names=("Деньги",), members=ALL), "gone"),
        (PHRASE, Answer(), "ни один код"),
        (GROUP, Answer(members=ALL), "названия"),
        (GROUP, Answer(codes=("x", "y"), members=ALL), "несколько"),
    ],
)
def test_an_unusable_answer_says_why_and_leaves_the_codebook_alone(
    task: ReviewTask, answer: Answer, reason: str
) -> None:
    codebook = book("x", "y")
    before = dict(codebook.codes)
    with pytest.raises(UnusableAnswer, match=reason):
        interpret(STUDY, task, answer, source(), codebook)
    assert codebook.codes == before
