"""What is asked of further people: lines for the audit, phrases for the second coder, and phrases in dispute."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from models.audit import Blind, Confirmed, draw, place_of
from models.codebook import Codebook
from models.coding import Decision, PhraseState, Verdict
from models.config import Review
from models.planning import Phrase, Situation
from models.review import Kind, Line, ReviewTask, task_key


@dataclass(frozen=True)
class FirstAnswer:
    """A decision as an annotation first made it, whatever it was changed to since, and the task it answered."""

    decision: Decision
    task: str
    kind: Kind


def further_tasks(now: Situation, confirmed: Sequence[Confirmed], settings: Review) -> list[ReviewTask]:
    """Return what is to be asked of further people now, without what was asked before.

    The audit's share is asked as pages are confirmed; what it lacks to its least number, when no page is open any more.
    A phrase is asked blind once, by the audit or of the second coder.

    Parameters
    ----------
    now : Situation
        With the tasks of every kind, also those that have just been planned.
    confirmed : sequence of Confirmed
        From `confirmed_lines`.
    """
    asked = {task.key for task in now.tasks}
    blind = {phrase for task in now.tasks if task.kind.is_blind for phrase in task.phrase_ids}
    second = list(_second_tasks(now, settings.double_coded, blind))
    blind |= {phrase for task in second for phrase in task.phrase_ids}
    under_way = any(t.kind.is_page and t.key not in now.answered and t.key not in now.skipped for t in now.tasks)
    drawn = draw(now.study_id, confirmed, settings.audit, 0 if under_way else settings.audit_least)
    audit = [_audit_task(now, line) for line in drawn if blind.isdisjoint(line.phrase_ids)]
    disputed = disputes(now.study_id, now.frame, now.phrases, now.states)
    return [task for task in (*audit, *second, *disputed) if task.key not in asked]


def confirmed_lines(
    tasks: Iterable[ReviewTask], said: Iterable[FirstAnswer], codebook: Codebook, standing: Set[str]
) -> list[Confirmed]:
    """Return the lines that pages confirmed, by what their first answers said, merges of codes followed.

    A line that was said to be about something else too is none of them: it is asked again anyway.
    """
    first: dict[tuple[str, str], Decision] = {}
    for answer in sorted(said, key=_earliest):
        first.setdefault((answer.task, answer.decision.phrase_id), answer.decision)
    found: dict[tuple[str, ...], Confirmed] = {}
    for task in (task for task in tasks if task.kind.is_page):
        for line in task.lines:
            made = first.get((task.key, line.phrase_ids[0]))
            if made and made.verdict is Verdict.ASSIGN and not standing.isdisjoint(line.phrase_ids):
                codes = frozenset(codebook.resolve(code) for code in made.codes)
                found.setdefault(
                    line.phrase_ids, Confirmed(line.phrase_ids, line.text, codes, made.annotator, task.key)
                )
    return list(found.values())


def blind_answers(said: Iterable[FirstAnswer], codebook: Codebook) -> dict[str, Blind]:
    """Return what was said first of each phrase without a suggestion."""
    found: dict[str, Blind] = {}
    for answer in sorted(said, key=_earliest):
        made = answer.decision
        if answer.kind.is_blind and made.verdict is Verdict.ASSIGN:
            codes = frozenset(codebook.resolve(code) for code in made.codes)
            found.setdefault(made.phrase_id, Blind(codes, made.annotator))
    return found


def disputes(
    study_id: str, frame: str, phrases: Mapping[str, Phrase], states: Mapping[str, PhraseState]
) -> list[ReviewTask]:
    """Return a task for every phrase that people decided differently; the same words in the same dispute are one.

    What people said is part of a task's identity: a dispute that is settled by an edit is gone, and another one about
    the same phrase is another task. Answers are shown without names, in no one's order.
    """
    held: dict[tuple[str, tuple[tuple[str, ...], ...]], list[Phrase]] = defaultdict(list)
    for phrase_id, state in states.items():
        if state.disputed and phrase_id in phrases:
            held[phrases[phrase_id].text_key, state.answers].append(phrases[phrase_id])
    return [_dispute(study_id, frame, same, answers) for (_, answers), same in sorted(held.items(), key=lambda i: i[0])]


def still_asked(
    tasks: Iterable[ReviewTask], disputed: Iterable[ReviewTask], answered: Collection[str]
) -> list[ReviewTask]:
    """Return the tasks without those about disputes that are no more and that nobody has answered."""
    alive = {task.key for task in disputed}
    return [task for task in tasks if task.kind is not Kind.ADJUDICATION or task.key in alive or task.key in answered]


def _earliest(answer: FirstAnswer) -> tuple[object, ...]:
    return answer.decision.decided_at, answer.decision.origin, answer.decision.phrase_id


def _audit_task(now: Situation, line: Confirmed) -> ReviewTask:
    key = task_key(now.study_id, now.frame, Kind.AUDIT, line.page, *line.phrase_ids)
    standing = tuple(phrase for phrase in line.phrase_ids if phrase in now.phrases)
    return ReviewTask(key, now.frame, Kind.AUDIT, (Line(line.text, standing),))


def _second_tasks(now: Situation, share: float, blind: Collection[str]) -> Iterator[ReviewTask]:
    """A share of what is asked phrase by phrase, and of the lines of sorting pages, drawn as the audit draws."""
    lines = {
        line.phrase_ids: line for task in now.tasks if task.kind in (Kind.SORT, Kind.PHRASE) for line in task.lines
    }
    order = sorted(lines.values(), key=lambda line: place_of(now.study_id, "order", line.phrase_ids))
    for line in order:
        standing = tuple(phrase for phrase in line.phrase_ids if phrase in now.phrases and phrase not in blind)
        if standing and place_of(now.study_id, "second", line.phrase_ids) < share:
            key = task_key(now.study_id, now.frame, Kind.SECOND, *line.phrase_ids)
            yield ReviewTask(key, now.frame, Kind.SECOND, (Line(line.text, standing),))


def _dispute(study_id: str, frame: str, same: Sequence[Phrase], answers: Sequence[Sequence[str]]) -> ReviewTask:
    ids = tuple(sorted(phrase.phrase_id for phrase in same))
    said = ["|".join(answer) for answer in answers]
    codes = dict.fromkeys(code for answer in answers for code in answer if not code.startswith("!"))
    return ReviewTask(
        key=task_key(study_id, frame, Kind.ADJUDICATION, *ids, *said),
        frame=frame,
        kind=Kind.ADJUDICATION,
        lines=(Line(same[0].text, ids),),
        about={"answers": said},
        suggested=tuple(codes),
    )
