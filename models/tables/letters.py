"""How much signs look like Russian words: which letter follows which, where capitals stand, which signs there are.

The case is left to itself: Windows-1251 in capitals reads as KOI8-R in small letters, other ones, and the other way
round. The pairs of letters are in letters.json; training/letters.py makes it and says from what.
"""

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

PAIRS = Path(__file__).with_name("letters.json")
EDGE = " "  # what stands before and after a word
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_SIGNS = frozenset("«»—–№…„“”’‘•\u00a0°€±§©®™·\u00ad")
_SIGN, _STRANGE = math.log(0.004), math.log(1e-6)
_NEVER = math.log(1e-4)  # a capital inside a word, Latin beside Russian: another alphabet looks like that
_WORDS = re.compile(r"(?:[^\W\d_]|[^\x00-\x7f])+")


def folded(text: str) -> str:
    """Return text in small letters, ё as е."""
    return text.lower().replace("ё", "е")


def words(text: str) -> set[str]:
    """Return what stands in a text between spaces, digits and ASCII signs, where it has a sign beyond ASCII."""
    return {word for word in _WORDS.findall(text) if not word.isascii()}


def likelihood(found: Iterable[str]) -> tuple[float, int]:
    """Return the log-probability of words, were they Russian, and how many steps from sign to sign it is of."""
    steps = [step for word in found for step in _steps(word)]
    return sum(steps), len(steps)


def odd(found: Iterable[str]) -> int:
    """Return how many words hold a sign that Russian texts do not."""
    return sum(
        any(not (sign.isascii() or sign in _pairs() or sign in _SIGNS) for sign in folded(word)) for word in found
    )


def _steps(word: str) -> list[float]:
    small = folded(word)
    likely = [_step(before, sign) for before, sign in pairwise(f"{EDGE}{small}{EDGE}")]
    wrong = sum(_unnatural(*three) for three in zip(f"{EDGE}{word}", word, word[1:], strict=False))
    return [step for step in likely if step] + [_NEVER] * wrong


def _unnatural(before: str, sign: str, after: str) -> bool:
    """A capital after a small letter, a small letter after two capitals."""
    return (sign.islower() and after.isupper()) or (before.isupper() and sign.isupper() and after.islower())


def _step(before: str, sign: str) -> float:
    """From one sign to the next; 0 from what says nothing to what says nothing."""
    pairs = _pairs()
    if sign not in pairs:
        if sign.isascii():
            return _NEVER if before in pairs and before != EDGE else 0.0
        return _SIGN if sign in _SIGNS else _STRANGE
    if before in pairs:
        return 0.0 if before == sign == EDGE else pairs[before][sign]
    if before.isascii():
        return 0.0 if sign == EDGE else _NEVER
    return 0.0 if sign == EDGE else pairs[EDGE][sign]


@cache
def _pairs() -> dict[str, dict[str, float]]:
    learned = json.loads(PAIRS.read_text("utf-8"))["pairs"]
    return {first: dict(zip(learned, row, strict=True)) for first, row in learned.items()}
