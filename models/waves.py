"""The served balance of every wave by itself, and how B changed from one wave to the next."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

import pandas as pd

from models.balance import CodedRow, Counted, balance_line, estimate_of, scored_people
from models.codebook import Code
from models.config import Balance
from models.interval import Estimate, change

COLUMNS = (
    *("code", "code_id", "part", "wave", "rows", "n", "respondents", "share", "e", "u", "d", "b", "b_low", "b_high"),
    *("level", "state", "certain", "since", "change", "change_low", "change_high", "verdict"),
)


class Part(StrEnum):
    """What a line counts: a wave, the rows that belong to none, or all together."""

    WAVE = "wave"
    NONE = "no_wave"
    TOTAL = "total"


class Verdict(StrEnum):
    """What may be said of a change of B."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "cannot_tell"


def wave_balance(rows: Iterable[CodedRow], codes: Sequence[Code], settings: Balance) -> pd.DataFrame:
    """Compute the served balance of every code in every wave and in total, the largest code first.

    A wave is counted as if it were all there is: its own respondents for the shares, its own weights. A change is that
    of B since the wave before, in points; waves follow each other by name, numbers in them by value. It is claimed (up
    or down) only where its interval leaves zero out and both waves have the respondents that certainty asks for.

    Returns
    -------
    DataFrame
        code, code_id, part (wave, no_wave or total), wave, rows, n, respondents, share, e, u, d, b, b_low, b_high,
        level, state, certain, as in `models.balance.served_balance`; since (the wave before), change, change_low,
        change_high (points, NaN where one of the waves has no score), verdict. Empty with fewer than two waves.
    """
    everything = Counted.of(rows, codes, settings)
    waves = sorted({row.wave for row in everything.rows if row.wave}, key=_by_name)
    if len(waves) < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    parts = [(Part.WAVE, wave) for wave in waves]
    if any(not row.wave for row in everything.rows):
        parts.append((Part.NONE, ""))
    by_part = {part: Counted.of((r for r in everything.rows if r.wave == part[1]), codes, settings) for part in parts}
    by_part[Part.TOTAL, ""] = everything
    carried = defaultdict(set)
    for row in everything.rows:
        for code_id in row.codes:
            carried[code_id].add(row.respondent)
    there = [code for code in codes if code.code_id in carried and not code.fixed]
    there.sort(key=lambda code: (-len(carried[code.code_id]), code.name))
    lines = [line for code in there for line in _lines(code, by_part, settings)]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _lines(code: Code, by_part: dict[tuple[Part, str], Counted], settings: Balance) -> Iterable[dict[str, object]]:
    before: tuple[str, Estimate | None] | None = None
    for (part, wave), counted in by_part.items():
        rows = [row for row in counted.rows if code.code_id in row.codes]
        people = scored_people(rows, counted)
        line = balance_line(code, rows, people, counted, settings, None) | {"part": str(part), "wave": wave}
        line |= {"since": "", "verdict": ""}
        if part is Part.WAVE:
            found = estimate_of(people, settings)
            line |= _change(before, found, settings)
            before = wave, found
        yield line


def _change(before: tuple[str, Estimate | None] | None, after: Estimate | None, settings: Balance) -> dict[str, object]:
    if before is None:
        return {}
    since, earlier = before
    if earlier is None or after is None:
        return {"since": since, "verdict": str(Verdict.UNKNOWN)}
    by, low, high = (100 * value for value in change(earlier, after))
    enough = min(len(earlier.influence), len(after.influence)) >= settings.certain.respondents
    verdict = Verdict.UP if low > 0 else Verdict.DOWN if high < 0 else Verdict.UNKNOWN
    told = verdict if enough else Verdict.UNKNOWN
    return {"since": since, "change": by, "change_low": low, "change_high": high, "verdict": str(told)}


def _by_name(wave: str) -> list[tuple[bool, int, str]]:
    """Numbers by value, everything else by its letters: wave 2 comes before wave 10."""
    parts = re.findall(r"\d+|\D+", wave)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold()) for part in parts]
