"""What clients bring, by stream: lifetime value and revenue."""

from collections.abc import Iterator

import numpy as np

from models.measures.exact import difference_of_means, sum_interval
from models.measures.panel import Line, Panel, Verdict


def value_lines(panel: Panel, kind: str) -> Iterator[Line]:
    """Yield for every stream what its respondents bring: the mean, with a t interval, median and sum.

    Of the margin this is the lifetime value so far: LTV = Σ margin of a client. A client who is in two streams counts
    whole in both, so the sums of streams are more than the whole. A stream is compared with the people outside it by a
    permutation test of the means.

    Parameters
    ----------
    kind : str
        ``margin`` or ``revenue``.
    """
    money = panel.values(kind)
    known = ~np.isnan(money)
    p = difference_of_means(money[known], panel.member[known])
    adjusted = panel.adjusted(p)
    for at, stream in enumerate(panel.streams):
        inside = panel.member[:, at]
        own, others = money[known & inside], money[known & ~inside]
        line = stream.about | {"respondents": len(own), "missing": int((inside & ~known).sum())}
        if len(own):
            mean = float(own.mean())
            low, high = sum_interval(mean, (own - mean) / len(own), panel.level)
            line |= {
                "value": mean,
                "low": low,
                "high": high,
                "median": float(np.median(own)),
                "total": float(own.sum()),
            }
        if len(own) and len(others):
            side = Verdict.ABOVE if own.mean() > others.mean() else Verdict.BELOW
            line |= {"p": p[at], "p_adjusted": adjusted[at]}
            line["verdict"] = panel.claim(adjusted[at], len(own), len(others), side)
        yield line
