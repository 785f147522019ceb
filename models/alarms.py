"""What changed in the code frame with the newest wave, beyond what a redrawing of respondents explains.

A code that nobody names any more, a new one, a code whose phrases are about something else than before, and two codes
whose phrases are no longer told apart. Every test holds the codes' totals fixed and asks how often a wave of so many
respondents, drawn from all of them, would show as much: exactly for counts (Fisher 1935), by permutation for vectors.
How many tests can show anything at all depends on the bases; those that cannot are left out of the correction, and the
code is one of which nothing can be told (Tarone 1990). False alarms and power: benchmarks/waves.md.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from models.encoder.space import Vectors

LEVEL = 0.1  # of all alarms of a study together, as the reports' intervals of 90 %
FEWEST = 5  # respondents behind anything that is told; where vectors are compared, in the newest wave and before
_MOST = 200  # respondents of a code in a wave that are compared; of more, so many drawn by their names
DRAWS = 1999
_SHOWN = 3
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class AlarmKind(StrEnum):
    """What an alarm is about."""

    NEW = "new"
    VANISHED = "vanished"
    DRIFTED = "drifted"
    TOGETHER = "together"


@dataclass(frozen=True)
class Said:
    """The confirmed phrases of a study that belong to a wave.

    Attributes
    ----------
    names : sequence of n str
        The phrases' ids.
    people : sequence of n str
        Who said them.
    newest : bool array of shape (n,)
        Whether a phrase is of the newest wave.
    codes : sequence of str
    carries : bool array of shape (n, codes)
        A phrase may carry none of them, where it says nothing: who said it was asked all the same.
    vectors : array of shape (n, d)
        Centred, of length 1; of no width (d = 0) where there are none: then codes are only counted.
    """

    names: Sequence[str]
    people: Sequence[str]
    newest: Flags
    codes: Sequence[str]
    carries: Flags
    vectors: Vectors


@dataclass(frozen=True)
class Examples:
    """Phrases of one code that show an alarm: of the waves before, and of the newest."""

    code: str
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True)
class Alarm:
    """Something that changed.

    Attributes
    ----------
    codes : tuple of str
        One, or the two that grow together.
    p : float
        Corrected for the number of tests of the study, 0 to 1.
    before, now : int
        Respondents with these codes in the waves before, and in the newest.
    apart : tuple of (float, float), optional
        Of two codes: the share of their phrases nearer to the others of their own code than to those of the other one,
        before and now.
    examples : tuple of Examples
        One for each code.
    """

    kind: AlarmKind
    codes: tuple[str, ...]
    p: float
    before: int
    now: int
    examples: tuple[Examples, ...]
    apart: tuple[float, float] | None = None


@dataclass(frozen=True)
class Found:
    """What a comparison of waves gave.

    Attributes
    ----------
    alarms : tuple of Alarm
        The surest first.
    unsure : tuple of str
        Codes of which nothing can be told: too few respondents named them.
    people : tuple of (int, int)
        Respondents of the waves before, and of the newest.
    """

    alarms: tuple[Alarm, ...]
    unsure: tuple[str, ...]
    people: tuple[int, int]


@dataclass(frozen=True)
class _Test:
    """An alarm with its p as it is, and the least p that so few respondents could give."""

    alarm: Alarm
    least: float


def alarms_of(said: Said, level: float = LEVEL) -> Found:
    """Compare the newest wave with all before it.

    Parameters
    ----------
    level : float
        How often a study may have any alarm where nothing changed, at most.
    """
    tests = [test for at in range(len(said.codes)) for test in _of_code(said, at)]
    if _has_vectors(said):
        tests += [_together(said, one, other) for one, other in _pairs(said)]
    kept = _that_can_tell(tests, level)
    alarms = [test.alarm for test in tests if test.least <= level / max(kept, 1) and test.alarm.p * kept <= level]
    alarms.sort(key=lambda alarm: (alarm.p, alarm.kind, alarm.codes))
    told = {code for test in tests if test.least <= level / max(kept, 1) for code in test.alarm.codes}
    used = [code for at, code in enumerate(said.codes) if _is_asked(said, at)]
    corrected = tuple(replace(alarm, p=min(1.0, alarm.p * kept)) for alarm in alarms)
    people = len(_people(said, ~said.newest)), len(_people(said, said.newest))
    return Found(corrected, tuple(code for code in used if code not in told), people)


def _is_asked(said: Said, at: int) -> bool:
    """Whether anything of a code is in question: without vectors only of one that stands on one side of time."""
    now, before = (bool((said.carries[:, at] & (said.newest == wave)).any()) for wave in (True, False))
    return now or before if _has_vectors(said) else now != before


def _that_can_tell(tests: Sequence[_Test], level: float) -> int:
    """Return the least number of tests to correct for: no more of them could be significant at `level` over it."""
    for kept in range(1, len(tests) + 1):
        if sum(test.least <= level / kept for test in tests) <= kept:
            return kept
    return len(tests)


def _of_code(said: Said, at: int) -> list[_Test]:
    """Whether a code is new, has vanished, or drifted."""
    people: dict[bool, set[str]] = {wave: _people(said, said.newest == wave) for wave in (False, True)}
    before, now = (_people(said, (said.newest == wave) & said.carries[:, at]) for wave in (False, True))
    tests: list[_Test] = []
    everybody, carrying = len(people[False]) + len(people[True]), len(before) + len(now)
    if carrying < FEWEST:
        return tests
    for kind, there, gone in ((AlarmKind.VANISHED, False, now), (AlarmKind.NEW, True, before)):
        least = _all_in(carrying, len(people[there]), everybody)
        examples = _examples(said, at, None) if not gone else ()
        tests.append(_Test(_alarm(said, kind, (at,), 1.0 if gone else least, examples), least))
    if _has_vectors(said) and min(len(before), len(now)) >= FEWEST:
        tests.append(_drift(said, at))
    return tests


def _all_in(carrying: int, people: int, everybody: int) -> float:
    """How likely all respondents with a code are among so many of all."""
    if carrying > people or not carrying:
        return 1.0
    return math.comb(people, carrying) / math.comb(everybody, carrying)


def _drift(said: Said, at: int) -> _Test:
    """Whether the distance of a code's two centres is more than that of two redrawn groups of its respondents."""
    units = [_units(said, at, wave) for wave in (False, True)]
    held = np.concatenate(units)
    count = len(units[1])
    seed = _seed(said.codes[at])
    drawn = _draws(len(held), count, seed)
    weights = np.where(drawn, 1 / count, -1 / (len(held) - count))
    distances = ((weights @ (held @ held.T)) * weights).sum(axis=1)
    toward = units[1].mean(axis=0) - units[0].mean(axis=0)
    p, least = _of_draws(distances, len(held), count)
    return _Test(_alarm(said, AlarmKind.DRIFTED, (at,), p, _examples(said, at, toward)), least)


