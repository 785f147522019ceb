"""How often density clustering puts two phrases together.

HDBSCAN runs under many settings: neighbourhoods of 6 to 20 phrases, 8 to 20 dimensions, smallest clusters of 3 to 8.
The share of runs in which two phrases share a cluster is the co-association of Fred & Jain (2005), "Combining multiple
clusterings using evidence accumulation". No run alone is stable; their mean hardly moves.
"""

from collections.abc import Iterator
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.clusters.groups import Floats, Labels
from models.encoder.load import Progress

_NEIGHBOURS = (6, 8, 10, 12, 14, 16, 18, 20)
_DIMENSIONS = (8, 14, 20)
_SIZES = (3, 5, 8)
_DENSE = 200  # below this many phrases all eigenvectors are computed: as quick, and never a failure to converge
_TINY = 1e-9
RUNS = len(_NEIGHBOURS)  # steps of progress


def co_association(cosine: Floats, progress: Progress | None = None) -> Floats:
    """Return the share of HDBSCAN runs in which two phrases share a cluster, of shape (n, n)."""
    n = len(cosine)
    runs = list(_clusterings(cosine, progress))
    columns = [_one_hot(labels) for labels in runs]
    together = sparse.hstack(columns).tocsr()
    shared = (together @ together.T).toarray() / len(runs)
    np.fill_diagonal(shared, 1)
    return shared.astype(np.float32) if n else np.zeros((0, 0), np.float32)


def _clusterings(cosine: Floats, progress: Progress | None) -> Iterator[Labels]:
    from hdbscan import HDBSCAN

    n = len(cosine)
    nearest, distances = _neighbours(cosine, max(_NEIGHBOURS))
    sizes = sorted({min(size, max(2, n // 2)) for size in _SIZES})
    for done, neighbours in enumerate(_NEIGHBOURS):
        space = _spectrum(_graph(nearest, distances, min(neighbours, n) - 1), min(max(_DIMENSIONS), n - 1))
        for dimensions in sorted({min(wanted, space.shape[1]) for wanted in _DIMENSIONS}):
            points = _unit(space[:, :dimensions])
            with TemporaryDirectory() as trees:  # the tree is the same for every size, and is what costs
                for size in sizes:
                    found = HDBSCAN(
                        min_cluster_size=size,
                        min_samples=1,
                        cluster_selection_method="leaf",
                        core_dist_n_jobs=1,
                        memory=trees,
                    ).fit(points)
                    yield found.labels_
        if progress:
            progress(done + 1, len(_NEIGHBOURS))


def _neighbours(cosine: Floats, most: int) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Positions and cosine distances of every phrase's nearest others, nearest first."""
    beside = cosine.copy()
    np.fill_diagonal(beside, -2)
    count = min(most, len(cosine)) - 1
    some = np.argpartition(-beside, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(beside, some, axis=1), axis=1, kind="stable")
    nearest = np.take_along_axis(some, order, axis=1)
    return nearest, np.clip(1 - np.take_along_axis(beside, nearest, axis=1), 0, 2).astype(np.float64)


def _graph(nearest: Labels, distances: npt.NDArray[np.float64], neighbours: int) -> sparse.csr_matrix:
    """Return the fuzzy neighbour graph of UMAP (McInnes, Healy & Melville 2018, section 3.1).

    A phrase's nearest neighbour has strength 1; a scale of its own makes its strengths sum to log2 of the neighbours.
    """
    n = len(nearest)
    beyond = distances[:, :neighbours] - distances[:, :1]
    low, high = np.full(n, _TINY), np.full(n, 4.0)
    for _ in range(30):
        scale = (low + high) / 2
        much = np.exp(-beyond / scale[:, None]).sum(axis=1) > np.log2(neighbours + 1)
        low[~much], high[much] = scale[~much], scale[much]
    strength = np.exp(-beyond / np.maximum(high, 1e-3 * float(distances.mean()) + _TINY)[:, None])
    places = np.repeat(np.arange(n), neighbours), nearest[:, :neighbours].ravel()
    one_way = sparse.csr_matrix((strength.ravel(), places), shape=(n, n))
    return one_way + one_way.T - one_way.multiply(one_way.T)


def _spectrum(graph: sparse.csr_matrix, dimensions: int) -> npt.NDArray[np.float64]:
    """Leading eigenvectors of the normalised graph (Ng, Jordan & Weiss 2001), the largest eigenvalue first."""
    n = graph.shape[0]
    root = sparse.diags(1 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).ravel(), _TINY)))
    normal = root @ graph @ root
    if n < _DENSE:
        return np.linalg.eigh(normal.toarray())[1][:, ::-1][:, :dimensions]
    from scipy.sparse.linalg import eigsh

    start = np.full(n, 1 / np.sqrt(n))  # a fixed start: the same phrases always give the same vectors
    values, found = eigsh(normal, k=dimensions, which="LA", v0=start, tol=1e-6)
    return found[:, np.argsort(-values, kind="stable")]


def _one_hot(labels: Labels) -> sparse.csr_matrix:
    inside = np.flatnonzero(labels >= 0)
    ones = np.ones(len(inside), np.float32)
    return sparse.csr_matrix((ones, (inside, labels[inside])), shape=(len(labels), int(labels.max(initial=-1)) + 1))


def _unit(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), _TINY)
