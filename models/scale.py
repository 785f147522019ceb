"""Scores 0-5 as people and form tools write them."""

import re
from collections.abc import Mapping

from models.text import text_key, visible

_NUMBER = re.compile(
    r"^\+?(\d+)(?:[.,]0+)?(?:\s*(?:/|из|of|out of)\s*5)?(?:\s*балл\w*)?(?:\s*(?:[-—–:.=]\s*|\()[^\s\d].*)?$",
    re.DOTALL | re.IGNORECASE,
)
_AT_THE_END = re.compile(r"^[^\d]+\((\d)\)$")
BLANK = {"", "-", "—", "–", "n/a", "na", "н/д", "нд", "#n/a", "null", "none"}
LOWEST, HIGHEST = 0, 5


class NoScore(ValueError):
    """The cell holds something that is no score of the scale."""


def parse_score(cell: str, scale: Mapping[int, str]) -> int | None:
    """Read a score cell: «4», «4/5», «4 из 5», «4,0», «+4», «4 — полностью», «полностью (4)» or the text of a level.

    Parameters
    ----------
    cell : str
        The cell as it was written; blank, «-» and «n/a» mean that no score was given.
    scale : mapping of int to str
        The text of every level, from the configuration.

    Returns
    -------
    int or None
        0 to 5, or None for a blank cell.

    Raises
    ------
    NoScore
        When the cell is neither blank nor a score; its text says why.
    """
    text = " ".join(visible(cell).split())
    if text.lower() in BLANK:
        return None
    match = _NUMBER.match(text) or _AT_THE_END.match(text)
    if match:
        value = int(match.group(1))
        if LOWEST <= value <= HIGHEST:
            return value
        raise NoScore(f"{text!r} is outside the scale {LOWEST}-{HIGHEST}")
    key = text_key(text)
    for level, words in scale.items():
        if key == text_key(words):
            return level
    raise NoScore(f"{text!r} is no score: expected {LOWEST}-{HIGHEST} or the text of a level")
