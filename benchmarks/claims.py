"""How often a report claims a difference that is none, and finds one that is: python benchmarks/claims.py.

Reports are drawn in which no stream changed from one wave to the next, or one of them by 60 points of B, and others in
which scores depend on no criterion, or on one by 1.2 points. Beside the claims of now stand those of every interval by
itself. Writes claims.md.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.balance import CodedRow  # noqa: E402
from models.codebook import Code  # noqa: E402
from models.config import Balance  # noqa: E402
from models.criteria import criteria_of  # noqa: E402
from models.waves import wave_balance  # noqa: E402

SEED = 2026
SETTINGS = Balance(draws=200)
WAVES = ((6, 8), (12, 6), (12, 15), (12, 40))  # codes, respondents of a code and wave
CRITERIA = ((8, 40), (8, 100), (5, 150))  # criteria, respondents
USUAL = np.array([0.05, 0.05, 0.1, 0.2, 0.3, 0.3])  # of the scores 0-5: B = -10
FALLEN = np.array([0.15, 0.15, 0.25, 0.25, 0.1, 0.1])  # B = -70
EFFECT = 1.2
Draw = Callable[[np.random.Generator, int, int, bool], pd.DataFrame]  # codes, respondents, whether the first differs


def main() -> None:
    """Draw the reports and write the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=300)
    options.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    told = options.parse_args()
    begun = time.monotonic()
    random = np.random.default_rng(SEED)
    lines = [
        f"| {size} {what}, {people} respondents {each} | {_figures(told.reports, draw, random, size, people)} |"
        for what, each, draw, sizes in (
            ("streams", "a wave", _waves, WAVES),
            ("criteria", "in all", _criteria, CRITERIA),
        )
        for size, people in sizes
    ]
    head = _head(told.reports, time.monotonic() - begun)
    (told.out / "claims.md").write_text("\n".join([*head, *lines, ""]), "utf-8")


def _figures(reports: int, draw: Draw, random: np.random.Generator, codes: int, people: int) -> str:
    """Reports of nothing with a claim, by interval and as claimed; reports of something that claim it, likewise."""
    nothing = [_claims(draw(random, codes, people, False)) for _ in range(reports)]
    something = [_claims(draw(random, codes, people, True)) for _ in range(reports)]
    wrong = [100 * np.mean([bool(claimed) for claimed in found]) for found in zip(*nothing, strict=True)]
    right = [100 * np.mean(["c0" in claimed for claimed in found]) for found in zip(*something, strict=True)]
    return " | ".join(f"{figure:.0f}" for figure in (*wrong, *right))


def _claims(table: pd.DataFrame) -> tuple[set[str], set[str]]:
    """The codes that would be claimed by their intervals alone, and those that are."""
    low, high = ("change_low", "change_high") if "change_low" in table else ("low", "high")
    alone = table[(table[low] > 0) | (table[high] < 0)]
    said = table[~table["verdict"].isin(["", "cannot_tell"])]
    return set(alone["code_id"]), set(said["code_id"])


def _waves(random: np.random.Generator, codes: int, people: int, differs: bool) -> pd.DataFrame:
    coded = [
        CodedRow(f"{wave}c{code}-{at}", 1, f"{wave}c{code}-{at}", wave, int(score), frozenset([f"c{code}"]))
        for code in range(codes)
        for wave in ("1", "2")
        for at, score in enumerate(
            random.choice(6, people, p=FALLEN if differs and code == 0 and wave == "2" else USUAL)
        )
    ]
    return wave_balance(coded, _named(codes), SETTINGS)


def _criteria(random: np.random.Generator, criteria: int, people: int, differs: bool) -> pd.DataFrame:
    reasons, purposes = [], []
    for at in range(people):
        named = frozenset(f"c{one}" for one in random.choice(criteria, random.integers(1, 3), replace=False))
        score = random.choice(6, p=USUAL) - EFFECT * differs * ("c0" in named)
        row = CodedRow(str(at), 1, str(at), "", int(np.clip(round(score), 0, 5)), named)
        reasons.append(row)
        purposes.append(CodedRow(str(at), 1, str(at), "", row.score, frozenset("p")))
    return criteria_of(purposes, [Code("p", "p")], reasons, _named(criteria), SETTINGS).table


def _named(codes: int) -> Sequence[Code]:
    return [Code(f"c{at}", f"Код {at}") for at in range(codes)]


def _head(reports: int, seconds: float) -> list[str]:
    return [
        "# What a report claims",
        "",
        "Made by `make bench-claims`; do not edit. Of reports in which nothing differs, how many percent claim a",
        "difference all the same; and of reports in which one does (B of one stream from -10 to -70; one criterion",
        f"lowers scores by {EFFECT}), how many claim that one. *alone*: every 90 % interval by itself; *claimed*: what",
        f"the report says, Holm-adjusted at 10 %. {reports} reports a figure, which is sure to about "
        f"±{165 * np.sqrt(0.09 / reports):.0f}.",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}; "
        f"{seconds:.0f} s.",
        "",
        "| report | wrong, alone | wrong, claimed | found, alone | found, claimed |",
        "|---|---|---|---|---|",
    ]


if __name__ == "__main__":
    main()
