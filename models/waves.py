"""The served balance of every wave by itself, and how B changed from one wave to the next."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from models.balance import CodedRow, Counted, balance_line, estimate_of, rows_by_code, scored_people
from models.codebook import Code
from models.config import Balance, WaveBy
from models.interval import Estimate, change, change_p
from models.multiple import carried, holm

COLUMNS = (
    *("code", "code_id", "part", "wave", "rows", "n", "respondents", "share", "e", "u", "d", "b", "b_low", "b_high"),
    *("level", "state", "certain", "since", "change", "change_low", "change_high", "verdict"),
    *("flags", "step", "step_scores", "step_state", "side", "p_adjusted"),
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
    or down) only where both waves have the respondents that certainty asks for, and its p, Holm-adjusted for the number
    of codes that could be compared so in these two waves, leaves no doubt of the interval's level: of ten steps from a
    wave to the next in which nothing changed, one claims anything, whatever the number of codes.

    Returns
    -------
    DataFrame
        code, code_id, part (wave, no_wave or total), wave, rows, n, respondents, share, e, u, d, b, b_low, b_high,
        level, state, certain, as in `models.balance.served_balance`; since (the wave before), change, change_low,
        change_high (points, NaN where one of the waves has no score), verdict; flags, step, step_scores, step_state,
        side as there; p_adjusted (NaN where nothing may be claimed). Empty with fewer than two waves.
    """
    everything = Counted.of(rows, codes, settings)
    waves = sorted({row.wave for row in everything.rows if row.wave}, key=wave_order)
    if len(waves) < 2:
        return pd.DataFrame(columns=list(COLUMNS))
    parts = [(Part.WAVE, wave) for wave in waves]
    if any(not row.wave for row in everything.rows):
        parts.append((Part.NONE, ""))
    by_part = {part: Counted.of((r for r in everything.rows if r.wave == part[1]), codes, settings) for part in parts}
    by_part[Part.TOTAL, ""] = everything
    dealt = {part: (counted, rows_by_code(counted.rows)) for part, counted in by_part.items()}
    counts = {
        code_id: len({row.respondent for row in of_code}) for code_id, of_code in dealt[Part.TOTAL, ""][1].items()
    }
    there = [code for code in codes if code.code_id in counts and not code.fixed]
    there.sort(key=lambda code: (-counts[code.code_id], code.name))
    lines = [line for code in there for line in _lines(code, dealt, settings)]
    for wave in waves[1:]:
        _judge([line for line in lines if line["part"] == Part.WAVE and line["wave"] == wave], settings.interval)
    return pd.DataFrame(lines, columns=list(COLUMNS))


Dealt = Mapping[tuple[Part, str], tuple[Counted, Mapping[str, Sequence[CodedRow]]]]


def _lines(code: Code, dealt: Dealt, settings: Balance) -> Iterable[dict[str, Any]]:
    before: tuple[str, Estimate | None] | None = None
    for (part, wave), (counted, by_code) in dealt.items():
        rows = by_code.get(code.code_id, ())
        people = scored_people(rows, counted)
        line = balance_line(code, rows, people, counted, settings, None) | {"part": str(part), "wave": wave}
        line |= {"since": "", "verdict": ""}
        if part is Part.WAVE:
            found = estimate_of(people, settings)
            line |= _change(before, found, settings)
            before = wave, found
        yield line


def _change(before: tuple[str, Estimate | None] | None, after: Estimate | None, settings: Balance) -> dict[str, Any]:
    if before is None:
        return {}
    since, earlier = before
    if earlier is None or after is None:
        return {"since": since, "change": math.nan, "p": math.nan}
    by, low, high = (100 * value for value in change(earlier, after))
    enough = min(len(earlier.influence), len(after.influence)) >= settings.certain.respondents
    p = change_p(earlier, after) if enough else math.nan
    return {"since": since, "change": by, "change_low": low, "change_high": high, "p": p}


def _judge(step: Sequence[dict[str, Any]], level: float) -> None:
    """Adjust p within one step from a wave to the next, and say what may be said of every change."""
    adjusted = holm(np.array([line["p"] for line in step], dtype=float))
    for line, p in zip(step, adjusted.tolist(), strict=True):
        claimed = Verdict.UP if line["change"] > 0 else Verdict.DOWN
        line |= {"p_adjusted": p, "verdict": str(claimed if carried(p, level) else Verdict.UNKNOWN)}


def wave_of(named: str, submitted: date | None, by: WaveBy | None) -> str:
    """Return the wave of a card: the one it names, else the span its date lies in; empty where neither is known.

    Spans are 2026, 2026-Q2, 2026-04, or the week of ISO 8601, 2026-W15: `wave_order` puts them in the order of time.
    """
    if named or submitted is None or by is None:
        return named
    year, week, _ = submitted.isocalendar()
    spans: dict[WaveBy, str] = {
        "year": f"{submitted:%Y}",
        "quarter": f"{submitted:%Y}-Q{(submitted.month + 2) // 3}",
        "month": f"{submitted:%Y-%m}",
        "week": f"{year}-W{week:02}",
    }
    return spans[by]


def wave_order(wave: str) -> list[tuple[bool, int, str]]:
    """Numbers by value, everything else by its letters: wave 2 comes before wave 10."""
    parts = re.findall(r"\d+|\D+", wave)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold()) for part in parts]
