"""The ideal customer profile: which attributes are frequent among the satisfied people of target streams."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.codebook import Target
from models.measures.columns import MOST_CATEGORIES
from models.measures.exact import fisher, ratio_interval
from models.measures.journey import SATISFIED
from models.measures.panel import Line, Panel, Verdict
from models.multiple import holm


def icp_lines(panel: Panel, attributes: dict[str, pd.Series]) -> Iterator[Line]:
    """Yield the lift of every value of every attribute: P(value | target and satisfied) / P(value).

    Target and satisfied is a respondent with a row of a target code scored 4 or 5. ``name`` is the attribute,
    ``category`` its value; ``count`` of ``respondents`` are target and satisfied and have it, ``value`` is the lift,
    ``overall`` P(value) in percent, both over the respondents whose value is known. The interval follows from that of
    the ratio to the other people (`exact.ratio_interval`), p from Fisher's exact test against them, corrected for all
    values together. The attributes are those that `can_be_profiled`.
    """
    satisfied = _satisfied(panel)
    lines: list[Line] = []
    for name, labels in attributes.items():
        known = labels.notna().to_numpy()
        found = labels[known].astype(str)
        inside = satisfied[known]
        missing = int((satisfied & ~known).sum())
        for value in sorted(set(found)):
            has = (found == value).to_numpy()
            about = {"part": "total", "name": name, "code_id": "", "category": value, "missing": missing}
            lines.append(about | {"rows": len(panel.rows)} | _lift(has, inside, panel.level))
    adjusted = holm(np.array([line["p"] for line in lines], dtype=float))
    for line, corrected in zip(lines, adjusted, strict=True):
        side = Verdict.ABOVE if line["value"] > 1 else Verdict.BELOW
        verdict = panel.claim(corrected, line["respondents"], line.pop("others"), side)
        yield line | {"p_adjusted": corrected, "verdict": verdict}


def can_be_profiled(labels: pd.Series) -> bool:
    """Tell whether an attribute sorts people: from two values to `MOST_CATEGORIES`, two people a value or more.

    One whose values are people's own, such as a name, does not.
    """
    return 1 < labels.nunique() <= min(MOST_CATEGORIES, labels.notna().sum() / 2)


def _satisfied(panel: Panel) -> NDArray[np.bool_]:
    """Which of the panel's people gave a target code 4 or 5."""
    target = {code.code_id for code in panel.codes if code.target is Target.YES}
    names = {row.respondent for row in panel.rows if row.codes & target and (row.score or 0) >= SATISFIED}
    return np.array([name in names for name in panel.people.index], dtype=bool)


def _lift(has: NDArray[np.bool_], inside: NDArray[np.bool_], level: float) -> Line:
    """Lift of one value among people whose value is known; a monotone function of the ratio to the others."""
    n, others = int(inside.sum()), int((~inside).sum())
    count, other = int((has & inside).sum()), int((has & ~inside).sum())
    overall = (count + other) / (n + others)
    line = {"respondents": n, "others": others, "count": count, "overall": 100 * overall}
    line |= {"p": fisher(count, n, other, others), "value": count / n / overall if n else math.nan}
    if not n or not others:
        return line
    low, high = ratio_interval(count, n, other, others, level)
    share = n / (n + others)
    return line | {"low": _of_ratio(low, share), "high": _of_ratio(high, share)}


def _of_ratio(ratio: float, share: float) -> float:
    """The lift that a ratio to the others means where the group is this share of all people."""
    return 0.0 if not ratio else 1 / (share + (1 - share) / ratio)
