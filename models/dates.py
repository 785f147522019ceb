"""Dates as form tools and people write them."""

import re
from collections.abc import Iterable
from datetime import datetime

_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})(?:\s*г\.?)?"
    r"(?:[\sT,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?)?"
    r"(?:\s*(?:z|(?:gmt|utc|msk|мск)?\s*(?:[+-]\d{1,2}(?::?\d{2})?)?))?",
    re.IGNORECASE,
)
_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(
    r"(?P<day>\d{1,2})\s+(?P<month>[а-яa-z]{3,9})\.?,?\s+(?P<year>\d{4})(?:\s*г(?:ода|\.)?)?"
    r"(?:,?\s*(?:в\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?",
    re.IGNORECASE,
)
_LONGEST_DAY = 12  # a number above it is no month
_YEAR_DIGITS = 4
_SHOWN = 40


class NoDate(ValueError):
    """The cell holds something that is no date."""


def month_comes_first(cells: Iterable[str], month_first: bool) -> bool:
    """Tell from the dates of a file whether 03/04 is the 4th of March.

    A number above 12 settles it; where none does, or they contradict each other, `month_first` stays.
    """
    day_seen = month_seen = False
    for cell in cells:
        match = _NUMERIC.fullmatch(cell.strip())
        if match and match["sep"] != "." and len(match["a"]) < _YEAR_DIGITS:
            day_seen |= int(match["a"]) > _LONGEST_DAY
            month_seen |= int(match["b"]) > _LONGEST_DAY
    return month_seen if day_seen != month_seen else month_first


def parse_date(cell: str, month_first: bool = False) -> datetime:
    """Read a date with or without a time; a zone is passed over, the clock of the file is kept.

    Raises
    ------
    NoDate
        When the cell is no date of the calendar.
    """
    text = " ".join(cell.split())
    match = _NUMERIC.fullmatch(text)
    try:
        if match:
            return _numeric(match, month_first)
        match = _NAMED.fullmatch(text)
        if match:
            return _named(match)
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise NoDate(f"{text[:_SHOWN]!r} is no date") from error


def _numeric(match: re.Match[str], month_first: bool) -> datetime:
    first, second, third = match["a"], int(match["b"]), match["c"]
    if len(first) == _YEAR_DIGITS:
        year, month, day = int(first), second, int(third)
    elif len(third) == 1:
        raise ValueError("a year has two or four digits")
    else:
        year = int(third) + (2000 if len(third) == 2 else 0)
        month_first = month_first and match["sep"] != "."  # with dots nobody writes the month first
        day, month = (second, int(first)) if month_first else (int(first), second)
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0))


def _named(match: re.Match[str]) -> datetime:
    word = match["month"].lower()
    names = _ENGLISH if word.isascii() else _MONTHS
    month = next((at for at, name in enumerate(names, start=1) if word.startswith(name)), 0)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    return datetime(int(match["year"]), month, int(match["day"]), hour, minute, second)
