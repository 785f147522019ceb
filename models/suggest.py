"""The likeliest codes of phrases, learned from the phrases people have coded and from the names of the codes.

Two views are multiplied (a product of experts, Hinton 2002): a logistic head on the vectors, which learns what tells
codes apart, and the nearest centroid, which needs few examples. Figures: benchmarks/suggesting.md.
"""

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.encoder.space import Vectors

Likelihoods = npt.NDArray[np.float64]
_NAME_WEIGHT = (
    3.0  # a code's name counts as so many coded phrases: it lifts the first suggestions most; a definition as one
)
_PENALTY = 10.0  # inverse of the head's, as in scikit-learn
_SHARPNESS = 14.0  # of cosines as votes
_CENTROID = 0.5  # weight of the centroids' votes beside the head's
_UNKNOWN = 0.18  # the cosine to a code that nobody has named yet: it has a vote too
_OFFERED = 3
_FOLDS = 5
_POWERS = np.exp(np.linspace(-1.2, 1.2, 49))
_CAUTION = 5.0  # log likelihood that a power of e must gain: few phrases prove little


@dataclass(frozen=True)
class Coded:
    """What people have coded: n different phrases, and the codes there are.

    Attributes
    ----------
    codes : sequence of str
    names : array of shape (codes, d)
        Centred vectors of the codes' names.
    vectors : array of shape (n, d)
        Centred vectors of the phrases.
    carries : bool array of shape (n, codes)
        Which phrase carries which codes; each carries at least one.
    definitions : array of shape (codes, d), optional
        Centred vectors of the codes' definitions; zeros for a code without one.
    """

    codes: Sequence[str]
    names: Vectors
    vectors: Vectors
    carries: npt.NDArray[np.bool_]
    definitions: Vectors | None = None

    def centroids(self) -> Vectors:
        """Return unit centroids of the codes, each with its name and definition; shape (codes, d)."""
        sums = _NAME_WEIGHT * self.names + self.carries.T.astype(np.float32) @ self.vectors
        if self.definitions is not None:
            sums = sums + self.definitions
        return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)


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


class Suggester:
    """Learns once from what is coded, and suggests codes for as many phrases as wanted."""

    def __init__(self, coded: Coded) -> None:
        self._codes = list(coded.codes)
        self._centroids = coded.centroids()
        self._head = _head(coded) if len(self._codes) > 1 else None

    def likelihoods(self, vectors: Vectors) -> Likelihoods:
        """Return how likely each code is for m phrases that have one of the codes.

        Parameters
        ----------
        vectors : array of shape (m, d)

        Returns
        -------
        array of shape (m, codes)
            Every row sums to 1.
        """
        if self._head is None:
            return np.ones((len(vectors), len(self._codes)))
        weights, offsets = self._head
        return _softmax(_log_softmax(vectors @ weights.T + offsets) + _CENTROID * self._votes(vectors))

    def suggestions(self, wishes: Sequence[Wish]) -> list[list[Suggestion]]:
        """Rank the likeliest codes of every phrase, at most three beside those its words were given before.

        A phrase far from all codes may belong to one that is not there yet: none is likely for it.
        """
        if not self._codes or not wishes:
            return [[] for _ in wishes]
        vectors = np.stack([wish.vector for wish in wishes])
        votes = np.exp(self._votes(vectors)).sum(axis=1, keepdims=True)
        likelihood = self.likelihoods(vectors) * votes / (votes + np.exp(_SHARPNESS * _UNKNOWN))
        return [self._ranked(wish, row) for wish, row in zip(wishes, likelihood, strict=True)]

    def _ranked(self, wish: Wish, likelihood: Likelihoods) -> list[Suggestion]:
        taken = {*wish.before, *wish.rejected}
        order = (int(at) for at in np.argsort(-likelihood, kind="stable"))
        others = [Suggestion(self._codes[at], float(likelihood[at])) for at in order if self._codes[at] not in taken]
        return [Suggestion(code, 1.0) for code in sorted(wish.before)] + others[:_OFFERED]

    def _votes(self, vectors: Vectors) -> Likelihoods:
        return _SHARPNESS * (vectors @ self._centroids.T).astype(np.float64)


def tempered(likely: Likelihoods, power: float) -> Likelihoods:
    """Return likelihoods of shape (m, codes) raised to a power; every row sums to 1."""
    return _softmax(power * np.log(np.maximum(likely, 1e-300)))


def sureness(coded: Coded) -> float:
    """Return the power that likelihoods are to be raised to, so that they are right as often as they say.

    Above 1 the likelihoods are too cautious for these codes, below 1 too bold. It is the temperature (Guo et al. 2017)
    under which coded phrases are likeliest that were left out of what is learned, five parts in turn.
    """
    n, folds = len(coded.vectors), np.arange(len(coded.vectors)) % _FOLDS
    if n < _FOLDS or len(coded.codes) < 2:
        return 1.0
    likely = np.empty((n, len(coded.codes)))
    for fold in range(_FOLDS):
        out = folds == fold
        known = replace(coded, vectors=coded.vectors[~out], carries=coded.carries[~out])
        likely[out] = Suggester(known).likelihoods(coded.vectors[out])
    fits = [_fit(tempered(likely, power), coded.carries) - _CAUTION * np.log(power) ** 2 for power in _POWERS]
    return float(_POWERS[int(np.argmax(fits))])


def _fit(likely: Likelihoods, carries: npt.NDArray[np.bool_]) -> float:
    """Log likelihood of the codes that phrases carry."""
    return float(np.log(np.maximum((likely * carries).sum(axis=1), 1e-9)).sum())


def _head(coded: Coded) -> tuple[Likelihoods, Likelihoods]:
    """Weights (codes, d) and offsets (codes,) of a logistic head; all codes weigh alike, however often they occur.

    A phrase of several codes is shared among them.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    count = len(coded.codes)
    phrase, code = np.nonzero(coded.carries)
    told = coded.names[:0] if coded.definitions is None else coded.definitions
    defined = np.flatnonzero(told.any(axis=1))
    vectors = np.vstack([coded.vectors[phrase], coded.names, told[defined]])
    of = np.concatenate([code, np.arange(count), defined])
    shared = 1 / coded.carries.sum(axis=1)[phrase]
    weight = np.concatenate([shared, np.full(count, _NAME_WEIGHT), np.ones(len(defined))])
    total = np.bincount(of, weight)
    weight *= total.mean() / total[of]
    with (
        warnings.catch_warnings(),
        threadpool_limits(1),
    ):  # the solver's steps are tiny: on a busy machine its threads wait for one another
        # many codes of few phrases each are no regression problem
        warnings.filterwarnings("ignore", "The number of unique classes is greater", UserWarning)
        model = LogisticRegression(C=_PENALTY, max_iter=500).fit(vectors, of, sample_weight=weight)
    if count == 2:  # the head of two codes is one row: for the second, against the first
        return np.vstack([-model.coef_, model.coef_]) / 2, np.concatenate([-model.intercept_, model.intercept_]) / 2
    return model.coef_, model.intercept_


def _log_softmax(scores: Likelihoods) -> Likelihoods:
    shifted = scores - scores.max(axis=1, keepdims=True)
    out: Likelihoods = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return out


def _softmax(scores: Likelihoods) -> Likelihoods:
    return np.exp(_log_softmax(scores))
