"""The customer journey: where on their way the streams are served well, and where not."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from models.balance import CodedRow
from models.interval import People, estimate
from models.measures.exact import sign_test
from models.measures.panel import Line, Panel, Part, Stream, Verdict
from models.multiple import holm

SATISFIED, DISSATISFIED = 4, 2  # at least, at most


def journey_lines(panel: Panel) -> Iterator[Line]:
    """Yield for every stream and stage the net 100·(satisfied − dissatisfied)/n of its scored rows, in points.

    ``count`` is n and ``respondents`` who gave them, ``missing`` the stream's scored rows without a stage. The interval
    is that of the balance: rows of one person count for less than as many of several. p is that of a sign test by
    person, whether more of them are rather satisfied than rather dissatisfied, corrected (Holm) for all stages of all
    codes, and of all nets.
    """
    stage = panel.facts.cards["stage"].dropna().to_dict()
    stages = sorted({stage[row.card_id] for row in panel.rows if row.card_id in stage})
    lines = [_line(stream, name, stage, panel.level) for stream in panel.streams for name in stages]
    for part in Part:
        of_part = [line for line in lines if line["part"] == part]
        adjusted = holm(np.array([line["p"] for line in of_part], dtype=float))
        for line, corrected in zip(of_part, adjusted, strict=True):
            people, side = line["respondents"], Verdict.ABOVE if line["value"] > 0 else Verdict.BELOW
            line |= {"p_adjusted": corrected, "verdict": panel.claim(corrected, people, people, side)}
    yield from lines


def _line(stream: Stream, name: str, stage: Mapping[Hashable, str], level: float) -> Line:
    rows = [row for row in stream.rows if stage.get(row.card_id) == name]
    scored = [row for row in rows if row.score is not None]
    missing = sum(row.score is not None and row.card_id not in stage for row in stream.rows)
    line = stream.about | {"category": name, "rows": len(rows), "count": len(scored), "missing": missing}
    return line | {"respondents": len({row.respondent for row in scored})} | _net(scored, level)


def _net(scored: Sequence[CodedRow], level: float) -> Line:
    """The net with its interval and test; NaN without a scored row."""
    if not scored:
        return {"value": math.nan, "p": math.nan}
    parts = {name: np.zeros(3) for name in sorted({row.respondent for row in scored})}
    for row in scored:
        score = row.score or 0
        parts[row.respondent] += (1, score >= SATISFIED, score <= DISSATISFIED)
    weight, satisfied, dissatisfied = np.array(list(parts.values())).T
    found = estimate(People(list(parts), weight, satisfied, dissatisfied, weight), level)
    p = sign_test(int((satisfied > dissatisfied).sum()), int((satisfied < dissatisfied).sum()))
    return {"value": 100 * found.b, "low": 100 * found.low, "high": 100 * found.high, "p": p}
