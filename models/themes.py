"""A new wave against the codes people have confirmed: what belongs to none of them, as groups; the rest in none."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.clusters.groups import UNASSIGNED, Groups, Labels, centroids, groups_of, no_groups
from models.clusters.kin import kin_of
from models.confirmed import Confirmed
from models.encoder.space import Vectors
from models.outsiders import outsiders
from models.suggest import Suggester

_SMALLEST, _LIKELY = 2, 0.35  # phrases and chance of a theme that is worth a page; others are asked one by one
_SURE, _FEWEST = 0.55, 5  # chance and respondents from which a theme is told as an alarm: benchmarks/waves.md


def is_alarming(chance: float, people: int) -> bool:
    """Tell whether a theme is worth an alarm: most are not, and cost a page of the review.

    Parameters
    ----------
    chance : float
        From `theme_groups`.
    people : int
        Respondents of its phrases.
    """
    return chance >= _SURE and people >= _FEWEST


def theme_groups(
    vectors: Vectors, keys: Sequence[str], confirmed: Confirmed, seed: int
) -> tuple[Groups, tuple[float, ...]]:
    """Group the new phrases that belong to none of the codes, the same in any order of the phrases.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Centred vectors of n different phrases.
    keys : sequence of n str
        The phrases' keys, all different.
    confirmed : Confirmed
        With at least one phrase; new phrases with the words of one are no theme.

    Returns
    -------
    Groups, tuple of float
        The new themes; all other phrases are unassigned, and there is no map. And how likely the phrases of each theme
        belong to none of the codes, on the mean.
    """
    known = set(confirmed.keys)
    order = np.array(sorted((at for at, key in enumerate(keys) if key not in known), key=lambda at: keys[at]), np.int64)
    new = vectors[order]
    likely = Suggester(confirmed.coded).likelihoods(new)
    found = outsiders(new, [keys[at] for at in order], confirmed.coded, likely, seed)
    themes, chance = np.full(len(keys), UNASSIGNED), np.zeros(len(keys))
    themes[order], chance[order] = found.themes, found.chance
    groups = _as_groups(vectors, _worth_a_page(themes, chance))
    return groups, tuple(float(chance[groups.members(group)].mean()) for group in range(groups.count))


def _worth_a_page(themes: Labels, chance: npt.NDArray[np.float64]) -> Labels:
    """Number the likely themes of several phrases 0, 1, 2 …."""
    inside = themes != UNASSIGNED
    sizes = np.bincount(themes[inside])
    likely = np.bincount(themes[inside], chance[inside]) >= _LIKELY * sizes
    kept = np.flatnonzero((sizes >= _SMALLEST) & likely)
    number = np.full(len(sizes) + 1, UNASSIGNED)
    number[kept] = np.arange(len(kept))
    return number[themes]


def _as_groups(vectors: Vectors, labels: Labels) -> Groups:
    inside = np.flatnonzero(labels != UNASSIGNED)
    if not len(inside):
        return no_groups(len(vectors))
    found = groups_of(labels, np.clip(vectors @ centroids(vectors, labels).T, 0, 1))
    affinity = np.clip(vectors[inside] @ vectors[inside].T, 0, 1)
    return replace(found, kin=kin_of(affinity, found.labels[inside], found.count))