def _together(said: Said, one: int, other: int) -> _Test:
    """Whether two codes are nearer to each other than their respondents, redrawn within each code, would make them."""
    units = {(code, wave): _units(said, code, wave) for code in (one, other) for wave in (False, True)}
    counts = [(len(units[code, False]), len(units[code, True])) for code in (one, other)]
    drawn = [
        _draws(sum(count), count[1], _seed(said.codes[one], said.codes[other], said.codes[code]))
        for code, count in zip((one, other), counts, strict=True)
    ]
    held = [np.concatenate([units[code, False], units[code, True]]) for code in (one, other)]
    closer = _apart(held, [~part for part in drawn]) - _apart(held, drawn)
    p, _ = _of_draws(closer, 2, 1)
    least = max(1 / (1 + DRAWS), math.prod(1 / math.comb(sum(count), count[1]) for count in counts))
    apart = _told_apart(units, one, other, False), _told_apart(units, one, other, True)
    centres = {code: units[code, True].mean(axis=0) for code in (one, other)}
    examples = (
        *_examples(said, one, centres[other] - centres[one]),
        *_examples(said, other, centres[one] - centres[other]),
    )
    return _Test(_alarm(said, AlarmKind.TOGETHER, (one, other), p, examples, apart), least)


def _apart(held: Sequence[Floats], drawn: Sequence[Flags]) -> Floats:
    """Squared distance of two codes' centres in a wave, for every draw, freed of what small groups add to it."""
    within = [_own(part, flags) for part, flags in zip(held, drawn, strict=True)]
    shares = [flags / flags.sum(axis=1, keepdims=True) for flags in drawn]
    across = ((shares[0] @ (held[0] @ held[1].T)) * shares[1]).sum(axis=1)
    out: Floats = within[0] + within[1] - 2 * across
    return out


