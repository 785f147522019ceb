"""Which tasks are due: groups first, nothing twice, nothing forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.codebook import NO_ANSWER
from models.coding import OPEN, PhraseState
from models.planning import NEW_THEME, Offer, Phrase, ProposedGroup, Situation, due_tasks, refreshed_tasks
from models.review import Kind, Line, ReviewTask
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


def nothing(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
    return [[] for _ in wanted]


def due(now: Situation, offered: Offer = offer) -> list[ReviewTask]:
    return due_tasks(now, offered)


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


def test_additions_do_not_wait_for_a_new_theme_and_what_is_less_sure_does() -> None:
    groups = [ProposedGroup("prop", 0, tuple(IDS[:4]), {NEW_THEME: 1})]
    now = asked(replace(situation(TEN), groups=groups))
    assert [task.kind for task in now.tasks] == [Kind.GROUP]
    sure = {item.text: 0.9 for item in TEN[4:7]}

    def some(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        return [[Suggestion("x", sure.get(text, 0.2))] for text, _ in wanted]

    (page,) = due(now, some)
    assert (page.kind, page.suggested, page.phrase_ids) == (Kind.ADDITION, ("x",), ("p04", "p05", "p06"))
    now = replace(now, tasks=[*now.tasks, page])
    now = answered(now, dict.fromkeys(page.phrase_ids, settled("x")), page.key)
    assert due(now, some) == []
    now = answered(now, dict.fromkeys(IDS[:4], settled("y")), now.tasks[0].key)
    (last,) = due(now, some)
    assert (last.kind, last.phrase_ids) == (Kind.SORT, ("p07", "p08", "p09"))


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


def test_a_group_that_most_likely_is_a_known_code_has_it_suggested() -> None:
    votes = [("x", 0.8), ("x", 0.8), ("x", 0.8), ("y", 0.9), *[("y", 0.4)] * 6]
    likely = sure({item.text: vote for item, vote in zip(TEN, votes, strict=True)})
    known, unlikely = due(situation(TEN, [IDS[:4], IDS[4:8]]), likely)
    assert (known.suggested, unlikely.suggested) == (("x",), ())
    assert [task.suggested for task in due(situation(TEN, [IDS[:4]]), nothing)] == [()]


def test_a_dissolved_group_is_asked_phrase_by_phrase_without_its_other_pages() -> None:
    now = asked(situation(TEN, [IDS], page_size=4))
    now = answered(now, {}, now.tasks[0].key)
    assert [(task.kind, task.phrase_ids) for task in due(now, nothing)] == [(Kind.PHRASE, (name,)) for name in IDS]


def test_a_dissolved_group_stays_dissolved_when_its_phrases_are_coded_later() -> None:
    now = asked(situation(TEN, [IDS[:8], IDS[8:]], page_size=4))
    page, other = now.tasks
    now = answered(now, dict.fromkeys(IDS[8:], settled("x")), page.key, other.key)
    (sorting,) = due(now)
    assert (sorting.kind, sorting.phrase_ids) == (Kind.SORT, tuple(IDS[:8]))
    now = answered(asked(now), dict.fromkeys(IDS[:4], settled("y")), sorting.key)
    assert [(task.kind, task.phrase_ids) for task in due(now)] == [(Kind.PHRASE, (name,)) for name in IDS[4:8]]


def test_what_was_thrown_out_does_not_vote_on_the_code_of_the_next_page() -> None:
    now = asked(situation(TEN, [IDS], page_size=4))
    page = now.tasks[0]
    kept = {"p00": PhraseState(frozenset({"x"}), origins=("ls/1/1/1",))}
    asked_since = single(*IDS[1:4])
    now = replace(now, tasks=[page, asked_since])
    now = answered(now, {**kept, **dict.fromkeys(IDS[1:4], settled("y"))}, page.key, asked_since.key)
    (next_page,) = [task for task in due(now) if task.kind is Kind.GROUP]
    assert (next_page.page, next_page.suggested) == (2, ("x",))


def single(*phrase_ids: str, confirmed: Sequence[str] = ()) -> ReviewTask:
    lines = (Line("фраза", phrase_ids),)
    return ReviewTask("alone", "purpose", Kind.PHRASE, lines, about={"confirmed": list(confirmed)})


def test_what_was_thrown_out_of_a_group_waits_for_the_other_groups_and_is_not_offered_its_code_again() -> None:
    now = asked(situation(TEN, [IDS[:4], IDS[4:8]]))
    first, second = now.tasks
    states = {**dict.fromkeys(IDS[:3], settled("x")), "p03": PhraseState(rejected=frozenset({"x"}))}
    now = answered(now, states, first.key)
    assert due(now) == []
    (page,) = due(answered(now, dict.fromkeys(IDS[4:8], settled("y")), second.key))
    assert page.kind is Kind.SORT
    assert {line.phrase_ids: line.codes for line in page.lines} == {
        ("p03",): ("y",),
        ("p08",): ("x", "y"),
        ("p09",): ("x", "y"),
    }


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
    alone = due(answered(now, {}, page.key), nothing)
    assert [task.phrase_ids for task in alone] == [("a", "b", "d"), ("c",)]


def test_a_page_counts_distinct_texts() -> None:
    same = [phrase(f"q{at}", "снять тревогу") for at in range(9)] + TEN[:4]
    (page,) = due(situation(same, [[item.phrase_id for item in same]]))
    assert (len(page.lines), page.pages) == (5, 1)


def test_disputed_and_settled_phrases_are_not_asked_again() -> None:
    states = {"p00": settled("x"), "p01": PhraseState(disputed=True)}
    assert [task.phrase_ids for task in due(situation(TEN[:3], states=states))] == [("p02",)]


def test_without_groups_and_codes_everything_is_asked_one_by_one() -> None:
    assert [task.kind for task in due(situation(TEN), nothing)] == [Kind.PHRASE] * 10


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
    verdicts=st.lists(st.sampled_from(["belongs", "dissolve", "out", "also", "skip"]), min_size=40, max_size=40),
    likelihood=st.sampled_from([0.05, 0.5, 0.9]),
)
@example(
    texts=["расти", "деньги", "боль"],
    grouped=3,
    page_size=1,
    verdicts=["belongs", "dissolve", "x", "x", "out"],
    likelihood=0.5,
)
def test_every_phrase_is_asked_until_it_is_settled_and_no_task_is_planned_twice(
    texts: list[str], grouped: int, page_size: int, verdicts: list[str], likelihood: float
) -> None:
    def offered(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        return [[Suggestion(code, likelihood) for code in ("x", "y") if code not in out] for _, out in wanted]

    phrases = [phrase(f"p{at:02d}", text, text == "хз") for at, text in enumerate(texts)]
    of_groups = [item.phrase_id for item in phrases if not item.non_answer][:grouped]
    now = situation(phrases, [of_groups] if of_groups else [], page_size=page_size)
    keys: list[str] = []
    for verdict in verdicts:
        fresh = due(now, offered)
        assert not {task.key for task in fresh} & set(keys)
        now = replace(now, tasks=[*now.tasks, *fresh])
        assert due(now, offered) == [], "planning again after storing brings nothing new"
        keys += [task.key for task in fresh]
        waiting = [task for task in now.tasks if task.key not in {*now.answered, *now.skipped}]
        if not waiting:
            break
        now = reply(now, waiting[0], verdict)
    now = replace(now, tasks=[*now.tasks, *due(now, offered)])
    still_open = [task for task in now.tasks if task.key not in now.answered]
    held = {name for task in still_open for name in task.phrase_ids}
    settled_now = {name for name, state in now.states.items() if state.settled}
    assert settled_now | held == {item.phrase_id for item in phrases}, "nothing is lost"
    assert len(keys) == len(set(keys))
    passed_on = {name for task in still_open if task.key in now.skipped for name in task.phrase_ids}
    assert not (held & settled_now) - passed_on


def reply(now: Situation, task: ReviewTask, verdict: str) -> Situation:
    """Answer a task as a person might."""
    if verdict == "skip" and task.kind in (Kind.ADDITION, Kind.SORT):
        return replace(now, skipped={*now.skipped, task.key})
    if task.kind is Kind.PHRASE:
        return answered(now, dict.fromkeys(task.phrase_ids, settled("y")), task.key)
    if task.kind is not Kind.GROUP and verdict in ("dissolve", "out"):
        none = {
            name: PhraseState(rejected=now.states.get(name, OPEN).rejected | {*(line.codes or task.suggested)})
            for line in task.lines
            for name in line.phrase_ids
        }
        return answered(now, none, task.key)
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


def sure(likelihoods: dict[str, tuple[str, float]]) -> Offer:
    """Offer each text its code with its likelihood, unless it was rejected; else ``z``, unlikely."""

    def offered(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        out = []
        for text, rejected in wanted:
            code, likelihood = likelihoods[text]
            out.append([Suggestion(code, likelihood)] if code not in rejected else [Suggestion("z", 0.05)])
        return out

    return offered


def test_additions_gather_phrases_under_the_code_they_more_likely_than_not_belong_to() -> None:
    likely = {item.text: ("x" if at < 5 else "y", 0.9 - at / 20) for at, item in enumerate(TEN)}
    pages = due(situation(TEN), sure(likely))
    assert [(page.kind, page.suggested) for page in pages] == [(Kind.ADDITION, ("x",)), (Kind.ADDITION, ("y",))]
    assert pages[0].phrase_ids == tuple(IDS[:5]), "the likeliest first"
    assert pages[1].phrase_ids == tuple(IDS[5:8]), "0.5 and less is no addition"
    assert all(line.checked for page in pages for line in page.lines)


def test_an_addition_page_that_would_cost_more_than_it_saves_is_not_made() -> None:
    few = {item.text: ("x", 0.9) for item in TEN[:3]}
    assert [task.kind for task in due(situation(TEN[:3]), sure(few))] == [Kind.ADDITION]
    assert [task.kind for task in due(situation(TEN[:2]), sure(few))] == [Kind.PHRASE] * 2


def test_groups_then_additions_then_sorting_pages_then_single_phrases() -> None:
    likely = {item.text: ("x", 0.9) for item in TEN}
    now = situation(TEN, [IDS[:4]], page_size=10)
    (group,) = due(now, sure(likely))
    assert group.kind is Kind.GROUP
    now = replace(now, tasks=[group], answered={group.key}, states={item: settled("x") for item in IDS[:4]})
    pages = due(now, sure(likely))
    assert {page.kind for page in pages} == {Kind.ADDITION}
    assert sorted(phrase for page in pages for phrase in page.phrase_ids) == IDS[4:]
    now = replace(now, tasks=[group, *pages])
    assert due(now, sure(likely)) == [], "nothing is asked in another way while a page is open"
    rejected = {item: PhraseState(rejected=frozenset({"x"})) for item in IDS[4:]}
    now = answered(now, rejected, *(page.key for page in pages))
    (sorting,) = due(now, sure(likely))
    assert (sorting.kind, sorting.phrase_ids) == (Kind.SORT, tuple(IDS[4:]))
    assert {(line.codes, line.checked) for line in sorting.lines} == {(("z",), False)}
    now = replace(now, tasks=[*now.tasks, sorting])
    assert due(now, sure(likely)) == []
    now = answered(now, {item: PhraseState(rejected=frozenset({"x", "z"})) for item in IDS[4:]}, sorting.key)
    assert [task.kind for task in due(now, nothing)] == [Kind.PHRASE] * 6


def test_a_skipped_page_does_not_hold_the_review_up() -> None:
    likely = {item.text: ("x", 0.9) for item in TEN}
    now = situation(TEN, page_size=10)
    (page,) = due(now, sure(likely))
    (sorting,) = due(replace(now, tasks=[page], skipped={page.key}), sure(likely))
    assert sorting.kind is Kind.SORT
    left = due(replace(now, tasks=[page, sorting], skipped={page.key, sorting.key}), sure(likely))
    assert [task.kind for task in left] == [Kind.PHRASE] * 10


def test_a_sorting_page_offers_three_codes_a_line_and_ticks_what_is_likelier_than_not() -> None:
    many = [phrase(f"q{at:02d}") for at in range(32)]

    def offered(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        order = [("a", "b") if int(text[-1]) % 2 else ("b", "a") for text, _ in wanted]
        return [
            [Suggestion(first, 0.5), *(Suggestion(code, 0.1) for code in (second, "c", "d"))] for first, second in order
        ]

    pages = due(situation(many), offered)
    assert {page.kind for page in pages} == {Kind.SORT}
    assert [len(page.lines) for page in pages] == [10, 11, 11], "as even as they come, 15 at most"
    assert sorted(name for page in pages for name in page.phrase_ids) == [item.phrase_id for item in many]
    assert {line.codes for page in pages for line in page.lines} == {("a", "b", "c"), ("b", "a", "c")}
    first = [line.codes[0] for page in pages for line in page.lines]
    assert first == sorted(first), "what likely belongs together stands together"
    assert not any(line.checked for page in pages for line in page.lines)


def test_two_phrases_make_no_sorting_page() -> None:
    assert [task.kind for task in due(situation(TEN[:2]))] == [Kind.PHRASE] * 2


def test_a_phrase_with_a_code_is_asked_alone_for_its_other_ones() -> None:
    likely = {item.text: ("x", 0.9) for item in TEN}
    also = {IDS[0]: PhraseState(frozenset({"y"}), complete=False, origins=("ls/1/1/1",))}
    pages = due(situation(TEN, states=also), sure(likely))
    assert IDS[0] not in {phrase for page in pages for phrase in page.phrase_ids}


def test_answered_pages_say_how_far_likelihoods_can_be_trusted() -> None:
    likely = {item.text: ("x" if at < 5 else "y", 0.7) for at, item in enumerate(TEN)}
    (first, _) = due(situation(TEN), sure(likely))
    assert first.about["expected"] == pytest.approx(5 * 0.7)
    none_belonged = {item: PhraseState(rejected=frozenset({"x"})) for item in IDS[:5]}
    now = situation(TEN, tasks=[first], answered={first.key}, states=none_belonged)
    (page,) = due(now, sure(likely))
    assert page.kind is Kind.SORT, "0.7 is now worth 0.7 · 6 / 9.5"
    assert not any(line.checked for line in page.lines)


def test_open_single_phrases_follow_what_was_learned_and_answered_ones_do_not() -> None:
    now = replace(situation(TEN[:2]), tasks=due(situation(TEN[:2]), nothing))
    first, second = now.tasks
    now = answered(now, {"p00": settled("x")}, first.key)
    (fresh,) = refreshed_tasks(now, offer)
    assert (fresh.key, fresh.suggested, fresh.about["confidence"]) == (second.key, ("x", "y"), 0.5)
    assert refreshed_tasks(replace(now, tasks=[first, fresh]), offer) == []
