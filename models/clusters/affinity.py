"""How likely two phrases share a code: a logistic model of five similarities, learned from labelled answers.

The similarities are, in the space of the first and of the last of the joined encoders, the cosine and how far the
phrases have the same neighbours, and how often density clustering puts them together (`models.clusters.density`).
The weights are in pairs.json; training/pairs.py makes it and says from what.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from models.clusters.density import co_association
from models.clusters.groups import Floats
from models.encoder.load import Progress
from models.encoder.space import Vectors

WEIGHTS = Path(__file__).with_name("pairs.json")
_NEIGHBOURS = 50  # so that what is shared means the same among 200 phrases and among 5,000
_TOGETHER = "co-association"
_TINY = 1e-9


@dataclass(frozen=True)
class Compared:
    """n phrases whose every pair was compared.

    Attributes
    ----------
    vectors : array of shape (n, sum(blocks))
    blocks : sequence of int
    likely : array of shape (n, n)
        How likely every two share a code; symmetric, 1 on the diagonal.
    together : array of shape (n, n)
        How often density clustering puts two together.
    """

    vectors: Vectors
    blocks: Sequence[int]
    likely: Floats
    together: Floats

    def toward(self, others: Vectors) -> Floats:
        """Return how likely m further phrases share a code with each of these, of shape (m, n).

        The model is the same. What needs a clustering is taken from these phrases: a further one is put together with
        others as often as that of them is to which it is likest by all the rest.
        """
        weights = _weights()
        evidence = np.full((len(others), len(self.vectors)), weights["intercept"], np.float32)
        cosines = _cosines(others, self.vectors, self.blocks)
        for (which, cosine), own in zip(cosines, self._neighbours, strict=True):
            shared = (_nearest_only(np.maximum(cosine, 0) ** 2) @ own.T).toarray()
            evidence += np.float32(weights[f"cosine {which}"]) * cosine
            evidence += np.float32(weights[f"neighbours {which}"]) * shared
        evidence += np.float32(weights[_TOGETHER]) * self.together[evidence.argmax(axis=1)]
        return _likelihood(evidence)

    @cached_property
    def _neighbours(self) -> list[sparse.csr_matrix]:
        return [_neighbours(cosine) for _, cosine in _cosines(self.vectors, self.vectors, self.blocks)]


def compared(vectors: Vectors, blocks: Sequence[int], progress: Progress | None = None) -> Compared:
    """Compare every two of n phrases; takes n² numbers of 4 bytes five times over.

    Parameters
    ----------
    vectors : array of shape (n, sum(blocks))
        Centred vectors, as `models.encoder.space.centred` joins them.
    blocks : sequence of int
        Widths of the joined encoders' parts.
    """
    weights = _weights()
    evidence: Floats = np.full((len(vectors), len(vectors)), weights["intercept"], np.float32)
    together = evidence
    for name, similarity in similarities(vectors, blocks, progress):
        evidence += np.float32(weights[name]) * similarity
        together = similarity if name == _TOGETHER else together
    likely = _likelihood(np.float32(0.5) * (evidence + evidence.T))
    np.fill_diagonal(likely, 1)
    return Compared(vectors, blocks, likely, together)


def affinities(vectors: Vectors, blocks: Sequence[int], progress: Progress | None = None) -> Floats:
    """Return how likely every two of n phrases share a code; the arguments are those of `compared`."""
    return compared(vectors, blocks, progress).likely


def similarities(
    vectors: Vectors, blocks: Sequence[int], progress: Progress | None = None
) -> Iterator[tuple[str, Floats]]:
    """Yield the names and values, of shape (n, n), of what the model looks at; the arguments are those of `compared`.

    An encoder of one part is its first and its last.
    """
    for which, cosine in _cosines(vectors, vectors, blocks):
        yield f"cosine {which}", cosine
        yield f"neighbours {which}", shared_neighbours(cosine)
    yield _TOGETHER, co_association(np.clip(vectors @ vectors.T, -1, 1), progress)


def shared_neighbours(cosine: Floats) -> Floats:
    """Return how far two phrases have the same neighbours, 0 to 1, of shape (n, n).

    The cosine between the rows of the graph that joins every phrase to its nearest 50 by their squared cosines: two
    phrases are alike that are alike to the same others, whatever they have in common themselves.
    """
    own = _neighbours(cosine)
    shared: Floats = (own @ own.T).toarray()
    return shared


def _cosines(vectors: Vectors, others: Vectors, blocks: Sequence[int]) -> Iterator[tuple[str, Floats]]:
    edges = np.cumsum([0, *blocks])
    for which, part in (("first", 0), ("last", len(blocks) - 1)):
        own = slice(edges[part], edges[part + 1])
        yield which, len(blocks) * vectors[:, own] @ others[:, own].T


def _neighbours(cosine: Floats) -> sparse.csr_matrix:
    """Rows of the graph of nearest neighbours; no phrase is its own."""
    near = np.maximum(cosine, 0) ** 2
    np.fill_diagonal(near, 0)
    return _nearest_only(near)


def _nearest_only(near: Floats) -> sparse.csr_matrix:
    """Keep the largest values of every row, as many as neighbours count, and give it length 1; `near` is changed."""
    if near.shape[1] > _NEIGHBOURS + 1:
        least = np.partition(near, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS]
        near[near < least[:, None]] = 0
    near /= np.maximum(np.linalg.norm(near, axis=1, keepdims=True), _TINY)
    return sparse.csr_matrix(near)


def _likelihood(evidence: Floats) -> Floats:
    return (1 / (1 + np.exp(-evidence))).astype(np.float32)


@cache
def _weights() -> dict[str, float]:
    return {name: float(weight) for name, weight in json.loads(WEIGHTS.read_text("utf-8"))["weights"].items()}
