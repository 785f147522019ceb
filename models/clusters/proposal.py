"""The proposal: distinct phrases to groups, the same for the same phrases in any order."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from models.clusters.affinity import compared
from models.clusters.consensus import consensus
from models.clusters.density import RUNS
from models.clusters.groups import UNASSIGNED, Floats, Groups, Labels, groups_of, no_groups
from models.clusters.kin import joined, kin_of
from models.clusters.landmarks import Landmarks, drawn, looked_at, second_chance
from models.clusters.layout import places
from models.clusters.partition import best_partition
from models.config import Proposal
from models.encoder.load import Progress
from models.encoder.space import Vectors

AT_ONCE = 5000  # phrases whose every pair is compared: 100 MB a matrix
_SMALLEST = 2
_WORK = 40_000  # phrases times resamples; their trees cost a minute at 5,000 phrases
_FEWEST = 8


def propose_groups(
    vectors: Vectors, blocks: Sequence[int], keys: Sequence[str], settings: Proposal, progress: Progress | None = None
) -> Groups:
    """Group texts by how likely every two share a code, so that resamples agree on the groups.

    Of more than ``settings.landmarks`` texts that many are grouped, and the others join the group they likeliest
    belong to (`models.clusters.landmarks`).

    Parameters
    ----------
    vectors : array of shape (n, d)
        Centred vectors of n distinct texts, in any order.
    blocks : sequence of int
        Widths of the joined encoders' parts; their sum is d.
    keys : sequence of n str
        The texts' keys, all different.

    Returns
    -------
    Groups
        With fewer than ``settings.min_phrases`` texts all are unassigned: they are quicker to read one by one.
    """
    n = len(vectors)
    if n < max(settings.min_phrases, 2 * _SMALLEST):
        return no_groups(n)
    order = np.array(sorted(range(n), key=lambda at: keys[at]))
    in_order = _grouped(vectors[order], blocks, [keys[at] for at in order], settings, progress)
    return in_order.taken(np.argsort(order))


def _grouped(
    vectors: Vectors, blocks: Sequence[int], keys: Sequence[str], settings: Proposal, progress: Progress | None
) -> Groups:
    tell = progress or (lambda done, of: None)

    def group(at: Labels) -> Landmarks:
        known = compared(vectors[at], blocks, lambda done, of: tell(done, RUNS + resamples(at)))
        partition = partial(best_partition, finer=settings.finer)

        def step(done: int, of: int) -> None:
            tell(RUNS + done, RUNS + of)

        some = [keys[int(place)] for place in at]
        found = consensus(known.likely, some, partition, resamples(at), settings.seed, step)
        return Landmarks(at, known, _numbered(found))

    def resamples(at: Labels) -> int:
        return int(np.clip(_WORK // len(at), _FEWEST, settings.resamples))

    marks = group(drawn(keys, settings.landmarks, settings.seed))
    marks = second_chance(marks, looked_at(keys, settings.landmarks, settings.seed), vectors, group)
    marks = replace(marks, groups=joined(marks.known.likely, marks.groups, settings.most_groups))
    labels = np.full(len(keys), UNASSIGNED)
    labels[marks.at] = marks.groups
    means, spots = _of_everyone(marks, places(marks.known.likely, settings.seed), vectors, tell)
    groups = groups_of(*_with_share(labels, means, settings.unassigned))
    return replace(groups, kin=kin_of(marks.known.likely, groups.labels[marks.at], groups.count), places=spots)


def _of_everyone(marks: Landmarks, spots: Floats, vectors: Vectors, progress: Progress) -> tuple[Floats, Floats]:
    """Mean affinities of all phrases to the groups, and their places on the map, from those of the landmarks."""
    rest = np.setdiff1d(np.arange(len(vectors)), marks.at)
    if not len(rest):
        return marks.means(), spots
    others = marks.compared_with(vectors[rest], spots, progress)
    order = np.argsort(np.concatenate([marks.at, rest]))
    means, everywhere = (np.concatenate(both)[order] for both in zip((marks.means(), spots), others, strict=True))
    return means, everywhere


def _numbered(found: Labels) -> Labels:
    """Number the groups of at least two 0, 1, 2 …; the others' texts are unassigned."""
    sizes = np.bincount(found)
    new = np.full(len(sizes), UNASSIGNED)
    new[sizes >= _SMALLEST] = np.arange(int((sizes >= _SMALLEST).sum()))
    return new[found]


def _with_share(labels: Labels, means: Floats, share: float) -> tuple[Labels, Floats]:
    """Leave the least sure share of texts unassigned, and put every other text into its group or the nearest one."""
    n = len(labels)
    if not means.shape[1]:
        return labels, means
    own = np.where(labels == UNASSIGNED, means.argmax(axis=1), labels)
    sure = means[np.arange(n), own]
    out = np.argsort(sure, kind="stable")[: int(share * n)]
    own[out] = UNASSIGNED
    kept = [group for group in range(means.shape[1]) if int((own == group).sum()) >= _SMALLEST]
    if not kept:
        return np.full(n, UNASSIGNED), means[:, :0]
    means = means[:, kept]
    lost = (own != UNASSIGNED) & ~np.isin(own, kept)
    new = np.full(int(own.max()) + 2, UNASSIGNED)
    new[kept] = np.arange(len(kept))
    own = np.where(own == UNASSIGNED, UNASSIGNED, new[own])
    return np.where(lost, means.argmax(axis=1), own), means
