"""Train the weights of models/cuts: python training/cuts.py [--out models/cuts/weights.json]. A minute on one core.

Negatives are the possible cuts inside whole phrases of training/data/phrases.csv, each of one purpose by its label. Two
phrases of one label joined are negatives too; positives are two phrases of different labels of a domain, joined the way
people join them. Only the training domains of
splits.csv are read; the development domains give the share of whole phrases that would be cut.
"""

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from models.cuts.features import features
from models.cuts.places import Cut, cuts
from models.words import tag

DATA = Path(__file__).parent / "data"
SEED, ROUNDS, SAME, LONGEST = 0, 3, 0.4, 9
SIGNS = ["; ", "\n", ". ", ". ", ".\n"]
MOREOVER = [" и ещё ", ", а ещё ", ", плюс ", " и заодно ", " плюс ", " а также ", ", и ещё ", ", заодно ", " + "]
BEFORE_SO_THAT = [" и ", " и ", ", и ", " но "]
BEFORE_INFINITIVE = [
    *[" и "] * 6,
    ", и ",
    " и чтобы ",
    " и чтоб ",
    " и наконец ",
    " и хочу ",
    " и хотелось ",
    " и надо ",
    " и потом ",
]
BEFORE_CLAUSE = [*[" и "] * 6, *[", и "] * 3, ", а ", ", а ", ", но ", " и чтобы "]
BEFORE_OTHERS = [*[" и "] * 7, ", и ", " но ", " и чтоб ", " и нужен "]


def phrases(split: str) -> dict[str, list[tuple[str, str]]]:
    """Return (label, phrase) pairs by domain."""
    with (DATA / "splits.csv").open(encoding="utf-8-sig", newline="") as lines:
        wanted = {row["domain"] for row in csv.DictReader(lines) if row["split"] == split}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (DATA / "phrases.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["domain"] in wanted:
                found[row["domain"]].append((row["label"], row["phrase"]))
    return found


def joint(draw: random.Random, right: str) -> str:
    """Draw how a person would join `right` to what stands before it."""
    words = [word.strip(",.") for word in right.split()]
    chance = draw.random()
    if chance < 0.08:
        return draw.choice(SIGNS)
    if chance < 0.20:
        return draw.choice(MOREOVER)
    if words[0].lower() in ("чтобы", "чтоб"):
        return draw.choice(BEFORE_SO_THAT)
    if tag(words[0]).POS == "INFN":
        return draw.choice(BEFORE_INFINITIVE)
    if any(tag(word).POS in ("VERB", "PRED") for word in words[:4]):
        return draw.choice(BEFORE_CLAUSE)
    return draw.choice(BEFORE_OTHERS)


def joint_of_one(draw: random.Random) -> str:
    """Draw how a person goes on about the same purpose: mostly with a comma or a new sentence."""
    return draw.choice([*[", "] * 8, *[". "] * 6, ", и ", ", и ", " и ", " и ", ", а ", ", но ", ", потому что "])


def examples(by_domain: dict[str, list[tuple[str, str]]]) -> Iterator[tuple[Cut, int, float]]:
    """Yield cuts with their class and weight; the inner cuts of a joined pair are negatives too, of less weight."""
    draw = random.Random(SEED)  # noqa: S311  (no secret)
    for _, pairs in sorted(by_domain.items()):
        for _, phrase in pairs:
            yield from ((cut, 0, 1.0) for cut in cuts(phrase))
        short = [pair for pair in pairs if len(pair[1].split()) <= LONGEST]
        for _ in range(ROUNDS * len(pairs)):
            (one, first), (other, second) = draw.choice(short), draw.choice(short)
            same = draw.random() < SAME
            if same:
                other, second = draw.choice([pair for pair in short if pair[0] == one])
            first, second = first.rstrip(" .!?…)😄🙏💪✨"), second.strip()
            if (one == other) != same or first == second or not first or not second:
                continue
            link = joint_of_one(draw) if same else joint(draw, second)
            if not set(link) & set(".\n"):
                second = second[0].lower() + second[1:]
            for cut in cuts(first + link + second):
                between = cut.end <= len(first) <= cut.start
                yield cut, int(between and not same), 1.0 if between else 0.3


def main() -> None:
    """Train, say how often whole phrases of the development domains would be cut, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("models/cuts/weights.json"))
    options = parser.parse_args()
    made = list(examples(phrases("train")))
    vectorizer = DictVectorizer(sparse=True)
    matrix = vectorizer.fit_transform([features(cut) for cut, _, _ in made])
    classes = np.array([kind for _, kind, _ in made])
    model = LogisticRegression(C=0.3, max_iter=5000)
    model.fit(matrix, classes, sample_weight=[weight for _, _, weight in made])
    print(f"{len(made)} cuts, {classes.mean():.2f} of them true; {matrix.shape[1]} features")
    whole = [phrase for pairs in phrases("dev").values() for _, phrase in pairs]
    best = [
        max(model.predict_proba(vectorizer.transform([features(cut) for cut in found]))[:, 1]) if found else 0.0
        for found in map(cuts, whole)
    ]
    for threshold in (0.6, 0.7, 0.75, 0.8, 0.9):
        print(f"whole phrases of development domains cut at {threshold}: {np.mean(np.array(best) >= threshold):.3f}")
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
    found = {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {k: round(float(v), 4) for k, v in weights.items()},
    }
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
