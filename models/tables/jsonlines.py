"""JSON lines: one object a card or a purpose; lists inside become numbered columns."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from models.tables.cells import Cells, Sheet, refuse_endless, refused
from models.tables.encoding import decode

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # JSON can write half a surrogate pair and NUL; UTF-8, PostgreSQL not


def read_jsonlines(path: Path) -> Cells:
    """Read one JSON object a line, or a list of objects.

    ``{"purposes": [{"purpose": "…", "score": 4}]}`` gives the columns ``purpose 1`` and ``score 1``; other nested
    objects give ``outer.inner``. A line that is no object is kept as broken, with the reason.

    Raises
    ------
    RechkiError
        When the letters cannot be told, or no line is an object.
    """
    text, encoding = decode(path, path.read_bytes())
    objects: list[tuple[int, dict[str, str]]] = []
    broken: list[tuple[int, str]] = []
    for number, value, reason in _values(text):
        if not isinstance(value, dict):
            broken.append((number, reason or "this line is no JSON object"))
            continue
        try:
            objects.append((number, {_whole(name): _whole(cell) for name, cell in _flat(value)}))
        except RecursionError as error:
            broken.append((number, f"it is nested too deep: {error}"))
    if not objects:
        first = "; line {}: {}".format(*broken[0]) if broken else ""
        do = 'Write one object a line: {"purpose_1": "…", "score_1": 4}'
        raise refused(f"no line is a JSON object{first}", path, do)
    header = tuple(dict.fromkeys(name for _, found in objects for name in found))
    refuse_endless(path, len(header), len(objects))
    lines = (header, *(tuple(found.get(name, "") for name in header) for _, found in objects))
    return Cells(path, (Sheet((0, *(number for number, _ in objects)), lines, tuple(broken)),), encoding)


def _values(text: str) -> Iterator[tuple[int, object, str]]:
    """Every value with its place and why it is none: of a list of objects, else of the lines."""
    lines = _lines(text)
    if text.lstrip().startswith("["):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            found = list(lines)
            is_list = not any(isinstance(value, dict) for _, value, _ in found)  # a broken one, not lines of objects
            lines = iter([(1, None, f"no JSON: {error}")] if is_list else found)
        else:
            lines = ((at, value, "") for at, value in enumerate(whole, start=1))
    yield from lines


def _lines(text: str) -> Iterator[tuple[int, object, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line), ""
            except (ValueError, RecursionError) as error:
                yield number, None, f"no JSON: {error}"


def _flat(value: dict[str, object], before: str = "", after: str = "") -> Iterator[tuple[str, str]]:
    for name, inside in value.items():
        match inside:
            case dict():
                yield from _flat(inside, f"{before}{name}.", after)
            case list() if inside and all(isinstance(item, dict) for item in inside):
                for at, item in enumerate(inside, start=1):
                    yield from _flat(item, before, f" {at}")
            case list():
                yield from ((f"{before}{name} {at}", _text(item)) for at, item in enumerate(inside, start=1))
            case _:
                yield f"{before}{name}{after}", _text(inside)


def _whole(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
