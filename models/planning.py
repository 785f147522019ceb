"""Which tasks are due: derived from the proposals, what is decided, and what has been asked already."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.codebook import NO_ANSWER
from models.coding import OPEN, PhraseState
from models.review import Kind, Line, ReviewTask, task_key

Offer = Callable[[Sequence[tuple[str, Collection[str]]]], list[tuple[tuple[str, ...], float]]]


@dataclass(frozen=True)
class Phrase:
    """A phrase as review needs it: masked text, whether it looks like no answer, whether people joined its parts."""

    phrase_id: str
    text: str
    text_key: str
    non_answer: bool
    joined: bool = False


@dataclass(frozen=True)
class ProposedGroup:
    """A group of a stored proposal; `phrase_ids` in the order they are shown, the surest first."""

    proposal_id: str
    number: int
    phrase_ids: tuple[str, ...]
    about: dict[str, str | float | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """Everything planning looks at, for one study and frame.

    Attributes
    ----------
    tasks : sequence of ReviewTask
        What has been asked already.
    answered, skipped : collection of str
        Keys of tasks with a usable answer, and of those somebody skipped.
    states : mapping of phrase id to PhraseState
        Replayed decisions.
    phrases, gone : mapping of phrase id to Phrase
        Phrases that stand, and parts of answers that people have joined again: these are asked about no more.
    """

    study_id: str
    frame: str
    phrases: Mapping[str, Phrase]
    groups: Sequence[ProposedGroup]
    tasks: Sequence[ReviewTask]
    answered: Collection[str]
    states: Mapping[str, PhraseState]
    page_size: int
    skipped: Collection[str] = ()
    gone: Mapping[str, Phrase] = field(default_factory=dict)


def due_tasks(now: Situation, offer: Offer) -> list[ReviewTask]:
    """Return the tasks to be asked next, without those that were asked before.

    First the groups, a page at a time: a further page is asked when the page before it was given a code, with that
    code preselected. What people threw out of a group or joined again, and what looks like no answer, is asked phrase
    by phrase at once; what no group holds waits until the groups are done, because their names make the suggestions.

    Parameters
    ----------
    offer : callable
        Takes (text, rejected codes) pairs and returns for each the suggested code ids, best first, and the confidence
        of the first.
    """
    asked = {task.key for task in now.tasks}
    pages, held = _group_pages(now)
    fresh_pages = [page for page in pages if page.key not in asked]
    waiting = held | {phrase for page in fresh_pages for phrase in page.phrase_ids}
    groups_done = not fresh_pages and all(
        task.key in now.answered or task.key in now.skipped for task in now.tasks if task.kind is Kind.GROUP
    )
    open_now = {phrase for task in now.tasks if task.key not in now.answered for phrase in task.phrase_ids}
    seen = {phrase for task in now.tasks for phrase in task.phrase_ids}
    busy = waiting | open_now
    loose = [
        phrase
        for phrase_id, phrase in now.phrases.items()
        if phrase_id not in busy
        and not _done(now.states.get(phrase_id, OPEN))
        and (groups_done or phrase.non_answer or phrase.joined or phrase_id in seen)
    ]
    return fresh_pages + list(_phrase_tasks(now, loose, offer, asked))


def _done(state: PhraseState) -> bool:
    return state.settled or state.disputed


def _group_pages(now: Situation) -> tuple[list[ReviewTask], set[str]]:
    """Every page that may be asked by now, and the phrases of pages that must wait for the page before them."""
    pages: list[ReviewTask] = []
    held: set[str] = set()
    singly = {
        phrase: tuple(confirmed) if isinstance(confirmed := task.about.get("confirmed"), list) else ()
        for task in now.tasks
        if task.kind is Kind.PHRASE
        for phrase in task.phrase_ids
    }
    for group in now.groups:
        lines = _lines(now.phrases.get(phrase) or now.gone[phrase] for phrase in group.phrase_ids)
        parts = [lines[at : at + now.page_size] for at in range(0, len(lines), now.page_size)]
        suggested: tuple[str, ...] = ()
        for number, part in enumerate(parts, start=1):
            standing = _standing(now, part)
            if not standing:
                continue
            page = _page(now, group, standing, number, len(parts), suggested)
            pages.append(page)
            if page.key not in now.answered:
                held |= {phrase for later in parts[number:] for line in later for phrase in line.phrase_ids}
                break
            suggested = _given_code(page, now.states, singly)
            if not suggested:  # dissolved: the other pages are no group either
                break
    return pages, held


def _standing(now: Situation, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines without the phrases that are gone; pages keep their places, so that none is asked twice."""
    kept = (Line(line.text, tuple(phrase for phrase in line.phrase_ids if phrase in now.phrases)) for line in lines)
    return tuple(line for line in kept if line.phrase_ids)


