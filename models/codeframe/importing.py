"""A code frame from a file into the codebook: all of it as events, or none with every problem named."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from models.codebook import JOINED, Code, Codebook, Event, EventKind, Target, new_code_id
from models.codeframe.lines import MOST_CODES, FrameFile, Line
from models.codeframe.qdc import guid_of
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.recoding import LONGEST_NAME, LONGEST_TEXT, Change, Log, becomes, same_net
from models.strategy import Strategy, strategy_named
from models.text import text_key

IMPORT = "import"  # what the origin of an imported event begins with
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
_TARGETS = {
    **{str(target): target for target in Target},
    **{"": Target.UNDECIDED, "да": Target.YES, "нет": Target.NO, "неясно": Target.UNDECIDED},
    **{"целевая": Target.YES, "нецелевая": Target.NO, "пока неясно": Target.UNDECIDED},
}
_SHOWN = 20


def imported(study_id: str, log: Log, file: FrameFile) -> list[Change]:
    """Return what must happen for the codebook to say what the file says.

    A code of the file is one of the codebook when its id is, else when its name reads the same. New ones are created;
    of known ones name, definition, target, net, note and strategy change where the file says something else. Codes the
    file does not name stay as they are.

    Raises
    ------
    RechkiError
        With every row that cannot be taken, and its column; then nothing may be written.
    """
    if not file.lines:
        raise RechkiError("the file holds no code", str(file.path), "Export the code frame again.")
    if len(file.lines) > MOST_CODES:
        raise RechkiError(
            f"{len(file.lines)} codes: no code frame is so large", str(file.path), "Take the frame alone."
        )
    taking = _Taking(study_id, log, file)
    changes = [change for line in file.lines for change in taking.line(line)]
    taking.refuse_twins(changes)
    if taking.problems:
        more = len(taking.problems) - _SHOWN
        shown = taking.problems[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise RechkiError(
            "nothing was taken:\n" + "\n".join(f"  {problem}" for problem in shown),
            str(file.path),
            "Correct the rows named above, then import the file again.",
        )
    return changes


@dataclass(frozen=True)
class _Column:
    """How a column of a known code becomes an event."""

    kind: EventKind
    key: str
    words: str


_COLUMNS = {
    "code": _Column(EventKind.RENAME, "name", "name"),
    "definition": _Column(EventKind.DEFINE, "definition", "definition"),
    "note": _Column(EventKind.DEFINE, "note", "note"),
    "target": _Column(EventKind.TARGET, "target", "target"),
    "net": _Column(EventKind.NET, "net", "net"),
}


class _Taking:
    """One file on its way into the codebook."""

    def __init__(self, study_id: str, log: Log, file: FrameFile) -> None:
        self.study_id = study_id
        self.log, self.file, self.book = log, file, log.codebook
        self.problems: list[str] = []
        self.nets = self.book.nets()
        self.taken: dict[str, int] = {}
        self.by_id = {key: code for code in self.book.codes.values() for key in (code.code_id, guid_of(code.code_id))}

    def line(self, line: Line) -> list[Change]:
        """What one line changes; nothing, and a problem noted, where it cannot be taken."""
        before = len(self.problems)
        said = self._checked(line)
        code = self._known(line, said)
        if code is not None and code.code_id in self.taken:
            self._problem(line, "code", f"{self.file.unit} {self.taken[code.code_id]} is the same code «{code.name}»")
        if len(self.problems) > before:
            return []
        if code is None:
            created = self._created(line, said)
            return [created, *self._chosen(line, Code(created.event.code_id, said["code"]), said)]
        self.taken[code.code_id] = line.number
        return [*self._changed(line, code, said), *self._chosen(line, code, said)]

    def refuse_twins(self, changes: list[Change]) -> None:
        """Note every name that two codes would have afterwards."""
        after = Codebook(self.book.frame, dict(self.book.codes))
        for change in changes:
            after.apply(change.event)
        times = Counter(text_key(code.name) for code in after.active())
        for change in changes:
            name = after.codes[change.event.code_id].name
            if change.event.kind in (EventKind.CREATE, EventKind.RENAME) and times[text_key(name)] > 1:
                row = change.event.origin.rpartition(":")[2]
                self.problems.append(f"{self.file.unit} {row}, column 'code': two codes would be called «{name}»")

    def _problem(self, line: Line, column: str, words: str) -> None:
        self.problems.append(f"{self.file.unit} {line.number}, column '{column}': {words}")

    def _origin(self, line: Line) -> str:
        return f"{IMPORT}/{self.file.path.name}:{line.number}"

    def _checked(self, line: Line) -> dict[str, str]:
        """The line's cells with what is wrong with them noted; targets and nets in one spelling."""
        said = dict(line.said)
        said["code"] = " ".join(said.get("code", "").split())
        if not said["code"]:
            self._problem(line, "code", "the code has no name")
        if JOINED in said["code"]:
            self._problem(line, "code", f"the name holds {JOINED}, which joins codes: write / or a comma instead")
        if any(code.fixed and text_key(code.name) == text_key(said["code"]) for code in self.book.codes.values()):
            self._problem(line, "code", f"«{said['code']}» is a fixed code, which every study has: leave the row out")
        for column, most in (
            ("code", LONGEST_NAME),
            ("net", LONGEST_NAME),
            ("definition", LONGEST_TEXT),
            ("note", LONGEST_TEXT),
            ("strategy_reason", LONGEST_TEXT),
        ):
            if len(said.get(column, "")) > most:
                self._problem(line, column, f"the text has {len(said[column])} letters, at most {most} are taken")
        if "target" in said:
            target = _TARGETS.get(said["target"].lower())
            if target is None:
                self._problem(line, "target", f"{said['target']!r} is no target: yes, no, undecided")
            said["target"] = str(target)
        if "net" in said:
            said["net"] = same_net(said["net"], self.nets)
            self.nets.append(said["net"])
        self._check_strategy(line, said)
        return said

    def _check_strategy(self, line: Line, said: dict[str, str]) -> None:
        """A strategy that was chosen has a reason, and only purposes have one."""
        chosen = said["strategy"] = said.get("strategy", "").strip()
        reason = said["strategy_reason"] = " ".join(said.get("strategy_reason", "").split())
        if chosen and self.log.frame != PURPOSE_FRAME:
            self._problem(line, "strategy", "strategies are chosen for purposes only: leave the cell empty")
        if bool(chosen) != bool(reason):
            missing, given = ("strategy_reason", "strategy") if chosen else ("strategy", "strategy_reason")
            self._problem(line, missing, f"there is a {given} without it: write both, or neither")
        if chosen:
            try:
                said["strategy"] = str(strategy_named(chosen))
            except RechkiError as error:
                self._problem(line, "strategy", f"{error.what}: {', '.join(Strategy)}")

    def _known(self, line: Line, said: dict[str, str]) -> Code | None:
        """The code of the codebook that a line means."""
        wanted = said.get("code_id", "")
        if wanted and not _ID.fullmatch(wanted):
            self._problem(
                line, "code_id", f"{wanted!r} is no id: 8 to 64 Latin letters, digits, - and _; empty for a new code"
            )
            return None
        code = self.by_id.get(wanted)
        if code is not None and code.fixed:
            self._problem(line, "code_id", f"this is the id of the fixed code «{code.name}»")
        elif code is not None and code.merged_into:
            into = self.book.codes[self.book.resolve(code.code_id)].name
            self._problem(line, "code_id", f"«{code.name}» was merged into «{into}»")
        elif code is not None and code.retired:
            self._problem(line, "code_id", f"«{code.name}» was retired")
        return code or self.book.by_name(said["code"])

    def _created(self, line: Line, said: dict[str, str]) -> Change:
        origin = f"{self._origin(line)} after {len(self.log.events)} events"
        code_id = said.get("code_id") or new_code_id(self.study_id, self.log.frame, origin, said["code"])
        if code_id in self.taken:
            self._problem(line, "code_id", f"{self.file.unit} {self.taken[code_id]} has the same id")
        self.taken[code_id] = line.number
        payload = {"name": said["code"], "target": said.get("target", str(Target.UNDECIDED))}
        payload |= {key: said[key] for key in ("definition", "note", "net") if said.get(key)}
        net = f", net «{payload['net']}»" if "net" in payload else ""
        words = f"create «{payload['name']}», target {payload['target']}{net}"
        return self._change(line, EventKind.CREATE, code_id, payload, words)

    def _changed(self, line: Line, code: Code, said: dict[str, str]) -> Iterator[Change]:
        for column, how in _COLUMNS.items():
            before = str(getattr(code, how.key))
            if column not in said or said[column] == before:
                continue
            if column == "code" and text_key(before) == text_key(said[column]) and not said.get("code_id"):
                continue  # found by how its name reads
            if column == "target" and not line.said["target"]:
                continue  # an empty cell takes no decision back
            words = f"{how.words} of «{code.name}»: {becomes(before, said[column])}"
            yield self._change(line, how.kind, code.code_id, {how.key: said[column]}, words)

    def _chosen(self, line: Line, code: Code, said: dict[str, str]) -> Iterator[Change]:
        """The strategy that the file chooses; an empty cell takes no decision back."""
        chosen, reason = said["strategy"], said["strategy_reason"]
        before = str(code.strategy or "")
        if chosen and (chosen, reason) != (before, code.strategy_reason):
            words = f"strategy of «{code.name}»: {becomes(before, chosen)}; {reason}"
            yield self._change(line, EventKind.STRATEGY, code.code_id, {"strategy": chosen, "why": reason}, words)

    def _change(self, line: Line, kind: EventKind, code_id: str, payload: dict[str, str], words: str) -> Change:
        origin = self._origin(line)
        identity = [self.log.frame, self.log.at.isoformat(), str(len(self.log.events)), kind, code_id, *payload, origin]
        event_id = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:20]
        event = Event(event_id, self.log.frame, self.log.at, self.log.who, kind, code_id, payload, origin)
        return Change(event, words)
