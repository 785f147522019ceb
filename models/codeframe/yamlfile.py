"""A code frame as YAML: a list of codes under `codes`, for those who keep it under version control."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from models.codeframe.lines import COLUMNS, FrameFile, Line, small_enough
from models.errors import RechkiError
from models.text import tidy
from models.yaml_faults import fault_in

_LIKE = "Write it as a list: codes: [{code: Деньги, definition: вырасти в доходе, target: yes}]"


def read_yaml(path: Path) -> FrameFile:
    """Read a list of codes; every value is a text.

    Raises
    ------
    RechkiError
        When the file is no YAML, or holds something else than such a list; line and key are named.
    """
    content = small_enough(path)
    try:
        loaded = YAML().load(content.decode("utf-8-sig"))
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RechkiError(fault_in(error), str(path), "Correct the file; it must be UTF-8.") from error
    codes = loaded.get("codes") if isinstance(loaded, CommentedMap) else loaded
    if not isinstance(codes, CommentedSeq) or not codes:
        raise RechkiError("the file holds no list of codes", str(path), _LIKE)
    return FrameFile(path, tuple(_line(path, codes, at) for at in range(len(codes))))


def _line(path: Path, codes: CommentedSeq, at: int) -> Line:
    number = codes.lc.item(at)[0] + 1
    code = codes[at]
    if not isinstance(code, CommentedMap):
        raise RechkiError(f"entry {at + 1} is no code", f"{path}, line {number}", _LIKE)
    said = {}
    for key, value in code.items():
        where = f"{path}, line {code.lc.key(key)[0] + 1}"
        if key not in COLUMNS:
            raise RechkiError(f"a code has no {key!r}", where, f"It has: {', '.join(COLUMNS)}.")
        if value is not None and not isinstance(value, str):
            raise RechkiError(f"{key!r} is no text", where, "Put the value in quotes.")
        said[key] = tidy(value or "")
    return Line(number, said)


def write_yaml(lines: Sequence[Line]) -> bytes:
    """Write a list of codes; what is empty is left out, except names."""
    yaml, out = YAML(), StringIO()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width, yaml.allow_unicode = 120, True
    codes = [
        {key: LiteralScalarString(text) if "\n" in text else text for key, text in line.said.items() if text}
        for line in lines
    ]
    yaml.dump({"codes": codes}, out)
    return out.getvalue().encode()
