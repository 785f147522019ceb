"""What a review costs, in actions of a person [ours]: clicks and submits, not seconds and not reading.

A page submitted 1, its code named or chosen 1, each tick set or taken away 1, a second code marked 1; a phrase asked
alone 1 when the first suggestion is right, 2 when another code is picked, 3 when a new one is typed; without a
suggestion 2 and 3; in a dispute 1 a code that somebody had given. Coding by hand: 2 a code of a distinct phrase, 3
where the code is used for the first time.
"""

from collections.abc import Iterable

from models.review import Answer, Kind, Member, ReviewTask

_PICKED, _TYPED = 2, 3


def actions(task: ReviewTask, answer: Answer) -> int:
    """Count the actions of an answer to a task."""
    if task.kind.is_page:
        return _page(task, answer)
    confirmed = task.about.get("confirmed")
    kept = set(confirmed) if isinstance(confirmed, list) else set()
    shown = [code for code in task.suggested if code not in kept]
    offered = shown if task.kind is Kind.ADJUDICATION else shown[:1]
    fresh = [code for code in answer.codes if code not in kept]
    picked = sum(1 if code in offered else _PICKED for code in fresh)
    return max(1, picked + _TYPED * len(answer.new_names))


def _page(task: ReviewTask, answer: Answer) -> int:
    if answer.dissolve or answer.two:
        return 1
    also = sum(member is Member.ALSO for member in answer.members.values())
    if task.kind is Kind.SORT:
        ticked = [set(line.codes[: line.checked]) for line in task.lines]
        return 1 + also + sum(len(before ^ set(answer.sorted.get(at, ()))) for at, before in enumerate(ticked))
    suggested = bool(task.suggested) and answer.codes[:1] == task.suggested[:1]
    named = task.kind is Kind.GROUP and not suggested
    turned = sum(line.checked is (at not in answer.members) for at, line in enumerate(task.lines))
    return 1 + named + turned + also


def by_hand(right: Iterable[Iterable[str]]) -> int:
    """Count the actions of coding distinct phrases by hand, from the right codes of each."""
    known: set[str] = set()
    total = 0
    for codes in right:
        for code in codes:
            total += _PICKED if code in known else _TYPED
            known.add(code)
    return total
