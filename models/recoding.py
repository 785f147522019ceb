"""What a person may change in the codebook outside Label Studio: each change is checked, and said before it is made."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.codebook import JOINED, Code, Codebook, Event, EventKind, Target, undone_events
from models.coding import PhraseState
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.plural import counted
from models.strategy import Strategy
from models.text import text_key, tidy

_UNDOABLE = set(EventKind) - {EventKind.CREATE, EventKind.UNDO}
LONGEST_NAME, LONGEST_TEXT = 250, 5000  # letters; longer names are cut in Label Studio, longer texts are no definition
COMMAND = "command"  # what the origin of a change begins with that was made here


@dataclass(frozen=True)
class Change:
    """A change that can be made: the event for the log, and in words what it does."""

    event: Event
    words: str


@dataclass(frozen=True)
class Log:
    """The codebook's log with what is coded, as changes need them; `who` makes them, at the moment `at`."""

    frame: str
    events: Sequence[Event]
    states: Mapping[str, PhraseState]
    who: str
    at: datetime

    @property
    def codebook(self) -> Codebook:
        """The codebook as it stands."""
        return Codebook.replay(self.frame, self.events)

    def phrases_of(self, code_id: str) -> int:
        """How many phrases carry a code."""
        return sum(code_id in state.codes for state in self.states.values())

    def waiting_of(self, code_id: str) -> int:
        """How many phrases of a code wait for an answer to its split."""
        return sum(code_id in state.splitting for state in self.states.values())


def find_code(codebook: Codebook, wanted: str) -> Code:
    """Find a code people may change by its id or by how its name reads.

    Raises
    ------
    RechkiError
        When there is none, when it is fixed, or when it was merged or retired.
    """
    code = codebook.codes.get(wanted) or codebook.by_name(wanted)
    if code is None:
        gone = next((code for code in codebook.codes.values() if text_key(code.name) == text_key(wanted)), None)
        if gone is None:
            raise RechkiError(f"there is no code {wanted!r}", "", "See the codes: rechki codes list STUDY")
        code = gone
    if code.fixed:
        raise RechkiError(f"«{code.name}» is a fixed code", code.code_id, "Fixed codes cannot be changed.")
    if code.merged_into:
        into = codebook.codes[codebook.resolve(code.code_id)].name
        raise RechkiError(
            f"«{code.name}» was merged into «{into}»", code.code_id, "Change that one, or undo the merge."
        )
    if code.retired:
        raise RechkiError(f"«{code.name}» was retired", code.code_id, "Undo that first: rechki codes undo STUDY")
    return code


def rename(log: Log, wanted: str, name: str) -> Change:
    """Give a code another name."""
    code, name = find_code(log.codebook, wanted), " ".join(name.split())
    if not name:
        raise RechkiError("a code needs a name", code.code_id, "Write one.")
    if JOINED in name:
        raise RechkiError(f"a code's name cannot hold {JOINED}: it joins codes", name, "Write / or a comma instead.")
    if name == code.name:
        raise RechkiError(f"the code is called «{name}» already", code.code_id, "Nothing to do.")
    same = log.codebook.by_name(name)
    if same is not None and same.code_id != code.code_id:
        raise RechkiError(
            f"there is a code «{same.name}» already", same.code_id, "Merge them: rechki codes merge STUDY CODE INTO"
        )
    return change_of(log, EventKind.RENAME, code, {"name": name}, f"rename «{code.name}» to «{name}»")


def retarget(log: Log, wanted: str, target: Target) -> Change:
    """Say whether a purpose is a target; codes of other frames have none."""
    if log.frame != PURPOSE_FRAME:
        raise RechkiError(
            "only purposes are targets or not", f"frame {log.frame}", "Put it in a net instead: rechki codes net"
        )
    code = find_code(log.codebook, wanted)
    if code.target is target:
        raise RechkiError(f"the target of «{code.name}» is {target} already", code.code_id, "Nothing to do.")
    words = f"target of «{code.name}»: {code.target} becomes {target}"
    return change_of(log, EventKind.TARGET, code, {"target": str(target)}, words)


