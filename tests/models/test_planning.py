"""Which tasks are due: groups first, nothing twice, nothing forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.codebook import NO_ANSWER
from models.coding import PhraseState
from models.planning import Offer, Phrase, ProposedGroup, Situation, due_tasks
from models.review import Kind, ReviewTask
from models.suggest import Suggestion
from models.text import text_key


def phrase(phrase_id: str, text: str = "", non_answer: bool = False) -> Phrase:
    text = text or f"фраза {phrase_id}"
    return Phrase(phrase_id, text, text_key(text), non_answer)


def settled(*codes: str) -> PhraseState:
    return PhraseState(frozenset(codes), complete=True, origins=("ls/1/1/1",))


def situation(
    phrases: Sequence[Phrase], groups: Sequence[Sequence[str]] = (), page_size: int = 5, **changed: object
) -> Situation:
    proposed = [ProposedGroup("prop", at, tuple(ids), {"name": f"Группа {at}"}) for at, ids in enumerate(groups)]
    base = Situation("study", "purpose", {item.phrase_id: item for item in phrases}, proposed, (), (), {}, page_size)
    return replace(base, **changed)  # type: ignore[arg-type]


def offer(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
    """Offer x and y, without the rejected ones."""
    return [[Suggestion(code, 0.5) for code in ("x", "y") if code not in rejected] for _, rejected in wanted]


def due(now: Situation) -> list[ReviewTask]:
    return due_tasks(now, offer)


def asked(now: Situation) -> Situation:
    """The situation after the due tasks were stored."""
    return replace(now, tasks=[*now.tasks, *due(now)])


def answered(now: Situation, states: dict[str, PhraseState], *keys: str) -> Situation:
    return replace(now, answered={*now.answered, *keys}, states={**now.states, **states})


TEN = [phrase(f"p{at:02d}") for at in range(10)]
IDS = [item.phrase_id for item in TEN]


def test_groups_come_first_and_what_no_group_holds_waits() -> None:
    (task,) = due(situation(TEN, [IDS[:4]]))
    assert (task.kind, task.phrase_ids, task.page, task.pages) == (Kind.GROUP, tuple(IDS[:4]), 1, 1)
    assert task.about == {"name": "Группа 0"}


def test_what_no_group_holds_still_waits_while_a_group_is_unanswered() -> None:
    assert due(asked(situation(TEN, [IDS[:4]]))) == []


def test_the_unassigned_come_when_the_last_group_is_answered() -> None:
    now = asked(situation(TEN, [IDS[:4], IDS[4:8]]))
    first, second = now.tasks
    now = answered(now, dict.fromkeys(IDS[:4], settled("x")), first.key)
    assert due(now) == []
    now = answered(now, dict.fromkeys(IDS[4:8], settled("y")), second.key)
    assert [task.phrase_ids for task in due(now)] == [("p08",), ("p09",)]
    assert [task.suggested for task in due(now)] == [("x", "y"), ("x", "y")]


def test_a_page_waits_for_the_page_before_and_has_its_code_preselected() -> None:
    now = situation(TEN, [IDS], page_size=4)
    (page,) = due(now)
    assert (page.page, page.pages, page.suggested, page.phrase_ids) == (1, 3, (), tuple(IDS[:4]))
    now = asked(now)
    assert due(now) == []
    now = answered(now, dict.fromkeys(IDS[:4], settled("x")), page.key)
    (page,) = due(now)
    assert (page.page, page.suggested, page.phrase_ids) == (2, ("x",), tuple(IDS[4:8]))
    now = answered(asked(now), dict.fromkeys(IDS[4:8], settled("x")), page.key)
    (page,) = due(now)
    assert (page.page, page.suggested, page.phrase_ids) == (3, ("x",), tuple(IDS[8:]))
    now = answered(asked(now), dict.fromkeys(IDS[8:], settled("x")), page.key)
    assert due(now) == []


def test_a_dissolved_group_is_asked_phrase_by_phrase_without_its_other_pages() -> None:
    now = asked(situation(TEN, [IDS], page_size=4))
    now = answered(now, {}, now.tasks[0].key)
    assert [(task.kind, task.phrase_ids) for task in due(now)] == [(Kind.PHRASE, (name,)) for name in IDS]


def test_a_dissolved_group_stays_dissolved_when_its_phrases_are_coded_one_by_one() -> None:
    now = asked(situation(TEN, [IDS[:8], IDS[8:]], page_size=4))
    page, other = now.tasks
    now = asked(answered(now, {}, page.key))
    singles = [task for task in now.tasks if task.kind is Kind.PHRASE]
    assert [task.phrase_ids for task in singles] == [(name,) for name in IDS[:4]]
    now = answered(now, dict.fromkeys(IDS[:4], settled("y")), *(task.key for task in singles))
    assert due(now) == []
    now = answered(now, dict.fromkeys(IDS[8:], settled("x")), other.key)
    assert [(task.kind, task.phrase_ids) for task in due(now)] == [(Kind.PHRASE, (name,)) for name in IDS[4:8]]


def test_what_was_thrown_out_does_not_vote_on_the_code_of_the_next_page() -> None:
    now = asked(situation(TEN, [IDS], page_size=4))
    page = now.tasks[0]
    out = dict.fromkeys(IDS[1:4], PhraseState(rejected=frozenset({"x"})))
    now = answered(now, {"p00": PhraseState(frozenset({"x"}), origins=("ls/1/1/1",)), **out}, page.key)
    now = replace(now, tasks=[*now.tasks, *(task for task in due(now) if task.kind is Kind.PHRASE)])
    now = replace(now, states={**now.states, **dict.fromkeys(IDS[1:4], settled("y"))})
    (next_page,) = [task for task in due(now) if task.kind is Kind.GROUP]
    assert (next_page.page, next_page.suggested) == (2, ("x",))


def test_phrases_thrown_out_of_a_group_are_asked_at_once() -> None:
    now = asked(situation(TEN, [IDS[:4], IDS[4:8]]))
    states = {**dict.fromkeys(IDS[:3], settled("x")), "p03": PhraseState(rejected=frozenset({"x"}))}
    (task,) = due(answered(now, states, now.tasks[0].key))
    assert (task.kind, task.phrase_ids, task.suggested) == (Kind.PHRASE, ("p03",), ("y",))


def test_what_looks_like_no_answer_is_asked_at_once_and_alone() -> None:
    now = situation([*TEN, phrase("n1", "хз", True), phrase("n2", "ХЗ!", True)], [IDS[:4]])
    _, task = due(now)
    assert (task.kind, task.phrase_ids, task.suggested) == (Kind.PHRASE, ("n1", "n2"), (NO_ANSWER,))


def test_a_phrase_that_is_also_about_something_else_comes_back_with_its_code_first() -> None:
    now = asked(situation(TEN[:4], [IDS[:4]]))
    half = PhraseState(frozenset({"y"}), complete=False, origins=("ls/1/1/1",))
    now = answered(now, {**dict.fromkeys(IDS[:3], settled("y")), "p03": half}, now.tasks[0].key)
    (task,) = due(now)
    assert (task.phrase_ids, task.suggested, task.about["confirmed"]) == (("p03",), ("y", "x"), ["y"])


def test_duplicates_are_one_line_of_a_page_and_one_task() -> None:
    same = [
        phrase("a", "снять тревогу"),
        phrase("b", "Снять тревогу!"),
        phrase("c", "расти"),
        phrase("d", "снять  тревогу"),
    ]
    (page,) = due(situation(same, [["a", "b", "c", "d"]]))
    assert [line.phrase_ids for line in page.lines] == [("a", "b", "d"), ("c",)]
    now = asked(situation(same, [["a", "b", "c", "d"]]))
    single = due(answered(now, {}, page.key))
    assert [task.phrase_ids for task in single] == [("a", "b", "d"), ("c",)]


def test_a_page_counts_distinct_texts() -> None:
    same = [phrase(f"q{at}", "снять тревогу") for at in range(9)] + TEN[:4]
    (page,) = due(situation(same, [[item.phrase_id for item in same]]))
    assert (len(page.lines), page.pages) == (5, 1)


def test_disputed_and_settled_phrases_are_not_asked_again() -> None:
    states = {"p00": settled("x"), "p01": PhraseState(disputed=True)}
    assert [task.phrase_ids for task in due(situation(TEN[:3], states=states))] == [("p02",)]


def test_without_groups_everything_is_asked_one_by_one() -> None:
    assert len(due(situation(TEN))) == 10


def test_a_later_duplicate_gets_its_own_task() -> None:
    now = asked(situation([phrase("n1", "хз", True)]))
    later = replace(now, phrases={**now.phrases, "n2": phrase("n2", "хз", True)})
    assert [task.phrase_ids for task in due(later)] == [("n2",)]


def test_a_task_whose_answer_was_taken_back_is_not_asked_a_second_time() -> None:
    now = asked(situation(TEN[:2]))
    assert due(answered(now, dict.fromkeys(IDS[:2], settled("x")), *(task.key for task in now.tasks))) == []
    assert due(now) == []


@given(
    texts=st.lists(st.sampled_from(["расти", "Расти!", "деньги", "боль", "хз", "план"]), min_size=1, max_size=14),
    grouped=st.integers(0, 14),
    page_size=st.integers(1, 5),
    verdicts=st.lists(st.sampled_from(["belongs", "dissolve", "out", "also"]), min_size=40, max_size=40),
)
@example(texts=["расти", "деньги", "боль"], grouped=3, page_size=1, verdicts=["belongs", "dissolve", "x", "x", "out"])
def test_every_phrase_is_asked_until_it_is_settled_and_no_task_is_planned_twice(
    texts: list[str], grouped: int, page_size: int, verdicts: list[str]
) -> None:
    phrases = [phrase(f"p{at:02d}", text, text == "хз") for at, text in enumerate(texts)]
    of_groups = [item.phrase_id for item in phrases if not item.non_answer][:grouped]
    now = situation(phrases, [of_groups] if of_groups else [], page_size=page_size)
    keys: list[str] = []
    for verdict in verdicts:
        fresh = due(now)
        assert not {task.key for task in fresh} & set(keys)
        now = asked(now)
        assert due(now) == [], "planning again after storing brings nothing new"
        keys += [task.key for task in fresh]
        waiting = [task for task in now.tasks if task.key not in now.answered]
        if not waiting:
            break
        now = reply(now, waiting[0], verdict)
    still_open = [task for task in now.tasks if task.key not in now.answered]
    held = {name for task in still_open for name in task.phrase_ids}
    settled_now = {name for name, state in now.states.items() if state.settled}
    if not still_open:
        assert settled_now == {item.phrase_id for item in phrases}
    assert len(keys) == len(set(keys))
    assert not (held & settled_now)


def reply(now: Situation, task: ReviewTask, verdict: str) -> Situation:
    """Answer a task as a person might."""
    if task.kind is Kind.PHRASE:
        return answered(now, dict.fromkeys(task.phrase_ids, settled("y")), task.key)
    if verdict == "dissolve":
        return answered(now, {}, task.key)
    states = dict.fromkeys(task.phrase_ids, settled("x"))
    if verdict == "also":
        states |= dict.fromkeys(task.phrase_ids, PhraseState(frozenset({"x"}), origins=("ls/1/1/1",)))
    if verdict == "out":
        states |= dict.fromkeys(task.lines[-1].phrase_ids, PhraseState(rejected=frozenset({"x"})))
    return answered(now, states, task.key)


@pytest.mark.parametrize("size", [1, 3, 30])
def test_pages_together_hold_every_phrase_of_the_group_once(size: int) -> None:
    now = situation(TEN, [IDS], page_size=size)
    seen: list[str] = []
    while fresh := due(now):
        (page,) = fresh
        seen += page.phrase_ids
        now = answered(asked(now), dict.fromkeys(page.phrase_ids, settled("x")), page.key)
    assert seen == IDS


def test_a_joined_answer_is_asked_whole_at_once_and_its_parts_no_more() -> None:
    parts, whole = TEN[:2], replace(phrase("whole", "две части вместе"), joined=True)
    now = situation([*TEN[2:], whole], [IDS[:6]], gone={item.phrase_id: item for item in parts})
    tasks = due(now)
    (page,) = [task for task in tasks if task.kind is Kind.GROUP]
    assert page.phrase_ids == tuple(IDS[2:5]), "the first page keeps its places and loses the parts"
    assert [task.phrase_ids for task in tasks if task.kind is Kind.PHRASE] == [("whole",)]


def test_a_page_of_parts_that_are_all_gone_is_passed_over() -> None:
    now = situation(TEN[5:], [IDS], gone={item.phrase_id: item for item in TEN[:5]})
    (page,) = due(now)
    assert (page.page, page.phrase_ids) == (2, tuple(IDS[5:]))


def additions(phrases: Sequence[Phrase], **changed: object) -> Situation:
    return situation(phrases, additions=True, **changed)


def sure(likelihoods: dict[str, tuple[str, float]]) -> Offer:
    """Offer each text its code with its likelihood, unless it was rejected; else ``z``, unlikely."""

    def offered(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        out = []
        for text, rejected in wanted:
            code, likelihood = likelihoods[text]
            out.append([Suggestion(code, likelihood)] if code not in rejected else [Suggestion("z", 0.05)])
        return out

    return offered


def test_additions_gather_open_phrases_under_their_likeliest_code_before_any_is_asked_alone() -> None:
    likely = {item.text: ("x" if at < 5 else "y", 0.9 - at / 20) for at, item in enumerate(TEN)}
    pages = due_tasks(additions(TEN), sure(likely))
    assert [(page.kind, page.suggested) for page in pages] == [(Kind.ADDITION, ("x",)), (Kind.ADDITION, ("y",))]
    assert pages[0].phrase_ids == tuple(IDS[:5]), "the likeliest first"
    assert [line.checked for page in pages for line in page.lines] == [likely[item.text][1] > 0.5 for item in TEN]


def test_a_page_that_would_cost_more_than_it_saves_is_not_made() -> None:
    unlikely = {item.text: ("x", 0.14) for item in TEN}
    assert {task.kind for task in due_tasks(additions(TEN), sure(unlikely))} == {Kind.PHRASE}
    few = {item.text: ("x", 0.5) for item in TEN[:1]}
    assert [task.kind for task in due_tasks(additions(TEN[:1]), sure(few))] == [Kind.PHRASE]


def test_additions_wait_for_the_groups_and_single_phrases_for_the_additions() -> None:
    likely = {item.text: ("x", 0.9) for item in TEN}
    now = replace(additions(TEN), groups=situation(TEN, [IDS[:4]]).groups)
    (group,) = due_tasks(now, sure(likely))
    assert group.kind is Kind.GROUP
    now = replace(now, tasks=[group], answered={group.key}, states={item: settled("x") for item in IDS[:4]})
    pages = due_tasks(now, sure(likely))
    assert {page.kind for page in pages} == {Kind.ADDITION}
    assert sorted(phrase for page in pages for phrase in page.phrase_ids) == IDS[4:]
    now = replace(now, tasks=[group, *pages])
    assert due_tasks(now, sure(likely)) == [], "nothing is asked alone while a page is open"
    rejected = {item: PhraseState(rejected=frozenset({"x"})) for item in IDS[4:]}
    now = replace(now, answered={group.key, *(page.key for page in pages)}, states={**now.states, **rejected})
    left = due_tasks(now, sure(likely))
    assert [task.kind for task in left] == [Kind.PHRASE] * 6
    assert all("x" not in task.suggested for task in left)


def test_a_phrase_with_a_code_is_asked_alone_for_its_other_ones() -> None:
    likely = {item.text: ("x", 0.9) for item in TEN}
    also = {IDS[0]: PhraseState(frozenset({"y"}), complete=False, origins=("ls/1/1/1",))}
    pages = due_tasks(additions(TEN, states=also), sure(likely))
    assert IDS[0] not in {phrase for page in pages for phrase in page.phrase_ids}


def test_answered_pages_say_how_far_likelihoods_can_be_trusted() -> None:
    likely = {item.text: ("x" if at < 5 else "y", 0.7) for at, item in enumerate(TEN)}
    (first, _) = due_tasks(additions(TEN), sure(likely))
    assert first.about["expected"] == pytest.approx(5 * 0.7)
    none_belonged = {item: PhraseState(rejected=frozenset({"x"})) for item in IDS[:5]}
    now = additions(TEN, tasks=[first], answered={first.key}, states=none_belonged)
    (page,) = [task for task in due_tasks(now, sure(likely)) if task.kind is Kind.ADDITION]
    assert not any(line.checked for line in page.lines), "0.7 is now worth 0.7 · 6 / 9.5"
