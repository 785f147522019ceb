"""What people are asked and what their answers mean: pure objects, rendered by annotation/ in Label Studio."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.codebook import JOINED, Codebook, Event, EventKind, Target, new_code_id
from models.coding import Decision, Role, Verdict
from models.text import text_key

SKIPPED = "задание пропущено"  # the reason kept with an annotation that only skips its task


class Kind(StrEnum):
    """The kinds of task."""

    GROUP = "group"  # a page of a proposed group, confirmed with one submit
    ADDITION = "addition"  # a page of open phrases that most likely belong to one code
    SORT = "sort"  # a page of open phrases, each with the codes it most likely belongs to
    PHRASE = "phrase"  # one phrase
    AUDIT = "audit"  # one phrase that a page confirmed, without a suggestion
    SECOND = "second"  # one phrase for the second coder, without a suggestion
    ADJUDICATION = "adjudication"  # one phrase that people decided differently, with their answers

    @property
    def is_page(self) -> bool:
        """Whether a task holds several phrases and one submit decides them all."""
        return self in (Kind.GROUP, Kind.ADDITION, Kind.SORT)

    @property
    def is_blind(self) -> bool:
        """Whether no suggestion is shown."""
        return self in (Kind.AUDIT, Kind.SECOND)

    @property
    def is_check(self) -> bool:
        """Whether it asks about phrases that somebody answers elsewhere, and nothing of the review waits for it."""
        return self.is_blind or self is Kind.ADJUDICATION

    @property
    def role(self) -> Role:
        """In which capacity people answer."""
        return Role.ADJUDICATOR if self is Kind.ADJUDICATION else Role.CODER


class Member(StrEnum):
    """What is said of a phrase on a group's page."""

    BELONGS = "belongs"
    NOT = "not"
    ALSO = "also"  # belongs, and is about something else besides


@dataclass(frozen=True)
class Line:
    """One distinct text on a task, standing for all its phrases (duplicates are decided together).

    `checked` says whether it comes ticked on a page; `codes` are those a sorting page offers for it, the likeliest
    first, and there `checked` says whether that one comes ticked.
    """

    text: str
    phrase_ids: tuple[str, ...]
    checked: bool = True
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewTask:
    """One task for a person.

    Attributes
    ----------
    key : str
        The task's identity in Label Studio (``data.rechki_key``).
    about : dict
        What helps to decide: name, keywords, exemplars, nearest group, confidence (strings and numbers only).
    suggested : tuple of str
        Code ids offered, best first; on a group's page the code its first page was given, on that one a known code the
        group likely is; on an addition page its code.
    """

    key: str
    frame: str
    kind: Kind
    lines: tuple[Line, ...]
    proposal_id: str = ""
    group: int = -1
    page: int = 1
    pages: int = 1
    about: dict[str, str | float | list[str]] = field(default_factory=dict)
    suggested: tuple[str, ...] = ()

    @property
    def phrase_ids(self) -> tuple[str, ...]:
        """All phrases the task decides."""
        return tuple(phrase for line in self.lines for phrase in line.phrase_ids)


