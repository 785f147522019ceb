"""CSI by stream: how satisfied people are with the parts of the service."""

import math
from collections.abc import Iterator

import numpy as np

from models.measures.exact import Floats, difference_of_means, sum_interval
from models.measures.panel import Line, Panel, Verdict

PLAIN, WEIGHTED = "100*mean((m_j-1)/4)", "100*sum(w_j*m_j)/(5*sum(w_j))"
_LOWEST, _HIGHEST = 1, 5


def csi_lines(panel: Panel) -> Iterator[Line]:
    """Yield the CSI of every stream, and the mean of every item in it (``category`` names the item).

    m_j is the mean of item j (1-5) over the respondents of the stream who answered it; a stream in which nobody
    answered some item has no CSI. Without importance CSI is 100·mean((m_j − 1)/4), from 0 to 100; where every item has
    a stated importance it is 100·Σw·m/(5Σw), from 20 to 100, w_j being the mean importance over all respondents.
    ``formula`` says which. The interval is a t interval on the linearised variance by respondent. A stream is compared
    with the people outside it by a permutation test over those who answered all items.
    """
    items = panel.facts.columns.csi
    answers = np.column_stack([panel.values(f"csi {item}") for item in items])
    weights, formula = _weights(panel)
    whole = ~np.isnan(answers).any(axis=1)
    own = _points(answers, weights, formula)
    p = difference_of_means(own[whole], panel.member[whole])
    adjusted = panel.adjusted(p)
    for at, stream in enumerate(panel.streams):
        inside = panel.member[:, at]
        said = answers[inside]
        answered = ~np.isnan(said).all(axis=1)
        line = stream.about | {"category": "", "respondents": int(answered.sum()), "missing": int((~answered).sum())}
        line |= _index(said[answered], weights, formula, panel.level) | {"formula": formula}
        one, other = own[whole & inside], own[whole & ~inside]
        if len(one) and len(other):
            side = Verdict.ABOVE if one.mean() > other.mean() else Verdict.BELOW
            line |= {"p": p[at], "p_adjusted": adjusted[at]}
            line["verdict"] = panel.claim(adjusted[at], len(one), len(other), side)
        yield line
        for place, item in enumerate(items):
            given = said[:, place][~np.isnan(said[:, place])]
            about = {"category": item, "respondents": len(given), "missing": len(said) - len(given)}
            mean = {"value": float(given.mean()) if len(given) else math.nan}
            yield stream.about | about | mean | {"weight": weights[place] if formula == WEIGHTED else math.nan}


def _weights(panel: Panel) -> tuple[Floats, str]:
    """The mean importance of every item where all have one above zero, and which formula that makes."""
    items = panel.facts.columns.csi
    stated = [panel.values(f"importance {item}") for item in items if f"importance {item}" in panel.people]
    means = np.array([np.nanmean(told) for told in stated if not np.isnan(told).all()])
    if len(means) == len(items) and (means > 0).all():
        return means, WEIGHTED
    return np.ones(len(items)), PLAIN


def _index(said: Floats, weights: Floats, formula: str, level: float) -> Line:
    """CSI of people who answered at least one item, with its interval."""
    n = (~np.isnan(said)).sum(axis=0)
    if not len(said) or not n.all():
        return {"value": math.nan, "low": math.nan, "high": math.nan}
    means = np.nanmean(said, axis=0)
    value = float(_points(means[None, :], weights, formula)[0])
    slope = _points(means[None, :] + np.eye(len(n)), weights, formula) - value
    influence = (np.where(np.isnan(said), 0.0, said - means) / n) @ slope
    low, high = sum_interval(value, influence, level)
    lowest, highest = (float(_points(np.full((1, len(n)), end), weights, formula)[0]) for end in (_LOWEST, _HIGHEST))
    return {"value": value, "low": max(low, lowest), "high": min(high, highest)}


def _points(answers: Floats, weights: Floats, formula: str) -> Floats:
    """CSI of lines of answers or of means, one a line."""
    points: Floats = (
        100 * (answers @ weights) / (_HIGHEST * weights.sum())
        if formula == WEIGHTED
        else 100 * ((answers - _LOWEST) / (_HIGHEST - _LOWEST)).mean(axis=1)
    )
    return points
