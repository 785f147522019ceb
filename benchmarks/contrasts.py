"""How often the interval of a criterion's difference holds the true difference: python benchmarks/contrasts.py.

Respondents give one to three rows, score from a habit of their own (none, or one that strays by .7) and mention a
criterion in a share of them that is their own too; a mention goes with 0 or -1.2 points. Writes contrasts.md.
"""

import argparse
import os
import platform
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.contrast import Scored, contrast  # noqa: E402

LEVEL, LEAST, SEED, TRUTH = 90.0, 5, 2026, 200_000
ROWS = (1, 1, 2, 3)  # of a respondent, equally likely
Cell = tuple[int, float, float, float]


def main() -> None:
    """Draw tables in every cell and write the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tables", type=int, default=2000)
    options.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    told = options.parse_args()
    begun = time.monotonic()
    lines = [
        _line(cell, told.tables) for cell in product((4, 6, 10, 20, 40, 100), (0.15, 0.4), (0.0, -1.2), (0.0, 0.7))
    ]
    head = _head(told.tables, time.monotonic() - begun)
    (told.out / "contrasts.md").write_text("\n".join([*head, *lines, ""]), "utf-8")


def _line(cell: Cell, tables: int) -> str:
    random = np.random.default_rng([SEED, *(int(100 * abs(value)) for value in cell)])
    people, share, effect, habit = cell
    truth, held, claimed, widths = _truth(random, cell), 0, 0, []
    drawn = 0
    while drawn < tables:
        with_it, without = _table(random, cell)
        if with_it and without:
            found = contrast(with_it, without, LEVEL, LEAST)
            drawn += 1
            held += found.low <= truth <= found.high
            claimed += found.p <= 1 - LEVEL / 100
            widths.append(found.high - found.low)
    figures = f"{100 * held / tables:.1f} | {np.mean(widths):.2f} | {100 * claimed / tables:.1f}"
    return f"| {people} | {share:.0%} | {effect:+.1f} | {habit:.1f} | {truth:+.2f} | {figures} |"


def _table(random: np.random.Generator, cell: Cell) -> tuple[Scored, Scored]:
    people, share, effect, habit = cell
    sides: tuple[list[tuple[str, int]], list[tuple[str, int]]] = ([], [])
    for person in range(people):
        usual, likely = random.normal(0, habit), random.beta(3 * share, 3 * (1 - share))
        for _ in range(random.choice(ROWS)):
            mentioned = random.random() < likely
            score = np.clip(np.round(3.9 + usual + effect * mentioned + random.normal(0, 0.9)), 0, 5)
            sides[not mentioned].append((str(person), int(score)))
    return sides


def _truth(random: np.random.Generator, cell: Cell) -> float:
    """The difference in a table so large that chance hardly moves it."""
    _, share, effect, habit = cell
    mentioned = random.random(TRUTH) < random.beta(3 * share, 3 * (1 - share), TRUTH)
    scores = 3.9 + random.normal(0, habit, TRUTH) + effect * mentioned + random.normal(0, 0.9, TRUTH)
    rounded = np.clip(np.round(scores), 0, 5)
    return float(rounded[mentioned].mean() - rounded[~mentioned].mean())


def _head(tables: int, seconds: float) -> list[str]:
    return [
        "# Intervals of a criterion's difference",
        "",
        "Made by `python benchmarks/contrasts.py`; do not edit. How often the 90 % interval of models/contrast.py",
        f"holds the true difference of two mean scores, in percent of tables drawn ({tables} a cell: a figure is sure",
        f"to about ±{165 * np.sqrt(0.09 / tables):.1f}), how wide it is, and how often a difference is claimed: where",
        "the effect is 0 that is an error. Respondents give one to three rows; `mention`: the share of rows with the",
        "criterion; `habit`: how far respondents' own levels stray.",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}; "
        f"{seconds:.0f} s.",
        "",
        "| respondents | mention | effect | habit | truth | holds, % | width | claimed, % |",
        "|---|---|---|---|---|---|---|---|",
    ]


if __name__ == "__main__":
    main()
