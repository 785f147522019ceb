"""What suggestions are measured against, on the same vectors: scores of every code for new phrases."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.encoder.space import Vectors, centred, fit_mean
from models.suggest import Coded, Suggester
from models.suggesting import Learned

Head = Callable[[Coded, Vectors], np.ndarray]
_STEPS = 30  # of the contrastive training: a minute and a half beside other work


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


def contrastive(known: Learned) -> np.ndarray:
    """SetFit's two stages (Tunstall et al. 2022): contrastive fine-tuning on what is coded, then a logistic head.

    The bundled encoder is what is tuned, by the product's own training without distillation; the setfit package is not
    used. Returns scores of shape (different texts, codes).
    """
    from models.encoder.adapter import PURPOSES, wearing
    from models.encoder.bundled import E5_WIDTH, USE_WIDTH, base_encoder, use_encoder
    from models.encoder.training import Recipe, train_adapter

    said, coded = known.column.said, known.coded
    places = sorted(at for at in known.given if at < len(said))
    domain = {
        code: [said[at] for at, carries in zip(places, coded.carries[:, number], strict=True) if carries] + [code]
        for number, code in enumerate(coded.codes)
    }
    encoder = base_encoder([PURPOSES])
    with tempfile.TemporaryDirectory(prefix="rechki-contrastive-") as made:
        train_adapter(encoder, [domain], use_encoder(), Recipe(epochs=_STEPS, rate=5e-4, distillation=0.0), Path(made))
        with wearing(encoder, Path(made)) as tuned:
            own = tuned.encode([*said, *coded.codes], show_progress_bar=False)
    blocks = (USE_WIDTH, E5_WIDTH)
    raw = np.hstack([use_encoder()([*said, *coded.codes]), own]).astype(np.float32)
    space = centred(raw, fit_mean(raw[: len(said)], blocks), blocks)
    tuned_coded = Coded(coded.codes, space[len(said) :], space[places], coded.carries)
    return logistic(names=True)(tuned_coded, space[: len(said)])
