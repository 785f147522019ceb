"""How well encoders tell purposes apart, and what they cost: python benchmarks/encoders.py [LABELLED.csv …].

Leave-one-out: the share of texts whose nearest centroid of the other texts is their own code's. Only texts of one code
count. Vectors are centred on the set. ``--test`` reads the test domains of training/data/splits.csv, which nothing else
does. Writes encoders.md.
"""

import argparse
import csv
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.sets import LabelledSet, labelled_domains, labelled_sets  # noqa: E402
from models.adapting import nearest_is_own  # noqa: E402
from models.encoder.load import BUNDLED, PLAIN, load_encoder  # noqa: E402

NAMED = {"gsr", "school", "clinic"}
WORDS = 10


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("given", nargs="*", type=Path)
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    asked.add_argument("--encoders", nargs="+", default=[PLAIN, BUNDLED])
    asked.add_argument("--test", action="store_true")
    asked.add_argument("--cost", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.cost:
        print(cost(options.cost))
        return
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in options.encoders:
        encoder = load_encoder(name)
        sets = list(labelled_sets(encoder, options.given, True))
        if options.test:
            sets += labelled_domains(encoder, "test")
        for data in sets:
            kind = "gsr, school, clinic" if data.name in NAMED else data.kind
            rows[kind][name].append(leave_one_out(data))
            print(f"{name:<16} {data.name:<20} {rows[kind][name][-1]:.3f}", flush=True)
    lines = [_head(), "| sets | " + " | ".join(options.encoders) + " |", "|---" * (len(options.encoders) + 1) + "|"]
    for kind, found in rows.items():
        count = len(found[options.encoders[0]])
        lines.append(f"| {kind} ({count}) | " + " | ".join(f"{np.mean(found[n]):.3f}" for n in options.encoders) + " |")
    lines += ["", "| encoder | load, s | phrases a second | peak memory, MB |", "|---|---|---|---|"]
    for name in options.encoders:
        done = subprocess.run(  # a process of its own: its memory and its loading are what is measured
            [sys.executable, __file__, "--cost", name], capture_output=True, text=True, check=True, env=dict(os.environ)
        )
        lines.append(f"| {name} | {done.stdout.strip()} |")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "encoders.md").write_text("\n".join([*lines, ""]), "utf-8")
    print("\n".join(lines))


def leave_one_out(data: LabelledSet) -> float:
    """Return the share of texts of one code that are nearest to their own code."""
    one = np.array([len(codes) == 1 for codes in data.codes])
    codes = np.array([min(codes) for codes in data.codes])
    return float(nearest_is_own(data.vectors[one], np.unique(codes[one], return_inverse=True)[1]).mean())


def cost(name: str) -> str:
    """Time the loading and the encoding of phrases of ten words, and return a row of the table."""
    texts = phrases_of_ten_words(1000)
    begun = time.perf_counter()
    encoder = load_encoder(name)
    encoder.encode(texts[:1])
    loaded = time.perf_counter()
    encoder.encode(texts)
    speed = len(texts) / (time.perf_counter() - loaded)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    memory = int(status["VmHWM"].split()[0]) / 1024  # not ru_maxrss, which begins with the parent's
    return f"{loaded - begun:.1f} | {speed:.0f} | {memory:.0f}"


def phrases_of_ten_words(count: int) -> list[str]:
    """Return texts that are cut anew from the words of the training phrases."""
    with (ROOT / "training" / "data" / "phrases.csv").open(encoding="utf-8", newline="") as lines:
        words = [word for row in csv.DictReader(lines) for word in row["phrase"].split()]
    return [" ".join(words[at * WORDS : (at + 1) * WORDS]) for at in range(count)]


def _head() -> str:
    return f"""# Encoders

Made by `python benchmarks/encoders.py --test`; do not edit. Share of texts whose nearest centroid of the other texts is
their own code's (leave-one-out, texts of one code, means over the sets). Cost: phrases of {WORDS} words;
{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.
"""


if __name__ == "__main__":
    main()
