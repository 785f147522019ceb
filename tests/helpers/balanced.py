"""The served balance recomputed from Label Studio's export and the card files, by the formulas and not by our code."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from exported import coding_of_export
from support import Work

from flows.study import FRAME, open_study
from models.store import cards

Scores = dict[tuple[str, int], int | None]  # by the card's own id and the number of the purpose


class Figures(NamedTuple):
    """Purpose rows of a code, those with a score, and B in points."""

    rows: int
    scored: int
    b: float | None


def recomputed(work: Work, scores: Scores) -> dict[str, Figures]:
    """Figures of every code, from what people said in Label Studio and what stands in the files."""
    said, _ = coding_of_export(work)
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        places, originals = cards.phrase_places(tx, FRAME), opened.private.original_ids()
    rows: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for phrase, names in said.items():
        card, row, _, _ = places[phrase]
        for name in names:
            rows[name].add((originals[card], row))
    return {name: _figures([scores[row] for row in found]) for name, found in rows.items()}


def _figures(found: list[int | None]) -> Figures:
    scored = [score for score in found if score is not None]
    b = 100 * (sum(s == 5 for s in scored) - sum(s <= 3 for s in scored)) / len(scored) if scored else None
    return Figures(len(found), len(scored), b)


def reported(folder: Path) -> dict[str, Figures]:
    """The same figures as a report has them."""
    with (folder / "balance.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {
            line["code"]: Figures(int(line["rows"]), int(line["n"]), float(line["b"]) if line["b"] else None)
            for line in csv.DictReader(lines)
        }
