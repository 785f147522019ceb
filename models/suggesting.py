"""Codes for the texts of a new wave from the coded texts of an earlier one, without a study: `rechki suggest`."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.clusters.groups import UNASSIGNED, Labels, groups_of
from models.config import Study
from models.embedding import Column, column_of
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors, centred, fit_mean
from models.errors import RechkiError
from models.naming import Portrait, portraits
from models.nonanswers import is_non_answer
from models.outsiders import outsiders
from models.suggest import Coded, Likelihoods, Suggester, sureness, tempered

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
        How likely the first of them is right, 0 to 1. NaN for all when only one code is known: from it alone nothing
        tells what has another.
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


@dataclass(frozen=True)
class Learned:
    """What a coded table says of the texts of both tables.

    Attributes
    ----------
    column : Column
        The coded texts, then the new ones; those that say nothing are left out.
    vectors : array of shape (different texts, d)
        Centred on both tables.
    given : mapping of place among the different texts to the codes it was given, and how often
        The place after the last is that of the texts that say nothing.
    coded : Coded
    likely : array of shape (different texts, codes)
    new : int array
        Places of the different texts that only the new table has.
    """

    column: Column
    vectors: Vectors
    given: Mapping[int, Counter[str]]
    coded: Coded
    likely: Likelihoods
    new: Labels


def learn(
    coded: Sequence[tuple[str, Collection[str]]],
    texts: Sequence[str],
    encoder: Encoder,
    settings: Study,
    progress: Progress | None = None,
) -> Learned:
    """Learn the codes of coded texts, and how likely each is for the new ones.

    Parameters
    ----------
    coded : sequence of (text, codes)
        Each with at least one code.

    Raises
    ------
    RechkiError
        When no coded text says something.
    """
    column = _column([text for text, _ in coded] + list(texts), settings)
    given: dict[int, Counter[str]] = defaultdict(Counter)
    for at, (_, codes) in zip(column.place, coded, strict=False):
        given[int(at)].update(codes)
    places = sorted(at for at in given if at < len(column.keys))
    if not places:
        raise RechkiError("no coded text says something", "", "Give a table whose rows hold a text and its code.")
    codes = sorted(set[str]().union(*(given[at] for at in places)))
    vectors, names = _encoded(column.said, codes, encoder, progress)
    carries = np.array([[code in given[at] for code in codes] for at in places], bool)
    learned = Coded(codes, names, vectors[places], carries)
    new = np.setdiff1d(column.place[len(coded) :], [*places, len(column.keys)])
    return Learned(column, vectors, given, learned, Suggester(learned).likelihoods(vectors), new)


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
    coded = [(text, codes) for text, codes in coded if codes]
    known = learn(coded, texts, encoder, settings, progress)
    column, new = known.column, known.new
    said = [column.said[at] for at in new]
    found = outsiders(
        known.vectors[new], [column.keys[at] for at in new], known.coded, known.likely[new], settings.proposal.seed
    )
    doubt, themes = np.zeros(len(column.keys)), np.full(len(column.keys) + 1, UNASSIGNED)
    doubt[new], themes[new] = found.chance, found.themes
    # what lies outside is unlikely under every code already: half of the doubt is left to add
    sure = tempered(known.likely, sureness(known.coded)).max(axis=1) * np.sqrt(1 - doubt)
    place = column.place[len(coded) :]
    offers = {int(at): _offer(known, int(at), sure) for at in np.unique(place)}
    confidence = np.array([offers[int(at)][1] for at in place])
    count = int(found.themes.max(initial=UNASSIGNED)) + 1
    groups = groups_of(found.themes, np.zeros((len(new), count), np.float32))
    empty = int(column.empty[len(coded) :].sum())
    return Suggested(
        codes=tuple(offers[int(at)][0] for at in place),
        confidence=confidence if len(known.coded.codes) > 1 else np.full(len(place), np.nan),
        themes=themes[place],
        portraits=tuple(portraits(said, known.vectors[new], groups)),
        examples=len(known.coded.vectors),
        known=len(known.coded.codes),
        distinct=len(set(place.tolist()) - {len(column.keys)}),
        empty=empty,
        non_answers=int((place == len(column.keys)).sum()) - empty,
    )


def _column(texts: Sequence[str], settings: Study) -> Column:
    """Find the different texts; of several spellings one stands for all, the same in any order of the rows."""
    order = sorted(range(len(texts)), key=lambda at: texts[at])
    said = [texts[at] for at in order]
    column = column_of(said, [is_non_answer(text, settings.phrases.non_answers) for text in said])
    back = np.argsort(order)
    shown = tuple(column.shown[at] for at in back)
    return replace(column, shown=shown, place=column.place[back], empty=column.empty[back])


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


def _offer(known: Learned, at: int, sure: npt.NDArray[np.float64]) -> tuple[tuple[str, ...], float]:
    """Rank codes: first those the same words were given, the most frequent first; then by likelihood."""
    before = known.given.get(at, Counter())
    times = before.total()
    if at == len(known.column.keys):
        return (((code := _most_frequent(before)),), before[code] / times) if times else ((), 0.0)
    codes, likely = known.coded.codes, known.likely[at]
    ranked = sorted(range(len(codes)), key=lambda code: (-before[codes[code]], -likely[code], code))
    share = before[codes[ranked[0]]] / times if times else float(sure[at])
    return tuple(codes[code] for code in ranked[:_OFFERED]), share


def _most_frequent(times: Counter[str]) -> str:
    return min(times, key=lambda code: (-times[code], code))
