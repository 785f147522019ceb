"""A column of texts to groups, without a study: what `rechki cluster` computes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.clusters.groups import UNASSIGNED, Floats, Groups, Kin, Labels, groups_of
from models.clusters.proposal import propose_groups
from models.config import Study
from models.embedding import column_of, embedded
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.naming import Portrait, portraits
from models.nonanswers import is_non_answer


@dataclass(frozen=True)
class Clustered:
    """The groups of n texts.

    Attributes
    ----------
    labels, nearest : int arrays of shape (n,)
        Group and nearest group of every text, -1 for unassigned; -1 in both for empty texts and non-answers.
    confidence : float array of shape (n,)
        0 to 1; 0 for empty texts and non-answers.
    sizes : tuple of int
        Texts of every group, duplicates counted.
    portraits : tuple of Portrait
        One for every group.
    nets : tuple of int
        The suggested net of every group.
    shown : tuple of str
        Every text with personal data masked.
    places : float array of shape (n, 2)
        Where every text stands on the map.
    distinct, empty, non_answers : int
        Different texts that were grouped, and texts that were left out.
    """

    labels: Labels
    nearest: Labels
    confidence: Floats
    sizes: tuple[int, ...]
    portraits: tuple[Portrait, ...]
    nets: tuple[int, ...]
    shown: tuple[str, ...]
    places: Floats
    distinct: int
    empty: int
    non_answers: int


def cluster_texts(
    texts: Sequence[str],
    encoder: Encoder,
    settings: Study,
    encoding: Progress | None = None,
    grouping: Progress | None = None,
) -> Clustered:
    """Group texts as a study's proposal would: masked, duplicates as one, non-answers and empty texts left out.

    With fewer distinct texts than ``settings.proposal.min_phrases`` there is nothing to learn from; then texts with the
    same words are a group, and the others are unassigned.
    """
    silent = [is_non_answer(text, settings.phrases.non_answers) for text in texts]
    column = column_of(texts, silent)
    vectors = embedded(column, encoder, encoding)
    times = np.bincount(column.place, minlength=len(column.keys) + 1)
    groups = _groups(vectors, encoder.blocks, column.keys, times, settings, grouping)
    labels = column.spread(groups.labels, UNASSIGNED)
    return Clustered(
        labels=labels,
        nearest=column.spread(groups.nearest, UNASSIGNED),
        confidence=column.spread(groups.confidence, 0),
        sizes=tuple(int((labels == group).sum()) for group in range(groups.count)),
        portraits=tuple(portraits(column.said, vectors, groups)),
        nets=tuple(kin.net for kin in groups.kin),
        shown=column.shown,
        places=column.spread(groups.places, 0),
        distinct=len(column.keys),
        empty=int(column.empty.sum()),
        non_answers=int((np.array(silent, bool) & ~column.empty).sum()),
    )


def _groups(
    vectors: Vectors,
    blocks: Sequence[int],
    keys: Sequence[str],
    times: Labels,
    settings: Study,
    progress: Progress | None,
) -> Groups:
    groups = propose_groups(vectors, blocks, keys, settings.proposal, progress)
    if groups.count or len(keys) >= settings.proposal.min_phrases:
        return groups
    repeated = [at for at in range(len(keys)) if times[at] > 1]
    labels = np.full(len(keys), UNASSIGNED)
    labels[repeated] = np.arange(len(repeated))
    same = groups_of(labels, np.eye(len(keys), dtype=np.float32)[:, repeated])
    return replace(same, kin=tuple(Kin(1.0, (), False, group) for group in range(same.count)))
