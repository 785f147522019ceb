"""How far people who coded the same phrases agree: percent agreement, Cohen's kappa, Krippendorff's alpha.

Everything is computed from what each of them said first. What cannot be computed is None, with the reason: where every
answer is the same there is nothing to agree about, and that is no perfect agreement.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Codes = frozenset[str]
Floats = NDArray[np.float64]
Distances = Callable[[Sequence[Codes]], Floats]
RELIABLE, TENTATIVE = 0.8, 0.667  # Krippendorff, Content Analysis (2004), p. 241
_DRAWS = 1000
_TAIL = 0.025


class Undefined(StrEnum):
    """Why a measure has no value."""

    NOTHING_SHARED = "nothing shared"  # no two people answered about the same phrase
    ALL_EQUAL = "all equal"  # every answer is the same
    NOT_TWO = "not two"  # kappa is of two people, and there are more


@dataclass(frozen=True)
class Unit:
    """What people said first of one phrase, each a set of codes; `blind` are those who were shown no suggestion."""

    respondent: str
    answers: Mapping[str, Codes]
    blind: Collection[str] = ()


@dataclass(frozen=True)
class Measure:
    """A value with its 95 % interval, or the reason why there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: Undefined | None = None


@dataclass(frozen=True)
class Part:
    """Agreement on some of the phrases: how many at least two people answered, share of equal sets, alpha (MASI)."""

    phrases: int
    percent: Measure
    alpha: Measure


@dataclass(frozen=True)
class Pair:
    """Two people: phrases both answered, share of equal sets, and kappa on the `single` where each gave one code."""

    one: str
    other: str
    phrases: int
    equal: float
    single: int
    kappa: Measure


@dataclass(frozen=True)
class OfCode:
    """Agreement on one code, given or not: times anybody gave it, alpha, and kappa where there are two people."""

    code: str
    given: int
    alpha: Measure
    kappa: Measure


@dataclass(frozen=True)
class Agreement:
    """Agreement on all phrases that several people answered, and on two parts of them.

    `shown`: everybody was shown a suggestion; `blind`: at least one was not.
    """

    whole: Part
    shown: Part
    blind: Part
    pairs: tuple[Pair, ...]
    codes: tuple[OfCode, ...]


def agreement(units: Iterable[Unit]) -> Agreement:
    """Measure the agreement of people on phrases; those with one answer or none count for nothing."""
    held = [unit for unit in units if len(unit.answers) > 1]
    resamples = _Resamples(held)
    pairs = _pairs(held)
    given = sorted({code for unit in held for said in unit.answers.values() for code in said})
    return Agreement(
        _part(held, resamples),
        _part([unit for unit in held if not unit.blind], resamples),
        _part([unit for unit in held if unit.blind], resamples),
        pairs,
        tuple(_of_code(code, held, resamples, len(pairs) == 1) for code in given),
    )


def krippendorff(units: Sequence[Unit], distances: Distances) -> Measure:
    """Krippendorff's alpha: 1 − observed / expected disagreement.

    Observed: the mean distance of two answers about the same phrase, each phrase weighted by its answers; expected: the
    mean distance of any two answers. Answers that are missing are left out, and so are phrases with one answer
    (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011).

    The interval comes from 1,000 resamples of the respondents with all their phrases, seeded with the answers
    themselves. Where nobody disagreed these would all say 1: the low end is then taken from the exact bound of a share
    of which no case was seen among so many respondents [ours].

    Parameters
    ----------
    distances : callable
        Distances of sets: `equal_or_not`, or `masi` for answers of several codes.
    """
    return _alpha(units, distances, _Resamples(units))


def equal_or_not(sets: Sequence[Codes]) -> Floats:
    """Nominal distances: 0 for equal sets, else 1; shape (n, n)."""
    return np.array([[float(one != other) for other in sets] for one in sets]).reshape(len(sets), len(sets))


