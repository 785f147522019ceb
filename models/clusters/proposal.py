"""The proposal: distinct phrases to groups, the same for the same phrases in any order."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from models.clusters.affinity import affinities
from models.clusters.consensus import consensus
from models.clusters.density import RUNS
from models.clusters.groups import UNASSIGNED, Floats, Groups, Labels, centroids, groups_of, no_groups
from models.clusters.kin import joined, kin_of
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

    Of more than `AT_ONCE` texts a part, chosen by their keys, is grouped, and the others join the group whose centroid
    is nearest.

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
    part = np.arange(0, len(vectors), -(-len(vectors) // AT_ONCE))
    resamples = int(np.clip(_WORK // len(part), _FEWEST, settings.resamples))
    tell = progress or (lambda done, of: None)
    affinity = affinities(vectors[part], blocks, lambda done, of: tell(done, of + resamples))
    some = [keys[int(at)] for at in part]
    found = consensus(
        affinity,
        some,
        partial(best_partition, finer=settings.finer),
        resamples,
        settings.seed,
        lambda done, of: tell(RUNS + done, RUNS + of),
    )
    found = joined(affinity, _numbered(found), settings.most_groups)
    means = mean_affinities(affinity, found)
    labels = found
    if len(part) < len(vectors):
        means = _by_centroid(vectors, part, found, means)
        labels = np.full(len(vectors), UNASSIGNED)
        labels[part] = found
    groups = groups_of(*_with_share(labels, means, settings.unassigned))
    spots = places(affinity, settings.seed)
    if len(part) < len(vectors):
        spots = spots[_nearest_in(vectors, vectors[part])]
    return replace(groups, kin=kin_of(affinity, groups.labels[part], groups.count), places=spots)


def mean_affinities(affinity: Floats, labels: Labels) -> Floats:
    """Mean affinity of every text to the members of every group, itself left out; shape (n, groups)."""
    inside = labels[:, None] == np.arange(int(labels.max(initial=UNASSIGNED)) + 1)[None, :]
    total = affinity @ inside.astype(np.float32) - inside * np.diag(affinity)[:, None]
    return (total / np.maximum(inside.sum(axis=0)[None, :] - inside, 1)).astype(np.float32)


def _by_centroid(vectors: Vectors, part: Labels, found: Labels, means: Floats) -> Floats:
    """Mean affinities of all texts, those outside `part` from the cosine to the centroids.

    The cosines are scaled so that the part's own cosines have the mean of its affinities.
    """
    if not means.shape[1]:
        return np.zeros((len(vectors), 0), np.float32)
    cosine = np.maximum(vectors @ centroids(vectors[part], found).T, 0)
    inside = np.flatnonzero(found != UNASSIGNED)
    own, like = means[inside, found[inside]], cosine[part[inside], found[inside]]
    out = np.clip(cosine * float(own.mean() / max(float(like.mean()), 1e-6)), 0, 1).astype(np.float32)
    out[part] = means
    return out


def _nearest_in(vectors: Vectors, part: Vectors) -> Labels:
    """Position in `part` of every text's nearest one, a thousand texts at a time."""
    return np.concatenate([(vectors[at : at + 1000] @ part.T).argmax(axis=1) for at in range(0, len(vectors), 1000)])


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
