"""Russian words: parts of speech from pymorphy3, and the files that come inside the natasha package.

`natasha` is installed for its weights alone (word vectors and a name tagger, no download); they are read with navec and
slovnet, because natasha's own code needs a pymorphy2 that newer Pythons do not run.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_KNOWN_WORDS = 200_000  # parses kept in memory: the words of some 100,000 answers
ADVERBIAL = frozenset({"ADVB", "COMP", "ADJS", "PRED"})
_VECTORS = "natasha/data/emb/navec_news_v1_1B_250K_300d_100q.tar"


@cache
def morphology() -> Any:  # noqa: ANN401  (pymorphy3 has no types)
    """Return the one analyser; its dictionary is loaded at first use."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(_KNOWN_WORDS)
def parses(word: str) -> tuple[Any, ...]:
    """Return the parses of a word, the likeliest first."""
    return tuple(morphology().parse(word))


def tag(word: str) -> Any:  # noqa: ANN401  (pymorphy3 has no types)
    """Return the tag of a word's likeliest parse."""
    return parses(word.lower())[0].tag


def weights(name: str) -> Path:
    """Return the path of a file inside the natasha package."""
    return Path(str(distribution("natasha").locate_file(name)))


@dataclass(frozen=True, slots=True)
class Grammar:
    """A word's grammar, read once.

    Attributes
    ----------
    pos : str
        Part of speech of the likeliest parse, in OpenCorpora's names.
    nominative : bool
        A noun or pronoun in the nominative: it may be a subject.
    verb : tuple of str or None
        Tense, person and number of a finite verb.
    kinds : frozenset
        What the word can be by any of its parses; homogeneous words share a kind.
    """

    pos: str
    nominative: bool
    verb: tuple[str, str, str] | None
    kinds: frozenset[tuple[str, ...]]


@lru_cache(_KNOWN_WORDS)
def grammar(word: str) -> Grammar:
    """Return the grammar of a word in lower case."""
    found = parses(word)
    first = found[0].tag
    verb = (str(first.tense), str(first.person), str(first.number)) if first.POS == "VERB" else None
    nominative = first.POS in ("NOUN", "NPRO") and first.case == "nomn"
    return Grammar(str(first.POS), nominative, verb, frozenset(_kind(parse.tag) for parse in found))


def _kind(t: Any) -> tuple[str, ...]:  # noqa: ANN401  (pymorphy3 has no types)
    match str(t.POS):
        case "NOUN" | "NPRO":
            return "nominal", str(t.case)
        case "ADJF" | "PRTF":
            return "adjective", str(t.case)
        case "VERB":
            return "verb", str(t.tense), str(t.number)
        case pos:
            return ("adverbial",) if pos in ADVERBIAL else (pos,)


@cache
def embeddings() -> Any:  # noqa: ANN401  (navec has no types)
    """Return navec's 300-d vectors of 250,000 words, trained on news."""
    from navec import Navec

    return Navec.load(weights(_VECTORS))


@lru_cache(_KNOWN_WORDS)
def unit_vector(word: str) -> npt.NDArray[np.float32] | None:
    """Return a word's vector of length 1; that of its normal form where the word itself has none, else nothing."""
    vectors = embeddings()
    for form in (word.lower(), parses(word.lower())[0].normal_form):
        if form in vectors:
            found: npt.NDArray[np.float32] = vectors[form]
            return found / np.linalg.norm(found)
    return None
