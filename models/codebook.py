"""The codebook: codes with stable ids, derived by replaying a log of events."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.strategy import Strategy
from models.text import text_key

JOINED = "|"  # stands between the codes of a cell, so in no code's name


class Target(StrEnum):
    """The analyst's decision whether a purpose is one the service wants to serve."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


class EventKind(StrEnum):
    """What can happen to a code."""

    CREATE = "create"
    RENAME = "rename"
    TARGET = "target"
    DEFINE = "define"
    NET = "net"
    STRATEGY = "strategy"
    MERGE = "merge"
    SPLIT = "split"
    RETIRE = "retire"
    UNDO = "undo"


@dataclass(frozen=True)
class Event:
    """One entry of the log. `origin` says which annotation or command it came from; entries are never changed."""

    event_id: str
    frame: str
    at: datetime
    who: str
    kind: EventKind
    code_id: str
    payload: Mapping[str, Any]
    origin: str


@dataclass(frozen=True)
class Code:
    """A confirmed purpose. `fixed` codes always exist and carry no state.

    `definition` says what belongs to the code, `note` is the analyst's own, `net` the name of the net it counts in.
    `strategy` is the one that the analyst chose for `strategy_reason`, whatever the rule proposes.
    """

    code_id: str
    name: str
    target: Target = Target.UNDECIDED
    fixed: bool = False
    retired: bool = False
    merged_into: str | None = None
    definition: str = ""
    note: str = ""
    net: str = ""
    strategy: Strategy | None = None
    strategy_reason: str = ""


@dataclass(frozen=True)
class Split:
    """A code that is to become several: its phrases are asked about again.

    Attributes
    ----------
    covers : frozenset of str
        The code and those merged into it by then.
    phrases : frozenset of str
        Phrases that carried the code.
    after : datetime
        When the newest decision of those phrases was made. What earlier decisions say of the code counts until somebody
        decides on the phrase later than this.
    """

    event_id: str
    code_id: str
    covers: frozenset[str]
    phrases: frozenset[str]
    after: datetime


NO_ANSWER = "fixed-no-answer"
OFF_TOPIC = "fixed-off-topic"
FIXED = (
    Code(NO_ANSWER, "Нет ответа", fixed=True),
    Code(OFF_TOPIC, "Не по теме", fixed=True),
    Code("fixed-other", "Другое", fixed=True),
    Code("fixed-illegible", "Неразборчиво", fixed=True),
)


@dataclass
class Codebook:
    """The codes of one frame at one moment, and the splits up to then; `apply` carries it on by one event."""

    frame: str
    codes: dict[str, Code] = field(default_factory=lambda: {code.code_id: code for code in FIXED})
    splits: tuple[Split, ...] = ()

    @classmethod
    def replay(cls, frame: str, events: Iterable[Event], until: datetime | None = None) -> "Codebook":
        """Build the codebook from the log, in the log's order, up to a moment if one is given.

        An event that was undone by then is passed over.
        """
        book = cls(frame)
        held = [event for event in events if event.frame == frame and (until is None or event.at <= until)]
        undone = undone_events(held)
        for event in held:
            if event.kind is not EventKind.UNDO and event.event_id not in undone:
                book.apply(event)
        return book

    def apply(self, event: Event) -> None:
        """Carry out one event; an undo is carried out by `replay`.

        Raises
        ------
        ValueError
            When the event names a code that does not exist, or is an undo.
        """
        if event.kind is EventKind.UNDO:
            raise ValueError("an undo changes what went before: replay the log")
        if event.kind is EventKind.CREATE:
            self.codes[event.code_id] = _created(event)
            return
        code = self.codes.get(event.code_id)
        if code is None:
            raise ValueError(f"event {event.event_id} names the unknown code {event.code_id}")
        if event.kind is EventKind.MERGE and event.payload["into"] not in self.codes:
            raise ValueError(f"event {event.event_id} names the unknown code {event.payload['into']}")
        if event.kind is EventKind.SPLIT:
            self.splits = (*self.splits, self._split(event))
            return
        self.codes[event.code_id] = self._changed(code, event)

    def _changed(self, code: Code, event: Event) -> Code:
        match event.kind:
            case EventKind.RENAME:
                return replace(code, name=str(event.payload["name"]))
            case EventKind.TARGET:
                return replace(code, target=Target(event.payload["target"]))
            case EventKind.DEFINE:
                said = {"definition": code.definition, "note": code.note, **event.payload}
                return replace(code, definition=str(said["definition"]), note=str(said["note"]))
            case EventKind.NET:
                return replace(code, net=str(event.payload["net"]))
            case EventKind.STRATEGY:
                return _with_strategy(code, str(event.payload["strategy"]), str(event.payload.get("why", "")))
            case EventKind.MERGE:
                return replace(code, merged_into=self.resolve(str(event.payload["into"])), retired=True)
            case EventKind.RETIRE:
                return replace(code, retired=True)
        return code

    def _split(self, event: Event) -> Split:
        covers = frozenset(code for code in self.codes if self.resolve(code) == self.resolve(event.code_id))
        after = datetime.fromisoformat(event.payload["after"])
        return Split(event.event_id, event.code_id, covers, frozenset(event.payload["phrases"]), after)

    def resolve(self, code_id: str) -> str:
        """Follow merges to the code that now holds the codings.

        Raises
        ------
        KeyError
            When the code was never in the codebook.
        """
        seen = set()
        while (into := self.codes[code_id].merged_into) is not None and code_id not in seen:
            seen.add(code_id)
            code_id = into
        return code_id

    def active(self) -> Iterator[Code]:
        """Codes people may choose: in the order they were made, the fixed ones last."""
        living = [code for code in self.codes.values() if not code.retired]
        yield from (code for code in living if not code.fixed)
        yield from (code for code in living if code.fixed)

    def nets(self) -> list[str]:
        """Names of the nets that active codes are in, in the codes' order."""
        return list(dict.fromkeys(code.net for code in self.active() if code.net))

    def by_name(self, name: str) -> Code | None:
        """Find an active code whose name reads the same."""
        return next((code for code in self.active() if text_key(code.name) == text_key(name)), None)


def _created(event: Event) -> Code:
    said = event.payload
    return Code(
        event.code_id,
        str(said["name"]),
        Target(said.get("target", Target.UNDECIDED)),
        definition=str(said.get("definition", "")),
        note=str(said.get("note", "")),
        net=str(said.get("net", "")),
    )


def _with_strategy(code: Code, chosen: str, reason: str) -> Code:
    """The code with the analyst's strategy and reason; with none when `chosen` is empty."""
    return replace(code, strategy=Strategy(chosen) if chosen else None, strategy_reason=reason if chosen else "")


def undone_events(events: Iterable[Event]) -> set[str]:
    """Ids of the events that later ones undo."""
    return {str(event.payload["event"]) for event in events if event.kind is EventKind.UNDO}


def new_code_id(study_id: str, frame: str, origin: str, name: str) -> str:
    """Return the lasting id of a code made by the decision `origin`; the same decision always gives the same id."""
    return "code-" + hashlib.sha256("\0".join([study_id, frame, origin, text_key(name)]).encode()).hexdigest()[:12]
