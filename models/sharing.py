"""What of coded rows may leave the team: no group of fewer than so many respondents, printed or to be computed.

The threshold rule and the guard against differencing are those of official statistics (A. Hundepool et al., Statistical
Disclosure Control, Wiley 2012); the threshold and the way below are ours. What is too small is taken out of the rows
before anything is counted, so that no total, share or hash depends on it. Where a group is printed beside its parts,
every piece of it that could be had by adding and subtracting (an atom: rows with the same parts) must be large enough
as well, or the parts, or the group, are left out.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from math import ceil

from models.balance import SIZES, CodedRow, size_of
from models.codebook import Code


class Total(StrEnum):
    """What may be told of how large groups are beside each other."""

    EXACT = "exact"  # the number of all respondents, and everybody's share of it
    SIZES = "sizes"  # XS to XL alone
    NOTHING = "nothing"


@dataclass(frozen=True)
class Shared:
    """What was taken out of a report that may leave the team: groups of fewer respondents than `least`.

    `streams` are not shown at all, `nets` neither, and of `waves` streams the waves are not.
    """

    least: int
    streams: int
    nets: int
    waves: int
    total: Total


def shareable_rows(rows: Iterable[CodedRow], least: int) -> list[CodedRow]:
    """Leave each row the codes in which at least `least` respondents are like it: scored, or not scored.

    Rows that are left without a code are gone. What is computed from the rows that stay is the same whatever the others
    were.
    """
    rows = list(rows)
    people: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for row in rows:
        for code in row.codes:
            people[code, row.score is None].add(row.respondent)
    kept = (
        replace(row, codes=frozenset(code for code in row.codes if len(people[code, row.score is None]) >= least))
        for row in rows
    )
    return [row for row in kept if row.codes]


def shareable_nets(rows: Sequence[CodedRow], codes: Iterable[Code], by_wave: Collection[str], least: int) -> set[str]:
    """Name the nets that may stand beside their codes, of which those in `by_wave` are shown by wave as well."""
    members: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        if code.net and not code.fixed:
            members[code.net].add(code.code_id)
    return {net for net, own in members.items() if _large_atoms(rows, _codes_among(own, by_wave), least)}


def shareable_total(
    rows: Sequence[CodedRow], codes: Iterable[Code], nets: Collection[str], bounds: Sequence[float], least: int
) -> Total:
    """Return what may be told of sizes where only some `nets` are shown.

    All respondents are the union of everything that is shown, so their number bounds how many people the streams of a
    hidden net share: no more than all groups together exceed it by, and no fewer than these streams alone do. It is
    told where these bounds leave at least `least` numbers of people open for any two streams of a hidden net, and for
    all of them. Sizes are told where the same holds for the numbers of all respondents that they leave possible [ours].

    Parameters
    ----------
    bounds : sequence of float
        Of the sizes, in percent of all respondents.
    """
    net_of = {code.code_id: code.net for code in codes if not code.fixed}
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for code in row.codes & net_of.keys():
            people["stream", code].add(row.respondent)
            people["net", net_of[code]].add(row.respondent)
    counts = {group: len(who) for group, who in people.items() if group[0] == "stream" or group[1] in nets}
    hidden: dict[str, list[int]] = defaultdict(list)
    for (kind, name), count in counts.items():
        if kind == "stream" and net_of[name] and net_of[name] not in nets:
            hidden[net_of[name]].append(count)
    apart = sum(count for (kind, name), count in counts.items() if kind == "net" or net_of[name] not in nets)
    base = len(set[str]().union(*people.values()))
    if _open(hidden, apart, base, base, least):
        return Total.EXACT
    low, high = _possible(counts.values(), base, bounds)
    return Total.SIZES if _open(hidden, apart, low, min(high, apart), least) else Total.NOTHING


def _open(hidden: Mapping[str, Sequence[int]], apart: int, low: int, high: int, least: int) -> bool:
    """Tell whether it stays open how many people the streams of a hidden net share, with `low` to `high` in all.

    `apart` is the number of all respondents if no two of the groups that are shown shared any.
    """
    for streams in hidden.values():
        for some in (*combinations(streams, 2), streams):
            most = min(sum(some) - max(some), apart - low)
            if most - max(sum(some) - high, 0) < least:
                return False
    return True


def _possible(counts: Iterable[int], base: int, bounds: Sequence[float]) -> tuple[int, int]:
    """The fewest and the most respondents in all with which groups of these numbers have the sizes they have."""
    fewest, most = 1, sys.maxsize
    for count in counts:
        size = SIZES.index(size_of(count, base, bounds))
        if size < len(bounds):
            fewest = max(fewest, ceil(100 * count / Fraction(bounds[size])))
        if size and bounds[size - 1]:
            most = min(most, ceil(100 * count / Fraction(bounds[size - 1])) - 1)
    return fewest, most


def shareable_by_wave(rows: Sequence[CodedRow], codes: Iterable[Code], least: int) -> set[str]:
    """Return the ids of the codes whose waves may stand beside the whole."""
    return {code.code_id for code in codes if _large_atoms(rows, _wave_of(code.code_id), least)}


def only(rows: Iterable[CodedRow], codes: Collection[str]) -> list[CodedRow]:
    """Leave each row only some of its codes; rows without any are gone."""
    kept = (replace(row, codes=row.codes & frozenset(codes)) for row in rows)
    return [row for row in kept if row.codes]


def _codes_among(codes: Collection[str], by_wave: Collection[str]) -> Callable[[CodedRow], frozenset[Hashable]]:
    return lambda row: frozenset((code, row.wave if code in by_wave else None) for code in row.codes & set(codes))


def _wave_of(code: str) -> Callable[[CodedRow], frozenset[Hashable]]:
    return lambda row: frozenset([row.wave]) if code in row.codes else frozenset()


def _large_atoms(rows: Iterable[CodedRow], parts: Callable[[CodedRow], Collection[Hashable]], least: int) -> bool:
    """Tell whether every atom has enough respondents.

    An atom of rows: the same parts, all scored or all not. An atom of people: the same parts over all their rows.
    """
    of_rows: dict[Hashable, set[str]] = defaultdict(set)
    of_person: dict[str, set[Hashable]] = defaultdict(set)
    for row in rows:
        if own := frozenset(parts(row)):
            of_rows[own, row.score is None].add(row.respondent)
            of_person[row.respondent] |= own
    of_people: dict[Hashable, set[str]] = defaultdict(set)
    for respondent, held in of_person.items():
        of_people[frozenset(held)].add(respondent)
    return all(len(people) >= least for people in (*of_rows.values(), *of_people.values()))
