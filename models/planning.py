"""Which tasks are due: derived from the proposals, what is decided, and what has been asked already."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.codebook import NO_ANSWER
from models.coding import OPEN, PhraseState
from models.review import Kind, Line, ReviewTask, task_key
from models.suggest import Suggestion

Offer = Callable[[Sequence[tuple[str, Collection[str]]]], list[list[Suggestion]]]
_SINGLY = 1.5  # actions a phrase costs that is asked alone: 1 when the first suggestion is right, 2 when it is not
_LAST = 12  # addition pages that say how far likelihoods can be trusted
_PRIOR = 6.0  # lines that are taken to have come out as expected before there are any
_LIKELY = 0.5  # above this likelihood a phrase comes with its code ticked
_SORTED = 15  # lines of a sorting page: each has keys of its own
_OFFERED = 3  # codes a sorting page offers for a line
NEW_THEME = "new_theme"  # in what a group is about: how likely it belongs to none of the confirmed codes
_FEWEST = 3  # lines that make a page of additions or a sorting page


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
    split : collection of str
        Codes that were split: what came of their additions says no more how far likelihoods can be trusted.
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
    split: Collection[str] = ()


def due_tasks(now: Situation, offer: Offer) -> list[ReviewTask]:
    """Return the tasks to be asked next, without those that were asked before.

    First the groups, a page at a time: a further page is asked when the page before it was given a code, with that
    code preselected; a first page whose lines most likely belong to one known code has that one. Then, round after
    round, pages of additions: the open phrases that most likely belong to one code. Then sorting pages: every phrase
    that is left once, with the codes it most likely belongs to. What is left is asked phrase by phrase. What people
    joined again and what looks like no answer is asked alone at once. Additions do not wait for groups that are new
    themes: these hold nothing that likely belongs to a known code.

    Parameters
    ----------
    offer : callable
        Takes (text, rejected codes) pairs and returns for each the suggested codes, the likeliest first.
    """
    asked = {task.key for task in now.tasks}
    pages, held = _group_pages(now)
    fresh_pages = _with_known_codes([page for page in pages if page.key not in asked], offer)
    waiting = held | {phrase for page in fresh_pages for phrase in page.phrase_ids}
    of_groups = [*fresh_pages, *(task for task in now.tasks if task.kind is Kind.GROUP)]
    unanswered = [task for task in of_groups if task.key not in now.answered and task.key not in now.skipped]
    waiting |= {phrase for task in now.tasks if _is_open(now, task) for phrase in task.phrase_ids}
    loose = [
        phrase
        for phrase_id, phrase in now.phrases.items()
        if phrase_id not in waiting and not _done(now.states.get(phrase_id, OPEN))
    ]
    alone = [phrase for phrase in loose if phrase.non_answer or phrase.joined]
    others = [phrase for phrase in loose if not (phrase.non_answer or phrase.joined)]
    further: list[ReviewTask] = []
    if all(NEW_THEME in task.about for task in unanswered):
        further = _pages_after_groups(now, others, offer, sorting=not unanswered)
        alone += [] if unanswered or further or _under_way(now) else others
    return [*fresh_pages, *further, *_phrase_tasks(now, alone, offer, asked)]


def _pages_after_groups(now: Situation, loose: Sequence[Phrase], offer: Offer, *, sorting: bool) -> list[ReviewTask]:
    """Addition pages while there are any; then sorting pages, if it is time for them."""
    uncoded = [phrase for phrase in loose if not now.states.get(phrase.phrase_id, OPEN).codes]
    additions = list(_addition_pages(now, uncoded, offer))
    if additions or any(task.kind is Kind.ADDITION and _is_open(now, task) for task in now.tasks):
        return additions
    return list(_sorting_pages(now, uncoded, offer)) if sorting else []


def _under_way(now: Situation) -> bool:
    return any(task.kind in (Kind.ADDITION, Kind.SORT) and _is_open(now, task) for task in now.tasks)


def _is_open(now: Situation, task: ReviewTask) -> bool:
    """Whether somebody may still answer the task; of what is skipped after the groups, the phrases are asked alone."""
    if task.key in now.answered:
        return False
    return task.kind in (Kind.GROUP, Kind.PHRASE) or task.key not in now.skipped


def _done(state: PhraseState) -> bool:
    return state.settled or state.disputed


def _group_pages(now: Situation) -> tuple[list[ReviewTask], set[str]]:
    """Every page that may be asked by now, and the phrases of pages that must wait for the page before them."""
    pages: list[ReviewTask] = []
    held: set[str] = set()
    afterwards = _confirmed_before(now.tasks)
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
            suggested = _given_code(page, now.states, afterwards)
            if not suggested:  # dissolved: the other pages are no group either
                break
    return pages, held


def _with_known_codes(pages: Sequence[ReviewTask], offer: Offer) -> list[ReviewTask]:
    """Suggest a known code on the first pages of groups whose lines more likely than not belong to it.

    Before a group is answered its lines are all there is to tell; on labelled sets such a suggestion is the code of
    most lines in 82 of 84 groups (benchmarks/first_suggestions.md).
    """
    first = [page for page in pages if page.page == 1 and not page.suggested]
    offers = iter(offer([(line.text, ()) for page in first for line in page.lines]))
    found: dict[str, tuple[str, ...]] = {}
    for page in first:
        votes: dict[str, float] = defaultdict(float)
        for suggestion in (suggestion for _ in page.lines for suggestion in next(offers)):
            votes[suggestion.code_id] += suggestion.likelihood
        likely = max(sorted(votes), key=lambda code: votes[code], default="")
        if likely and votes[likely] > _LIKELY * len(page.lines):
            found[page.key] = (likely,)
    return [replace(page, suggested=found.get(page.key, page.suggested)) for page in pages]


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


def _confirmed_before(tasks: Iterable[ReviewTask]) -> dict[str, tuple[str, ...]]:
    """What stood of a phrase when it was first asked about after its group; nothing where it came on a page again."""
    found: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        if task.kind is not Kind.GROUP:
            confirmed = task.about.get("confirmed")
            stood = tuple(confirmed) if isinstance(confirmed, list) else ()
            for phrase in task.phrase_ids:
                found.setdefault(phrase, stood)
    return found


def _given_code(
    page: ReviewTask, states: Mapping[str, PhraseState], afterwards: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    """The code an answered page was given; nothing when it was dissolved.

    A phrase that was asked about afterwards counts with what the page had confirmed of it, not with what came later.
    """
    counts: dict[str, int] = defaultdict(int)
    for phrase in page.phrase_ids:
        for code in afterwards.get(phrase, states.get(phrase, OPEN).codes):
            counts[code] += 1
    return (max(sorted(counts), key=lambda code: counts[code]),) if counts else ()


def _addition_pages(now: Situation, loose: Iterable[Phrase], offer: Offer) -> Iterator[ReviewTask]:
    """Pages of phrases that more likely than not belong to one code, all of them ticked.

    A page costs its submit and a click for every line that does not belong; it is worth while when the lines that
    belong would cost more alone.
    """
    trust, asked = _trust(now), {task.key for task in now.tasks}
    skipped = {
        phrase
        for task in now.tasks
        if task.kind is Kind.ADDITION and task.key in now.skipped
        for phrase in task.phrase_ids
    }
    loose = [phrase for phrase in loose if phrase.phrase_id not in skipped]
    by_code: dict[str, list[tuple[float, Line]]] = defaultdict(list)
    for text, ids, found in _offered(now, loose, offer):
        likelihood = min(0.99, trust * found[0].likelihood)
        if likelihood > _LIKELY:
            by_code[found[0].code_id].append((likelihood, Line(text, ids)))
    for code, held in by_code.items():
        held.sort(key=lambda item: (-item[0], item[1].phrase_ids))
        for at in range(0, len(held), now.page_size):
            page = held[at : at + now.page_size]
            right = sum(likelihood for likelihood, _ in page)
            if len(page) >= _FEWEST and _SINGLY * right > 1 + len(page) - right:
                lines = tuple(line for _, line in page)
                ids = tuple(phrase for line in lines for phrase in line.phrase_ids)
                key = task_key(now.study_id, now.frame, Kind.ADDITION, code, *ids)
                about: dict[str, str | float | list[str]] = {"expected": round(right / trust, 3)}
                if key not in asked:
                    yield ReviewTask(key, now.frame, Kind.ADDITION, lines, about=about, suggested=(code,))


def _sorting_pages(now: Situation, loose: Iterable[Phrase], offer: Offer) -> Iterator[ReviewTask]:
    """Pages of phrases of any code, each with the codes it most likely belongs to; no phrase comes on two of them.

    Lines with the same likeliest code stand together, so that a page reads in one go.
    """
    before = {phrase for task in now.tasks if task.kind is Kind.SORT for phrase in task.phrase_ids}
    trust = _trust(now)
    lines: list[tuple[str, float, Line]] = []
    for text, ids, found in _offered(now, (phrase for phrase in loose if phrase.phrase_id not in before), offer):
        likelihood = min(0.99, trust * found[0].likelihood)
        codes = tuple(suggestion.code_id for suggestion in found[:_OFFERED])
        lines.append((codes[0], -likelihood, Line(text, ids, likelihood > _LIKELY, codes)))
    if len(lines) < _FEWEST:
        return
    lines.sort(key=lambda item: (item[0], item[1], item[2].phrase_ids))
    pages = -(-len(lines) // _SORTED)
    for number in range(pages):
        part = lines[number * len(lines) // pages : (number + 1) * len(lines) // pages]
        held = tuple(line for _, _, line in part)
        ids = tuple(phrase for line in held for phrase in line.phrase_ids)
        key = task_key(now.study_id, now.frame, Kind.SORT, *ids)
        sure = -sum(likelihood for _, likelihood, _ in part) / len(part)
        yield ReviewTask(key, now.frame, Kind.SORT, held, about={"confidence": round(sure, 3)})


def _offered(
    now: Situation, loose: Iterable[Phrase], offer: Offer
) -> Iterator[tuple[str, tuple[str, ...], list[Suggestion]]]:
    """Text, phrases and suggestions of every distinct text that has any."""
    by_key: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in loose:
        by_key[phrase.text_key].append(phrase)
    texts = list(by_key.values())
    rejected = [_rejected(now, same) for same in texts]
    offers = offer([(same[0].text, out) for same, out in zip(texts, rejected, strict=True)])
    for same, found in zip(texts, offers, strict=True):
        if found:
            yield same[0].text, tuple(sorted(phrase.phrase_id for phrase in same)), found


def _rejected(now: Situation, phrases: Iterable[Phrase]) -> frozenset[str]:
    return frozenset[str]().union(*(now.states.get(phrase.phrase_id, OPEN).rejected for phrase in phrases))


def _trust(now: Situation) -> float:
    """How far likelihoods can be trusted: lines that belonged on the last addition pages, beside those expected to."""
    answered = [task for task in now.tasks if task.kind is Kind.ADDITION and task.key in now.answered]
    pages = [task for task in answered if task.suggested[0] not in now.split][-_LAST:]
    right = sum(
        task.suggested[0] in now.states.get(line.phrase_ids[0], OPEN).codes for task in pages for line in task.lines
    )
    expected = sum(float(str(task.about["expected"])) for task in pages)
    return (right + _PRIOR) / (expected + _PRIOR)


def refreshed_tasks(now: Situation, offer: Offer) -> list[ReviewTask]:
    """Return the single phrases that nobody has answered yet and whose suggestions have changed, with the new ones."""
    waiting = [task for task in now.tasks if task.kind is Kind.PHRASE and task.key not in now.answered]
    held = [(task, [now.phrases[p] for p in task.phrase_ids if p in now.phrases]) for task in waiting]
    standing = [(task, same) for task, same in held if same and not same[0].non_answer]
    offers = offer([(same[0].text, _rejected(now, same)) for _, same in standing])
    fresh = [_phrase_task(now, task.key, same, found) for (task, same), found in zip(standing, offers, strict=True)]
    return [
        replace(task, suggested=new.suggested, about=new.about)
        for (task, _), new in zip(standing, fresh, strict=True)
        if new.suggested[:1] != task.suggested[:1] or set(new.suggested) != set(task.suggested)
    ]


def _phrase_tasks(
    now: Situation, loose: Iterable[Phrase], offer: Offer, asked: Collection[str]
) -> Iterator[ReviewTask]:
    """One task a distinct text; confirmed codes are kept as the first suggestions.

    None of the phrases stands on an open task. One that was answered and is open again (a page was edited since) is
    asked once more.
    """
    by_key: dict[tuple[str, frozenset[str]], list[Phrase]] = defaultdict(list)
    for phrase in loose:
        by_key[phrase.text_key, now.states.get(phrase.phrase_id, OPEN).codes].append(phrase)
    substantive = [same for same in by_key.values() if not same[0].non_answer]
    offers = iter(offer([(same[0].text, _rejected(now, same)) for same in substantive]))
    for same in by_key.values():
        found = [Suggestion(NO_ANSWER, 1.0)] if same[0].non_answer else next(offers)
        yield _phrase_task(now, _free_key(now, sorted(p.phrase_id for p in same), asked), same, found)


def _phrase_task(now: Situation, key: str, same: Sequence[Phrase], found: Sequence[Suggestion]) -> ReviewTask:
    confirmed = sorted(now.states.get(same[0].phrase_id, OPEN).codes)
    return ReviewTask(
        key=key,
        frame=now.frame,
        kind=Kind.PHRASE,
        lines=(Line(same[0].text, tuple(sorted(phrase.phrase_id for phrase in same))),),
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
