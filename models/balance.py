"""The served balance: one row a code, from confirmed codings only.

Formulas: the box score is D. Anderson's Fitness box score; the balance B = E - U with its cuts, the sizes and the
strategies are Rechki's own rules, with the names the author of the case gave the strategies.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.codebook import JOINED, Code, Target
from models.config import Balance
from models.interval import Estimate, People, estimate
from models.margin import smallest_step
from models.state import State, Tally, state_of
from models.strategy import Strategy

SIZES = ("XS", "S", "M", "L", "XL")
_REMEMBERED = 8192  # patterns of scores whose probabilities are known


@dataclass(frozen=True)
class CodedRow:
    """A purpose row with the codes of all its phrases together."""

    card_id: str
    row: int
    respondent: str
    wave: str
    score: int | None
    codes: frozenset[str]


def box_score(scores: Sequence[int], cards: int, handed_out: int | None) -> str:
    """Write the Fitness box score: ``74-23-3 (35) | 16/20`` = percentages, (purpose rows), cards answered / given out.

    The three percentages (4-5, 3, 0-2) are rounded by largest remainder, so that they sum to 100.
    """
    given = f"{cards}/{handed_out if handed_out is not None else '?'}"
    if not scores:
        return f"— (0) | {given}"
    counts = [sum(s >= 4 for s in scores), sum(s == 3 for s in scores), sum(s <= 2 for s in scores)]
    return "{}-{}-{}".format(*largest_remainder(counts)) + f" ({len(scores)}) | {given}"


def largest_remainder(counts: Sequence[int]) -> list[int]:
    """Whole percentages that sum to 100 (Hare quota, largest remainder; ties to the earlier part)."""
    total = sum(counts)
    shares = [divmod(100 * count, total) for count in counts]
    whole = [quotient for quotient, _ in shares]
    order = sorted(range(len(counts)), key=lambda at: (-shares[at][1], at))
    for at in order[: 100 - sum(whole)]:
        whole[at] += 1
    return whole


def size_of(respondents: int, base: int, bounds: Sequence[float]) -> str:
    """Return XS, S, M, L or XL: the share of respondents against the bounds in percent. One respondent is always XS."""
    if respondents <= 1:
        return SIZES[0]
    return next((n for n, b in zip(SIZES, bounds, strict=False) if 100 * respondents <= Fraction(b) * base), SIZES[-1])


def strategies(target: Target, state: State | None) -> tuple[Strategy, ...]:
    """Target by state; both candidates while the target is undecided, none without a state."""
    if state is None:
        return ()
    satisfied = state in (State.WELL, State.OVER)
    wanted = Strategy.PROTECT if satisfied else Strategy.IMPROVE
    unwanted = Strategy.MODIFY if satisfied else Strategy.SWITCH_OFF
    return {Target.YES: (wanted,), Target.NO: (unwanted,), Target.UNDECIDED: (wanted, unwanted)}[target]


def served_balance(
    rows: Iterable[CodedRow], codes: Sequence[Code], settings: Balance, handed_out: int | None = None
) -> pd.DataFrame:
    """Compute the served balance of every code that has rows, the largest first.

    Parameters
    ----------
    rows : iterable of CodedRow
        Confirmed purpose rows; each counts once for every code it carries.
    codes : sequence of Code
        The codebook; fixed codes get no state and are left to `fixed_counts`.
    handed_out : int, optional
        Cards given out, for the box score.

    Returns
    -------
    DataFrame
        code, code_id, rows (all), n (scored rows), respondents, e, u, d, b (percent and points, unrounded), state,
        certain, box, size, target, strategy; then share (percent of respondents), b_low, b_high (interval of B),
        level (percent) of that interval, p_very_under … p_over, flags; step, step_scores, step_state: how many rows of
        which scores more (or, below zero, fewer) give which other state, 0 when no such change does; strategy_override
        and strategy_reason: what the analyst chose instead of the computed strategy, which stays beside it; side:
        under, well or over where it is sure that the state lies there, even where its grade is not, else empty.
    """
    counted = Counted.of(rows, codes, settings)
    by_code = rows_by_code(counted.rows)
    lines = []
    for code in codes:
        if not code.fixed and (of_code := by_code.get(code.code_id)):
            people = scored_people(of_code, counted)
            lines.append(balance_line(code, of_code, people, counted, settings, handed_out))
    return _largest_first(pd.DataFrame(lines, columns=list(COLUMNS)))


def net_balance(
    rows: Iterable[CodedRow], codes: Sequence[Code], settings: Balance, handed_out: int | None = None
) -> pd.DataFrame:
    """Compute the served balance of every net, the largest first; empty when no code has a net.

    A net's size counts respondents, and its E, U and D count each purpose row once, however many of its codes the row
    carries. Shares and weights are those of `served_balance`: of all respondents with a substantive code.

    Returns
    -------
    DataFrame
        net, codes (names joined by ``|``), then the columns of `served_balance` from `rows` on, without those that an
        analyst decides of a code (target, strategy and its override).
    """
    counted = Counted.of(rows, codes, settings)
    nets = {code.code_id: code.net for code in codes if code.net and not code.fixed}
    by_net: dict[str, list[CodedRow]] = defaultdict(list)
    for row in counted.rows:
        for net in {nets[code] for code in row.codes if code in nets}:
            by_net[net].append(row)
    carried = {code for row in counted.rows for code in row.codes}
    lines = []
    for net, of_net in by_net.items():
        names = JOINED.join(code.name for code in codes if nets.get(code.code_id) == net and code.code_id in carried)
        people = scored_people(of_net, counted)
        line = balance_line(Code(net, net), of_net, people, counted, settings, handed_out)
        lines.append(line | {"net": net, "codes": names})
    table = _largest_first(pd.DataFrame(lines, columns=["net", "codes", *COLUMNS]))
    return table.drop(columns=["code", "code_id", "target", "strategy", "strategy_override", "strategy_reason"])


@dataclass(frozen=True)
class Counted:
    """The rows with a substantive code, who gave them, what each row weighs, and the ids of the fixed codes."""

    rows: tuple[CodedRow, ...]
    base: int
    weights: Mapping[str, Fraction]
    fixed: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[CodedRow], codes: Sequence[Code], settings: Balance) -> "Counted":
        """Find them among all coded rows."""
        fixed = frozenset(code.code_id for code in codes if code.fixed)
        substantive = tuple(row for row in rows if row.codes - fixed)
        base = len({row.respondent for row in substantive})
        return cls(substantive, base, _weights(substantive, settings), fixed)


def _largest_first(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["respondents", "rows", "code"], ascending=[False, False, True], ignore_index=True)


COLUMNS = (
    *("code", "code_id", "rows", "n", "respondents", "e", "u", "d", "b", "state", "certain", "box", "size", "target"),
    *(
        "strategy",
        "share",
        "b_low",
        "b_high",
        "level",
        *(f"p_{state}" for state in State),
        "flags",
        "step",
        "step_scores",
        "step_state",
        "strategy_override",
        "strategy_reason",
        "side",
    ),
)


def fixed_counts(rows: Iterable[CodedRow], codes: Sequence[Code]) -> pd.DataFrame:
    """Count the fixed codes («Нет ответа» …): code, code_id, rows, respondents. They carry no state."""
    by_code = rows_by_code(rows)
    lines = []
    for code in codes:
        if code.fixed and (of_code := by_code.get(code.code_id)):
            lines.append((code.name, code.code_id, len(of_code), len({row.respondent for row in of_code})))
    return pd.DataFrame(lines, columns=["code", "code_id", "rows", "respondents"])


def rows_by_code(rows: Iterable[CodedRow]) -> dict[str, list[CodedRow]]:
    """Deal rows out to the codes they carry, in their order: one pass, however many codes there are."""
    dealt: dict[str, list[CodedRow]] = defaultdict(list)
    for row in rows:
        for code_id in row.codes:
            dealt[code_id].append(row)
    return dict(dealt)


def _weights(rows: Sequence[CodedRow], settings: Balance) -> Mapping[str, Fraction]:
    """Weight of a scored row by respondent: 1, or 1/k for a respondent with k scored substantive rows."""
    if settings.weights == "row":
        return defaultdict(lambda: Fraction(1))
    counted = Counter(row.respondent for row in rows if row.score is not None)
    return {respondent: Fraction(1, k) for respondent, k in counted.items()}


def balance_line(
    code: Code,
    rows: Sequence[CodedRow],
    people: Mapping[str, Tally],
    counted: Counted,
    settings: Balance,
    handed_out: int | None,
) -> dict[str, object]:
    """Return one line of `served_balance`: the numbers of the rows that carry a code, and of who scored them."""
    scores = [row.score for row in rows if row.score is not None]
    tally = sum(people.values(), Tally())
    state = state_of(tally, settings)
    likely, found = _posterior(people.values(), settings), estimate_of(people, settings)
    respondents = len({row.respondent for row in rows})
    certain = (
        state is not None
        and likely[state] >= settings.certain.probability
        and len(people) >= settings.certain.respondents
    )
    cards = len({row.card_id for row in rows if row.score is not None})
    step = smallest_step(tally, settings)
    return {
        "code": code.name,
        "code_id": code.code_id,
        "rows": len(rows),
        "n": len(scores),
        "respondents": respondents,
        "e": tally.percent(tally.e),
        "u": tally.percent(tally.u),
        "d": tally.percent(tally.d),
        "b": tally.percent(tally.e - tally.u),
        "state": str(state) if state else "",
        "certain": "yes" if certain else "no",
        "box": box_score(scores, cards, handed_out),
        "size": size_of(respondents, counted.base, settings.size_bounds),
        "target": str(code.target),
        "strategy": "|".join(strategies(code.target, state)),
        "share": 100 * respondents / counted.base,
        "b_low": 100 * found.low if found else float("nan"),
        "b_high": 100 * found.high if found else float("nan"),
        "level": settings.interval,
        **{f"p_{name}": likely.get(name, float("nan")) for name in State},
        "flags": "|".join(_flags(people, tally, state, settings)),
        "step": step.count if step else 0,
        "step_scores": step.scores if step else "",
        "step_state": str(step.state) if step else "",
        "strategy_override": str(code.strategy or ""),
        "strategy_reason": code.strategy_reason,
        "side": _sure_side(people, tally, likely, settings),
    }


def scored_people(rows: Iterable[CodedRow], counted: Counted) -> dict[str, Tally]:
    """Sum what each respondent scored, in the order of their names, so that sums do not depend on that of the rows."""
    people: dict[str, Tally] = defaultdict(Tally)
    for row in sorted(rows, key=lambda row: row.respondent):
        if row.score is not None:
            people[row.respondent] += Tally.of(row.score, counted.weights[row.respondent])
    return people


def _flags(people: Mapping[str, Tally], tally: Tally, state: State | None, settings: Balance) -> list[str]:
    """Name what a reader must know before trusting a state."""
    flags = []
    if len(people) < settings.certain.respondents:
        flags.append("indicative")
    cut = Fraction(settings.polarised) * tally.total
    if tally.total and 100 * tally.e >= cut and 100 * tally.u >= cut:
        flags.append("polarised")
    if state and any(state_of(tally - one, settings) != state for one in set(people.values())):
        flags.append("unstable")
    return flags


def _sure_side(people: Mapping[str, Tally], tally: Tally, likely: Mapping[State, float], settings: Balance) -> str:
    """Tell the side of the state where its states together are likely enough, enough scored, and no single one decides.

    «Very under» and «under» are one side: which of the two it is may stay open.
    """
    state = state_of(tally, settings)
    if state is None or len(people) < settings.certain.respondents:
        return ""
    together = round(sum(part for of, part in likely.items() if of.side == state.side), 9)  # 0.1 + 0.7 is 0.8 as well
    without = (state_of(tally - one, settings) for one in set(people.values()))
    stays = all(other is None or other.side == state.side for other in without)
    return state.side if stays and together >= settings.certain.probability else ""


def estimate_of(people: Mapping[str, Tally], settings: Balance) -> Estimate | None:
    """Estimate B and its interval from what each respondent scored; None when nobody did."""
    if not people:
        return None
    total, e, u, _, squares = np.array([tally.parts for tally in people.values()], dtype=float).T
    return estimate(People(list(people), total, e, u, squares), settings.interval)


def _posterior(people: Iterable[Tally], settings: Balance) -> Mapping[State, float]:
    """Probability of each state.

    A Bayesian bootstrap over respondents (Rubin 1981) with a prior worth one respondent, spread evenly over the score
    classes 5, 4, 3 and 0-2, so that one respondent never gives 100 %. Respondents with the same answers are drawn
    together (a sum of m unit exponentials is one Gamma(m)), so the cost does not grow with their number. The draw is
    seeded with the answers themselves: the same answers give the same figures in any study and under any name.
    """
    patterns: dict[Tally, float] = dict(Counter(people))
    if not patterns:
        return {}
    for score in (5, 4, 3, 2):
        patterns[Tally.of(score)] = patterns.get(Tally.of(score), 0.0) + 0.25
    return _drawn(tuple(sorted((t.total, t.e, t.u, t.d, count) for t, count in patterns.items())), settings)


_Pattern = tuple[Fraction, Fraction, Fraction, Fraction, float]  # total, e, u, d, and how many people


@lru_cache(_REMEMBERED)
def _drawn(
    patterns: tuple[tuple[Fraction, Fraction, Fraction, Fraction, float], ...], settings: Balance
) -> Mapping[State, float]:
    """Draw the states of patterns (total, e, u, d and how many people); few people have the same ones in many waves."""
    ordered = list(patterns)
    parts = np.array([[float(part) for part in line[:4]] for line in ordered])
    shape = np.array([float(line[4]) for line in ordered])
    random = np.random.default_rng(int.from_bytes(sha256(repr(ordered).encode()).digest()[:8]))
    drawn = random.standard_gamma(shape, size=(settings.draws, len(shape))) @ parts
    b, d = 100 * (drawn[:, 1] - drawn[:, 2]) / drawn[:, 0], 100 * drawn[:, 3] / drawn[:, 0]
    return _shares(b, d, settings)


def _shares(b: npt.NDArray[np.float64], d: npt.NDArray[np.float64], settings: Balance) -> dict[State, float]:
    under = b <= settings.under
    very = under & (d >= settings.very_under_dissatisfied)
    over = b >= settings.over
    return {
        State.VERY_UNDER: float(very.mean()),
        State.UNDER: float((under & ~very).mean()),
        State.WELL: float((~under & ~over).mean()),
        State.OVER: float(over.mean()),
    }
