"""The blind audit: which lines that a page confirmed are asked again without a suggestion, and what that tells.

One line of a page stands for all phrases of the same text, and is one case here.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import hypergeom

_TAIL = 0.025


@dataclass(frozen=True)
class Confirmed:
    """A line that a page confirmed: its phrases, the codes it was first given, by whom, and the page."""

    phrase_ids: tuple[str, ...]
    text: str
    codes: frozenset[str]
    annotator: str
    page: str


@dataclass(frozen=True)
class Blind:
    """What somebody said first of a phrase without being shown a suggestion."""

    codes: frozenset[str]
    annotator: str


@dataclass(frozen=True)
class AuditResult:
    """The error of confirming on pages, as far as the audit goes.

    Attributes
    ----------
    confirmed, wanted, answered : int
        Lines that pages confirmed, those drawn of them, and those of the drawn that were answered.
    differing : int
        Answered with another set of codes than on the page.
    same_person : int
        Answered by whom the page was answered by: he checks himself.
    error, low, high : float or None
        Estimated share of confirmed lines that the page got wrong with its 95 % interval; None while none is answered.
    """

    confirmed: int = 0
    wanted: int = 0
    answered: int = 0
    differing: int = 0
    same_person: int = 0
    error: float | None = None
    low: float | None = None
    high: float | None = None


def place_of(study_id: str, purpose: str, phrase_ids: Sequence[str]) -> float:
    """Where a line falls in [0, 1): drawn from the study and its phrases alone, never from what was said of them."""
    drawn = hashlib.sha256("\0".join([study_id, purpose, min(phrase_ids)]).encode()).digest()
    return int.from_bytes(drawn[:6]) / 256**6


def draw(study_id: str, lines: Iterable[Confirmed], share: float, least: int = 0) -> list[Confirmed]:
    """Draw lines at random: those whose place is below `share`, and the next ones up to `least` of them.

    The lines with the lowest places are a simple random sample of all, and stay so when others are confirmed later.
    They come in another random order, so that what stood together on a page does not come together. A share of 0 draws
    none.
    """
    if not share:
        return []
    placed = sorted((place_of(study_id, "audit", line.phrase_ids), line.page, line.phrase_ids, line) for line in lines)
    below = sum(place < share for place, _, _, _ in placed)
    drawn = [line for _, _, _, line in placed[: max(below, least)]]
    return sorted(drawn, key=lambda line: (place_of(study_id, "order", line.phrase_ids), line.page))


def measure(lines: Sequence[Confirmed], drawn: Sequence[Confirmed], blind: Mapping[str, Blind]) -> AuditResult:
    """Compare what pages said of drawn lines with what was said blind of the same phrases, first answers both.

    Lines that nobody has answered yet are taken to be like those that were: they are asked in random order.

    Parameters
    ----------
    blind : mapping of phrase id to Blind
        First blind answers.
    """
    found = ((line, [blind[phrase] for phrase in line.phrase_ids if phrase in blind]) for line in drawn)
    answered = [(line, said[0]) for line, said in found if said]
    differing = sum(line.codes != said.codes for line, said in answered)
    same = sum(line.annotator == said.annotator for line, said in answered)
    counted = AuditResult(len(lines), len(drawn), len(answered), differing, same)
    if not answered:
        return counted
    low, high = bounds(differing, len(answered), len(lines))
    return replace(counted, error=differing / len(answered), low=low / len(lines), high=high / len(lines))


def bounds(found: int, sample: int, population: int) -> tuple[int, int]:
    """Bounds of the number of errors in a population, of which a random sample without replacement holds `found`.

    The numbers that neither tail of the hypergeometric distribution refuses at 2.5 %: at least 95 % coverage for every
    population, exact, and narrower than Clopper and Pearson's interval because what was looked at is known
    (J. Buonaccorsi, A note on confidence intervals for proportions in finite populations, American Statistician 1987;
    T. Wright, Exact confidence bounds when sampling from small finite universes, 1991). Lines are not drawn by kind of
    page: with this few there is nothing to be gained by it, and the interval would not be exact.
    """
    possible = np.arange(found, population - (sample - found) + 1)
    at_least = hypergeom.sf(found - 1, population, possible, sample)
    at_most = hypergeom.cdf(found, population, possible, sample)
    kept = possible[(at_least > _TAIL) & (at_most > _TAIL)]
    return int(kept[0]), int(kept[-1])
