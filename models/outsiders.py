"""New phrases that belong to none of the codes: told from the codes and from one another, and put into themes.

A phrase of a new purpose is far from every code and stands where new phrases are denser than coded ones; so do the
phrases around it, and several codes are as likely for them. What is usual for the new phrases of the same file is the
measure: of every file, the part that stands out most is taken for new. The weights are fitted on labelled sets with
codes held back (training/outsiders.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.clusters.consensus import average_link, consensus
from models.clusters.groups import UNASSIGNED, Floats, Labels
from models.clusters.landmarks import drawn
from models.clusters.proposal import AT_ONCE
from models.encoder.space import Vectors
from models.suggest import Coded, Likelihoods

FEWEST = 20  # new phrases below which nothing is usual
_COMPARED = 8_000  # new and coded phrases that each is compared with; of more a sample, so that time grows with them
_CELLS = 20_000_000  # cosines at a time: 80 MB
_AROUND = 6
_SHARPNESS, _WIDE = 14.0, 4.0  # of cosines to the codes, as in models.suggest, and of those that make a density
_WEIGHTS = (0.66, 0.49, 0.16, 0.28, 0.25)  # of the signs of `evidence`, and the offset: training/outsiders.py
_OFFSET = -1.86
_NEW = -1.06  # log odds above which a phrase goes into a new theme
_GRAIN = 0.7  # distance (1 minus affinity) up to which phrases agree
_RESAMPLES = 20


@dataclass(frozen=True)
class Outsiders:
    """What is told of m new phrases.

    Attributes
    ----------
    chance : float array of shape (m,)
        How likely a phrase belongs to none of the codes.
    themes : int array of shape (m,)
        Number of its new theme, 0 for the largest; -1 for phrases that likely have one of the codes.
    """

    chance: npt.NDArray[np.float64]
    themes: Labels


def outsiders(new: Vectors, keys: Sequence[str], coded: Coded, likely: Likelihoods, seed: int) -> Outsiders:
    """Tell which of m different new phrases belong to none of the codes.

    Parameters
    ----------
    new : array of shape (m, d)
        Phrases whose words nobody has coded yet, in the order of their keys.
    keys : sequence of m str
    coded : Coded
        With at least one phrase.
    likely : array of shape (m, codes)
        From `Suggester.likelihoods`.

    Returns
    -------
    Outsiders
        With fewer than `FEWEST` phrases nothing stands out, and there are no themes.
    """
    m = len(new)
    if m < FEWEST:
        return Outsiders(np.full(m, _chance(np.array(_OFFSET))), np.full(m, UNASSIGNED))
    some = drawn(keys, _COMPARED, seed)
    score = standardised(evidence(new, coded, likely, some)) @ np.array(_WEIGHTS) + _OFFSET
    return Outsiders(_chance(score), themes_of(new, keys, score, some, seed))


def evidence(new: Vectors, coded: Coded, likely: Likelihoods, some: Labels) -> npt.NDArray[np.float64]:
    """Return five signs that a phrase belongs to none of the codes, of shape (m, 5); more of each speaks for it.

    How far it is from all codes' centroids, as the energy of their votes (Liu et al. 2020), and how much denser new
    phrases stand around it than coded ones. Then the means of these, and of the entropy of the codes' likelihoods,
    over its six nearest new phrases, weighted by their squared cosines.

    Parameters
    ----------
    some : int array
        Places of the new phrases that each is compared with.
    """
    energy = -np.log(np.exp(_SHARPNESS * (new @ coded.centroids().T)).sum(axis=1))
    every = -(-len(coded.vectors) // _COMPARED)
    denser = _density(new, new[some], some) - _density(new, coded.vectors[::every])
    entropy = -(likely * np.log(np.maximum(likely, 1e-9))).sum(axis=1)
    signs = np.stack([energy, denser, entropy], axis=1).astype(np.float64)
    at, cosine = nearest(new, new[some], _AROUND, some)
    weight = np.maximum(cosine, 1e-6) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    return np.hstack([signs[:, :2], (weight[:, :, None] * signs[some][at]).sum(axis=1)])


def standardised(signs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Measure every sign by what is usual: its distance from the median, in robust deviations."""
    low, middle, high = np.percentile(signs, [25, 50, 75], axis=0)
    spread = (high - low) / 1.35 + 0.25 * signs.std(axis=0)
    out: npt.NDArray[np.float64] = (signs - middle) / np.maximum(spread, 1e-9)
    return out


