"""Groups that hold when phrases come and go: the best groups of resamples, and the partition most of them agree on.

Monti et al. (2003), "Consensus clustering". The groups of all phrases alone turn over when one phrase is added; the
share of resamples in which two phrases fall into one group does not.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from models.clusters.groups import Floats, Labels
from models.encoder.load import Progress

_KEPT = 0.9  # of the phrases in a resample
_AGREED = 0.5  # of the resamples that hold both phrases


def consensus(
    affinity: Floats,
    keys: Sequence[str],
    partition: Callable[[Floats], Labels],
    resamples: int,
    seed: int,
    progress: Progress | None = None,
) -> Labels:
    """Return groups 0, 1, 2 … of n phrases; a phrase that agrees with no other is a group of one.

    Which phrases a resample leaves out follows from their texts, so that a further phrase leaves the others' draws
    as they were.

    Parameters
    ----------
    affinity : float array of shape (n, n)
    keys : sequence of n str
        Distinct names of the phrases.
    partition : callable
        From the affinities of a resample to its groups 0, 1, 2 … .
    """
    n = len(affinity)
    drawn, groups = np.zeros((n, resamples), np.float32), [sparse.csr_matrix((n, 1), dtype=np.float32)]
    for number in range(resamples):
        kept = np.flatnonzero([_draw(key, number, seed) < _KEPT for key in keys])
        drawn[kept, number] = 1
        if len(kept) > 1:
            labels = partition(affinity[np.ix_(kept, kept)])
            groups.append(sparse.csr_matrix((np.ones(len(kept), np.float32), (kept, labels)), (n, len(kept))))
        if progress:
            progress(number + 1, resamples)
    inside = sparse.hstack(groups).tocsr()
    shared, both = (inside @ inside.T).toarray(), drawn @ drawn.T
    return average_link(1 - shared / np.maximum(both, 1), _AGREED)


def average_link(distance: Floats, cut: float) -> Labels:
    """Return the groups of an average-link tree cut at a mean distance, numbered from 0."""
    return (fcluster(tree(distance), cut, "distance") - 1).astype(np.int64)


def tree(distance: Floats) -> npt.NDArray[np.float64]:
    """Return the average-link tree of a square distance matrix, as scipy writes it."""
    distance = np.maximum((distance + distance.T) / 2, 0)
    np.fill_diagonal(distance, 0)
    return linkage(squareform(distance, checks=False), "average")


def _draw(key: str, number: int, seed: int) -> float:
    """Return a number in [0, 1) that depends on the phrase, the resample and the seed alone."""
    digest = hashlib.blake2b(f"{seed}\0{number}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
