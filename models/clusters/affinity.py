"""How likely two phrases share a code: a logistic model of five similarities, learned from labelled answers.

The similarities are, in the space of the first and of the last of the joined encoders, the cosine and how far the
phrases have the same neighbours, and how often density clustering puts them together (`models.clusters.density`).
The weights are in pairs.json; training/pairs.py makes it and says from what.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from models.clusters.density import co_association
from models.clusters.groups import Floats
from models.encoder.load import Progress
from models.encoder.space import Vectors

WEIGHTS = Path(__file__).with_name("pairs.json")
_NEIGHBOURS = 50  # so that what is shared means the same among 200 phrases and among 5,000
_TINY = 1e-9


def affinities(vectors: Vectors, blocks: Sequence[int], progress: Progress | None = None) -> Floats:
    """Return how likely every two of n phrases share a code, of shape (n, n); symmetric, 1 on the diagonal.

    Takes n² numbers of 4 bytes four times over; the callers keep n at a few thousand.

    Parameters
    ----------
    vectors : array of shape (n, sum(blocks))
        Centred vectors, as `models.encoder.space.centred` joins them.
    blocks : sequence of int
        Widths of the joined encoders' parts.
    """
    weights = _weights()
    evidence = np.full((len(vectors), len(vectors)), weights["intercept"], np.float32)
    for name, similarity in similarities(vectors, blocks, progress):
        evidence += np.float32(weights[name]) * similarity
    likely: Floats = (1 / (1 + np.exp(-(evidence + evidence.T) / 2))).astype(np.float32)
    np.fill_diagonal(likely, 1)
    return likely


def similarities(
    vectors: Vectors, blocks: Sequence[int], progress: Progress | None = None
) -> Iterator[tuple[str, Floats]]:
    """Yield the names and values, of shape (n, n), of what the model looks at; the arguments are those of `affinities`.

    An encoder of one part is its first and its last.
    """
    edges = np.cumsum([0, *blocks])
    for which, part in (("first", 0), ("last", len(blocks) - 1)):
        own = vectors[:, edges[part] : edges[part + 1]]
        cosine = len(blocks) * own @ own.T
        yield f"cosine {which}", cosine
        yield f"neighbours {which}", shared_neighbours(cosine)
    yield "co-association", co_association(np.clip(vectors @ vectors.T, -1, 1), progress)


def shared_neighbours(cosine: Floats) -> Floats:
    """Return how far two phrases have the same neighbours, 0 to 1, of shape (n, n).

    The cosine between the rows of the graph that joins every phrase to its nearest 50 by their squared cosines: two
    phrases are alike that are alike to the same others, whatever they have in common themselves.
    """
    near = np.maximum(cosine, 0) ** 2
    np.fill_diagonal(near, 0)
    if len(near) > _NEIGHBOURS + 1:
        least = np.partition(near, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS]
        near[near < least[:, None]] = 0
    near /= np.maximum(np.linalg.norm(near, axis=1, keepdims=True), _TINY)
    return near @ near.T


@cache
def _weights() -> dict[str, float]:
    return {name: float(weight) for name, weight in json.loads(WEIGHTS.read_text("utf-8"))["weights"].items()}