def masi(sets: Sequence[Codes]) -> Floats:
    """MASI distances: 1 − Jaccard · monotonicity; shape (n, n).

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0 where they share nothing
    (R. Passonneau, Measuring Agreement on Set-Valued Items (MASI) for Semantic and Pragmatic Annotation, LREC 2006).
    """
    codes = {code: at for at, code in enumerate(sorted(frozenset[str]().union(*sets)))}
    held = np.zeros((len(sets), len(codes)))
    for at, chosen in enumerate(sets):
        held[at, [codes[code] for code in chosen]] = 1
    size, common = held.sum(axis=1), held @ held.T
    union = size[:, None] + size[None, :] - common
    inside = common == np.minimum(size[:, None], size[None, :])
    monotony = np.select([common == union, inside & (common > 0), common > 0], [1, 2 / 3, 1 / 3], 0.0)
    jaccard = np.divide(common, union, out=np.ones_like(common), where=union > 0)
    return np.asarray(1 - jaccard * monotony)


def cohen(answers: Sequence[tuple[str, str]]) -> Measure:
    """Cohen's kappa of two people who gave one code each: (p_o − p_e) / (1 − p_e).

    p_o is the share of equal answers, p_e the share expected of two people who give the same codes as often without
    looking (J. Cohen, A coefficient of agreement for nominal scales, 1960).
    """
    if not answers:
        return Measure(why=Undefined.NOTHING_SHARED)
    ones, others = zip(*answers, strict=True)
    count = len(answers)
    expected = sum(ones.count(code) * others.count(code) for code in set(ones)) / count**2
    if len({*ones, *others}) == 1:
        return Measure(why=Undefined.ALL_EQUAL)
    return Measure((sum(one == other for one, other in answers) / count - expected) / (1 - expected))


def reading(alpha: float) -> str:
    """How an alpha is read: reliable from .800, tentative from .667, else low (Krippendorff 2004)."""
    return "reliable" if alpha >= RELIABLE else "tentative" if alpha >= TENTATIVE else "low"


class _Resamples:
    """How often each respondent is drawn, resample by resample: the same for every measure of the same answers."""

    def __init__(self, units: Sequence[Unit]) -> None:
        said = sorted((unit.respondent, sorted(sorted(codes) for codes in unit.answers.values())) for unit in units)
        random = np.random.default_rng(int.from_bytes(sha256(repr(said).encode()).digest()[:8]))
        self.place = {name: at for at, name in enumerate(sorted({unit.respondent for unit in units}))}
        count = len(self.place)
        drawn = random.integers(0, max(count, 1), size=(_DRAWS, count)) + count * np.arange(_DRAWS)[:, None]
        self.weights = np.bincount(drawn.ravel(), minlength=_DRAWS * count).reshape(_DRAWS, count).astype(float)


@dataclass(frozen=True)
class _Counts:
    """Answers in numbers, a row a respondent: of each set how many, and `apart`, the disagreement within phrases."""

    values: sparse.csr_array
    apart: Floats
    delta: Floats


def _counts(units: Sequence[Unit], distances: Distances, respondents: Mapping[str, int]) -> _Counts:
    sets = sorted({codes for unit in units for codes in unit.answers.values()}, key=sorted)
    place, delta = {codes: at for at, codes in enumerate(sets)}, distances(sets)
    apart = np.zeros(len(respondents))
    rows, columns = [], []
    for unit in units:
        said = [place[codes] for codes in unit.answers.values()]
        rows += [respondents[unit.respondent]] * len(said)
        columns += said
        between = sum(delta[one, other] for one, other in combinations(said, 2))
        apart[respondents[unit.respondent]] += 2 * between / (len(said) - 1)
    shape = (len(respondents), len(sets))
    return _Counts(sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape), apart, delta)


