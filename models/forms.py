"""Which column means what: proposed from the header words of configs/forms/."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from models.config import Columns, RowColumns
from models.errors import RechkiError
from models.text import text_key

_NUMBERED = re.compile(r"^(.*?)(?:[\s_.]|n[oо])*(\d+)$")
_SINGLE = ("id", "respondent", "date", "wave")


def propose_columns(header: Sequence[str], where: str) -> Columns:
    """Propose the meaning of every column from its header.

    Parameters
    ----------
    header : sequence of str
        The header cells, in order.
    where : str
        The file, for the error message.

    Returns
    -------
    Columns
        With one entry of `rows` a purpose row, in the order of their numbers; columns that mean nothing known
        become attributes; contact columns are ignored, so that they are never read.

    Raises
    ------
    RechkiError
        When no column is a purpose.
    """
    words = _words()
    meaning = {name: _meaning(name, words) for name in header if name.strip()}
    single = {kind: name for name, (kind, _) in reversed(meaning.items()) if kind in _SINGLE}
    by_row: dict[int, dict[str, str]] = {}
    for name, (kind, number) in meaning.items():
        if kind in ("purpose", "score", "why"):
            by_row.setdefault(number, {}).setdefault(kind, name)
    rows = tuple(RowColumns(**columns) for _, columns in sorted(by_row.items()) if "purpose" in columns)
    if not rows:
        known = ", ".join(words["purpose"])
        raise RechkiError(
            f"no column holds a purpose; the header is: {', '.join(header)}",
            where,
            f"Name the column in study.yaml under cards.columns.rows, or give it one of the headers: {known}",
        )
    used = {*single.values(), *(name for columns in by_row.values() for name in columns.values())}
    ignored = tuple(name for name, (kind, _) in meaning.items() if kind == "ignore")
    attributes = tuple(name for name in meaning if name not in used and name not in ignored)
    return Columns(**single, rows=rows, attributes=attributes, ignore=ignored)


def _meaning(name: str, words: dict[str, list[str]]) -> tuple[str, int]:
    """The meaning of a header and the number of its purpose row (1 where it has none)."""
    key = text_key(name)
    for kind, known in words.items():
        if key in known:
            return kind, 1
    if any(key.startswith(f"{word} ") for word in words["ignore"]):
        return "ignore", 1
    numbered = _NUMBERED.match(key)
    if numbered:
        for kind in ("purpose", "score", "why"):
            if numbered.group(1).strip() in words[kind]:
                return kind, int(numbered.group(2))
    return "attribute", 1


@cache
def _words() -> dict[str, list[str]]:
    loaded = YAML(typ="safe").load(files("configs").joinpath("forms/plain_wide.yaml").read_text("utf-8"))
    return {kind: [text_key(word) for word in known] for kind, known in loaded.items()}
