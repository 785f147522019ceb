"""Numbers and dates as Russian readers write them: decimal comma, a real minus, spaces that do not break."""

import math
from datetime import datetime

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "—"
_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


def number(value: float, digits: int = 1) -> str:
    """Write a number with `digits` decimals; a dash when there is none (NaN)."""
    if math.isnan(value):
        return NOTHING
    text = f"{value:.{digits}f}".replace(".", ",")
    return text.replace("-", MINUS) if float(f"{value:.{digits}f}") else text.lstrip("-")


def points(value: float, digits: int = 1) -> str:
    """Write points of B with their sign: «+16,7», «−25,0», «0,0»."""
    text = number(value, digits)
    return f"+{text}" if not math.isnan(value) and float(f"{value:.{digits}f}") > 0 else text


def percent(value: float, digits: int = 0) -> str:
    """Write a percentage (0-100) with its sign."""
    return NOTHING if math.isnan(value) else f"{number(value, digits)}{NBSP}%"


def amount(value: float) -> str:
    """Write whole money with its thousands apart: «2 649 200»."""
    return NOTHING if math.isnan(value) else f"{value:,.0f}".replace(",", NBSP).replace("-", MINUS)


def probability(share: float) -> str:
    """Write a probability (0-1) in percent; never as 0 % or 100 %, which it is not."""
    value = 100 * share
    if value < 1:
        return f"<{NBSP}1{NBSP}%"
    return f">{NBSP}99{NBSP}%" if value > 99 else percent(value)


def interval(low: float, high: float) -> str:
    """Write an interval of B in whole points: «−60…+10»."""
    return NOTHING if math.isnan(low) else f"{points(low, 0)}…{points(high, 0)}"


def plain(value: float) -> str:
    """Write a cut or a bound from the settings with no more decimals than it has."""
    return f"{value:g}".replace(".", ",").replace("-", MINUS)


def moment(when: datetime) -> str:
    """Write a stored moment, which is UTC: «23 ноября 2025 г., 04:15 UTC»."""
    return f"{when.day}{NBSP}{_MONTHS[when.month - 1]} {when.year}{NBSP}г., {when:%H:%M}{NBSP}UTC"