def define(log: Log, wanted: str, definition: str, note: str | None = None) -> Change:
    """Say what belongs to a code; an empty text takes the definition out, and `note` None leaves the note as it is."""
    code = find_code(log.codebook, wanted)
    said = {"definition": tidy(definition)} | ({} if note is None else {"note": tidy(note)})
    if any(len(text) > LONGEST_TEXT for text in said.values()):
        raise RechkiError(
            f"the text has more than {LONGEST_TEXT} letters", code.code_id, "Keep to what tells it apart."
        )
    changed = {key: text for key, text in said.items() if text != getattr(code, key)}
    if not changed:
        raise RechkiError(f"that is what «{code.name}» says already", code.code_id, "Nothing to do.")
    words = "; ".join(f"{key} of «{code.name}»: {becomes(getattr(code, key), text)}" for key, text in changed.items())
    return change_of(log, EventKind.DEFINE, code, changed, words)


def put_in_net(log: Log, wanted: str, net: str) -> Change:
    """Put a code in a net; an empty name takes it out. A net that reads like one there is means that one."""
    code, net = find_code(log.codebook, wanted), same_net(net, log.codebook.nets())
    if net == code.net:
        where = f"in the net «{net}»" if net else "in no net"
        raise RechkiError(f"«{code.name}» is {where} already", code.code_id, "Nothing to do.")
    return change_of(log, EventKind.NET, code, {"net": net}, f"net of «{code.name}»: {becomes(code.net, net)}")


def choose_strategy(log: Log, wanted: str, strategy: Strategy | None, reason: str) -> Change:
    """Choose a strategy for a code whatever the rule proposes, with a reason; None goes back to the rule's."""
    code, reason = find_code(log.codebook, wanted), " ".join(tidy(reason).split())
    if strategy is None and code.strategy is None:
        raise RechkiError(f"no strategy was chosen for «{code.name}»", code.code_id, "Nothing to do.")
    if strategy is not None and not reason:
        raise RechkiError(f"the strategy chosen for «{code.name}» needs a reason", code.code_id, "Say why: --reason")
    if len(reason) > LONGEST_TEXT:
        raise RechkiError(f"the reason has more than {LONGEST_TEXT} letters", code.code_id, "Say it in fewer.")
    if strategy is not None and (strategy, reason) == (code.strategy, code.strategy_reason):
        raise RechkiError(f"that is what was chosen for «{code.name}»", code.code_id, "Nothing to do.")
    payload = {"strategy": str(strategy or "")} | ({"why": reason} if reason else {})
    words = f"strategy of «{code.name}»: {becomes(str(code.strategy or ''), str(strategy or ''))}"
    return change_of(log, EventKind.STRATEGY, code, payload, words + (f"; {reason}" if reason else ""))


def same_net(net: str, known: Iterable[str]) -> str:
    """Return the known net that reads like a name, else the name in single spaces."""
    return next((name for name in known if text_key(name) == text_key(net)), " ".join(net.split()))


def becomes(before: str, after: str) -> str:
    """Say how a text changes."""
    if not after:
        return f"«{before}» is taken out"
    return f"«{before}» becomes «{after}»" if before else f"«{after}»"


def merge(log: Log, wanted: str, into: str) -> Change:
    """Merge a code into another: its phrases are that one's from then on."""
    code, other = find_code(log.codebook, wanted), find_code(log.codebook, into)
    if code.code_id == other.code_id:
        raise RechkiError("a code cannot be merged into itself", code.code_id, "Name two codes.")
    words = (
        f"merge «{code.name}» ({counted(log.phrases_of(code.code_id), 'phrase')}) into «{other.name}» "
        f"({counted(log.phrases_of(other.code_id), 'phrase')})"
    )
    return change_of(log, EventKind.MERGE, code, {"into": other.code_id}, words)


def retire(log: Log, wanted: str) -> Change:
    """Take a code that no phrase carries out of the choices."""
    code = find_code(log.codebook, wanted)
    if count := log.phrases_of(code.code_id):
        raise RechkiError(
            f"{counted(count, 'phrase')} {'carries' if count == 1 else 'carry'} «{code.name}»",
            code.code_id,
            "Merge it into another code, or recode its phrases first.",
        )
    return change_of(log, EventKind.RETIRE, code, {}, f"retire «{code.name}», which no phrase carries")


