"""Segments of clients by stream, and what the segments bring."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.measures.exact import Floats, freeman_halton, share_interval, sum_interval
from models.measures.panel import Line, Panel, Verdict

BEST = ("A", "B")
NEW, PERMANENT = "new", "permanent"
_A_AND_MORE = 0.8, 0.95  # cumulative shares that end classes A and B
_EFFORT = ("cycle", "support")


def crosstab_lines(panel: Panel, labels: pd.Series, order: Sequence[str] = ()) -> Iterator[Line]:
    """Yield for every stream what share of its respondents is of each category (percent, Wilson's interval).

    ``overall`` is the share among all respondents, ``count`` the people. p is that of a stream's whole distribution
    against the one of the people outside it: Fisher's exact test, Freeman's and Halton's with more than two categories.
    Streams overlap, so there is no test of all streams at once.

    Parameters
    ----------
    labels : Series
        The category of each person of `panel.people`, null where it is not known.
    """
    known = labels.notna().to_numpy()
    found = labels[known].astype(str)
    categories = [name for name in order if (found == name).any()]
    categories += sorted(set(found) - set(categories))
    of = np.array([labels == name for name in categories], dtype=np.bool_).reshape(len(categories), len(labels))
    everybody = of.sum(axis=1)
    counts = [(of & panel.member[:, at]).sum(axis=1) for at in range(len(panel.streams))]
    p = np.array([freeman_halton(inside.tolist(), everybody.tolist()) for inside in counts])
    adjusted = panel.adjusted(p)
    for at, (stream, inside) in enumerate(zip(panel.streams, counts, strict=True)):
        n, total = int(inside.sum()), int(everybody.sum())
        missing = int((panel.member[:, at] & ~known).sum())
        verdict = panel.claim(adjusted[at], n, total - n, Verdict.DIFFERS)
        test = {"p": p[at], "p_adjusted": adjusted[at], "verdict": verdict}
        for name, count, every in zip(categories, inside.tolist(), everybody.tolist(), strict=True):
            low, high = share_interval(count, n, panel.level)
            about = {"category": name, "respondents": n, "missing": missing, "count": count}
            shares = {"value": 100 * count / n if n else math.nan, "overall": 100 * every / total}
            yield stream.about | about | shares | {"low": low, "high": high} | test


def abcd(people: pd.DataFrame) -> pd.Series:
    """Sort clients into the segments A, B, C and D by revenue, number of purchases, cycle and support load.

    A rule of Rechki after I. Krasinsky's description of ABCDX: D brings no revenue. Of the others those below the
    median of revenue or of purchases are C; the rest is A where neither cycle nor support load is above the median,
    else B. Medians are those of clients with revenue. Who lacks one of the columns' values gets no segment.
    """
    revenue = people["revenue"].astype(float)
    paying = revenue > 0
    much, easy = _at_least_median(people, "revenue", paying), pd.Series(True, index=people.index)
    known = revenue.notna()
    if "purchases" in people:
        much &= _at_least_median(people, "purchases", paying)
        known &= ~paying | people["purchases"].notna()
    for name in (name for name in _EFFORT if name in people):
        easy &= people[name].astype(float) <= people.loc[paying, name].astype(float).median()
        known &= ~paying | people[name].notna()
    segment = np.where(~paying, "D", np.where(~much, "C", np.where(easy, "A", "B")))
    return pd.Series(segment, index=people.index, dtype=object).where(known, None)


def can_be_sorted(people: pd.DataFrame) -> bool:
    """Tell whether there are columns enough for `abcd`: revenue, and cycle or support load."""
    return "revenue" in people and any(name in people for name in _EFFORT)


def _at_least_median(people: pd.DataFrame, name: str, of: pd.Series) -> pd.Series:
    return people[name].astype(float) >= people.loc[of, name].astype(float).median()


def abc(values: pd.Series) -> pd.Series:
    """Sort clients into A, B, C by what they bring: those who make up the first 80 % are A, up to 95 % B, the rest C.

    A client is of the class that the share of those above ends in, so that one who brings nearly all is A. Clients who
    bring the same are of one class; who brings nothing or less is C. Null where there is no value, and for all where
    the sum is not above zero.
    """
    known = values.dropna().astype(float)
    total = float(known.sum())
    classes = pd.Series(None, index=values.index, dtype=object)
    if total <= 0:
        return classes
    by_value = known.groupby(known).sum().sort_index(ascending=False)
    before = (by_value.cumsum() - by_value) / total
    of_value = {
        value: "C" if value <= 0 or share >= _A_AND_MORE[1] else "A" if share < _A_AND_MORE[0] else "B"
        for value, share in zip(by_value.index.astype(float), before, strict=True)
    }
    classes[known.index] = [of_value[float(value)] for value in known]
    return classes


def tenure(people: pd.DataFrame, permanent_after: int) -> pd.Series:
    """Tell new clients from permanent ones by the days from the first date to the last, or to the latest card.

    Null where a date is missing or the last is before the first.
    """
    last = people["last_date"].fillna(people["seen"]) if "last_date" in people else people["seen"]
    days = (last - people["first_date"]).dt.days
    named = pd.Series(np.where(days >= permanent_after, PERMANENT, NEW), index=people.index, dtype=object)
    return named.where(days >= 0, None)


def revenue_lines(panel: Panel, labels: pd.Series, claimed: float) -> Iterator[Line]:
    """Yield what share of the revenue each segment brings, in percent, and A and B together against a claim.

    The interval is a t interval on the linearised variance of the ratio. The claim holds where the whole interval is at
    or above it and fails where all of it is below; with too few people on either side nothing is said. No line where
    the revenue is not above zero.
    """
    revenue = panel.values("revenue")
    known = labels.notna().to_numpy() & ~np.isnan(revenue)
    total = float(revenue[known].sum())
    if total <= 0:
        return
    base = panel.streams[0].about | {"respondents": int(known.sum()), "missing": int((~known).sum())}
    for name in sorted(set(labels[known].astype(str))):
        yield (
            base | _brought(revenue[known], (labels[known] == name).to_numpy(), total, panel.level) | {"category": name}
        )
    best = labels[known].isin(BEST).to_numpy()
    if not best.any():
        return
    line = _brought(revenue[known], best, total, panel.level)
    verdict = Verdict.UNKNOWN
    if min(line["count"], int(known.sum()) - line["count"]) >= panel.least:
        holds, fails = line["low"] >= claimed, line["high"] < claimed
        verdict = Verdict.HOLDS if holds else Verdict.FAILS if fails else Verdict.UNKNOWN
    yield base | line | {"category": "+".join(BEST), "overall": claimed, "verdict": str(verdict)}


def _brought(revenue: Floats, inside: NDArray[np.bool_], total: float, level: float) -> Line:
    share = float(revenue[inside].sum()) / total
    influence = 100 * (revenue * inside - share * revenue) / total
    low, high = sum_interval(100 * share, influence, level)
    if (revenue >= 0).all():
        low, high = max(low, 0.0), min(high, 100.0)
    return {"count": int(inside.sum()), "value": 100 * share, "low": low, "high": high, "total": revenue[inside].sum()}
