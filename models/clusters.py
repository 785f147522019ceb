"""The proposal: groups of phrases that people may confirm. No number is ever computed from it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.config import Proposal
from models.encoder import Vectors

UNASSIGNED = -1


@dataclass(frozen=True)
class Groups:
    """Proposed groups over n texts.

    Attributes
    ----------
    labels : int array of shape (n,)
        Group of every text, 0 for the largest group; -1 for unassigned.
    confidence : float array of shape (n,)
        HDBSCAN's membership strength, 0 to 1; 0 for unassigned.
    nearest : int array of shape (n,)
        The group whose centroid is nearest, -1 when there is no group.
    """

    labels: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int64]

    @property
    def count(self) -> int:
        """The number of groups."""
        return int(self.labels.max(initial=UNASSIGNED)) + 1

    def members(self, group: int) -> npt.NDArray[np.int64]:
        """Positions of a group's texts, the surest first."""
        inside = np.flatnonzero(self.labels == group)
        return inside[np.argsort(-self.confidence[inside], kind="stable")]


def propose_groups(vectors: Vectors, settings: Proposal) -> Groups:
    """Group texts by HDBSCAN on a UMAP reduction.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Centred vectors of n distinct texts, in a fixed order (the caller sorts by text key, so that the order of the
        cards does not matter).

    Returns
    -------
    Groups
        With fewer than ``settings.min_phrases`` texts all are unassigned: they are quicker to review one by one.
    """
    n = len(vectors)
    if n < settings.min_phrases:
        return Groups(np.full(n, UNASSIGNED), np.zeros(n), np.full(n, UNASSIGNED))
    from hdbscan import HDBSCAN  # both take seconds to import
    from umap import UMAP

    reduced = UMAP(
        n_neighbors=min(settings.n_neighbors, n - 1),
        n_components=min(settings.n_components, n - 2),
        min_dist=0.0,
        metric="cosine",
        init="random" if n < 3 * settings.n_components else "spectral",
        random_state=settings.seed,
        n_jobs=1,
    ).fit_transform(vectors.astype(np.float32))
    found = HDBSCAN(
        min_cluster_size=min(settings.min_cluster_size, n // 2),
        min_samples=settings.min_samples,
        cluster_selection_method="eom",
        allow_single_cluster=False,
    ).fit(reduced.astype(np.float64))
    labels = _by_size(found.labels_)
    return Groups(labels, np.where(labels >= 0, found.probabilities_, 0.0), _nearest(vectors, labels))


def centroids(vectors: Vectors, labels: npt.NDArray[np.int64]) -> Vectors:
    """Unit centroids of the groups 0, 1, 2 … of shape (groups, d)."""
    count = int(labels.max(initial=UNASSIGNED)) + 1
    sums = np.stack([vectors[labels == group].sum(axis=0) for group in range(count)])
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


def _by_size(found: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Number the groups by size, then by their first member."""
    groups = [group for group in np.unique(found) if group != UNASSIGNED]
    order = sorted(groups, key=lambda group: (-int((found == group).sum()), int(np.argmax(found == group))))
    labels = np.full(len(found), UNASSIGNED, np.int64)
    for number, group in enumerate(order):
        labels[found == group] = number
    return labels


def _nearest(vectors: Vectors, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if labels.max(initial=UNASSIGNED) == UNASSIGNED:
        return np.full(len(labels), UNASSIGNED)
    return np.argmax(vectors @ centroids(vectors, labels).T, axis=1).astype(np.int64)
