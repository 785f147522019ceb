"""The codebook: codes with stable ids, derived by replaying a log of events."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.text import text_key


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
    MERGE = "merge"
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
    """A confirmed purpose. `fixed` codes always exist and carry no state; `net` names the codes it is summed with."""

    code_id: str
    name: str
    target: Target = Target.UNDECIDED
    fixed: bool = False
    retired: bool = False
    merged_into: str | None = None
    net: str = ""


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
    """The codes of one frame at one moment; `apply` carries it on by one event."""

    frame: str
    codes: dict[str, Code] = field(default_factory=lambda: {code.code_id: code for code in FIXED})

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
            target = Target(event.payload.get("target", Target.UNDECIDED))
            self.codes[event.code_id] = Code(event.code_id, str(event.payload["name"]), target)
            return
        code = self.codes.get(event.code_id)
        if code is None:
            raise ValueError(f"event {event.event_id} names the unknown code {event.code_id}")
        if event.kind is EventKind.MERGE and event.payload["into"] not in self.codes:
            raise ValueError(f"event {event.event_id} names the unknown code {event.payload['into']}")
        match event.kind:
            case EventKind.RENAME:
                changed = replace(code, name=str(event.payload["name"]))
            case EventKind.TARGET:
                changed = replace(code, target=Target(event.payload["target"]))
            case EventKind.MERGE:
                changed = replace(code, merged_into=self.resolve(str(event.payload["into"])), retired=True)
            case EventKind.RETIRE:
                changed = replace(code, retired=True)
        self.codes[event.code_id] = changed

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

    def by_name(self, name: str) -> Code | None:
        """Find an active code whose name reads the same."""
        return next((code for code in self.active() if text_key(code.name) == text_key(name)), None)


def undone_events(events: Iterable[Event]) -> set[str]:
    """Ids of the events that later ones undo."""
    return {str(event.payload["event"]) for event in events if event.kind is EventKind.UNDO}


def new_code_id(study_id: str, frame: str, origin: str, name: str) -> str:
    """Return the lasting id of a code made by the decision `origin`; the same decision always gives the same id."""
    return "code-" + hashlib.sha256("\0".join([study_id, frame, origin, text_key(name)]).encode()).hexdigest()[:12]
