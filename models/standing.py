"""Where a review stands: what is confirmed, what waits, who did how much, and about how much is left to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.coding import OPEN, Decision, PhraseState
from models.review import Kind, ReviewTask

# actions a task takes: its submit and name, and clicks for a line; rough means over reviews of the card sets by the
# scripted analyst, not fitted
_SUBMIT = {Kind.GROUP: 2.0, Kind.ADDITION: 1.0, Kind.SORT: 1.0, Kind.PHRASE: 0.0}
_LINE = {Kind.GROUP: 0.3, Kind.ADDITION: 0.3, Kind.SORT: 0.65, Kind.PHRASE: 1.6}
_CHECK = {Kind.AUDIT: 2.0, Kind.SECOND: 2.0, Kind.ADJUDICATION: 1.2}  # actions a task takes
_COMES_BACK = {Kind.GROUP: 0.35, Kind.ADDITION: 0.4, Kind.SORT: 0.5, Kind.PHRASE: 0.0}  # share of the lines
_LATER = 1.3  # actions of a phrase that no task holds


@dataclass(frozen=True)
class TaskCount:
    """Tasks of one kind; a skipped task is open, too."""

    open: int
    answered: int
    skipped: int


@dataclass(frozen=True)
class Person:
    """What one annotator has decided so far, by what stands."""

    annotator: str
    phrases: int
    annotations: int
    last: datetime


@dataclass(frozen=True)
class Standing:
    """Where a review stands.

    Attributes
    ----------
    phrases : int
        All of them; the next five add up to it.
    confirmed : int
        Nothing more is asked about these.
    incomplete : int
        Confirmed, and to be asked about again: said to be about something else too, or of a code that is being split.
    disputed : int
        People decided differently: they wait for an adjudication.
    waiting : int
        Undecided, on a task that somebody can answer now.
    later : int
        Undecided, and on no open task: the next `collect` brings them, or what has to be answered before them.
    actions : int
        About how many clicks and submits of the review are left (models/effort.py).
    checks : int
        And how many for the audit, the second coder's phrases and disputes, which the report does not wait for.
    """

    phrases: int
    confirmed: int
    incomplete: int
    disputed: int
    waiting: int
    later: int
    tasks: Mapping[Kind, TaskCount]
    people: Sequence[Person]
    actions: int
    checks: int


def standing(
    phrases: Collection[str],
    states: Mapping[str, PhraseState],
    tasks: Sequence[ReviewTask],
    answered: Collection[str],
    skipped: Collection[str],
    decisions: Iterable[Decision],
) -> Standing:
    """Count where a review stands.

    Parameters
    ----------
    phrases : collection of phrase ids
        Those that stand.
    tasks : sequence of ReviewTask
        Of all kinds; without those about disputes that are no more.
    decisions : iterable of Decision
        Live ones.
    """
    unanswered = [task for task in tasks if task.key not in answered]
    open_tasks = [task for task in unanswered if not task.kind.is_check]
    found = {phrase: states.get(phrase, OPEN) for phrase in phrases}
    undecided = {phrase for phrase, state in found.items() if not (state.codes or state.disputed)}
    waiting = undecided & {phrase for task in open_tasks for phrase in task.phrase_ids}
    incomplete = sum(bool(state.codes) and not state.complete for state in found.values())
    later = len(undecided) - len(waiting)
    left = sum(
        _SUBMIT[task.kind] + len(task.lines) * (_LINE[task.kind] + _LATER * _COMES_BACK[task.kind])
        for task in open_tasks
    )
    return Standing(
        phrases=len(found),
        confirmed=sum(state.settled for state in found.values()),
        incomplete=incomplete,
        disputed=sum(state.disputed for state in found.values()),
        waiting=len(waiting),
        later=later,
        tasks={kind: _count(tasks, kind, answered, skipped) for kind in Kind},
        people=_people(decisions),
        actions=round(left + _LATER * later),
        checks=round(sum(_CHECK.get(task.kind, 0.0) for task in unanswered)),
    )


def _count(tasks: Iterable[ReviewTask], kind: Kind, answered: Collection[str], skipped: Collection[str]) -> TaskCount:
    keys = {task.key for task in tasks if task.kind is kind}
    unanswered = keys - set(answered)
    return TaskCount(len(unanswered), len(keys) - len(unanswered), len(unanswered & set(skipped)))


def _people(decisions: Iterable[Decision]) -> list[Person]:
    by_person: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_person.setdefault(decision.annotator, []).append(decision)
    return [
        Person(
            annotator,
            len({decision.phrase_id for decision in made}),
            len({decision.origin.rpartition("/")[0] for decision in made}),
            max(decision.decided_at for decision in made),
        )
        for annotator, made in sorted(by_person.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
