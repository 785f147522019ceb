"""Fit what tells phrases of new purposes (models/outsiders.py): python training/outsiders.py.

Waves are drawn from labelled sets with two codes held back, some with none: the card sets gsr, yoga and garage, the
short answers of benchmarks/data and the development domains of phrases.csv. School and clinic, whose own waves
benchmarks/suggesting.py measures, are left out. Prints the weights, how well sets are told that the weights have not
seen, and what several rules for themes would do with them; the chosen ones stand in models/outsiders.py.
"""

import itertools
import sys
from collections import defaultdict
from collections.abc import Sequence
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
from models.outsiders import Rule, evidence, standardised, themes_of  # noqa: E402
from models.suggesting import Learned, learn  # noqa: E402

DRAWS, FOLDS = 6, 5
GRID = ((-1.8, -1.6, -1.4), (-1.1, -1.05, -1.0), (-0.1,), (0.6, 0.7), (1.0, 2.0))
MOST = 0.12  # of the phrases that have a code may be put into a new theme
SHOWN = 6


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
    waves = list(simulated_waves(DRAWS))
    waves += simulated_waves(1, held=0)
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
    rules = [Rule(*numbers) for numbers in itertools.product(*GRID)]
    tried = [(rule, judged(trials, scores, rule)) for rule in rules]
    tried.sort(key=lambda item: _rank([item[1][kind] for kind in told]))
    for rule, figures in tried[:SHOWN]:
        print(rule, {kind: f"{found:.2f} found, {wrong:.2f} of the others" for kind, (found, wrong) in figures.items()})


def _rank(figures: Sequence[tuple[float, float]]) -> tuple[bool, float]:
    """Rules that put too many others into themes come last; then those that find most come first."""
    return max(wrong for _, wrong in figures) > MOST, -sum(found for found, _ in figures)


def trial_of(wave: Wave, encoder: Remembering) -> Trial:
    """Learn a wave, and say which of its new texts are outside."""
    known = learn(wave.coded, [text for text, _ in wave.new], encoder, default_study("waves"))  # type: ignore[arg-type]
    place = known.column.place[len(wave.coded) :]
    outside = {int(at): not inside for at, inside in zip(place, wave.known, strict=True)}
    signs = standardised(evidence(known.vectors[known.new], known.coded, known.likely[known.new]))
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


def judged(trials: Sequence[Trial], scores: Sequence[np.ndarray], rule: Rule) -> dict[str, tuple[float, float]]:
    """Share of outside and of other rows that a rule puts into new themes; means over the waves of a kind."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for trial, score in zip(trials, scores, strict=True):
        known = trial.known
        keys = [known.column.keys[at] for at in known.new]
        themes = themes_of(known.vectors[known.new], keys, score, default_study("waves").proposal.seed, rule)
        marked = np.zeros(len(known.column.keys) + 1, bool)
        marked[known.new] = themes >= 0
        rows = marked[known.column.place[len(trial.wave.coded) :]]
        inside, saying = trial.wave.known, trial.wave.judged
        kind = trial.wave.kind if (~inside & saying).any() else f"{trial.wave.kind}, nothing new"
        recall = float(rows[~inside & saying].mean()) if (~inside & saying).any() else float("nan")
        found[kind].append((recall, float(rows[inside & saying].mean())))
    return {kind: tuple(np.mean(all_, axis=0).tolist()) for kind, all_ in found.items()}


if __name__ == "__main__":
    main()
