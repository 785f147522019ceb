"""First suggestions for single phrases, learned from what people confirmed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.encoder import Vectors

_NAME_WEIGHT = 2.0


@dataclass(frozen=True)
class Suggestion:
    """A code offered for a phrase; `score` is the cosine to the code's centroid, -1 to 1."""

    code_id: str
    score: float


def code_centroids(codes: Sequence[str], names: Vectors, confirmed: Mapping[str, Vectors]) -> Vectors:
    """Return unit centroids of codes, shape (len(codes), d).

    A code's name counts as two confirmed examples: while few phrases are confirmed that lifts the first suggestion.

    Parameters
    ----------
    names : array of shape (len(codes), d)
        Centred vectors of the codes' names.
    confirmed : mapping of code id to array of shape (k, d)
        Centred vectors of the phrases confirmed under each code.
    """
    sums = [
        _NAME_WEIGHT * names[at] + confirmed[code].sum(axis=0) if code in confirmed else names[at]
        for at, code in enumerate(codes)
    ]
    stacked = np.stack(sums)
    return (stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def rank_codes(
    phrase: Vectors, codes: Sequence[str], centres: Vectors, rejected: Collection[str], most: int = 3
) -> list[Suggestion]:
    """Return the most likely codes of one phrase, best first, without those a person has already rejected for it."""
    likeness = centres @ phrase
    order = np.argsort(-likeness, kind="stable")
    allowed = [at for at in order if codes[at] not in rejected]
    return [Suggestion(codes[at], float(likeness[at])) for at in allowed[:most]]