def _alpha(units: Sequence[Unit], distances: Distances, resamples: _Resamples) -> Measure:
    units = [unit for unit in units if len(unit.answers) > 1]
    if not units:
        return Measure(why=Undefined.NOTHING_SHARED)
    counts = _counts(units, distances, resamples.place)
    observed, expected = _disagreement(counts, np.ones((1, len(resamples.place))))
    if expected[0] == 0:
        return Measure(why=Undefined.ALL_EQUAL)
    value = float(1 - observed[0] / expected[0])
    if not counts.apart.any():
        return Measure(value, max(-1.0, float(1 - _unseen(units) / expected[0])), value)
    observed, expected = _disagreement(counts, resamples.weights)
    defined = expected > 0
    return Measure(value, *_interval(1 - observed[defined] / expected[defined]))


def _percent(units: Sequence[Unit], resamples: _Resamples) -> Measure:
    """Share of pairs of answers about the same phrase that are equal, each phrase weighted by its answers."""
    if not units:
        return Measure(why=Undefined.NOTHING_SHARED)
    counts = _counts(units, equal_or_not, resamples.place)
    value = float(1 - counts.apart.sum() / counts.values.sum())
    if not counts.apart.any():
        return Measure(value, 1 - _unseen(units), value)
    drawn = resamples.weights @ counts.values.sum(axis=1)
    apart = (resamples.weights @ counts.apart)[drawn > 0] / drawn[drawn > 0]
    return Measure(value, *_interval(1 - apart))


def _disagreement(counts: _Counts, weights: Floats) -> tuple[Floats, Floats]:
    """Observed and expected disagreement under weights of the respondents, one of each a row of weights."""
    values = np.asarray(weights @ counts.values)
    total = values.sum(axis=1)
    pairs = ((values @ counts.delta) * values).sum(axis=1)
    some = np.where(total > 1, total, 2.0)  # an empty resample has no pairs, and is undefined
    return weights @ counts.apart / some, pairs / (some * (some - 1))


def _interval(drawn: Floats) -> tuple[float, float]:
    low, high = np.quantile(drawn, [_TAIL, 1 - _TAIL])
    return float(low), float(high)


def _unseen(units: Sequence[Unit]) -> float:
    """Upper bound of a share of which no case was seen (Clopper and Pearson 1934), by respondents."""
    return float(1 - _TAIL ** (1 / len({unit.respondent for unit in units})))


def _part(units: Sequence[Unit], resamples: _Resamples) -> Part:
    return Part(len(units), _percent(units, resamples), _alpha(units, masi, resamples))


def _pairs(units: Sequence[Unit]) -> tuple[Pair, ...]:
    shared: dict[tuple[str, str], list[tuple[Codes, Codes]]] = {}
    for unit in units:
        for one, other in combinations(sorted(unit.answers), 2):
            shared.setdefault((one, other), []).append((unit.answers[one], unit.answers[other]))
    found = []
    for (one, other), said in sorted(shared.items()):
        single = [(min(a), min(b)) for a, b in said if len(a) == len(b) == 1]
        equal = sum(a == b for a, b in said) / len(said)
        found.append(Pair(one, other, len(said), equal, len(single), cohen(single)))
    return tuple(found)


def _of_code(code: str, units: Sequence[Unit], resamples: _Resamples, two: bool) -> OfCode:
    has: list[Unit] = [
        Unit(unit.respondent, {who: said & {code} for who, said in unit.answers.items()}) for unit in units
    ]
    given = sum(bool(said) for unit in has for said in unit.answers.values())
    kappa = Measure(why=Undefined.NOT_TWO if units else Undefined.NOTHING_SHARED)
    if two:
        kappa = cohen([(str(bool(a)), str(bool(b))) for a, b in (_in_order(unit) for unit in has)])
    return OfCode(code, given, _alpha(has, equal_or_not, resamples), kappa)


def _in_order(unit: Unit) -> tuple[Codes, Codes]:
    one, other = (unit.answers[who] for who in sorted(unit.answers))
    return one, other