def task_key(study_id: str, frame: str, kind: Kind, *identity: str) -> str:
    """Return the key of a task: what it asks about is its identity, so that making it twice gives the same task."""
    return hashlib.sha256("\0".join([study_id, frame, kind, *identity]).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Answer:
    """What came back from a person, before it is checked.

    Attributes
    ----------
    dissolve, two : bool
        The group is none, or is several.
    join : bool
        The phrase is only a part: its answer was cut wrongly.
    codes : tuple of str
        Chosen code ids; on a group's page the code to merge into.
    new_names : tuple of str
        Names typed; on a group's page the group's name.
    target : Target or None
        For a new code.
    members : dict of int to Member
        State of each line of a page, by its position.
    sorted : dict of int to tuple of str
        The codes ticked for each line of a sorting page, by its position.
    """

    dissolve: bool = False
    two: bool = False
    join: bool = False
    codes: tuple[str, ...] = ()
    new_names: tuple[str, ...] = ()
    target: Target | None = None
    members: dict[int, Member] = field(default_factory=dict)
    sorted: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Who answered, where and when. `origin` is ``instance/project/annotation/revision``."""

    annotator: str
    at: datetime
    origin: str
    lead_time: float | None = None
    role: Role = Role.CODER
    blind: bool = False


class UnusableAnswer(ValueError):
    """An answer that cannot count; its text tells the annotator why."""


def interpret(
    study_id: str, task: ReviewTask, answer: Answer, source: Source, codebook: Codebook
) -> tuple[list[Decision], list[Event]]:
    """Turn an answer into decisions and codebook events, and carry the events out on `codebook`.

    A name that reads like an existing code's name means that code, so that two people who type the same name make one
    code.

    Raises
    ------
    UnusableAnswer
        When the answer chooses nothing, or a code that does not exist; `codebook` is then unchanged.
    """
    codes = _known(answer.codes, codebook)
    if task.kind is Kind.ADDITION:
        return _page_decisions(task, answer, codebook.resolve(task.suggested[0]), source), []
    if task.kind is Kind.SORT:
        return _sorted(task, answer, source, codebook), []
    if task.kind is Kind.GROUP:
        return _group(study_id, task, answer, codes, source, codebook)
    if answer.join:
        return [_decider(task, source)(phrase, Verdict.JOIN, ()) for phrase in task.phrase_ids], []
    if not codes and not answer.new_names:
        raise UnusableAnswer("не выбран ни один код и не написан новый")
    created, events = _named(study_id, task, answer, source, codebook)
    chosen = tuple(dict.fromkeys([*codes, *created]))
    decide = _decider(task, source)
    return [decide(phrase, Verdict.ASSIGN, chosen) for phrase in task.phrase_ids], events


def _group(
    study_id: str, task: ReviewTask, answer: Answer, codes: Sequence[str], source: Source, codebook: Codebook
) -> tuple[list[Decision], list[Event]]:
    decide = _decider(task, source)
    if answer.dissolve or answer.two:
        verdict = Verdict.TWO if answer.two else Verdict.NOTHING
        return [decide(phrase, verdict, ()) for phrase in task.phrase_ids], []
    events: list[Event] = []
    codes = _unless_typed_over(task, answer, codes, codebook)
    if len(codes) > 1:
        raise UnusableAnswer("выбрано несколько кодов для присоединения, а нужен один")
    if codes:
        code = codes[0]
    else:
        if not answer.new_names:
            raise UnusableAnswer("у группы нет ни названия, ни кода для присоединения")
        created, made = _named(study_id, task, answer, source, codebook)
        code, events = created[0], made
    if answer.target in (Target.YES, Target.NO) and codebook.codes[code].target != answer.target:
        event = _event(task.frame, source, EventKind.TARGET, code, {"target": str(answer.target)})
        codebook.apply(event)
        events.append(event)
    return _page_decisions(task, answer, code, source), events


def _unless_typed_over(task: ReviewTask, answer: Answer, codes: Sequence[str], codebook: Codebook) -> Sequence[str]:
    """Drop the code suggested on a group's first page where another name was typed: it merely stayed chosen."""
    suggested = [codebook.resolve(code) for code in task.suggested[:1]]
    if not suggested or task.page > 1 or list(codes) != suggested or not answer.new_names:
        return codes
    typed_over = text_key(answer.new_names[0]) != text_key(codebook.codes[suggested[0]].name)
    return () if typed_over else codes


def _page_decisions(task: ReviewTask, answer: Answer, code: str, source: Source) -> list[Decision]:
    """What a page says of each of its phrases, for or against one code."""
    verdicts = {Member.BELONGS: Verdict.ASSIGN, Member.ALSO: Verdict.ALSO, Member.NOT: Verdict.NOT}
    decide = _decider(task, source)
    return [
        decide(phrase, verdicts[answer.members.get(at, Member.NOT)], (code,))
        for at, line in enumerate(task.lines)
        for phrase in line.phrase_ids
    ]


def _sorted(task: ReviewTask, answer: Answer, source: Source, codebook: Codebook) -> list[Decision]:
    """What a sorting page says of each phrase: the codes ticked, or that it is none of those offered."""
    decide = _decider(task, source)
    made = []
    for at, line in enumerate(task.lines):
        codes = _known(answer.sorted.get(at, ()), codebook)
        verdict = Verdict.ALSO if answer.members.get(at) is Member.ALSO else Verdict.ASSIGN
        if not codes:
            verdict, codes = Verdict.NOT, [codebook.resolve(code) for code in line.codes]  # one may be retired by now
        made += [decide(phrase, verdict, codes) for phrase in line.phrase_ids]
    return made


def _known(codes: Iterable[str], codebook: Codebook) -> list[str]:
    for code in codes:
        if code not in codebook.codes:
            raise UnusableAnswer(f"выбран код «{code}», которого нет в кодификаторе")
    found = [codebook.resolve(code) for code in codes]
    if gone := next((codebook.codes[code].name for code in found if codebook.codes[code].retired), None):
        raise UnusableAnswer(f"код «{gone}» больше не используется")
    return found


def _named(
    study_id: str, task: ReviewTask, answer: Answer, source: Source, codebook: Codebook
) -> tuple[list[str], list[Event]]:
    """Find or make a code for every typed name.

    A group's page makes at most one code; when the annotator edits the page, that code is renamed and retargeted. What
    joins codes stands in no name: ``/`` takes its place.
    """
    annotation = source.origin.rpartition("/")[0]
    codes: list[str] = []
    events: list[Event] = []
    for name in (" ".join(typed.replace(JOINED, "/").split()) for typed in answer.new_names):
        own = new_code_id(study_id, task.frame, annotation, "" if task.kind is Kind.GROUP else name)
        existing = codebook.by_name(name)
        if existing is not None and existing.code_id != own:
            codes.append(existing.code_id)
            continue
        for kind, payload in _changes(codebook, own, name, answer.target):
            event = _event(task.frame, source, kind, own, payload)
            codebook.apply(event)
            events.append(event)
        codes.append(own)
    return codes, events


def _changes(
    codebook: Codebook, code_id: str, name: str, target: Target | None
) -> list[tuple[EventKind, dict[str, str]]]:
    """What must happen for the code to have this name and target."""
    code = codebook.codes.get(code_id)
    if code is None:
        return [(EventKind.CREATE, {"name": name, "target": str(target or Target.UNDECIDED)})]
    renamed = [(EventKind.RENAME, {"name": name})] if code.name != name else []
    retargeted = [(EventKind.TARGET, {"target": str(target)})] if target and code.target != target else []
    return renamed + retargeted


def _event(frame: str, source: Source, kind: EventKind, code_id: str, payload: dict[str, str]) -> Event:
    event_id = hashlib.sha256("\0".join([source.origin, kind, code_id]).encode()).hexdigest()[:20]
    return Event(event_id, frame, source.at, source.annotator, kind, code_id, payload, source.origin)


def _decider(task: ReviewTask, source: Source) -> Callable[[str, Verdict, Sequence[str]], Decision]:
    line_codes = {phrase: line.codes for line in task.lines for phrase in line.phrase_ids}

    def decide(phrase: str, verdict: Verdict, codes: Sequence[str]) -> Decision:
        return Decision(
            decision_id=hashlib.sha256(f"{source.origin}\0{phrase}".encode()).hexdigest()[:20],
            frame=task.frame,
            phrase_id=phrase,
            annotator=source.annotator,
            decided_at=source.at,
            role=source.role,
            verdict=verdict,
            codes=tuple(codes),
            suggested=task.suggested or line_codes.get(phrase, ()),
            blind=source.blind,
            lead_time=source.lead_time,
            origin=source.origin,
        )

    return decide
