"""Train what the bundled encoder knows of purposes: make adapter, or python training/adapter.py [--out FOLDER].

That is the adapter of multilingual-e5-small and the map of Universal Sentence Encoder. The data are phrases.csv (the
training domains of splits.csv) and more_phrases.csv in training/data. The name of a label counts as one of its phrases.
The same seeds give the same weights on one machine; what others change, and how long it took, is in
models/encoder/purposes/README.md.
"""

import argparse
import csv
import random
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.encoder.bundled import base_encoder, use_encoder
from models.encoder.mapping import MapRecipe, save_map, train_map
from models.encoder.training import Progress, Recipe, train_adapter

DATA = Path(__file__).parent / "data"
OUT = Path(__file__).parents[1] / "models" / "encoder" / "purposes"


def domains(splits: set[str]) -> dict[str, dict[str, list[str]]]:
    """Return phrases by domain and label, the label's name among them."""
    with (DATA / "splits.csv").open(encoding="utf-8-sig", newline="") as lines:
        split = {row["domain"]: row["split"] for row in csv.DictReader(lines)}
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for name in ("phrases.csv", "more_phrases.csv"):
        with (DATA / name).open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if split.get(row["domain"], "train") in splits:
                    label = row["label"]
                    found[row["domain"]].setdefault(label, [label]).append(row["phrase"])
    return found


def main() -> None:
    """Train and say how the losses fell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("--split", nargs="+", default=["train"], help="domains of splits.csv to train on")
    asked.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="an adapter each, averaged into one")
    asked.add_argument("--epochs", type=float, default=Recipe.epochs, help="of the adapter")
    asked.add_argument("--only", choices=("map", "adapter"))
    asked.add_argument(
        "--domains", type=int, help="as many domains only, drawn by the first seed: for the learning curve"
    )
    options = asked.parse_args()
    if "test" in options.split:
        sys.exit("The test domains are for final figures: no adapter trains on them.")
    found = domains(set(options.split))
    if options.domains:
        found = {name: found[name] for name in random.Random(options.seeds[0]).sample(sorted(found), options.domains)}  # noqa: S311
    phrases = sum(len(texts) for labels in found.values() for texts in labels.values())
    print(f"{len(found)} domains, {phrases} phrases and names of labels")
    chosen = [found[name] for name in sorted(found)]
    if options.only != "adapter":
        save_map(train_map(chosen, use_encoder(), MapRecipe(), _telling("map", 500)), options.out)
    if options.only != "map":
        recipe = replace(Recipe(), seeds=tuple(options.seeds), epochs=options.epochs)
        tell = _telling("adapter", 25)
        losses = train_adapter(base_encoder(), chosen, use_encoder(), recipe, options.out, tell)
        tenth = max(1, len(losses) // 10)
        print(f"loss {np.mean(losses[:tenth]):.3f} in the first tenth, {np.mean(losses[-tenth:]):.3f} in the last")


def _telling(what: str, every: int) -> Progress:
    begun = time.monotonic()

    def tell(done: int, whole: int) -> None:
        if done % every == 0 or done == whole:
            print(f"{what}: step {done} of {whole}, {time.monotonic() - begun:.0f} s", flush=True)

    return tell


if __name__ == "__main__":
    main()
