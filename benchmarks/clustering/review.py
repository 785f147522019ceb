"""A whole review of a proposal by the analyst who knows the truth, through the product's own tasks and decisions."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.clustering.peers import Proposed
from benchmarks.clustering.sets import LabelledSet
from models.analyst import Analyst
from models.codebook import Codebook
from models.coding import Decision, PhraseState, replay_decisions
from models.effort import actions, by_hand
from models.planning import Phrase, ProposedGroup, Situation, due_tasks, refreshed_tasks
from models.review import ReviewTask, Source, interpret
from models.suggest import Coded, Suggester, Suggestion, Wish

_PAGE = 30
_BETWEEN = 15  # tasks answered between two collects
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def effort(data: LabelledSet, proposed: Proposed) -> float:
    """Return the actions of the review as a share of coding by hand; every phrase ends with all its right codes.

    What is suggested is learned anew after every 15 answers, as a study's `collect` does.
    """
    ids = [f"p{at:05d}" for at in range(len(data.texts))]
    phrases = {
        identity: Phrase(identity, text, key, False)
        for identity, text, key in zip(ids, data.texts, data.keys, strict=True)
    }
    analyst = Analyst(dict(zip(ids, data.codes, strict=True)))
    groups = [
        ProposedGroup("bench", number, tuple(ids[at] for at in members))
        for number, members in enumerate(_groups(proposed))
    ]
    codebook, decisions, spent = Codebook("purpose"), [], 0
    tasks: dict[str, ReviewTask] = {}
    answered: set[str] = set()
    while True:
        states = replay_decisions(decisions, codebook)
        now = Situation("bench", "purpose", phrases, groups, list(tasks.values()), answered, states, _PAGE)
        offer = _offer(data, ids, codebook, states)
        tasks |= {task.key: task for task in [*refreshed_tasks(now, offer), *due_tasks(now, offer)]}
        waiting = [task for task in tasks.values() if task.key not in answered]
        if not waiting:
            break
        for task in waiting[:_BETWEEN]:
            spent += _work(task, analyst, codebook, decisions)
            answered.add(task.key)
    coded = {phrase: {codebook.codes[code].name for code in state.codes} for phrase, state in states.items()}
    wrong = [identity for identity in ids if coded.get(identity) != analyst.right[identity]]
    if wrong:
        raise AssertionError(f"{data.name}: {len(wrong)} phrases did not end with their right codes, {wrong[0]} first")
    return spent / by_hand(sorted(codes) for codes in data.codes)


def _work(task: ReviewTask, analyst: Analyst, codebook: Codebook, decisions: list[Decision]) -> int:
    answer = analyst.answer(task, codebook)
    number = len(decisions)
    source = Source("analyst", _BEGIN + timedelta(seconds=number), f"bench/1/{number}/1")
    made, _ = interpret("bench", task, answer, source, codebook)
    decisions.extend(made)
    return actions(task, answer)


def _groups(proposed: Proposed) -> list[np.ndarray]:
    """Members of every group, the surest first; larger groups first."""
    found = [np.flatnonzero(proposed.labels == group) for group in range(proposed.labels.max(initial=-1) + 1)]
    found.sort(key=lambda members: (-len(members), members[:1].tolist()))
    return [members[np.argsort(-proposed.confidence[members], kind="stable")] for members in found if len(members)]


def _offer(data: LabelledSet, ids: Sequence[str], codebook: Codebook, states: dict[str, PhraseState]):  # noqa: ANN202
    place = {text: at for at, text in enumerate(data.texts)}
    active = [code for code in codebook.active() if not code.fixed]
    codes = [code.code_id for code in active]
    at_code = {code: at for at, code in enumerate(codes)}
    carries = np.zeros((len(ids), len(codes)), bool)
    for at, identity in enumerate(ids):
        for code in states[identity].codes if identity in states else ():
            carries[at, at_code[code]] = True
    names = np.stack([data.code_vectors[code.name] for code in active]) if active else data.vectors[:0]
    confirmed = carries.any(axis=1)
    suggester = Suggester(Coded(codes, names, data.vectors[confirmed], carries[confirmed]))

    def offer(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        return suggester.suggestions([Wish(data.vectors[place[text]], out) for text, out in wanted])

    return offer
