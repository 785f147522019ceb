"""What is asked of further people: drawn blindly, shown without a hint, asked once, and gone when it is settled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codebook import Codebook, Event, EventKind
from models.coding import Decision, PhraseState, Role, Verdict, replay_decisions
from models.config import Review
from models.opinions import FirstAnswer, blind_answers, confirmed_lines, disputes, further_tasks, still_asked
from models.planning import Phrase, Situation
from models.quality import DoubleCoding, Quality, quality
from models.review import Kind, Line, ReviewTask

START = datetime(2026, 1, 1)
IDS = [f"p{at:03d}" for at in range(200)]
PHRASES = {name: Phrase(name, f"фраза {name}", f"фраза {name}", False) for name in IDS}
ALL = Review(audit=1, audit_least=0)


def book(*codes: str) -> Codebook:
    events = (Event(c, "purpose", START, "", EventKind.CREATE, c, {"name": c}, "") for c in (codes or ("x", "y", "z")))
    return Codebook.replay("purpose", events)


def page(ids: Sequence[str], kind: Kind = Kind.GROUP, key: str = "page") -> ReviewTask:
    return ReviewTask(key, "purpose", kind, tuple(Line(f"фраза {name}", (name,)) for name in ids))


def said(
    phrase: str,
    codes: str,
    who: str = "anna",
    task: str = "page",
    kind: Kind = Kind.GROUP,
    verdict: Verdict = Verdict.ASSIGN,
    minute: int = 0,
) -> FirstAnswer:
    at = START + timedelta(minutes=minute)
    origin = f"ls/{kind}/{who}{minute}/1"
    return FirstAnswer(
        Decision(
            *(f"{origin}{phrase}", "purpose", phrase, who, at, kind.role, verdict, tuple(codes), ()),
            blind=kind.is_blind,
            lead_time=None,
            origin=origin,
        ),
        task,
        kind,
    )


def situation(
    tasks: Sequence[ReviewTask],
    answered: Iterable[str] = ("page",),
    states: Mapping[str, PhraseState] | None = None,
    phrases: Mapping[str, Phrase] = PHRASES,
) -> Situation:
    return Situation("study", "purpose", phrases, [], tasks, set(answered), states or {}, 30)


def confirmed_page(ids: Sequence[str] = IDS) -> tuple[Situation, list[FirstAnswer]]:
    return situation([page(ids)]), [said(name, "x") for name in ids]


def due(now: Situation, answers: Sequence[FirstAnswer], settings: Review = ALL) -> list[ReviewTask]:
    return further_tasks(now, confirmed_lines(now.tasks, answers, book(), now.phrases.keys()), settings)


def test_the_audit_asks_confirmed_lines_without_any_hint_and_not_in_the_pages_order() -> None:
    now, answers = confirmed_page()
    tasks = due(now, answers)
    assert {task.kind for task in tasks} == {Kind.AUDIT}
    assert sorted(task.phrase_ids[0] for task in tasks) == IDS
    assert [task.phrase_ids[0] for task in tasks] != IDS
    assert all(task.suggested == () and task.about == {} and task.lines[0].codes == () for task in tasks)
    other = due(now, [said(name, "y") for name in IDS])
    assert other == tasks, "what the page said is nowhere in a task"


def test_only_what_a_page_confirmed_wholly_is_audited() -> None:
    now, answers = confirmed_page(IDS[:4])
    answers[1] = said(IDS[1], "x", verdict=Verdict.NOT)
    answers[2] = said(IDS[2], "x", verdict=Verdict.ALSO)
    answers[3] = said(IDS[3], "", verdict=Verdict.NOTHING)
    single = replace(page([IDS[5]], Kind.PHRASE, "single"))
    now = replace(now, tasks=[*now.tasks, single])
    answers.append(said(IDS[5], "x", task="single", kind=Kind.PHRASE))
    assert [task.phrase_ids for task in due(now, answers)] == [(IDS[0],)]


def test_the_least_number_is_asked_when_no_page_is_open() -> None:
    now, answers = confirmed_page()
    settings = Review(audit=0.02, audit_least=20)
    waiting = replace(now, tasks=[*now.tasks, page(["later"], Kind.SORT, "open")])
    early = due(waiting, answers, settings)
    assert 0 < len(early) < 20
    late = due(replace(now, tasks=[*now.tasks, *early]), answers, settings)
    assert len(early) + len(late) == 20
    skipped = replace(waiting, skipped={"open"})
    assert len(due(skipped, answers, settings)) == 20


@given(st.integers(0, 200), st.floats(0, 1), st.integers(0, 30))
def test_nothing_is_audited_twice_and_a_share_of_nothing_is_nothing(count: int, share: float, least: int) -> None:
    now, answers = confirmed_page(IDS[:count])
    settings = Review(audit=share, audit_least=least)
    tasks = due(now, answers, settings)
    assert len({phrase for task in tasks for phrase in task.phrase_ids}) == len(tasks)
    assert due(replace(now, tasks=[*now.tasks, *tasks]), answers, settings) == []
    assert share or not tasks


def test_a_line_of_duplicates_is_one_case_and_what_is_gone_is_left_out() -> None:
    line = Line("фраза", (IDS[0], IDS[1]))
    now = situation([ReviewTask("page", "purpose", Kind.SORT, (line,))])
    answers = [said(name, "x", kind=Kind.SORT) for name in IDS[:2]]
    (task,) = due(now, answers)
    assert task.phrase_ids == (IDS[0], IDS[1])
    fewer = replace(now, phrases={IDS[1]: PHRASES[IDS[1]]})
    (same,) = due(fewer, answers)
    assert (same.key, same.phrase_ids) == (task.key, (IDS[1],))
    assert due(replace(now, phrases={}), answers) == []


def test_a_share_of_sorted_and_single_phrases_goes_to_a_second_coder_once() -> None:
    tasks = [page(IDS[:60], Kind.SORT), page(IDS[60:120], Kind.GROUP, "group")]
    tasks += [page([name], Kind.PHRASE, name) for name in IDS[120:]]
    settings = Review(audit=0, double_coded=0.5)
    now = situation(tasks, ())
    second = due(now, [], settings)
    assert {task.kind for task in second} == {Kind.SECOND}
    asked = {task.phrase_ids[0] for task in second}
    assert 50 <= len(asked) <= 90
    assert not asked & set(IDS[60:120])
    assert all(task.suggested == () for task in second)
    again = replace(page(sorted(asked)[:1], Kind.PHRASE, "comes back alone"))
    assert due(replace(now, tasks=[*tasks, *second, again]), [], settings) == []
    assert due(now, [], Review(audit=0)) == []


def test_a_phrase_is_asked_blind_once() -> None:
    now = situation([page(IDS[:60], Kind.SORT)])
    answers = [said(name, "x", kind=Kind.SORT) for name in IDS[:60]]
    tasks = due(now, answers, Review(audit=1, audit_least=0, double_coded=0.5))
    asked = [task.phrase_ids[0] for task in tasks]
    assert sorted(asked) == IDS[:60]
    assert {task.kind for task in tasks} == {Kind.AUDIT, Kind.SECOND}


DISPUTE = {"anna": "x", "boris": "y"}


def replayed(opinions: Mapping[str, str], phrase: str = IDS[0], *more: FirstAnswer) -> dict[str, PhraseState]:
    answers = [said(phrase, codes, who, who, Kind.PHRASE) for who, codes in opinions.items()]
    return replay_decisions([answer.decision for answer in (*answers, *more)], book())


def test_a_dispute_is_asked_with_the_answers_and_without_names() -> None:
    (task,) = due(situation([], (), replayed(DISPUTE)), [])
    assert task.kind is Kind.ADJUDICATION
    assert (task.phrase_ids, task.about, task.suggested) == ((IDS[0],), {"answers": ["x", "y"]}, ("x", "y"))
    (swapped,) = due(situation([], (), replayed({"anna": "y", "boris": "x"})), [])
    assert swapped == task, "who said which is not told"
    assert not replayed(DISPUTE)[IDS[0]].codes, "and nothing is confirmed meanwhile"


def test_what_one_gave_and_another_ruled_out_is_a_dispute_too() -> None:
    out = said(IDS[0], "x", "boris", verdict=Verdict.NOT)
    (task,) = due(situation([], (), replayed({"anna": "x"}, IDS[0], out)), [])
    assert task.about == {"answers": ["!x", "x"]}
    assert task.suggested == ("x",)


def test_a_dispute_that_is_settled_is_asked_no_more_and_another_one_anew() -> None:
    before = replayed(DISPUTE)
    (task,) = disputes("study", "purpose", PHRASES, before)
    agreed = disputes("study", "purpose", PHRASES, replayed({"anna": "x", "boris": "x"}))
    assert agreed == []
    assert still_asked([task], agreed, ()) == []
    assert still_asked([task], agreed, {task.key}) == [task], "what was answered stays"
    (other,) = disputes("study", "purpose", PHRASES, replayed({"anna": "x", "boris": "z"}))
    assert other.key != task.key
    assert still_asked([task, other], [other], ()) == [other]
    assert disputes("study", "purpose", {}, before) == []


@given(st.dictionaries(st.sampled_from(["anna", "boris", "vera"]), st.sampled_from(["x", "y", "xy"]), min_size=1))
def test_the_adjudicator_has_the_last_word_and_ends_every_dispute(opinions: dict[str, str]) -> None:
    states = replayed(opinions)
    (found,) = states.values()
    assert found.disputed == (len({frozenset(codes) for codes in opinions.values()}) > 1)
    assert len(disputes("study", "purpose", PHRASES, states)) == found.disputed
    word = said(IDS[0], "z", "judge", "dispute", Kind.ADJUDICATION, minute=-5)
    decided = replayed(opinions, IDS[0], word)
    assert decided[IDS[0]].codes == {"z"}
    assert disputes("study", "purpose", PHRASES, decided) == []


def test_the_same_words_in_the_same_dispute_are_one_task() -> None:
    twins = {name: replace(PHRASES[name], text_key="расти") for name in IDS[:3]}
    states = replayed(DISPUTE) | replayed(DISPUTE, IDS[1]) | replayed({"anna": "x", "boris": "z"}, IDS[2])
    assert [task.phrase_ids for task in disputes("study", "purpose", twins, states)] == [(IDS[0], IDS[1]), (IDS[2],)]


def test_first_answers_follow_merges_of_codes() -> None:
    codebook = book()
    codebook.apply(Event("m", "purpose", START, "", EventKind.MERGE, "y", {"into": "x"}, ""))
    answers = [said(IDS[0], "y"), said(IDS[0], "y", "boris", "blind", Kind.AUDIT, minute=1)]
    (line,) = confirmed_lines([page(IDS[:1])], answers, codebook, PHRASES.keys())
    assert line.codes == blind_answers(answers, codebook)[IDS[0]].codes == {"x"}


def measured(tasks: Sequence[ReviewTask], answers: Sequence[FirstAnswer], settings: Review = ALL) -> Quality:
    respondents = {name: f"r{name}" for name in IDS}
    return quality("study", settings, PHRASES, respondents, tasks, answers, book())


def test_the_error_is_that_of_first_answers() -> None:
    answers = [said(name, "x") for name in IDS[:10]]
    answers += [
        said(name, "y" if at < 2 else "x", "boris", name, Kind.AUDIT, minute=1) for at, name in enumerate(IDS[:6])
    ]
    answers += [said(IDS[0], "x", "boris", "again", Kind.AUDIT, minute=9)]
    found = measured([page(IDS[:10])], answers).audit
    assert (found.confirmed, found.wanted, found.answered, found.differing, found.same_person) == (10, 10, 6, 2, 0)


def test_who_answers_his_own_lines_is_counted_and_is_no_second_coder() -> None:
    answers = [said(name, "x") for name in IDS[:4]]
    answers += [said(name, "y", "anna", name, Kind.AUDIT, minute=1) for name in IDS[:2]]
    answers += [said(IDS[2], "y", "boris", IDS[2], Kind.AUDIT, minute=1)]
    found = measured([page(IDS[:4])], answers)
    assert (found.audit.differing, found.audit.same_person) == (3, 2)
    assert found.agreement.whole.phrases == found.agreement.blind.phrases == 1


def test_the_same_person_twice_is_no_double_coding() -> None:
    tasks = [page([name], Kind.PHRASE, f"first {name}") for name in IDS[:3]]
    tasks += [page([name], Kind.SECOND, f"second {name}") for name in IDS[:3]]
    answers = [said(name, "x", "anna", f"first {name}", Kind.PHRASE) for name in IDS[:2]]
    answers += [said(IDS[0], "y", "anna", f"second {IDS[0]}", Kind.SECOND, minute=1)]
    answers += [said(IDS[1], "y", "boris", f"second {IDS[1]}", Kind.SECOND, minute=1)]
    found = measured(tasks, answers)
    assert found.double_coding == DoubleCoding(wanted=3, answered=2, same_person=1)
    assert found.agreement.whole.phrases == 1
    states = replay_decisions([answer.decision for answer in answers], book())
    assert states[IDS[0]].codes == {"y"}, "the same person's later answer replaces the earlier"
    assert states[IDS[1]].disputed


def test_adjudicators_are_no_coders_and_incomplete_answers_wait_for_their_rest() -> None:
    answers = [
        said(IDS[0], "x", verdict=Verdict.ALSO),
        said(IDS[0], "xy", "anna", "alone", Kind.PHRASE, minute=2),
        said(IDS[0], "xy", "boris", "blind", Kind.SECOND, minute=1),
        said(IDS[0], "z", "judge", "dispute", Kind.ADJUDICATION, minute=3),
    ]
    found = measured([page(IDS[:1])], answers)
    (pair,) = found.agreement.pairs
    assert (pair.one, pair.other, pair.equal, found.adjudicated) == ("anna", "boris", 1, 1)


def test_duplicates_answered_together_are_one_unit() -> None:
    twins = {name: replace(PHRASES[name], text_key="расти") for name in IDS[:3]}
    answers = [said(name, "x", who, who, Kind.PHRASE) for name in IDS[:3] for who in ("anna", "boris")]
    respondents = {name: f"r{name}" for name in IDS}
    found = quality("study", ALL, twins, respondents, [], answers, book())
    assert found.agreement.whole.phrases == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_only_an_adjudicator_is_one_and_only_blind_answers_are_blind(kind: Kind) -> None:
    assert (kind.role is Role.ADJUDICATOR) == (kind is Kind.ADJUDICATION)
    assert kind.is_blind == (kind in (Kind.AUDIT, Kind.SECOND))
    assert kind.is_check == (kind.is_blind or kind is Kind.ADJUDICATION)
    assert not (kind.is_page and kind.is_check)
