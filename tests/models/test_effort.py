"""What a review costs, action by action, and the analyst it is measured with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analyst import Analyst
from models.codebook import Codebook, Event, EventKind
from models.coding import Verdict
from models.effort import actions, by_hand
from models.review import Answer, Kind, Line, Member, ReviewTask, Source, UnusableAnswer, interpret

START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source("анна", START, "ls/1/1/1")


def book(*names: str) -> Codebook:
    codebook = Codebook("purpose")
    for name in names:
        codebook.apply(Event(name, "purpose", START, "", EventKind.CREATE, f"code-{name}", {"name": name}, ""))
    return codebook


def page(kind: Kind, *checked: bool, suggested: tuple[str, ...] = ()) -> ReviewTask:
    lines = tuple(Line(f"фраза {at}", (f"p{at}",), ticked) for at, ticked in enumerate(checked))
    return ReviewTask("k", "purpose", kind, lines, suggested=suggested)


def sorting(*lines: tuple[bool, tuple[str, ...]]) -> ReviewTask:
    held = tuple(Line(f"фраза {at}", (f"p{at}",), ticked, codes) for at, (ticked, codes) in enumerate(lines))
    return ReviewTask("k", "purpose", Kind.SORT, held)


def single(*suggested: str, confirmed: tuple[str, ...] = ()) -> ReviewTask:
    line = (Line("фраза", ("p0",)),)
    return ReviewTask("k", "purpose", Kind.PHRASE, line, about={"confirmed": list(confirmed)}, suggested=suggested)


BELONG = {0: Member.BELONGS, 1: Member.BELONGS, 2: Member.BELONGS}


@pytest.mark.parametrize(
    ("task", "answer", "cost"),
    [
        (page(Kind.GROUP, True, True, True), Answer(new_names=("а",), members=BELONG), 2),
        (page(Kind.GROUP, True, True, True), Answer(codes=("а",), members={0: Member.BELONGS}), 4),
        (page(Kind.GROUP, True, True, True, suggested=("а",)), Answer(codes=("а",), members=BELONG), 1),
        (page(Kind.GROUP, True, True, True), Answer(dissolve=True), 1),
        (page(Kind.GROUP, True, True), Answer(codes=("а",), members={0: Member.ALSO, 1: Member.BELONGS}), 3),
        (page(Kind.ADDITION, True, False, False, suggested=("а",)), Answer(codes=("а",), members={}), 2),
        (page(Kind.ADDITION, True, False, False, suggested=("а",)), Answer(codes=("а",), members=BELONG), 3),
        (sorting((True, ("а", "б")), (False, ("б", "а"))), Answer(sorted={0: ("а",), 1: ()}), 1),
        (sorting((True, ("а", "б")), (False, ("б", "а"))), Answer(sorted={0: ("б",), 1: ("б",)}), 4),
        (sorting((False, ("а", "б"))), Answer(sorted={0: ("а",)}, members={0: Member.ALSO}), 3),
        (single("а", "б"), Answer(codes=("а",)), 1),
        (single("а", "б"), Answer(codes=("б",)), 2),
        (single(), Answer(codes=("б",)), 2),
        (single("а"), Answer(new_names=("в",)), 3),
        (single("а", "б"), Answer(codes=("а", "б")), 3),
        (single("а", "б"), Answer(codes=("а",), new_names=("в",)), 4),
        (single("а", "б", confirmed=("а",)), Answer(codes=("а", "б")), 1),
        (single("а", "б", confirmed=("а",)), Answer(codes=("а", "в")), 2),
        (single("а", confirmed=("а",)), Answer(codes=("а",)), 1),
        (replace(single(), kind=Kind.AUDIT), Answer(codes=("а", "б")), 4),
        (replace(single(), kind=Kind.SECOND), Answer(new_names=("а",)), 3),
        (replace(single("а", "б"), kind=Kind.ADJUDICATION), Answer(codes=("б",)), 1),
        (replace(single("а", "б"), kind=Kind.ADJUDICATION), Answer(codes=("в",)), 2),
    ],
)
def test_every_action_is_counted(task: ReviewTask, answer: Answer, cost: int) -> None:
    assert actions(task, answer) == cost


def test_by_hand_a_new_code_costs_three_and_a_known_one_two() -> None:
    assert by_hand([["а"], ["а"], ["б"], ["а", "б"]]) == 3 + 2 + 3 + 4
    assert by_hand([]) == 0


RIGHT = {
    "p0": frozenset({"Деньги"}),
    "p1": frozenset({"Деньги"}),
    "p2": frozenset({"Сон"}),
    "p3": frozenset({"Деньги", "Сон"}),
}


def test_the_analyst_keeps_the_code_of_most_lines_and_types_it_when_it_is_new() -> None:
    answer = Analyst(RIGHT).answer(page(Kind.GROUP, *[True] * 4), book())
    assert answer.new_names == ("Деньги",)
    assert answer.members == {0: Member.BELONGS, 1: Member.BELONGS, 3: Member.ALSO}
    again = Analyst(RIGHT).answer(page(Kind.GROUP, *[True] * 4), book("Деньги"))
    assert again.codes == ("code-Деньги",)
    assert not again.new_names


def test_a_careless_analyst_leaves_wrong_lines_ticked_and_nothing_else() -> None:
    careless = Analyst(RIGHT, overlooks=1)
    on_group = careless.answer(page(Kind.GROUP, True, True, True, False), book("Деньги"))
    assert on_group.members == {0: Member.BELONGS, 1: Member.BELONGS, 2: Member.BELONGS, 3: Member.ALSO}
    unticked = careless.answer(page(Kind.ADDITION, False, False, False, suggested=("code-Сон",)), book("Сон"))
    assert unticked.members == {2: Member.BELONGS}
    offered = ("code-Сон", "code-Деньги")
    on_sorting = careless.answer(sorting((True, offered), (False, offered), (True, offered)), book("Сон", "Деньги"))
    assert on_sorting.sorted == {0: offered[:1], 1: offered[1:], 2: offered[:1]}
    assert careless.answer(replace(single(), kind=Kind.AUDIT), book("Деньги")).codes == ("code-Деньги",)


def test_the_analyst_dissolves_what_is_no_group() -> None:
    right = {f"p{at}": frozenset({f"код {at // 2}"}) for at in range(10)}
    assert Analyst(right).answer(page(Kind.GROUP, *[True] * 10), book()).dissolve


def test_an_addition_page_confirms_and_rejects_its_code_and_nothing_else() -> None:
    task = page(Kind.ADDITION, True, False, True, False, suggested=("code-Деньги",))
    codebook = book("Деньги", "Сон")
    answer = Analyst(RIGHT).answer(task, codebook)
    decisions, events = interpret("study", task, answer, SOURCE, codebook)
    assert events == []
    assert [(made.phrase_id, made.verdict, made.codes) for made in decisions] == [
        ("p0", Verdict.ASSIGN, ("code-Деньги",)),
        ("p1", Verdict.ASSIGN, ("code-Деньги",)),
        ("p2", Verdict.NOT, ("code-Деньги",)),
        ("p3", Verdict.ALSO, ("code-Деньги",)),
    ]
    assert actions(task, answer) == 1 + 3 + 1  # the submit, three lines turned, one marked «и ещё о другом»


def test_a_sorting_page_gives_offered_codes_and_rules_out_what_nobody_ticked() -> None:
    offered = ("code-Деньги", "code-Еда")
    task = sorting((False, offered), (False, offered), (True, ("code-Еда",)), (False, offered))
    codebook = book("Деньги", "Еда")
    answer = Analyst(RIGHT).answer(task, codebook)
    decisions, events = interpret("study", task, answer, SOURCE, codebook)
    assert events == []
    assert [(made.phrase_id, made.verdict, made.codes, made.suggested) for made in decisions] == [
        ("p0", Verdict.ASSIGN, ("code-Деньги",), offered),
        ("p1", Verdict.ASSIGN, ("code-Деньги",), offered),
        ("p2", Verdict.NOT, ("code-Еда",), ("code-Еда",)),
        ("p3", Verdict.ALSO, ("code-Деньги",), offered),
    ]
    assert actions(task, answer) == 1 + 1 + 1 + 1 + 2  # the submit; two ticks, one taken away, one and «и ещё о другом»


def test_a_code_retired_since_a_sorting_page_was_sent_spoils_no_line_of_it() -> None:
    offered = ("code-Деньги", "code-Еда")
    codebook = book("Деньги", "Еда")
    codebook.apply(Event("r", "purpose", START, "", EventKind.RETIRE, "code-Еда", {}, ""))
    task = sorting((False, offered), (False, offered))
    decisions, _ = interpret("study", task, Answer(sorted={0: ("code-Деньги",), 1: ()}), SOURCE, codebook)
    assert [(made.verdict, made.codes) for made in decisions] == [
        (Verdict.ASSIGN, ("code-Деньги",)),
        (Verdict.NOT, offered),
    ]
    with pytest.raises(UnusableAnswer, match="больше не используется"):
        interpret("study", task, Answer(sorted={0: ("code-Еда",)}), SOURCE, codebook)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 2**30))
def test_a_page_never_costs_more_than_its_lines_and_three(checked: list[bool], seed: int) -> None:
    members = {at: Member.BELONGS for at in range(len(checked)) if seed >> at & 1}
    cost = actions(page(Kind.GROUP, *checked), Answer(new_names=("а",), members=members))
    assert 2 <= cost <= len(checked) + 2