def undo(log: Log, event_id: str = "") -> Change:
    """Undo a change: the newest one that was made here, or the one named by the beginning of its id.

    Raises
    ------
    RechkiError
        When there is none, when it cannot be undone, or when two codes would then read the same.
    """
    undone = undone_events(log.events)
    open_to = [event for event in log.events if event.kind in _UNDOABLE and event.event_id not in undone]
    if event_id:
        found = [event for event in open_to if event.event_id.startswith(event_id)]
        if len(found) != 1:
            words = f"{len(found)} changes that can be undone have an id that begins with {event_id!r}"
            raise RechkiError(words, "", "See them: rechki codes history STUDY")
    else:
        found = [event for event in open_to if event.origin.startswith(COMMAND)][-1:]
        if not found:
            raise RechkiError(
                "no change was made by command that is not undone", "", "Name one: rechki codes history STUDY"
            )
    (event,) = found
    words = f"undo: {in_words(event, log.codebook)}"
    change = change_of(log, EventKind.UNDO, log.codebook.codes[event.code_id], {"event": event.event_id}, words)
    after = Codebook.replay(log.frame, [*log.events, change.event])
    times = Counter(text_key(code.name) for code in after.active())
    if twice := next((code.name for code in after.active() if times[text_key(code.name)] > 1), None):
        raise RechkiError(f"two codes would be called «{twice}»", event.event_id, "Rename the other one first.")
    return change


def in_words(event: Event, codebook: Codebook) -> str:
    """Say what an event did; codes are called by the names they have in `codebook`."""
    name = codebook.codes[event.code_id].name if event.code_id in codebook.codes else event.code_id
    match event.kind:
        case EventKind.CREATE:
            return f"created «{event.payload['name']}», target {event.payload.get('target', Target.UNDECIDED)}"
        case EventKind.RENAME:
            return f"renamed to «{event.payload['name']}»"
        case EventKind.TARGET | EventKind.STRATEGY:
            return f"{event.kind} of «{name}» set to {event.payload[event.kind] or 'the computed one'}"
        case EventKind.DEFINE:
            said = [f"{key} «{event.payload[key]}»" for key in ("definition", "note") if key in event.payload]
            return f"«{name}»: {', '.join(said)}"
        case EventKind.NET:
            return f"net of «{name}» set to «{event.payload['net']}»" if event.payload["net"] else f"«{name}» in no net"
        case EventKind.SPLIT:
            return f"began to split «{name}» ({counted(len(event.payload['phrases']), 'phrase')})"
        case EventKind.MERGE:
            into = codebook.codes.get(str(event.payload["into"]))
            return f"merged «{name}» into «{into.name if into else event.payload['into']}»"
        case EventKind.RETIRE:
            return f"retired «{name}»"
        case EventKind.UNDO:
            return f"undid {str(event.payload['event'])[:8]}"


def codes_by_use(codes: Collection[Code], states: Mapping[str, PhraseState]) -> list[tuple[Code, int]]:
    """Every code with the number of phrases that carry it, the most used first."""
    counts = Counter(code for state in states.values() for code in state.codes)
    return sorted(((code, counts[code.code_id]) for code in codes), key=lambda item: (-item[1], item[0].name))


def with_reason(change: Change, why: str) -> Change:
    """Add the reason a person gave; a strategy has one of its own."""
    if not why.strip() or "why" in change.event.payload:
        return change
    payload = {**change.event.payload, "why": " ".join(why.split())}
    return replace(change, event=replace(change.event, payload=payload))


def change_of(log: Log, kind: EventKind, code: Code, payload: Mapping[str, Any], words: str) -> Change:
    """Make the event of a change that was asked for by command."""
    identity = "\0".join([log.frame, log.at.isoformat(), kind, code.code_id, str(len(log.events))])
    event_id = hashlib.sha256(identity.encode()).hexdigest()[:20]
    event = Event(event_id, log.frame, log.at, log.who, kind, code.code_id, payload, f"{COMMAND}/{event_id}")
    return Change(event, words)
