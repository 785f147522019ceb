"""Groups of more phrases than can be compared pair by pair.

Some, the landmarks, are compared with each other and grouped. Every other phrase is compared with the landmarks, by the
same model, and so with their groups; a thousand at a time, so that memory grows with the phrases and not with their
pairs. What this costs in quality: benchmarks/landmarks.md.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.clusters.affinity import Compared, compared
from models.clusters.groups import UNASSIGNED, Floats, Labels, mean_affinities
from models.encoder.load import Progress
from models.encoder.space import Vectors

_BLOCK = 1000
_NEAREST = 3  # landmarks among which a phrase stands on the map
_LOOKED_AT = 5  # times the landmarks: phrases among which themes are looked for that the landmarks lack
_NEARER = 1.2  # times as near to each other as to the groups there are: phrases that are a new group
_WORST = 5  # one of so many of these is grouped once more: as many as there are landmarks


@dataclass(frozen=True)
class Landmarks:
    """Phrases that were compared with each other and grouped.

    Attributes
    ----------
    at : int array of shape (n,)
        Their positions among all phrases, growing.
    known : Compared
    groups : int array of shape (n,)
        0, 1, 2 …; -1 for unassigned.
    """

    at: Labels
    known: Compared
    groups: Labels

    @property
    def count(self) -> int:
        """The number of groups."""
        return int(self.groups.max(initial=UNASSIGNED)) + 1

    def means(self) -> Floats:
        """Mean affinity of every landmark to the groups, itself left out; shape (n, groups)."""
        return mean_affinities(self.known.likely, self.groups)

    def compared_with(self, others: Vectors, spots: Floats, progress: Progress | None = None) -> tuple[Floats, Floats]:
        """Return the mean affinity of m other phrases to every group, and their places on the landmarks' map.

        Parameters
        ----------
        others : array of shape (m, d)
        spots : array of shape (n, 2)
            The places of the landmarks.

        Returns
        -------
        arrays of shapes (m, groups) and (m, 2)
        """
        inside = (self.groups[:, None] == np.arange(self.count)[None, :]).astype(np.float32)
        inside /= np.maximum(inside.sum(axis=0), 1)
        means = np.empty((len(others), self.count), np.float32)
        places = np.empty((len(others), 2), np.float32)
        for start in range(0, len(others), _BLOCK):
            block = slice(start, start + _BLOCK)
            likely = self.known.toward(others[block])
            means[block], places[block] = likely @ inside, _among(likely, spots)
            if progress:
                progress(min(start + _BLOCK, len(others)), len(others))
        return means, places


def drawn(keys: Sequence[str], most: int, seed: int) -> Labels:
    """Return the positions of at most `most` phrases, in their order: those whose keys have the smallest hashes.

    A sample that depends on no order; a further phrase takes the place of one at most.
    """
    ranked = range(len(keys)) if len(keys) <= most else sorted(range(len(keys)), key=lambda at: _hash(keys[at], seed))
    return np.array(sorted(ranked[:most]), np.int64)


def looked_at(keys: Sequence[str], most: int, seed: int) -> Labels:
    """Return the positions of the phrases among which `second_chance` looks; the landmarks are among them."""
    return drawn(keys, _LOOKED_AT * most, seed)


def second_chance(first: Landmarks, among: Labels, vectors: Vectors, group: Callable[[Labels], Landmarks]) -> Landmarks:
    """Add the themes that the landmarks lack: of the phrases at `among` those that fit worst are grouped once more.

    A new group stays whose phrases are nearer to each other than to any of the first groups.

    Parameters
    ----------
    among : int array
        Positions of phrases, the landmarks among them.
    vectors : array of shape (all phrases, d)
    group : callable
        Compares and groups the phrases at some positions.
    """
    others = np.setdiff1d(among, first.at)
    if not first.count or not len(others):
        return first
    beside, _ = first.compared_with(vectors[others], np.zeros((len(first.at), 2), np.float32))
    fit = np.concatenate([first.means().max(axis=1), beside.max(axis=1)])
    worst = np.argsort(fit, kind="stable")[: len(among) // _WORST]
    if len(worst) <= _WORST:
        return first
    second = group(np.sort(np.concatenate([first.at, others])[worst]))
    at = np.union1d(first.at, second.at[second.groups != UNASSIGNED])
    known = compared(vectors[at], first.known.blocks)
    groups, new = (_placed(marks, at) for marks in (first, second))
    to_first, to_new = mean_affinities(known.likely, groups), mean_affinities(known.likely, new)
    for number in range(second.count):
        inside = new == number
        if to_new[inside, number].mean() > _NEARER * to_first[inside].max(axis=1).mean():
            groups[inside] = groups.max() + 1
    return Landmarks(at, known, _numbered(groups))


def _placed(marks: Landmarks, at: Labels) -> Labels:
    """Return the groups of the phrases at some positions; -1 for those that are no landmarks."""
    groups = np.full(len(at), UNASSIGNED)
    here = np.isin(marks.at, at)
    groups[np.searchsorted(at, marks.at[here])] = marks.groups[here]
    return groups


def _numbered(groups: Labels) -> Labels:
    """Number the groups 0, 1, 2 … without those that have lost all their phrases but one."""
    sizes = np.bincount(groups[groups != UNASSIGNED])
    new = np.full(len(sizes) + 1, UNASSIGNED)
    new[np.flatnonzero(sizes > 1)] = np.arange((sizes > 1).sum())
    return new[groups]


def _among(likely: Floats, spots: Floats) -> Floats:
    """The middle of the places of the likeliest landmarks, each weighing as it is likely."""
    near = np.argpartition(-likely, _NEAREST - 1, axis=1)[:, :_NEAREST]
    weight = np.take_along_axis(likely, near, axis=1)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    middle: Floats = (weight[:, :, None] * spots[near]).sum(axis=1)
    return middle


def _hash(key: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest()
