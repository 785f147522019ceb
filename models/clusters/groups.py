"""Groups of phrases. A suggestion for people: no number is ever computed from it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.encoder.space import Vectors

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
UNASSIGNED = -1
_SHOWN = 3  # nearest groups kept of every text


@dataclass(frozen=True)
class Kin:
    """How one group stands among the others.

    Attributes
    ----------
    cohesion : float
        Mean affinity of its members to each other, 0 to 1.
    alike : tuple of int
        At most two groups that may be the same as this one, nearest first.
    two : bool
        Whether it looks like two groups.
    net : int
        The suggested net, 0 for the one that holds the first group.
    """

    cohesion: float
    alike: tuple[int, ...]
    two: bool
    net: int


@dataclass(frozen=True)
class Groups:
    """Proposed groups over n texts.

    Attributes
    ----------
    labels : int array of shape (n,)
        Group of every text, 0 for the largest group; -1 for unassigned.
    confidence : float array of shape (n,)
        Mean affinity of a text to its group (unassigned: to the nearest one), 0 to 1; see `models.clusters.affinity`.
    near : int array of shape (n, m)
        The nearest groups of every text, nearest first; a member's first is its own group. m is at most 3, and 0 when
        there is no group.
    distances : float array of shape (n, m)
        1 minus the mean affinity to each of them.
    kin : tuple of Kin
        One for every group.
    places : float array of shape (n, 2)
        Where every text stands on a map, each axis within -1 and 1; all at 0 when there is no group.
    """

    labels: Labels
    confidence: Floats
    near: Labels
    distances: Floats
    kin: tuple[Kin, ...]
    places: Floats

    @property
    def count(self) -> int:
        """The number of groups."""
        return int(self.labels.max(initial=UNASSIGNED)) + 1

    @property
    def nearest(self) -> Labels:
        """The nearest group of every text, -1 when there is no group."""
        return self.near[:, 0] if self.near.shape[1] else np.full(len(self.labels), UNASSIGNED)

    def taken(self, places: Labels) -> "Groups":
        """Return the texts at these places, in this order, with the groups' numbers as they are."""
        return Groups(
            self.labels[places],
            self.confidence[places],
            self.near[places],
            self.distances[places],
            self.kin,
            self.places[places],
        )

    def members(self, group: int) -> Labels:
        """Positions of a group's texts, the surest first."""
        inside = np.flatnonzero(self.labels == group)
        return inside[np.argsort(-self.confidence[inside], kind="stable")]


def groups_of(labels: Labels, means: Floats) -> Groups:
    """Number groups by size and rank the groups near every text.

    Parameters
    ----------
    labels : int array of shape (n,)
        Groups 0, 1, 2 … in any order, -1 for unassigned.
    means : float array of shape (n, groups)
        Mean affinity of every text to every group.
    """
    order = sorted(
        range(means.shape[1]), key=lambda group: (-int((labels == group).sum()), int(np.argmax(labels == group)))
    )
    new = np.empty(len(order) + 1, np.int64)
    new[order], new[-1] = np.arange(len(order)), UNASSIGNED
    labels, means = new[labels], means[:, order]
    ranked = means.copy()
    inside = np.flatnonzero(labels != UNASSIGNED)
    ranked[inside, labels[inside]] = np.inf  # a member's first is its own group
    near = np.argsort(-ranked, axis=1, kind="stable")[:, :_SHOWN]
    shown = np.take_along_axis(means, near, axis=1)
    confidence = shown[:, 0] if near.shape[1] else np.zeros(len(labels), np.float32)
    shares = np.clip(confidence, 0, 1).astype(np.float32)
    distances = (1 - np.clip(shown, 0, 1)).astype(np.float32)
    return Groups(labels, shares, near, distances, (), np.zeros((len(labels), 2), np.float32))


def no_groups(n: int) -> Groups:
    """Return n unassigned texts."""
    return groups_of(np.full(n, UNASSIGNED), np.zeros((n, 0), np.float32))


def mean_affinities(affinity: Floats, labels: Labels) -> Floats:
    """Mean affinity of every text to the members of every group, itself left out; shape (n, groups)."""
    inside = labels[:, None] == np.arange(int(labels.max(initial=UNASSIGNED)) + 1)[None, :]
    total = affinity @ inside.astype(np.float32) - inside * np.diag(affinity)[:, None]
    return (total / np.maximum(inside.sum(axis=0)[None, :] - inside, 1)).astype(np.float32)


def centroids(vectors: Vectors, labels: Labels) -> Vectors:
    """Unit centroids of the groups 0, 1, 2 … of shape (groups, d)."""
    count = int(labels.max(initial=UNASSIGNED)) + 1
    sums = np.stack([vectors[labels == group].sum(axis=0) for group in range(count)])
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
