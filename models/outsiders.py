"""New phrases that belong to none of the codes: told from the codes and from one another, and put into themes.

A phrase of a new purpose is far from the codes for its kind, it stands nearer to other new phrases than to coded ones,
and so do the phrases around it. What is usual for the new phrases of the same file is the measure: of every file, the
part that stands out most comes into question, and a theme needs several phrases that agree, or one that stands out
clearly. The weights are fitted on labelled sets with codes held back (training/outsiders.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.clusters.consensus import average_link, consensus
from models.clusters.groups import UNASSIGNED, Floats, Labels
from models.clusters.proposal import AT_ONCE
from models.encoder.space import Vectors
from models.suggest import Coded, Likelihoods

FEWEST = 20  # new phrases below which nothing is usual
_BLOCK = 1000
_NEAR, _AROUND = 4, 12
_WEIGHTS = (0.38, 0.15, 0.37, 0.35, 0.15, 0.34)  # of the signs of `evidence`, and the offset: training/outsiders.py
_OFFSET = -1.73
_RESAMPLES = 20


@dataclass(frozen=True)
class Rule:
    """When phrases make a new theme.

    Attributes
    ----------
    in_question, accepted, alone : float
        Log odds above which a phrase comes into question, phrases that agree are a theme, and one alone is.
    grain : float
        Distance (1 minus affinity) up to which phrases agree.
    doubt : float
        Phrases just in question that every theme is taken to hold besides its own: larger themes are surer.
    """

    in_question: float = -1.6
    accepted: float = -1.05
    alone: float = -0.1
    grain: float = 0.6
    doubt: float = 2.0


RULE = Rule()


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


def outsiders(
    new: Vectors, keys: Sequence[str], coded: Coded, likely: Likelihoods, seed: int, rule: Rule = RULE
) -> Outsiders:
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
    score = standardised(evidence(new, coded, likely)) @ np.array(_WEIGHTS) + _OFFSET
    return Outsiders(_chance(score), themes_of(new, keys, score, seed, rule))


def evidence(new: Vectors, coded: Coded, likely: Likelihoods) -> npt.NDArray[np.float64]:
    """Return six signs that a phrase belongs to none of the codes, of shape (m, 6); more of each speaks for it.

    How much nearer it is to its four nearest new phrases than to the nearest code, and than to its four nearest coded
    phrases; the share of new phrases among the nearest of both; the means of the first two over the four nearest new
    phrases; and the entropy of the codes' likelihoods.
    """
    at, cosine = nearest(new, new, _AROUND, itself=False)
    coded_at, coded_cosine = nearest(new, coded.vectors, _AROUND)
    kin = _toward(new, new, at[:, :_NEAR])
    past_code = kin - (new @ coded.centroids().T).max(axis=1)
    past_coded = kin - _toward(new, coded.vectors, coded_at[:, :_NEAR])
    both = np.sort(np.hstack([cosine, coded_cosine]), axis=1)[:, -_AROUND:]
    share = (cosine >= both[:, :1]).sum(axis=1) / both.shape[1] - len(new) / (len(new) + len(coded.vectors))
    weight = np.maximum(cosine[:, :_NEAR], 1e-6) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    around = [(weight * sign[at[:, :_NEAR]]).sum(axis=1) for sign in (past_code, past_coded)]
    entropy = -(likely * np.log(np.maximum(likely, 1e-9))).sum(axis=1)
    return np.stack([past_code, past_coded, share, *around, entropy], axis=1).astype(np.float64)


def standardised(signs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Measure every sign by what is usual: its distance from the median, in robust deviations."""
    low, middle, high = np.percentile(signs, [25, 50, 75], axis=0)
    spread = (high - low) / 1.35 + 0.25 * signs.std(axis=0)
    out: npt.NDArray[np.float64] = (signs - middle) / np.maximum(spread, 1e-9)
    return out


def nearest(vectors: Vectors, among: Vectors, most: int, itself: bool = True) -> tuple[Labels, Floats]:
    """Return positions and cosines of the nearest of `among`, nearest first; shape (vectors, at most `most`).

    Parameters
    ----------
    itself : bool
        False when the two are the same phrases and none is its own neighbour.
    """
    most = min(most, len(among) - (not itself))
    places, cosines = [], []
    for start in range(0, len(vectors), _BLOCK):
        cosine = vectors[start : start + _BLOCK] @ among.T
        if not itself:
            rows = np.arange(len(cosine))
            cosine[rows, start + rows] = -np.inf
        some = np.argpartition(-cosine, most - 1, axis=1)[:, :most]
        order = np.argsort(-np.take_along_axis(cosine, some, axis=1), axis=1, kind="stable")
        places.append(np.take_along_axis(some, order, axis=1))
        cosines.append(np.take_along_axis(cosine, places[-1], axis=1))
    return np.concatenate(places), np.concatenate(cosines)


def _toward(vectors: Vectors, among: Vectors, at: Labels) -> Floats:
    """Cosine of every vector to the direction of some others together."""
    together = among[at].sum(axis=1)
    length = np.maximum(np.linalg.norm(together, axis=1), 1e-9)
    out: Floats = (vectors * together).sum(axis=1) / length
    return out


def themes_of(new: Vectors, keys: Sequence[str], score: npt.NDArray[np.float64], seed: int, rule: Rule) -> Labels:
    """Group the phrases in question, and keep the groups whose phrases speak for a new theme together.

    Parameters
    ----------
    score : array of shape (m,)
        Log odds that a phrase belongs to none of the codes.

    Returns
    -------
    int array of shape (m,)
        0 for the largest theme, -1 for none.
    """
    themes = np.full(len(new), UNASSIGNED)
    asked = np.sort(np.argsort(-score, kind="stable")[:AT_ONCE])
    asked = asked[score[asked] > rule.in_question]
    if not len(asked):
        return themes
    usual = max(float(np.median(nearest(new, new, 1, itself=False)[1])), 0.05)
    affinity = np.clip(new[asked] @ new[asked].T / usual, 0, 1)

    def partition(near: Floats) -> Labels:
        return average_link(1 - near, rule.grain)

    groups = consensus(affinity, [keys[at] for at in asked], partition, _RESAMPLES, seed)
    size = np.bincount(groups)
    together = (np.bincount(groups, score[asked]) + rule.doubt * rule.in_question) / (size + rule.doubt)
    kept = (together[groups] > rule.accepted) | (score[asked] > rule.alone)
    asked, groups = asked[kept], groups[kept]
    size = np.bincount(groups, minlength=len(size))
    first = {int(group): int(at) for at, group in reversed(list(zip(asked, groups, strict=True)))}
    order = sorted(first, key=lambda group: (-int(size[group]), first[group]))
    themes[asked] = [order.index(int(group)) for group in groups]
    return themes


def _chance(score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out: npt.NDArray[np.float64] = 1 / (1 + np.exp(-score))
    return out
