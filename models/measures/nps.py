"""NPS by stream: who would recommend the service."""

import math
from collections.abc import Iterator

import numpy as np

from models.measures.exact import difference_of_means, quantile
from models.measures.panel import Line, Panel, Verdict

PROMOTER, DETRACTOR = 9, 6  # at least, at most
_ADDED = 3.0  # people that the adjusted Wald interval adds, a quarter promoters, a quarter detractors


def nps_lines(panel: Panel) -> Iterator[Line]:
    """Yield the NPS of every stream, each respondent once: % of 9-10 minus % of 0-6, in points.

    ``se`` is the standard error 100·√((p + d − (p − d)²)/n); the interval is the adjusted Wald interval AW(¾, 1½, ¾) of
    B. Rocks (2016, The American Statistician 70(4), 365-372), who found it one of the best for few people. A stream is
    compared with the people outside it by a permutation test of the difference.
    """
    given = panel.values("nps")
    asked = ~np.isnan(given)
    kinds = np.where(given >= PROMOTER, 1.0, np.where(given <= DETRACTOR, -1.0, 0.0))
    p = difference_of_means(kinds[asked], panel.member[asked])
    adjusted = panel.adjusted(p)
    for at, stream in enumerate(panel.streams):
        inside = panel.member[:, at]
        said = kinds[asked & inside]
        n, others = len(said), kinds[asked & ~inside]
        line = stream.about | {"respondents": n, "missing": int((inside & ~asked).sum())}
        if n:
            line |= nps(int((said > 0).sum()), int((said < 0).sum()), n, panel.level)
        if len(others):
            side = Verdict.ABOVE if n and said.mean() > others.mean() else Verdict.BELOW
            line |= {"p": p[at], "p_adjusted": adjusted[at]}
            line["verdict"] = panel.claim(adjusted[at], n, len(others), side)
        yield line


def nps(promoters: int, detractors: int, n: int, level: float) -> Line:
    """Return NPS with its standard error and interval, and the shares it is made of, in percent.

    Parameters
    ----------
    promoters, detractors, n : int
        People with 9-10, with 0-6, and all; n > 0.
    level : float
        Of the interval, in percent.
    """
    more, fewer, many = (promoters + _ADDED / 4) / (n + _ADDED), (detractors + _ADDED / 4) / (n + _ADDED), n + _ADDED
    half, value = quantile(level) * _error(more, fewer, many), 100 * (promoters - detractors) / n
    return {
        "value": value,
        "low": min(
            max(100 * (more - fewer - half), -100.0), value
        ),  # it is drawn to zero: of one person past the value
        "high": max(min(100 * (more - fewer + half), 100.0), value),
        "se": 100 * _error(promoters / n, detractors / n, n),
        "promoters": 100 * promoters / n,
        "passives": 100 * (n - promoters - detractors) / n,
        "detractors": 100 * detractors / n,
    }


def _error(p: float, d: float, n: float) -> float:
    return math.sqrt(max(p + d - (p - d) ** 2, 0.0) / n)
