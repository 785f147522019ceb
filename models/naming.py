"""What a group is about: a suggested name, keywords that set it apart, and exemplars. Suggestions only."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from models.clusters import Groups, centroids
from models.encoder import Vectors

_NAME_LENGTH = 60
_KEYWORDS = 5
_EXEMPLARS = 4


@dataclass(frozen=True)
class Portrait:
    """How a group is shown to people.

    `cohesion` is the mean cosine of the members to their centroid.
    """

    name: str
    keywords: tuple[str, ...]
    exemplars: tuple[str, ...]
    cohesion: float


def portraits(texts: Sequence[str], vectors: Vectors, groups: Groups) -> list[Portrait]:
    """Describe every group: named after the member nearest to its centre, in the customer's own words.

    Parameters
    ----------
    texts : sequence of n str
        Masked phrases, in the order of `vectors`.
    """
    if groups.count == 0:
        return []
    centres = centroids(vectors, groups.labels)
    keywords = _keywords(texts, groups.labels, groups.count)
    out = []
    for group in range(groups.count):
        inside = np.flatnonzero(groups.labels == group)
        likeness = vectors[inside] @ centres[group]
        central = [texts[inside[at]] for at in np.argsort(-likeness, kind="stable")[:_EXEMPLARS]]
        out.append(Portrait(_short(central[0]), tuple(keywords[group]), tuple(central), float(likeness.mean())))
    return out


def _keywords(texts: Sequence[str], labels: npt.NDArray[np.int64], count: int) -> list[list[str]]:
    """Class-based TF-IDF on lemmas (one document a group; Grootendorst 2022, BERTopic)."""
    from sklearn.feature_extraction.text import CountVectorizer

    documents = [
        " ".join(lemma for at in np.flatnonzero(labels == group) for lemma in lemmas(texts[at]))
        for group in range(count)
    ]
    if not any(documents):
        return [[] for _ in range(count)]
    counter = CountVectorizer(analyzer=str.split)
    counts = counter.fit_transform(documents).toarray().astype(float)
    words = counter.get_feature_names_out()
    frequency = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weight = frequency * np.log1p(counts.sum() / count / counts.sum(axis=0))
    return [[str(words[at]) for at in np.argsort(-row, kind="stable")[:_KEYWORDS] if row[at] > 0] for row in weight]


def lemmas(text: str) -> list[str]:
    """Dictionary forms of the words that carry meaning: no stop words, no punctuation, no placeholders."""
    return [
        token.lemma_.lower().replace("ё", "е")
        for token in _pipeline()(text)
        if token.is_alpha and not token.is_stop and len(token) > 1 and not token.text.isupper()
    ]


@cache
def _pipeline() -> Any:  # noqa: ANN401  (spaCy's Language, untyped here)
    import spacy

    pipeline = spacy.blank("ru")
    pipeline.add_pipe("lemmatizer", config={"mode": "pymorphy3_lookup"})
    pipeline.initialize()
    return pipeline


def _short(text: str) -> str:
    """Cut a phrase to a name: whole words, no full stop."""
    words = " ".join(text.split()).rstrip(" .!?…,;:")
    if len(words) > _NAME_LENGTH:
        words = words[:_NAME_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
    return words[:1].upper() + words[1:]
