"""Saturation: whether the last interviews still bring codes that nobody named before."""

import math
from collections import defaultdict
from collections.abc import Iterator

from models.measures.panel import Line, Panel

_RUNS = (1, 2, 4)


def saturation_lines(panel: Panel, last: int) -> Iterator[Line]:
    """Yield for the last cards by date, twice and four times as many, how many codes came first on one of them.

    ``category`` is the number of cards, ``count`` the new codes, ``value`` their share of the codes known before, in
    percent (Guest, Namey and Chen 2020, PLOS ONE 15(5) e0232076, call up to 5 % saturated); ``missing`` are cards
    without a date, which are left out. There is a line only while at least as many cards come before.
    """
    codes = {stream.code_id for stream in panel.streams if stream.code_id}
    by_card: dict[str, set[str]] = defaultdict(set)
    for row in panel.rows:
        by_card[row.card_id] |= row.codes & codes
    dated = panel.facts.cards["date"].dropna()
    order = [str(card) for card in dated.index if card in by_card]
    for run in (last * times for times in _RUNS):
        if 2 * run > len(order):
            return
        before = set[str]().union(*(by_card[card] for card in order[:-run]))
        new = set[str]().union(*(by_card[card] for card in order[-run:])) - before
        about = {"category": str(run), "respondents": 0, "missing": len(by_card) - len(order), "count": len(new)}
        people = {row.respondent for row in panel.rows if row.card_id in set(order[-run:])}
        value = 100 * len(new) / len(before) if before else math.nan
        yield panel.streams[0].about | about | {"value": value, "respondents": len(people)}
