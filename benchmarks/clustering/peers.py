"""Rechki's proposal and its peers', on the same vectors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.clustering.sets import LabelledSet
from models.clusters.consensus import tree
from models.clusters.groups import centroids
from models.clusters.proposal import propose_groups
from models.config import Proposal


@dataclass(frozen=True)
class Proposed:
    """Labels (-1: unassigned), the nearest group of every text, and a confidence where the method has one."""

    labels: np.ndarray
    nearest: np.ndarray
    confidence: np.ndarray

    @property
    def settled(self) -> np.ndarray:
        """Labels with the unassigned sent to the nearest group."""
        return np.where(self.labels < 0, self.nearest, self.labels)


Method = Callable[[LabelledSet, int], Proposed]


def rechki(data: LabelledSet, seed: int) -> Proposed:
    """The product's own proposal, with its defaults."""
    groups = propose_groups(data.vectors, data.blocks, data.keys, Proposal(seed=seed))
    return Proposed(groups.labels, groups.nearest, groups.confidence)


def bertopic(fewest: int) -> Method:
    """BERTopic (multilingual) with its own defaults and a smallest topic, seeded."""

    def method(data: LabelledSet, seed: int) -> Proposed:
        from bertopic import BERTopic
        from umap import UMAP

        # the reduction BERTopic makes by default, with a seed
        reduction = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
        model = BERTopic(language="multilingual", min_topic_size=fewest, umap_model=reduction)
        topics, strength = model.fit_transform(list(data.texts), data.vectors)
        return _proposed(data, np.array(topics), np.array(strength, float))

    return method


def hdbscan(data: LabelledSet, seed: int) -> Proposed:
    """HDBSCAN on the vectors themselves."""
    from hdbscan import HDBSCAN

    found = HDBSCAN(min_cluster_size=5, min_samples=2).fit(data.vectors.astype(float))
    return _proposed(data, found.labels_, found.probabilities_)


def umap_hdbscan(data: LabelledSet, seed: int) -> Proposed:
    """One UMAP reduction and one HDBSCAN."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduced = UMAP(n_neighbors=15, n_components=10, min_dist=0.0, metric="cosine", random_state=seed)
    found = HDBSCAN(min_cluster_size=5, min_samples=2).fit(reduced.fit_transform(data.vectors).astype(float))
    return _proposed(data, found.labels_, found.probabilities_)


def average_link(data: LabelledSet, seed: int) -> Proposed:
    """An average-link tree of cosines, cut at the true number of codes."""
    from scipy.cluster.hierarchy import fcluster

    found = fcluster(tree(1 - data.vectors @ data.vectors.T), len(data.all_codes), "maxclust") - 1
    return _proposed(data, found, np.ones(len(found)))


def kmeans(data: LabelledSet, seed: int) -> Proposed:
    """KMeans with the true number of codes, ten starts."""
    from sklearn.cluster import KMeans

    found = KMeans(len(data.all_codes), n_init=10, random_state=seed).fit_predict(data.vectors)
    return _proposed(data, found, np.ones(len(found)))


METHODS: dict[str, Method] = {
    "Rechki": rechki,
    "BERTopic (default)": bertopic(10),
    "BERTopic (min 5)": bertopic(5),
    "HDBSCAN": hdbscan,
    "UMAP + HDBSCAN": umap_hdbscan,
    "average link, true k": average_link,
    "KMeans, true k": kmeans,
}


def _proposed(data: LabelledSet, labels: np.ndarray, confidence: np.ndarray) -> Proposed:
    """Send what is unassigned to the nearest centroid."""
    labels = labels.astype(np.int64)
    if labels.max(initial=-1) < 0:
        return Proposed(labels, np.zeros(len(labels), np.int64), confidence)
    nearest = (data.vectors @ centroids(data.vectors, labels).T).argmax(axis=1)
    return Proposed(labels, nearest, confidence)
