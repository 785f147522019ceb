"""Codes for the texts of a new wave from the coded texts of an earlier one, without a study: `rechki suggest`."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.clusters.groups import UNASSIGNED, Labels, groups_of
from models.config import Study
from models.embedding import column_of
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors, centred, fit_mean
from models.errors import RechkiError
from models.naming import Portrait, portraits
from models.nonanswers import is_non_answer
from models.outsiders import outsiders
from models.suggest import Coded, Suggester

_OFFERED = 3
_WORD = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True)
class Suggested:
    """What is suggested for n new texts.

    Attributes
    ----------
    codes : tuple of n tuples of str
        At most three codes of every text, the likeliest first. A text that says nothing has the code that such texts
        were given, or none where there is no such code.
    confidence : float array of shape (n,)
        How likely the first of them is right, 0 to 1.
    themes : int array of shape (n,)
        The new theme of texts that likely belong to none of the codes, 0 for the largest; else -1.
    portraits : tuple of Portrait
        One for every theme.
    examples, known : int
        Different coded texts that were learned from, and their codes.
    distinct, empty, non_answers : int
        Different new texts, and new texts that say nothing.
    """

    codes: tuple[tuple[str, ...], ...]
    confidence: npt.NDArray[np.float64]
    themes: Labels
    portraits: tuple[Portrait, ...]
    examples: int
    known: int
    distinct: int
    empty: int
    non_answers: int


def suggest_texts(
    coded: Sequence[tuple[str, Collection[str]]],
    texts: Sequence[str],
    encoder: Encoder,
    settings: Study,
    progress: Progress | None = None,
) -> Suggested:
    """Suggest codes for texts; the order of the rows changes nothing, and the same words get the same.

    Parameters
    ----------
    coded : sequence of (text, codes)
        Rows without a code teach nothing.
    texts : sequence of n str

    Raises
    ------
    RechkiError
        When no coded text says something.
    """
    listed = settings.phrases.non_answers
    coded = [(text, codes) for text, codes in coded if codes]
    both = [text for text, _ in coded] + list(texts)
    silent = [is_non_answer(text, listed) for text in both]
    column = column_of(both, silent)
    place, new_place = np.split(column.place, [len(coded)])
    given: dict[int, Counter[str]] = defaultdict(Counter)
    for at, (_, codes) in zip(place, coded, strict=True):
        given[int(at)].update(codes)
    nothing = given.pop(len(column.keys), Counter[str]())
    if not given:
        raise RechkiError("no coded text says something", "", "Give a table whose rows hold a text and its code.")
    codes = sorted(set[str]().union(*given.values()))
    vectors, names = _encoded(column.said, codes, encoder, progress)
    learned = _coded(given, codes, vectors, names)
    likely = Suggester(learned).likelihoods(vectors)

    wanted = np.unique(new_place[new_place < len(column.keys)])
    new = np.array([at for at in wanted if at not in given], np.int64)
    found = outsiders(vectors[new], [column.keys[at] for at in new], learned, likely[new], settings.proposal.seed)
    doubt, themes = np.zeros(len(column.keys)), np.full(len(column.keys), UNASSIGNED)
    doubt[new], themes[new] = found.chance, found.themes

    offers = {int(at): _offer(given.get(int(at)), likely[at], float(doubt[at]), codes) for at in wanted}
    offers[len(column.keys)] = _most_given(nothing)
    groups = groups_of(found.themes, np.zeros((len(new), int(found.themes.max(initial=UNASSIGNED)) + 1), np.float32))
    empty = column.empty[len(coded) :]
    return Suggested(
        codes=tuple(offers[int(at)][0] for at in new_place),
        confidence=np.array([offers[int(at)][1] for at in new_place]),
        themes=np.append(themes, UNASSIGNED)[new_place],
        portraits=tuple(portraits([column.said[at] for at in new], vectors[new], groups)),
        examples=len(given),
        known=len(codes),
        distinct=len(wanted),
        empty=int(empty.sum()),
        non_answers=int((np.array(silent[len(coded) :], bool) & ~empty).sum()),
    )


def _encoded(
    said: Sequence[str], codes: Sequence[str], encoder: Encoder, progress: Progress | None
) -> tuple[Vectors, Vectors]:
    """Vectors of the texts and of the codes' names, centred on the texts; nought for a name without a word («7»)."""
    raw = encoder.encode([*said, *codes], progress)
    mean = fit_mean(raw[: len(said)], encoder.blocks)
    if len(said) < 2:
        mean = np.zeros_like(mean)
    vectors, names = np.split(centred(raw, mean, encoder.blocks), [len(said)])
    names[[not _WORD.search(code) for code in codes]] = 0
    return vectors, names


def _coded(given: Mapping[int, Counter[str]], codes: Sequence[str], vectors: Vectors, names: Vectors) -> Coded:
    places = sorted(given)
    carries = np.array([[code in given[at] for code in codes] for at in places], bool)
    return Coded(codes, names, vectors[places], carries)


def _offer(
    before: Counter[str] | None, likely: npt.NDArray[np.float64], doubt: float, codes: Sequence[str]
) -> tuple[tuple[str, ...], float]:
    """Rank codes: first those the same words were given, the most frequent first; then by likelihood."""
    ranked = sorted(range(len(codes)), key=lambda at: (-(before[codes[at]] if before else 0), -likely[at], at))
    first = ranked[0]
    sure = _most_given(before)[1] if before else float(likely[first]) * (1 - doubt)
    return tuple(codes[at] for at in ranked[:_OFFERED]), sure


def _most_given(times: Counter[str]) -> tuple[tuple[str, ...], float]:
    """Return the code that was given most often, and its share."""
    if not times:
        return (), 0.0
    code = min(times, key=lambda code: (-times[code], code))
    return (code,), times[code] / times.total()