def nearest(vectors: Vectors, among: Vectors, most: int, own: Labels) -> tuple[Labels, Floats]:
    """Return places and cosines of the nearest of `among`, nearest first; shape (vectors, at most `most`).

    Parameters
    ----------
    own : int array of shape (among,)
        Places of `among` in `vectors`: no phrase is its own neighbour.
    """
    most = min(most, len(among) - 1)
    places, cosines = [], []
    for cosine in _blocks(vectors, among, own):
        near = np.argpartition(-cosine, most - 1, axis=1)[:, :most]
        order = np.argsort(-np.take_along_axis(cosine, near, axis=1), axis=1, kind="stable")
        places.append(np.take_along_axis(near, order, axis=1))
        cosines.append(np.take_along_axis(cosine, places[-1], axis=1))
    return np.concatenate(places), np.concatenate(cosines)


def _density(vectors: Vectors, among: Vectors, own: Labels | None = None) -> Floats:
    """Log of how densely `among`, itself left out, stand around every vector: the mean of their exponential cosines."""
    sums = [np.exp(_WIDE * cosine).sum(axis=1) for cosine in _blocks(vectors, among, own)]
    others = np.full(len(vectors), len(among))
    if own is not None:
        others[own] -= 1
    out: Floats = np.log(np.concatenate(sums) / others).astype(np.float32)
    return out


def _blocks(vectors: Vectors, among: Vectors, own: Labels | None) -> Iterator[Floats]:
    """Cosines of some vectors at a time to all of `among`; minus infinity to itself, where its own place is known."""
    size = max(1, _CELLS // len(among))
    itself = np.full(len(vectors), -1)
    if own is not None:
        itself[own] = np.arange(len(own))
    for start in range(0, len(vectors), size):
        cosine = vectors[start : start + size] @ among.T
        inside = np.flatnonzero(itself[start : start + size] >= 0)
        cosine[inside, itself[start + inside]] = -np.inf
        yield cosine


def themes_of(new: Vectors, keys: Sequence[str], score: npt.NDArray[np.float64], some: Labels, seed: int) -> Labels:
    """Group the phrases that are taken for new; one that agrees with no other is a theme of its own.

    Parameters
    ----------
    score : array of shape (m,)
        Log odds that a phrase belongs to none of the codes.
    some : int array
        Places of phrases among which a nearest one is looked for, to tell what is near.

    Returns
    -------
    int array of shape (m,)
        0 for the largest theme, -1 for none.
    """
    themes = np.full(len(new), UNASSIGNED)
    asked = np.sort(np.argsort(-score, kind="stable")[:AT_ONCE])
    asked = asked[score[asked] > _NEW]
    if len(asked) < 2:  # nothing to group
        themes[asked] = 0
        return themes
    usual = max(float(np.median(nearest(new, new[some], 1, some)[1])), 0.05)
    affinity = np.clip(new[asked] @ new[asked].T / usual, 0, 1)

    def partition(near: Floats) -> Labels:
        return average_link(1 - near, _GRAIN)

    groups = consensus(affinity, [keys[at] for at in asked], partition, _RESAMPLES, seed)
    size = np.bincount(groups)
    first = {int(group): int(at) for at, group in reversed(list(zip(asked, groups, strict=True)))}
    order = sorted(first, key=lambda group: (-int(size[group]), first[group]))
    themes[asked] = [order.index(int(group)) for group in groups]
    return themes


def _chance(score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out: npt.NDArray[np.float64] = 1 / (1 + np.exp(-score))
    return out