def _page(
    now: Situation, group: ProposedGroup, lines: tuple[Line, ...], number: int, count: int, suggested: tuple[str, ...]
) -> ReviewTask:
    return ReviewTask(
        key=task_key(now.study_id, now.frame, Kind.GROUP, group.proposal_id, str(group.number), str(number)),
        frame=now.frame,
        kind=Kind.GROUP,
        lines=lines,
        proposal_id=group.proposal_id,
        group=group.number,
        page=number,
        pages=count,
        about=group.about,
        suggested=suggested,
    )


def _given_code(
    page: ReviewTask, states: Mapping[str, PhraseState], singly: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    """The code an answered page was given; nothing when it was dissolved.

    A phrase that was asked alone afterwards counts with what the page had confirmed of it, not with what came later.
    """
    counts: dict[str, int] = defaultdict(int)
    for phrase in page.phrase_ids:
        for code in singly.get(phrase, states.get(phrase, OPEN).codes):
            counts[code] += 1
    return (max(sorted(counts), key=lambda code: counts[code]),) if counts else ()


def _phrase_tasks(
    now: Situation, loose: Iterable[Phrase], offer: Offer, asked: Collection[str]
) -> Iterator[ReviewTask]:
    """One task a distinct text; confirmed codes are kept as the first suggestions.

    None of the phrases stands on an open task. One that was answered and is open again (a page was edited since) is
    asked once more.
    """
    loose = list(loose)
    by_key: dict[tuple[str, frozenset[str]], list[Phrase]] = defaultdict(list)
    for phrase in loose:
        by_key[phrase.text_key, now.states.get(phrase.phrase_id, OPEN).codes].append(phrase)
    substantive = [(key, same) for key, same in by_key.items() if not same[0].non_answer]
    rejected = [
        frozenset().union(*(now.states.get(p.phrase_id, OPEN).rejected for p in same)) for _, same in substantive
    ]
    offers = offer([(same[0].text, out) for (_, same), out in zip(substantive, rejected, strict=True)])
    offered = {key: found for (key, _), found in zip(substantive, offers, strict=True)}
    for key, same in by_key.items():
        codes, confidence = offered.get(key, ((NO_ANSWER,), 1.0))
        confirmed = tuple(sorted(key[1]))
        ids = tuple(sorted(phrase.phrase_id for phrase in same))
        yield ReviewTask(
            key=_free_key(now, ids, asked),
            frame=now.frame,
            kind=Kind.PHRASE,
            lines=(Line(same[0].text, ids),),
            about={"confidence": round(confidence, 3), "confirmed": list(confirmed)},
            suggested=tuple(dict.fromkeys([*confirmed, *codes])),
        )


def _free_key(now: Situation, ids: Sequence[str], asked: Collection[str]) -> str:
    key, again = task_key(now.study_id, now.frame, Kind.PHRASE, *ids), 1
    while key in asked:
        again += 1
        key = task_key(now.study_id, now.frame, Kind.PHRASE, *ids, f"time {again}")
    return key


def _lines(phrases: Iterable[Phrase]) -> list[Line]:
    """Collapse duplicates, in the order of their first phrase."""
    by_key: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        by_key[phrase.text_key].append(phrase)
    return [Line(same[0].text, tuple(phrase.phrase_id for phrase in same)) for same in by_key.values()]
