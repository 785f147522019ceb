"""Cells of attributes as values: strictly, since what is guessed here would be believed there."""

import re
from datetime import datetime

from models.dates import NoDate, parse_date
from models.scale import BLANK
from models.text import text_key

_AMOUNT = re.compile(
    r"(?P<sign>[-−–]?)\s*(?P<whole>\d{1,3}(?: \d{3})+|\d{1,15})(?:[.,](?P<part>\d{1,6}))?"
    r"\s*(?:₽|руб(?:\.|л\w*)?|р\.?|rub|\$|usd|€|eur|дн(?:\.|ей|я)?|день|days?|ч(?:\.|ас\w*)?|шт\.?|раза?)?",
    re.IGNORECASE,
)
_RATING = r"(\d{1,2})(?:[.,]0+)?(?:\s*(?:/|из|of|out of)\s*%d)?(?:\s*(?:[-—–:.=]\s*|\()[^\s\d].*)?"
_THOUSANDS = 3  # digits after the only comma or point: 1,250 may be a thousand and more, or one and a quarter
_SHOWN = 40
_ABCD = str.maketrans("АВСДХ", "ABCDX")  # people write these classes in either alphabet
NO_VALUE = {*BLANK, "нет данных", "неизвестно", "unknown"}


class NoValue(ValueError):
    """The cell holds something that is no value of its column."""


def is_blank(cell: str) -> bool:
    """Tell whether nothing was given."""
    return " ".join(cell.split()).lower() in NO_VALUE


def rating(cell: str, lowest: int, highest: int) -> int:
    """Read a whole number of a scale: «9», «9/10», «9 из 10», «9,0», «10 — точно».

    Raises
    ------
    NoValue
        When it is none, or outside the scale.
    """
    found = re.fullmatch(_RATING % highest, " ".join(cell.split()), re.IGNORECASE | re.DOTALL)
    if not found or not lowest <= int(found[1]) <= highest:
        raise NoValue(f"{cell[:_SHOWN]!r} is no whole number from {lowest} to {highest}")
    return int(found[1])


def amount(cell: str) -> float:
    """Read a number: «1 250 000,50», «-300», «12 дней», «9100 ₽».

    Raises
    ------
    NoValue
        When it is none, or can be read in two ways («1,250»).
    """
    found = _AMOUNT.fullmatch(" ".join(cell.split()))
    if not found:
        raise NoValue(f"{cell[:_SHOWN]!r} is no number")
    whole, part = found["whole"].replace(" ", ""), found["part"] or ""
    if len(part) == _THOUSANDS and whole != "0":
        raise NoValue(f"{cell[:_SHOWN]!r} can be read in two ways: write {whole}{part} or {whole}.{part}0")
    value = float(f"{whole}.{part or 0}")
    return -value if found["sign"] else value


def day(cell: str, month_first: bool) -> datetime:
    """Read a date.

    Raises
    ------
    NoValue
        When it is none.
    """
    try:
        return parse_date(cell, month_first)
    except NoDate as error:
        raise NoValue(str(error)) from error


def label(cell: str) -> str:
    """Return a category as it is compared."""
    return text_key(f"0{cell}0")[1:-1].strip()  # between two digits nothing is taken off its ends


def segment(cell: str) -> str:
    """Return a segment as it is compared; the classes A, B, C, D, X are the same in both alphabets."""
    key = label(cell)
    return key.upper().translate(_ABCD) if len(key) == 1 else key
