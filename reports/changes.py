"""The log of the code frame in words: who changed which code, when, how and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from models.codebook import Codebook, Event, EventKind, undone_events
from reports.language import Language
from reports.words import STRATEGIES, TARGETS


@dataclass(frozen=True)
class Change:
    """One event of the log as the report tells it; `undone` by a later one."""

    at: datetime
    who: str
    words: str
    why: str
    undone: bool


def changes_of(events: Iterable[Event], t: Language) -> list[Change]:
    """Tell the log, the newest event first; codes are called what they were called then."""
    held = list(events)
    undone = undone_events(held)
    by_id = {event.event_id: event for event in held}
    told: dict[str, str] = {}
    for event, names in _with_names(held):
        if event.kind is EventKind.UNDO:
            of = by_id.get(str(event.payload["event"]))
            told[event.event_id] = t("отменено: {what}", what=told.get(of.event_id, "") if of else "")
        else:
            told[event.event_id] = _words(event, names, t)
    return [
        Change(
            event.at,
            _who(event.who, t),
            told[event.event_id],
            str(event.payload.get("why", "")),
            event.event_id in undone,
        )
        for event in reversed(held)
    ]


def _who(name: str, t: Language) -> str:
    """Call people whom Label Studio knows by their number coders, as the tables of agreement do."""
    return t("кодировщик {number}", number=name) if name.isdecimal() else name


def _with_names(events: Iterable[Event]) -> Iterator[tuple[Event, dict[str, str]]]:
    """Return each event with the names of the codes just before it."""
    names = {code_id: code.name for code_id, code in Codebook("").codes.items()}
    for event in events:
        yield event, names
        if event.kind in (EventKind.CREATE, EventKind.RENAME):
            names = {**names, event.code_id: str(event.payload["name"])}


def _words(event: Event, names: dict[str, str], t: Language) -> str:
    said, name = event.payload, names.get(event.code_id, event.code_id)
    match event.kind:
        case EventKind.CREATE:
            return t("новый код «{name}»", name=said["name"])
        case EventKind.RENAME:
            return t("«{name}» назван «{new}»", name=name, new=said["name"])
        case EventKind.TARGET:
            return t("«{name}»: {target}", name=name, target=t(TARGETS[str(said["target"])]))
        case EventKind.STRATEGY:
            return _strategy(name, str(said["strategy"]), t)
        case EventKind.DEFINE:
            return t("«{name}»: другое определение или заметка", name=name)
        case EventKind.NET:
            return _net(name, str(said["net"]), t)
        case EventKind.MERGE:
            into = str(said["into"])
            return t("«{name}» слит с «{into}»", name=name, into=names.get(into, into))
        case EventKind.SPLIT:
            return t("«{name}» разделяют: его фразы спрошены снова", name=name)
        case EventKind.RETIRE:
            return t("«{name}» выведен из употребления", name=name)
    return str(event.kind)


def _strategy(name: str, chosen: str, t: Language) -> str:
    if not chosen:
        return t("«{name}»: снова стратегия по правилу", name=name)
    return t("«{name}»: стратегия «{strategy}»", name=name, strategy=t(STRATEGIES[chosen]))


def _net(name: str, net: str, t: Language) -> str:
    if not net:
        return t("«{name}» вынут из сводной группы", name=name)
    return t("«{name}» в сводной группе «{net}»", name=name, net=net)
