"""Fit what tells phrases of new purposes (models/outsiders.py): python training/outsiders.py.

Waves are drawn from labelled sets with one to three codes held back, some with none: the card sets gsr, yoga and
garage, the short answers of benchmarks/data, the answers and stories of training/data/answers and the development
domains of phrases.csv. School and clinic, whose own waves benchmarks/suggesting.py measures, are left out. Prints the
weights, how well sets are told that the weights have not seen, and what several least log odds would find there; those
that are chosen stand in models/outsiders.py.

Tried beside the five signs, on 400 drawn waves, folds of sets as here: the likelihoods of models/clusters/affinity.py
that phrases share a code (to the likeliest code, to the coded and to the new ones, and what share of a phrase's cluster
is coded, under six cuts of average link), the same signs in each of the joined encoders alone, letters and word stems
(TF-IDF) that coded phrases lack, the nearest coded phrases, Mahalanobis distances and their ratio (Ren et al. 2021),
the length, and the means of these over a phrase's neighbours. The mean area under the curve is .774 with the five; with
one more it is .771 to .776, with all 24 of the first kind .771, with all 40 of the others .776. Also tried: deciding
by theme, not by phrase (more phrases are grouped; those are kept whose own odds, their theme's mean or highest ones and
its size are enough): .47 to .50 of the phrases outside are found where .13 of the others are, .49 as it is. And, on 235
waves: a classifier that tells new phrases from coded ones, densities of three more widths, a head a code (one against
the rest), and the distance to each code in that code's own spread: .767 with the five, .766 to .769 with one more, .767
with all.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.waves import Remembering, Wave, simulated_waves  # noqa: E402
from models.config import default_study  # noqa: E402
from models.encoder.load import load_encoder  # noqa: E402
from models.outsiders import evidence, standardised  # noqa: E402
from models.suggesting import Learned, learn  # noqa: E402

DRAWS = {"hard": 24, "stories": 18, "short": 8, "answers": 6, "dev domain": 8}
FOLDS = 6
MOST = 0.13  # of the phrases that have a code, the mean over the kinds of sets, are taken for new
LEAST = (-0.6, -0.7, -0.8, -0.9, -1.0)


@dataclass(frozen=True)
class Trial:
    """A wave's different new texts: their signs, and whether each is outside the codes."""

    wave: Wave
    known: Learned
    signs: np.ndarray
    outside: np.ndarray

    @property
    def set_name(self) -> str:
        """The set the wave was drawn from."""
        return self.wave.name.rsplit(" ", 1)[0]


def main() -> None:
    """Fit and print."""
    waves = [wave for wave in simulated_waves(max(DRAWS.values())) if _number(wave) < DRAWS[wave.kind]]
    waves += simulated_waves(1, held=False)
    encoder = Remembering(load_encoder(default_study("waves").encoder))
    encoder.remember(waves)
    trials = [trial_of(wave, encoder) for wave in waves]
    names = sorted({trial.set_name for trial in trials})
    scores: list[np.ndarray] = [np.zeros(0)] * len(trials)
    for fold in range(FOLDS):
        unseen = set(names[fold::FOLDS])
        weights, offset = fitted([trial for trial in trials if trial.set_name not in unseen])
        for at, trial in enumerate(trials):
            if trial.set_name in unseen:
                scores[at] = trial.signs @ weights + offset
    weights, offset = fitted(trials)
    print("weights", np.round(weights, 2), "offset", round(float(offset), 2))
    told: dict[str, list[float]] = defaultdict(list)
    for trial, score in zip(trials, scores, strict=True):
        if 0 < trial.outside.sum() < len(score):
            told[trial.wave.kind].append(roc_auc_score(trial.outside, score))
    print("area under the curve, unseen sets:", {kind: round(float(np.mean(all_)), 3) for kind, all_ in told.items()})
    for least in (*LEAST, chosen(trials, scores)):
        print(f"least log odds {least:.2f}:", _told(judged(trials, scores, least)))
    print("by set:", _told(judged(trials, scores, least, by_set=True)))


def _told(figures: Mapping[str, tuple[float, float]]) -> str:
    return "; ".join(
        f"{name}: {found:.2f} found, {wrong:.2f} of the others" for name, (found, wrong) in figures.items()
    )


def _number(wave: Wave) -> int:
    return int(wave.name.rsplit(" ", 1)[1])


def chosen(trials: Sequence[Trial], scores: Sequence[np.ndarray]) -> float:
    """Return the least log odds at which no more than `MOST` of the others are taken for new where something is."""
    low, high = -3.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        wrong = [wrong for found, wrong in judged(trials, scores, middle).values() if not np.isnan(found)]
        low, high = (middle, high) if np.mean(wrong) > MOST else (low, middle)
    return high


def trial_of(wave: Wave, encoder: Remembering) -> Trial:
    """Learn a wave, and say which of its new texts are outside."""
    known = learn(wave.coded, [text for text, _ in wave.new], encoder, default_study("waves"))  # type: ignore[arg-type]
    place = known.column.place[len(wave.coded) :]
    outside = {int(at): not inside for at, inside in zip(place, wave.known, strict=True)}
    every = np.arange(len(known.new))
    signs = standardised(evidence(known.vectors[known.new], known.coded, known.likely[known.new], every))
    return Trial(wave, known, signs, np.array([outside[int(at)] for at in known.new]))


def fitted(trials: Sequence[Trial]) -> tuple[np.ndarray, float]:
    """Fit a logistic model in which every kind of sets weighs alike; returns its weights and offset."""
    of_kind: dict[str, int] = defaultdict(int)
    for trial in trials:
        of_kind[trial.wave.kind] += len(trial.outside)
    weight = np.concatenate([np.full(len(t.outside), 1000 / of_kind[t.wave.kind]) for t in trials])
    model = LogisticRegression().fit(
        np.vstack([t.signs for t in trials]), np.concatenate([t.outside for t in trials]), sample_weight=weight
    )
    return model.coef_[0], float(model.intercept_[0])


def judged(
    trials: Sequence[Trial], scores: Sequence[np.ndarray], least: float, by_set: bool = False
) -> dict[str, tuple[float, float]]:
    """Share of outside and of other phrases that are taken for new; means over the waves of a kind, or of a set."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for trial, score in zip(trials, scores, strict=True):
        outside, new = trial.outside, score > least
        name = trial.set_name if by_set else trial.wave.kind
        name = name if outside.any() else f"{name}, nothing new"
        recall = float(new[outside].mean()) if outside.any() else float("nan")
        found[name].append((recall, float(new[~outside].mean())))
    return {name: tuple(np.mean(all_, axis=0).tolist()) for name, all_ in found.items()}


if __name__ == "__main__":
    main()
