"""Train the weights of models/clusters/affinity.py: python training/pairs.py [--out models/clusters/pairs.json].

From training/data/answers: sixteen sets of coded answers that the adapter has not been trained on (with these it would
take its own memory for skill). The four sets of stories count together as much as the twelve of short answers, every
set of a kind the same, however many answers it has. Two minutes on two cores, nearly all of it for encoding.
"""

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.clusters.affinity import WEIGHTS, similarities
from models.embedding import column_of, embedded
from models.encoder.load import Encoder, load_encoder

ANSWERS = Path(__file__).parent / "data" / "answers"


def pairs_of(path: Path, encoder: Encoder) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the similarities' names, their values of shape (pairs, similarities), and which pairs share a code."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    column = column_of([row["text"] for row in rows])
    codes = {int(at): row["code"] for at, row in reversed(list(zip(column.place, rows, strict=True)))}
    code = np.array([codes[at] for at in range(len(column.keys))])
    above = np.triu_indices(len(code), 1)
    found = list(similarities(embedded(column, encoder), encoder.blocks))
    return [name for name, _ in found], np.stack([s[above] for _, s in found], axis=1), code[above[0]] == code[above[1]]


def main() -> None:
    """Train and write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=WEIGHTS)
    out = options.parse_args().out
    encoder = load_encoder("bundled")
    sets: list[tuple[bool, np.ndarray, np.ndarray]] = []
    for path in sorted(ANSWERS.glob("*.csv")):
        names, values, same = pairs_of(path, encoder)
        sets.append((path.stem.startswith("stories_"), values, same))
        print(f"{path.stem}: {len(same)} pairs, {same.mean():.3f} share a code", flush=True)
    values, same = np.concatenate([v for _, v, _ in sets]), np.concatenate([s for _, _, s in sets])
    of_kind = Counter(kind for kind, _, _ in sets)
    shares = np.concatenate([np.full(len(s), len(same) / len(of_kind) / of_kind[kind] / len(s)) for kind, _, s in sets])
    mean, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(max_iter=1000).fit((values - mean) / spread, same, sample_weight=shares)
    weights = model.coef_[0] / spread
    intercept = float(model.intercept_[0] - weights @ mean)
    learned = {"intercept": intercept} | dict(zip(names, (float(weight) for weight in weights), strict=True))
    rounded = {name: round(weight, 3) for name, weight in learned.items()}
    text = json.dumps({"made_by": "training/pairs.py", "sets": len(sets), "weights": rounded}, indent=1)
    out.write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
