"""What a study costs, stage by stage, as it grows: python benchmarks/cost.py 500 5000 [--no-vectors].

Cards are put together from the example's own words, so that all phrases differ. Times are of this machine and this run;
the ratios between sizes are what to look at.
"""

import argparse
import csv
import os
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from models.balance import CodedRow, served_balance
from models.codebook import Code
from models.config import Phrases, Study, default_settings
from models.encoder.load import load_encoder
from models.forms.columns import propose_columns
from models.forms.layout import read_table
from models.phrases import split_statements
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.store.database import Store
from models.store.private import Private
from models.store.vectors import remember

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "gsr" / "gsr_cards.csv"


def write_cards(path: Path, count: int) -> None:
    """Cards of one purpose each, every purpose a new mixture of two of the example's."""
    with EXAMPLE.open(encoding="utf-8-sig", newline="") as lines:
        purposes = [row[f"purpose_{at}"] for row in csv.DictReader(lines) for at in (1, 2, 3) if row[f"purpose_{at}"]]
    words = [purpose.split() for purpose in purposes]
    draw = random.Random(1)  # noqa: S311  (no secret)
    path.parent.mkdir()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["card_id", "purpose_1", "score_1", "why_1"])
        for at in range(count):
            first, second = draw.sample(words, 2)
            mixed = [*first[: draw.randint(1, len(first))], *second[draw.randint(0, len(second) - 1) :], str(at)]
            writer.writerow([f"C{at}", " ".join(mixed), draw.randint(0, 5), "так вышло"])


@contextmanager
def timed(stage: str, count: int) -> Iterator[None]:
    """Print the seconds of a stage and milliseconds a card."""
    begun = time.perf_counter()
    yield
    seconds = time.perf_counter() - begun
    print(f"| {count:>7} | {stage:<28} | {seconds:8.2f} | {1000 * seconds / count:8.3f} |", flush=True)


def measure(count: int, vectors: bool) -> None:
    """Carry a study of `count` cards from its file to the tasks, and compute a balance of that size."""
    identity = {"study_id": "11111111-2222-3333-4444-555555555555", "title": "Стоимость"}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_cards(folder / "cards" / "cards.csv", count)
        columns = propose_columns(read_table(folder / "cards" / "cards.csv"))
        settings = Study.model_validate({**default_settings(), **identity, "cards": {"columns": columns.model_dump()}})
        store = Store.open(folder, settings)
        with timed("read, mask, split, store", count):
            read_new_files(folder / "cards", folder / "refused", settings, store, Private(folder))
        if vectors:
            encoder = load_encoder(settings.encoder)
            encoder.encode(["разогрев"])
            with timed("encode", count):
                remember(store, encoder, open_texts(store))
            with timed("cluster", count):
                make_proposal(store, settings, encoder)
            with timed("plan tasks", count):
                plan_tasks(store, settings, encoder)
        store.close()
    rows = [
        CodedRow(f"c{at}", 1, f"r{at % (count // 2)}", "1", at % 6, frozenset({f"k{at % 12}"})) for at in range(count)
    ]
    with timed("served balance of 12 codes", count):
        served_balance(rows, [Code(f"k{at}", f"Код {at}") for at in range(12)], settings.balance)


def main() -> None:
    """Print one table for all sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--no-vectors", action="store_true", help="only what needs no encoder")
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "spacy", "scikit-learn", "hdbscan"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}\n")
    print("|   cards | stage                        |  seconds |  ms each |")
    print("|--------:|------------------------------|---------:|---------:|")
    split_statements("Разогрев. Он не считается.", [], Phrases())
    for size in options.sizes:
        measure(size, vectors=not options.no_vectors)


if __name__ == "__main__":
    main()
