"""REFI-QDA codebooks (.qdc), the exchange format of NVivo, MAXQDA, ATLAS.ti and others.

The standard: REFI-QDA 1.5 (qdasoftware.org), section 5.2. A net is a code that nothing can be coded with
(``isCodable="false"``), its codes are inside it; targets are two Sets, since a code has no place for them. A strategy
that was chosen and a note stand in the description, each below a mark.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from models.codebook import Target
from models.codeframe.lines import FrameFile, Line, small_enough
from models.errors import RechkiError
from models.plural import counted
from models.strategy import Strategy
from models.text import text_key, tidy

NAMESPACE = "urn:QDA-XML:codebook:1.0"
_READ = {NAMESPACE, "urn:QDA-XML:codebook:1:0"}  # several programs write the second
_SPACE = uuid.UUID("7d1c9c5e-4f0e-4a53-9f64-2f6c0c3f8a10")  # of our guids
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_DEEPEST = 40
_STRATEGY = "Strategy:"  # a line of its own in a description: below it stand the strategy chosen and the reason
_NOTE = "Note:"  # the same, last: below it stands the note
_CHOSEN = re.compile(rf"({'|'.join(Strategy)}): (\S.*)")
_TARGETS = {Target.YES: "target: yes", Target.NO: "target: no"}
_DO = "Export the codebook again as REFI-QDA Codebook (.qdc)."


def guid_of(code_id: str) -> str:
    """Return the guid of a code: its id where that is one, else one that always follows from it."""
    found = _GUID.fullmatch(code_id)
    return found.group(1).lower() if found else str(uuid.uuid5(_SPACE, code_id))


def write_qdc(lines: Sequence[Line]) -> bytes:
    """Write a code frame of at least one code as a REFI-QDA codebook that satisfies the standard's schema."""
    body = ['<?xml version="1.0" encoding="utf-8"?>', f'<CodeBook xmlns="{NAMESPACE}" origin="Rechki">', "  <Codes>"]
    for line in _nets_together(lines):
        body += _code(line, "    ") if isinstance(line, Line) else _net(line)
    body.append("  </Codes>")
    body += _sets(lines)
    return "\n".join([*body, "</CodeBook>", ""]).encode()


def _nets_together(lines: Sequence[Line]) -> Iterator[Line | list[Line]]:
    """Codes in their order; those of one net at the place of the first of them."""
    first = {line.said["net"]: at for at, line in reversed(list(enumerate(lines))) if line.said["net"]}
    placed = sorted(enumerate(lines), key=lambda item: first.get(item[1].said["net"], item[0]))
    for net, held in groupby((line for _, line in placed), key=lambda line: line.said["net"]):
        same = list(held)
        yield from [same] if net else same


def _net(lines: Sequence[Line]) -> list[str]:
    name = lines[0].said["net"]
    guid = uuid.uuid5(_SPACE, f"net {text_key(name)}")
    inside = [row for line in lines for row in _code(line, "      ")]
    return [f'    <Code guid="{guid}" name={quoteattr(name)} isCodable="false">', *inside, "    </Code>"]


def _code(line: Line, indent: str) -> list[str]:
    said = line.said
    begun = f'{indent}<Code guid="{guid_of(said["code_id"])}" name={quoteattr(said["code"])} isCodable="true"'
    description = _description(said)
    if not description:
        return [f"{begun}/>"]
    return [f"{begun}>", f"{indent}  <Description>{escape(description)}</Description>", f"{indent}</Code>"]


def _description(said: Mapping[str, str]) -> str:
    """Definition, strategy and note in one text; a line of the definition that reads like a mark gets a space."""
    text = "\n".join(f"{line} " if line in (_STRATEGY, _NOTE) else line for line in said["definition"].split("\n"))
    if said["strategy"]:
        text += f"\n{_STRATEGY}\n{said['strategy']}: {said['strategy_reason']}"
    return text + (f"\n{_NOTE}\n{said['note']}" if said["note"] else "")


def _sets(lines: Iterable[Line]) -> list[str]:
    members = {
        name: [guid_of(line.said["code_id"]) for line in lines if line.said["target"] == target]
        for target, name in _TARGETS.items()
    }
    if not any(members.values()):
        return []
    body = ["  <Sets>"]
    for name, guids in members.items():
        if guids:
            body.append(f'    <Set guid="{uuid.uuid5(_SPACE, name)}" name="{name}">')
            body += [f'      <MemberCode guid="{guid}"/>' for guid in guids]
            body.append("    </Set>")
    return [*body, "  </Sets>"]


