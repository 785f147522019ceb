"""The partition that is expected to agree best with the right one.

With p the likelihoods that two phrases share a code, S their sum over the pairs put together, M the number of these
pairs, T the sum of p over all N pairs and r = T / N, the adjusted Rand index of Hubert & Arabie (1985) is expected to
be about (S - rM) / ((M + T) / 2 - rM) = A. It grows when pairs are put together whose mean likelihood is above
r + A (1/2 - r): the threshold from which a phrase is better off in a group, and two groups are better off as one. It is
never above 1/2, so that answers which all mean the same stay together, of which the index says nothing.
"""

import numpy as np
from scipy import sparse

from models.clusters.consensus import average_link
from models.clusters.groups import Floats, Labels

_BEGIN = 0.75  # mean distance at which the tree is cut whose groups come first; .6 to .8 end alike
_ROUNDS = 6  # of threshold and groups in turn
_SETTLED = 0.005  # a smaller change of the threshold changes nothing any more
_SWEEPS = 20
_GAIN = 1e-9


def best_partition(likely: Floats, finer: float) -> Labels:
    """Return the groups that an average-link tree begins with, improved; the arguments are those of `improved`."""
    return improved(likely, average_link(1 - likely, _BEGIN), finer)


def improved(likely: Floats, begin: Labels, finer: float) -> Labels:
    """Improve groups by moving phrases and joining groups until nothing is gained; numbered from 0.

    Parameters
    ----------
    likely : float array of shape (n, n)
        How likely every two phrases share a code; symmetric.
    begin : int array of shape (n,)
        Groups to begin with, 0, 1, 2 … .
    finer : float
        Added to the threshold: above 0 it gives more and smaller groups.
    """
    labels, before = begin, np.inf
    for _ in range(_ROUNDS):
        threshold = expected_threshold(likely, labels) + finer
        if abs(threshold - before) < _SETTLED:
            break
        labels, before = _bettered(likely, labels, threshold), threshold
    return labels


def expected_threshold(likely: Floats, labels: Labels) -> float:
    """Return the likelihood above which a further pair would raise the expected adjusted Rand index of these groups."""
    n = len(likely)
    pairs = n * (n - 1) / 2
    if not pairs:
        return 0.5
    sizes = np.bincount(labels)
    put = float((sizes * (sizes - 1)).sum()) / 2
    own = float(np.trace(likely))
    to_groups = _members(labels, len(sizes)) @ likely
    shared = (float(to_groups[labels, np.arange(n)].sum(dtype=np.float64)) - own) / 2
    total = (float(likely.sum(dtype=np.float64)) - own) / 2
    base = total / pairs
    room = (put + total) / 2 - base * put
    expected = (shared - base * put) / room if room > _GAIN else 0.0
    return min(base + expected * (0.5 - base), 0.5)


def _bettered(likely: Floats, labels: Labels, threshold: float) -> Labels:
    """Move single phrases and join groups while the sum of (likelihood - threshold) within groups grows."""
    surplus = likely - np.float32(threshold)
    np.fill_diagonal(surplus, 0)
    count = int(labels.max()) + 2  # the last group is empty: a phrase may move there
    labels = labels.copy()
    gains: Floats = _members(labels, count) @ surplus  # groups by phrases
    sizes: Labels = np.bincount(labels, minlength=count)
    for _ in range(_SWEEPS):
        gains, sizes, moved = _moved(surplus, labels, gains, sizes)
        joined = _joined(labels, gains, sizes)
        if not (moved or joined):
            break
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _moved(surplus: Floats, labels: Labels, gains: Floats, sizes: Labels) -> tuple[Floats, Labels, bool]:
    """Move every phrase that gains by it, in their order; `labels` is changed in place."""
    everyone = np.arange(len(labels))
    movers = np.flatnonzero(gains.max(axis=0) > gains[labels, everyone] + _GAIN)
    moved = False
    for at in movers:
        old, new = labels[at], int(gains[:, at].argmax())
        alone = sizes[old] == 1 and sizes[new] == 0
        if new == old or alone or gains[new, at] <= gains[old, at] + _GAIN:
            continue
        gains[old] -= surplus[at]
        gains[new] += surplus[at]
        sizes[old] -= 1
        sizes[new] += 1
        labels[at], moved = new, True
        if sizes.all():
            gains = np.vstack([gains, np.zeros((1, len(labels)), gains.dtype)])
            sizes = np.append(sizes, 0)
    return gains, sizes, moved


def _joined(labels: Labels, gains: Floats, sizes: Labels) -> bool:
    """Join groups that gain most by each other until none gains; everything is changed in place."""
    between = _members(labels, len(sizes)) @ np.ascontiguousarray(gains.T)
    between = (between + between.T) / 2
    np.fill_diagonal(between, 0)
    everyone = np.arange(len(sizes))
    joined = False
    while True:
        best = between.argmax(axis=1)
        kept = np.flatnonzero((best[best] == everyone) & (everyone < best) & (between[everyone, best] > _GAIN))
        if not len(kept):
            return joined
        joined = True
        target = everyone.copy()
        target[best[kept]] = kept
        labels[:] = target[labels]
        for stays, gone in zip(kept, best[kept], strict=True):
            for table in (gains, between, between.T, sizes):
                table[stays] += table[gone]
                table[gone] = 0
        np.fill_diagonal(between, 0)


def _members(labels: Labels, count: int) -> sparse.csr_matrix:
    """Which phrases are in each group, of shape (count, n): most groups are small, so that sums over them are quick."""
    n = len(labels)
    return sparse.csr_matrix((np.ones(n, np.float32), (labels, np.arange(n))), shape=(count, n))
