"""How sure a cut is: rules for links that always or never part two purposes, a trained model for the others."""

import json
import math
from functools import cache
from importlib.resources import files
from itertools import pairwise

from models.cuts.features import features
from models.cuts.places import Cut, Token
from models.cuts.words import MANNERS, WANTS
from models.words import ADVERBIAL, grammar

_CLAUSE = 4  # words since the last comma that make the left neighbour of «и» a clause, not the end of a list


def sureness(cut: Cut) -> float:
    """Return the probability that the two sides of a cut are different purposes, 0 to 1.

    0 where the link cannot part two purposes, whatever the model says: «X, Y и Z», «сделать и забыть», «без X и без Y».
    1 where it says that another purpose follows: «и чтобы», «заодно», «а ещё», «Снять боль. Найти причину».
    """
    found = features(cut)
    if found.get("and_so_that") or found.get("moreover") or (found.get("sentence") and found.get("both_goals")):
        return 1.0
    if _joined(cut, found):
        return 0.0
    if _two_wishes(cut, found):
        return 0.9
    intercept, weights = _model()
    total = intercept + sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-total))


def _joined(cut: Cut, found: dict[str, float]) -> bool:
    """Links that join parts of one statement."""
    if found.get("bare_while") or (found.get("comma_while") and not (found.get("while_i") or found.get("moreover"))):
        return True
    if (found.get("but") and found.get("negated_right")) or _contrasts(cut.right) or cut.right[0].lower == "минус":
        return True
    if not found.get("plain_and"):
        return False
    last = 0
    for token in cut.left:
        last = 0 if token.text in ",.?!" else last + token.word
    first = next(token.lower for token in cut.right if token.word)
    one_kind = found.get("alike_last") and (
        found.get("right_one") or (first not in MANNERS and grammar(first).pos in ADVERBIAL | {"ADJF", "PRTF"})
    )
    return bool(
        (found.get("left_commas") and last < _CLAUSE)
        or found.get("looks_back")
        or found.get("negated_right")
        or found.get("same_preposition")
        or one_kind
        or (found.get("left_one") and not found.get("wants_right"))
    )


def _two_wishes(cut: Cut, found: dict[str, float]) -> bool:
    """«хочу разобраться в себе и заработать больше»: one wish governs two infinitives, each with words of its own."""
    wish = next((token.lower for token in cut.left if token.word), "") in WANTS
    own = [token for token in cut.left if token.word]
    return bool(
        found.get("plain_and")
        and wish
        and grammar(cut.right[0].lower).pos == "INFN"
        and len(own) > 2
        and not found.get("right_one")
    )


def _contrasts(right: tuple[Token, ...]) -> bool:
    """«в школе и вузе, а рот не открывается»: the contrast is what parts the answer, and it is one statement."""
    words = [token.lower for token in right]
    return any(sign == "," and word in ("а", "но") for sign, word in pairwise(words))


@cache
def _model() -> tuple[float, dict[str, float]]:
    loaded = json.loads(files("models").joinpath("cuts", "weights.json").read_text("utf-8"))
    return float(loaded["intercept"]), {name: float(value) for name, value in loaded["weights"].items()}
