"""How groups are related: which may be the same, which may be two, and a coarser level of nets above them."""

import numpy as np
from scipy.cluster.hierarchy import fcluster

from models.clusters.consensus import tree
from models.clusters.groups import Floats, Kin, Labels

_SAME = 0.5  # affinity of two groups, as a share of the cohesion of the looser one, from which they may be one
_TWO = 0.6  # affinity between a group's halves, as a share of that inside them, up to which it may be two
_AT_LEAST = 6  # members of a group that may be two
_MOST_NETS = 5
_FEWEST_NETS = 3
_SHOWN = 2


def kin_of(affinity: Floats, labels: Labels, count: int) -> tuple[Kin, ...]:
    """Compare the groups 0, 1, 2 … with each other.

    Parameters
    ----------
    affinity : float array of shape (n, n)
    labels : int array of shape (n,)
    """
    between = _between(affinity, labels, count)
    cohesion = between.diagonal()
    nets = nets_of(between)
    out = []
    for group in range(count):
        like = between[group] / np.maximum(np.minimum(cohesion, cohesion[group]), 1e-6)
        like[group] = 0
        ranked = np.argsort(-like, kind="stable")[:_SHOWN]
        alike = tuple(int(other) for other in ranked if like[other] >= _SAME)
        inside = np.flatnonzero(labels == group)
        out.append(Kin(float(cohesion[group]), alike, looks_like_two(affinity[np.ix_(inside, inside)]), nets[group]))
    return tuple(out)


def joined(affinity: Floats, labels: Labels, most: int) -> Labels:
    """Join the groups nearest to each other until no more than `most` are left."""
    count = int(labels.max(initial=-1)) + 1
    if count <= most:
        return labels
    coarse = fcluster(tree(1 - _between(affinity, labels, count)), most, "maxclust") - 1
    return np.where(labels < 0, labels, coarse[labels])


def looks_like_two(affinity: Floats) -> bool:
    """Whether the two main branches of a group's tree are far from each other, each being more than a stray or two."""
    n = len(affinity)
    if n < _AT_LEAST:
        return False
    halves = fcluster(tree(1 - affinity), 2, "maxclust") - 1
    if np.bincount(halves, minlength=2).min() < max(2, n // 4):
        return False
    between = _between(affinity, halves.astype(np.int64), 2)
    return bool(between[0, 1] < _TWO * between.diagonal().mean())


def nets_of(between: Floats) -> list[int]:
    """Cut the tree of groups into three to five nets where the step is widest; two groups and fewer are one net each.

    Parameters
    ----------
    between : float array of shape (groups, groups)
        Mean affinities; shares no more than their order with the groups' sizes.
    """
    count = len(between)
    if count <= _FEWEST_NETS:
        return list(range(count))
    joined = tree(1 - between)
    heights = joined[:, 2]
    choices = range(_FEWEST_NETS, min(_MOST_NETS, count - 1) + 1)
    nets = max(choices, key=lambda nets: heights[count - nets] - heights[count - nets - 1])
    found = fcluster(joined, nets, "maxclust")
    numbers = {net: number for number, net in enumerate(dict.fromkeys(found))}
    return [numbers[net] for net in found]


def _between(affinity: Floats, labels: Labels, count: int) -> Floats:
    """Mean affinity of every two groups; on the diagonal that of a group's members to each other."""
    inside = (labels[:, None] == np.arange(count)[None, :]).astype(np.float64)
    sizes = inside.sum(axis=0)
    total = inside.T @ affinity @ inside
    own = total.diagonal() - (inside * np.diag(affinity)[:, None]).sum(axis=0)
    mean = total / np.maximum(np.outer(sizes, sizes), 1)
    np.fill_diagonal(mean, np.where(sizes > 1, own / np.maximum(sizes * (sizes - 1), 1), 1.0))
    return mean
