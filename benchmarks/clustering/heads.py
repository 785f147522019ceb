"""What suggestions are measured against, on the same vectors: scores of every code for new phrases."""

from collections.abc import Callable

import numpy as np

from models.encoder.space import Vectors
from models.suggest import Coded, Suggester

Head = Callable[[Coded, Vectors], np.ndarray]


def rechki(coded: Coded, vectors: Vectors) -> np.ndarray:
    """The product's own suggester."""
    return Suggester(coded).likelihoods(vectors)


def nearest_centroid(names: float) -> Head:
    """The cosine to the centroids of what is coded; a code's name counts as so many phrases."""

    def head(coded: Coded, vectors: Vectors) -> np.ndarray:
        sums = coded.carries.T.astype(np.float32) @ coded.vectors + names * coded.names
        return vectors @ (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).T

    return head


def logistic(names: bool) -> Head:
    """scikit-learn's logistic regression with C = 10 (its default of 1 is far worse here); names as phrases or not."""

    def head(coded: Coded, vectors: Vectors) -> np.ndarray:
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        phrase, of = np.nonzero(coded.carries)
        known = coded.vectors[phrase]
        if names:
            known, of = np.vstack([known, coded.names]), np.concatenate([of, np.arange(len(coded.codes))])
        scores = np.zeros((len(vectors), len(coded.codes)))
        if len(set(of.tolist())) < 2:
            return scores
        with threadpool_limits(1):
            model = LogisticRegression(C=10, max_iter=500).fit(known, of)
        scores[:, model.classes_] = model.predict_proba(vectors)
        return scores

    return head


HEADS: dict[str, Head] = {
    "Rechki": rechki,
    "nearest centroid": nearest_centroid(0),
    "nearest centroid, names": nearest_centroid(2),
    "logistic head": logistic(names=False),
    "logistic head, names": logistic(names=True),
}