@dataclass
class _Element:
    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    inside: list["_Element"] = field(default_factory=list)

    def named(self, name: str) -> list["_Element"]:
        return [element for element in self.inside if element.name == name]


def read_qdc(path: Path) -> FrameFile:
    """Read a REFI-QDA codebook.

    A code inside others is in the net of the outermost of them; deeper levels have no place here.

    Raises
    ------
    RechkiError
        When the file is no such codebook, or not well-formed; declarations of a document type are not read at all.
    """
    root = _parsed(path, small_enough(path))
    codes = [code for held in root.named("Codes") for code in held.named("Code")]
    targets = {
        _bare(member.attributes.get("guid", "")): str(target)
        for held in root.named("Sets")
        for one in held.named("Set")
        for target, name in _TARGETS.items()
        if one.attributes.get("name") == name
        for member in one.named("MemberCode")
    }
    found = [(line, depth) for code in codes for line, depth in _lines(code, [], targets)]
    deep = sum(depth > 1 for _, depth in found)
    stand = f"{counted(deep, 'code')} {'stands' if deep == 1 else 'stand'}"
    notes = (f"{stand} deeper than one net: the outermost one is taken",) if deep else ()
    return FrameFile(path, tuple(line for line, _ in found), notes=notes)


def _lines(code: _Element, above: list[str], targets: dict[str, str]) -> Iterator[tuple[Line, int]]:
    """The code, when something can be coded with it, and those inside it, each with how many it stands inside of."""
    name = tidy(code.attributes.get("name", "")).replace("\n", " ")
    if code.attributes.get("isCodable", "true").strip() not in ("false", "0"):
        guid = _bare(code.attributes.get("guid", ""))
        said = {"code_id": guid, "code": name, "net": above[0] if above else "", **_described(code)}
        yield (
            Line(code.line, said | ({"target": targets.get(guid, str(Target.UNDECIDED))} if targets else {})),
            len(above),
        )
    for inner in code.named("Code"):
        yield from _lines(inner, [*above, name], targets)


def _described(code: _Element) -> dict[str, str]:
    described = code.named("Description")
    if not described:
        return {}
    rows = described[0].text.replace("\r\n", "\n").split("\n")
    at = rows.index(_NOTE) if _NOTE in rows else len(rows)
    note = {"note": tidy("\n".join(rows[at + 1 :]))} if at < len(rows) else {}
    above, chosen = rows[:at], {}
    if above[-2:-1] == [_STRATEGY] and (found := _CHOSEN.fullmatch(above[-1].rstrip())):
        above, chosen = above[:-2], {"strategy": found[1], "strategy_reason": tidy(found[2])}
    return {"definition": tidy("\n".join(above)), **chosen, **note}


def _bare(guid: str) -> str:
    """A guid without braces, in small letters; nothing where it is none."""
    found = _GUID.fullmatch(guid.strip())
    return found.group(1).lower() if found else ""


def _parsed(path: Path, content: bytes) -> _Element:
    """Parse with the bare parser: it has line numbers, and reads no entity that we do not let it."""
    parser = expat.ParserCreate(namespace_separator="\n")
    stack = [_Element("", 0, {})]

    def refuse(what: str) -> RechkiError:
        return RechkiError(what, f"{path}, line {parser.CurrentLineNumber}", _DO)

    def begin(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("\n")
        if len(stack) == 1 and (local != "CodeBook" or space not in _READ):
            raise refuse(f"this is no REFI-QDA codebook: it begins with «{local}» of {space or 'no namespace'}")
        if len(stack) > _DEEPEST:
            raise refuse(f"codes stand more than {_DEEPEST} deep inside each other")
        element = _Element(local if space in _READ else "", parser.CurrentLineNumber, attributes)
        stack[-1].inside.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def say(text: str) -> None:
        stack[-1].text += text

    def refuse_doctype(*_: object) -> None:
        raise refuse("the file declares a document type: codebooks have none, and entities are not read")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, say
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter of encodings that are none
        raise RechkiError(f"not well-formed XML: {error}", str(path), _DO) from error
    return stack[0].inside[0]
