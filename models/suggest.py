"""First suggestions for phrases, learned from what people confirmed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.encoder.space import Vectors

_NAME_WEIGHT = 2.0
_SHARPNESS = 14.0  # of cosines as votes; measured with the simulated analyst, see benchmarks/clusters.md
_UNKNOWN = 0.15  # the cosine to a code that nobody has named yet: it has a vote too
_OFFERED = 3


@dataclass(frozen=True)
class Suggestion:
    """A code offered for a phrase, and how likely it is, 0 to 1."""

    code_id: str
    likelihood: float


@dataclass(frozen=True)
class Wish:
    """A phrase that needs suggestions.

    Attributes
    ----------
    vector : array of shape (d,)
    rejected : collection of str
        Codes a person has already said no to: they are not offered again.
    before : collection of str
        Codes that the same words were given elsewhere: they are offered first, as certain.
    """

    vector: Vectors
    rejected: Collection[str] = ()
    before: Collection[str] = ()


def suggestions(wishes: Sequence[Wish], codes: Sequence[str], centres: Vectors) -> list[list[Suggestion]]:
    """Rank the likeliest codes of every phrase, at most three beside those its words were given before.

    Parameters
    ----------
    codes : sequence of str
    centres : array of shape (len(codes), d)
        From `code_centroids`, in the order of `codes`.
    """
    if not codes:
        return [[] for _ in wishes]
    out = []
    for wish in wishes:
        votes = np.exp(_SHARPNESS * (centres @ wish.vector))
        likelihood = votes / (votes.sum() + np.exp(_SHARPNESS * _UNKNOWN))
        ranked = [Suggestion(code, 1.0) for code in sorted(wish.before)]
        taken = {*wish.before, *wish.rejected}
        order = (int(at) for at in np.argsort(-likelihood, kind="stable"))
        others = [Suggestion(codes[at], float(likelihood[at])) for at in order if codes[at] not in taken]
        out.append(ranked + others[:_OFFERED])
    return out


def code_centroids(
    codes: Sequence[str],
    names: Vectors,
    confirmed: Mapping[str, Vectors],
    definitions: Mapping[str, Vectors] = MappingProxyType({}),
) -> Vectors:
    """Return unit centroids of codes, shape (len(codes), d).

    A code's name counts as two confirmed examples and its definition as one: while few phrases are confirmed that lifts
    the first suggestion (benchmarks/first_suggestions.md).

    Parameters
    ----------
    names : array of shape (len(codes), d)
        Centred vectors of the codes' names.
    confirmed : mapping of code id to array of shape (k, d)
        Centred vectors of the phrases confirmed under each code.
    definitions : mapping of code id to array of shape (d,)
        Centred vectors of the definitions, of those codes that have one.
    """
    sums = _NAME_WEIGHT * names
    for at, code in enumerate(codes):
        if code in definitions:
            sums[at] += definitions[code]
        if code in confirmed:
            sums[at] += confirmed[code].sum(axis=0)
    return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)