def _own(held: Floats, drawn: Flags) -> Floats:
    """Mean cosine of every two different respondents of a draw; shape (draws,)."""
    near, flags = held @ held.T, drawn.astype(np.float64)
    counts = flags.sum(axis=1)
    out: Floats = ((flags @ near) * flags).sum(axis=1) - flags @ np.diag(near)
    return out / (counts * (counts - 1))


def _pairs(said: Said) -> list[tuple[int, int]]:
    """Every code with the one nearest to it in all waves together: a choice that does not depend on the waves."""
    some = [at for at in range(len(said.codes)) if all(len(_units(said, at, w)) >= FEWEST for w in (False, True))]
    if len(some) < 2:
        return []
    sums = np.stack([said.vectors[said.carries[:, at]].sum(axis=0) for at in some])
    centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    near = centres @ centres.T
    np.fill_diagonal(near, -np.inf)
    nearest = [some[int(row.argmax())] for row in near]
    return sorted({(min(pair), max(pair)) for pair in zip(some, nearest, strict=True)})


def _told_apart(units: Mapping[tuple[int, bool], Floats], one: int, other: int, wave: bool) -> float:
    """Share of the respondents of two codes in a wave that are nearer to the others of their own code."""
    right = []
    for own, against in ((one, other), (other, one)):
        held, centre = units[own, wave], units[against, wave].mean(axis=0)
        without = (held.sum(axis=0) - held) / (len(held) - 1)
        right.append((held * _unit(without)).sum(axis=1) > held @ _unit(centre))
    return float(np.concatenate(right).mean())


def _units(said: Said, at: int, wave: bool) -> Floats:
    """One vector a respondent: the mean of the code's phrases in the wave or before it; at most `_MOST`."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero((said.newest == wave) & said.carries[:, at]):
        rows[said.people[row]].append(int(row))
    drawn = sorted(rows, key=_place)[:_MOST]
    means = [said.vectors[rows[person]].mean(axis=0) for person in sorted(drawn)]
    return np.array(means, np.float64).reshape(-1, said.vectors.shape[1])


def _draws(count: int, newest: int, seed: int) -> Flags:
    """Who is of the newest wave: as it is, and then `DRAWS` times at random; the units of the newest stand last."""
    order = np.random.default_rng(seed).random((DRAWS, count)).argsort(axis=1)
    return np.vstack([np.arange(count) >= count - newest, order >= count - newest])


def _of_draws(statistic: Floats, count: int, newest: int) -> tuple[float, float]:
    """Return p of the first draw among all, and the least p there could be."""
    p = float(np.count_nonzero(statistic >= statistic[0] - 1e-12) / len(statistic))
    return p, max(1 / len(statistic), 1 / math.comb(count, newest))


def _alarm(
    said: Said,
    kind: AlarmKind,
    codes: tuple[int, ...],
    p: float,
    examples: tuple[Examples, ...],
    apart: tuple[float, float] | None = None,
) -> Alarm:
    carried = said.carries[:, list(codes)].any(axis=1)
    before, now = (len(_people(said, (said.newest == wave) & carried)) for wave in (False, True))
    return Alarm(kind, tuple(said.codes[at] for at in codes), p, before, now, examples, apart)


def _examples(said: Said, at: int, toward: Floats | None) -> tuple[Examples, ...]:
    """Phrases of a code: the farthest along a direction now, and against it before; without one the most central."""
    found = []
    for wave in (False, True):
        rows = np.flatnonzero((said.newest == wave) & said.carries[:, at])
        sign = 1 if wave or toward is None else -1
        direction = said.vectors[rows].sum(axis=0) if toward is None else toward
        order = np.argsort(-sign * (said.vectors[rows] @ direction), kind="stable")
        found.append(tuple(said.names[row] for row in rows[order[:_SHOWN]]))
    return (Examples(said.codes[at], *found),)


def _has_vectors(said: Said) -> bool:
    return said.vectors.shape[1] > 0


def _people(said: Said, rows: Flags) -> set[str]:
    return {said.people[row] for row in np.flatnonzero(rows)}


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _place(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _seed(*codes: str) -> int:
    return int(_place("\0".join(codes))[:8], 16)
