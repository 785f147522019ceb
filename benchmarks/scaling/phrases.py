"""Labelled phrases in any number: the labelled answers here, and new ones recombined from their words."""

import csv
import random
from collections import defaultdict
from pathlib import Path

from models.nonanswers import is_non_answer
from models.privacy.masking import masked
from models.text import text_key

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *sorted((ROOT / "benchmarks" / "data").glob("short_*.csv")),
    *sorted((ROOT / "training" / "data" / "answers").glob("*.csv")),
]
_PART = 3  # words that a new phrase takes of either of the two at most
_PATIENCE = 200  # phrases in vain, one after the other, that mean there are no more

Labelled = dict[str, str]  # code by phrase


def answers() -> Labelled:
    """Return the distinct answers of one code in the labelled sets; codes of different sets are different codes."""
    found: Labelled = {}
    keys: set[str] = set()
    for path in FILES:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                key = text_key(masked(row["text"]))
                if key not in keys and "|" not in row["code"] and not is_non_answer(row["text"], ()):
                    keys.add(key)
                    found[row["text"]] = f"{path.stem}: {row['code']}"
    return found


def recombined(count: int, seed: int = 1) -> Labelled:
    """Return new distinct phrases: the first words of one answer and the last of another that has the same code.

    A smaller count gives the first of those that a larger one gives.

    Raises
    ------
    ValueError
        When the words give no more phrases.
    """
    known = answers()
    drawn, same = list(known.items()), defaultdict(list)
    for text, code in drawn:
        same[code].append(text.split())
    draw = random.Random(seed)  # noqa: S311  (no secret)
    found: Labelled = {}
    keys: set[str] = set()
    vain = 0
    while len(found) < count:
        text, code = draw.choice(drawn)
        first, last = text.split(), draw.choice(same[code])
        words = [*first[: draw.randint(1, _PART)], *last[-draw.randint(1, _PART) :]]
        phrase = " ".join(dict.fromkeys(words))
        key = text_key(masked(phrase))
        vain += 1
        if key not in keys and not is_non_answer(phrase, ()):
            keys.add(key)
            found[phrase], vain = code, 0
        elif vain > _PATIENCE:
            raise ValueError(f"the labelled words give {len(found)} distinct phrases, not {count}")
    return found
