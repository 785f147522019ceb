"""Which tasks are due: derived from the proposals, what is decided, and what has been asked already."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.codebook import NO_ANSWER
from models.coding import OPEN, PhraseState
from models.review import Kind, Line, ReviewTask, task_key
from models.suggest import Suggestion

Offer = Callable[[Sequence[tuple[str, Collection[str]]]], list[list[Suggestion]]]
_SINGLY = 1.5  # actions a phrase costs that is asked alone: 1 when the first suggestion is right, 2 when it is not
_LAST = 12  # addition pages that say how far likelihoods can be trusted
_PRIOR = 6.0  # lines that are taken to have come out as expected before there are any
_UNLIKELY = 0.15  # below this likelihood a phrase is not put on a code's page


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
    additions : bool
        Whether what the groups left open is asked by pages of additions before it is asked phrase by phrase.
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
    additions: bool = False
    gone: Mapping[str, Phrase] = field(default_factory=dict)


def due_tasks(now: Situation, offer: Offer) -> list[ReviewTask]:
    """Return the tasks to be asked next, without those that were asked before.

    First the groups, a page at a time: a further page is asked when the page before it was given a code, with that
    code preselected. Then, round after round, pages of additions: the open phrases gathered under the code they most
    likely belong to, where a page costs less than asking its phrases alone. What is left is asked phrase by phrase.
    What people joined again and what looks like no answer is asked phrase by phrase at once; without additions so is
    what they threw out of a group.

    Parameters
    ----------
    offer : callable
        Takes (text, rejected codes) pairs and returns for each the suggested codes, the likeliest first.
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
        if phrase_id not in busy and not _done(now.states.get(phrase_id, OPEN))
    ]
    if now.additions and groups_done:
        pages = list(_addition_pages(now, [phrase for phrase in loose if not phrase.non_answer], offer))
        if pages or any(task.kind is Kind.ADDITION and task.key not in now.answered for task in now.tasks):
            return pages
    due = [
        phrase
        for phrase in loose
        if groups_done or phrase.non_answer or phrase.joined or (phrase.phrase_id in seen and not now.additions)
    ]
    return fresh_pages + list(_phrase_tasks(now, due, offer, asked))


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


def _addition_pages(now: Situation, loose: Iterable[Phrase], offer: Offer) -> Iterator[ReviewTask]:
    """Pages of phrases that most likely belong to one code, ticked where that is more likely than not.

    A page costs its submit and a click for every line that comes ticked wrongly or not ticked though it belongs; it is
    worth while when the lines that belong would cost more alone. Phrases with a code already are asked alone.
    """
    fresh = [phrase for phrase in loose if not now.states.get(phrase.phrase_id, OPEN).codes]
    by_key: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in fresh:
        by_key[phrase.text_key].append(phrase)
    texts, trust = list(by_key.values()), _trust(now)
    rejected = [frozenset().union(*(now.states.get(p.phrase_id, OPEN).rejected for p in same)) for same in texts]
    offers = offer([(same[0].text, out) for same, out in zip(texts, rejected, strict=True)])
    by_code: dict[str, list[tuple[float, Line]]] = defaultdict(list)
    for same, found in zip(texts, offers, strict=True):
        likelihood = min(0.99, trust * found[0].likelihood) if found else 0.0
        if likelihood >= _UNLIKELY:
            ids = tuple(sorted(phrase.phrase_id for phrase in same))
            by_code[found[0].code_id].append((likelihood, Line(same[0].text, ids, checked=likelihood > 0.5)))
    for code, held in by_code.items():
        held.sort(key=lambda item: (-item[0], item[1].phrase_ids))
        for at in range(0, len(held), now.page_size):
            page = held[at : at + now.page_size]
            clicks = sum(min(likelihood, 1 - likelihood) for likelihood, _ in page)
            if _SINGLY * sum(likelihood for likelihood, _ in page) > 1 + clicks:
                lines = tuple(line for _, line in page)
                ids = tuple(phrase for line in lines for phrase in line.phrase_ids)
                key = task_key(now.study_id, now.frame, Kind.ADDITION, code, *ids)
                about: dict[str, str | float | list[str]] = {"expected": round(sum(at for at, _ in page) / trust, 3)}
                yield ReviewTask(key, now.frame, Kind.ADDITION, lines, about=about, suggested=(code,))


def _trust(now: Situation) -> float:
    """How far likelihoods can be trusted: lines that belonged on the last addition pages, beside those expected to."""
    pages = [task for task in now.tasks if task.kind is Kind.ADDITION and task.key in now.answered][-_LAST:]
    right = sum(
        task.suggested[0] in now.states.get(line.phrase_ids[0], OPEN).codes for task in pages for line in task.lines
    )
    expected = sum(float(str(task.about["expected"])) for task in pages)
    return (right + _PRIOR) / (expected + _PRIOR)


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
        found = offered.get(key, [Suggestion(NO_ANSWER, 1.0)])
        confirmed = tuple(sorted(key[1]))
        ids = tuple(sorted(phrase.phrase_id for phrase in same))
        yield ReviewTask(
            key=_free_key(now, ids, asked),
            frame=now.frame,
            kind=Kind.PHRASE,
            lines=(Line(same[0].text, ids),),
            about={"confidence": round(found[0].likelihood, 3) if found else 0.0, "confirmed": list(confirmed)},
            suggested=tuple(dict.fromkeys([*confirmed, *(suggestion.code_id for suggestion in found)])),
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
