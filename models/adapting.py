"""Does an adapter of a study's own help? Trained on its confirmed phrases, judged on phrases it has not seen."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from models.encoder.space import Vectors
from models.encoder.training import Domain, Progress

FEWEST_PHRASES, FEWEST_CODES, FEWEST_OF_A_CODE = 60, 3, 4
_FOLDS = 3
_SURE = 0.05

Train = Callable[[Domain, Path, Progress | None], None]
Encode = Callable[[Path | None, Sequence[str]], Vectors]


@dataclass(frozen=True)
class Verdict:
    """What the trial of an adapter found.

    Attributes
    ----------
    phrases, codes : int
        Confirmed phrases that were judged, and their codes.
    before, after : float
        Share of phrases whose nearest centroid of the other confirmed phrases is their own code's, with the bundled
        encoder and with an adapter that has not seen the phrase. An adapter that the study has already has seen them
        all: it cannot be judged on them.
    gained, lost : int
        Phrases that are right only after, and only before.
    chance : float
        How likely such a gain would be if the adapter changed nothing (exact one-sided McNemar test).
    """

    phrases: int
    codes: int
    before: float
    after: float
    gained: int
    lost: int
    chance: float

    @property
    def helps(self) -> bool:
        """Whether the gain is beyond noise."""
        return self.after > self.before and self.chance < _SURE


def learnable(confirmed: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return the texts of every code that can be learned from: texts of one code, and codes of several texts.

    Parameters
    ----------
    confirmed : mapping of text to the codes people confirmed for it
    """
    by_code: dict[str, list[str]] = defaultdict(list)
    for text in sorted(confirmed):
        if len(confirmed[text]) == 1:
            by_code[next(iter(confirmed[text]))].append(text)
    return {code: texts for code, texts in sorted(by_code.items()) if len(texts) >= FEWEST_OF_A_CODE}


def too_little(by_code: Domain) -> str:
    """Return what is missing for a trial, in words; empty when nothing is."""
    phrases = sum(len(texts) for texts in by_code.values())
    if phrases >= FEWEST_PHRASES and len(by_code) >= FEWEST_CODES:
        return ""
    return (
        f"{phrases} different phrases are confirmed in {len(by_code)} codes of {FEWEST_OF_A_CODE} phrases or more; "
        f"{FEWEST_PHRASES} phrases in {FEWEST_CODES} codes are needed"
    )


def trial(by_code: Domain, train: Train, encode: Encode, seed: int, progress: Progress | None = None) -> Verdict:
    """Train on two thirds of the phrases and judge the other third, three times over.

    Parameters
    ----------
    train : callable
        Trains an adapter on a domain and saves it in a folder.
    encode : callable
        Texts to centred vectors, with the adapter in a folder or, without one, with the encoder as it is.
    """
    texts = [text for code in by_code for text in by_code[code]]
    labels = np.array([at for at, code in enumerate(by_code) for _ in by_code[code]])
    fold = _folds(labels, seed)
    before = nearest_is_own(encode(None, texts), labels)
    after = np.zeros(len(texts), bool)
    for held in range(_FOLDS):
        kept = {
            code: [text for text, of, at in zip(texts, labels, fold, strict=True) if of == number and at != held]
            for number, code in enumerate(by_code)
        }

        def tick(done: int, whole: int, before: int = held) -> None:
            if progress:
                progress(before * whole + done, _FOLDS * whole)

        with tempfile.TemporaryDirectory(prefix="rechki-adapter-") as folder:
            train(kept, Path(folder), tick)
            right = nearest_is_own(encode(Path(folder), texts), labels)
        after[fold == held] = right[fold == held]
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    chance = binomtest(gained, gained + lost, alternative="greater").pvalue if gained + lost else 1.0
    return Verdict(len(texts), len(by_code), before.mean(), after.mean(), gained, lost, float(chance))


def nearest_is_own(vectors: Vectors, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return, for every text, whether the nearest centroid of the other texts is its own label's (leave-one-out).

    Parameters
    ----------
    vectors : array of shape (n, d)
    labels : int array of shape (n,), 0 to k - 1; a label of one text is never right
    """
    sums = np.zeros((labels.max() + 1, vectors.shape[1]))
    np.add.at(sums, labels, vectors)
    near = vectors @ _unit(sums).T
    rows = np.arange(len(labels))
    near[rows, labels] = (_unit(sums[labels] - vectors) * vectors).sum(axis=1)
    alone = np.bincount(labels)[labels] == 1
    near[rows[alone], labels[alone]] = -np.inf
    right: npt.NDArray[np.bool_] = near.argmax(axis=1) == labels
    return right


def _folds(labels: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.int64]:
    draw = random.Random(seed)  # noqa: S311  (folds of a trial)
    fold = np.zeros(len(labels), np.int64)
    for label in range(labels.max() + 1):
        members = draw.sample(list(np.flatnonzero(labels == label)), int((labels == label).sum()))
        for at, member in enumerate(members):
            fold[member] = (at + label) % _FOLDS
    return fold


def _unit(vectors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    unit: npt.NDArray[Any] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit
