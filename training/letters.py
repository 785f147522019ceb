"""Count how Russian letters follow each other, for models/tables/encoding.py: python training/letters.py. Two seconds.

From the phrases of training/data, each word of them as often as it stands there. The answers and codes the reading of
files is measured on are not among them.
"""

import argparse
import csv
import json
import math
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from models.tables.letters import EDGE, LETTERS, PAIRS, folded

DATA = Path(__file__).parent / "data"
SOURCES = ("phrases.csv", "more_phrases.csv")
SEEN_BEFORE = 0.5  # every pair counts as seen so often before it was looked for


def words() -> Counter[str]:
    """Return the words of the phrases and how often each stands there."""
    found: Counter[str] = Counter()
    for name in SOURCES:
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found.update(re.findall(f"[{LETTERS}]+", folded(f"{row['label']} {row['phrase']}")))
    return found


def main() -> None:
    """Count and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=PAIRS)
    out = options.parse_args().out
    counts: Counter[tuple[str, str]] = Counter()
    for word, times in words().items():
        for pair in pairwise(f"{EDGE}{word}{EDGE}"):
            counts[pair] += times
    symbols = EDGE + LETTERS
    pairs = {}
    for first in symbols:
        row = [counts[first, second] + SEEN_BEFORE for second in symbols]
        pairs[first] = [round(math.log(count / sum(row)), 2) for count in row]
    lines = ",\n".join(f"  {json.dumps(first, ensure_ascii=False)}: {row}" for first, row in pairs.items())
    out.write_text(f'{{\n "made_by": "training/letters.py",\n "pairs": {{\n{lines}\n }}\n}}\n', "utf-8")
    print(f"{counts.total()} pairs of letters in {out}")


if __name__ == "__main__":
    main()
