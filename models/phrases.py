"""Phrases: one statement each, cut out of a purpose without touching the verbatim."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from models.config import Phrases
from models.privacy import Found
from models.text import text_key

PURPOSE_FRAME = "purpose"
_ENDS = re.compile(r"^[\s;]+|[\s;]+$")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Span:
    """A statement at ``verbatim[start:end]``."""

    start: int
    end: int


def split_statements(verbatim: str, personal: list[Found], settings: Phrases) -> list[Span]:
    """Cut a verbatim into statements at sentence ends, line breaks and semicolons.

    A cut is made only when every part has at least ``settings.min_words`` words, and never inside personal data;
    a doubtful answer stays whole. Spaces at the ends belong to no statement.
    """
    whole = _trimmed(verbatim, 0, len(verbatim))
    if not settings.split_sentences:
        return [whole]
    spans = [_trimmed(verbatim, start, end) for start, end in _pieces(verbatim, personal)]
    spans = [span for span in spans if span.end > span.start]
    shredded = any(_words(verbatim[span.start : span.end]) < settings.min_words for span in spans)
    return spans if len(spans) > 1 and not shredded else [whole]


def phrase_id(study_id: str, card_id: str, row: int, field: str, span: Span) -> str:
    """Return the lasting id of a phrase: its place in the verbatim is its identity."""
    place = "\0".join([study_id, card_id, str(row), field, str(span.start), str(span.end)])
    return hashlib.sha256(place.encode()).hexdigest()[:20]


def is_non_answer(text: str, listed: Iterable[str]) -> bool:
    """Tell whether a text says nothing: one of the listed answers, or no word at all.

    Emoji and punctuation alone are no answer either.
    """
    key = text_key(text)
    return not _LETTERS.search(key) or key in _keys(tuple(listed))


@cache
def _keys(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(text_key(item) for item in listed)


def _pieces(verbatim: str, personal: list[Found]) -> list[tuple[int, int]]:
    """Sentence by sentence, and at ``;`` and line breaks inside a sentence."""
    cuts = {sentence.start_char for sentence in _sentencizer()(verbatim).sents}
    cuts |= {match.end() for match in re.finditer(r"[;\n]+", verbatim)}
    allowed = sorted(cut for cut in cuts if not any(item.start < cut < item.end for item in personal))
    edges = sorted({0, *allowed, len(verbatim)})
    return list(pairwise(edges))


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    inner = _ENDS.sub("", piece)
    left = piece.index(inner)
    return Span(start + left, start + left + len(inner))


def _words(text: str) -> int:
    return len(re.findall(r"[^\W_]+", text))


@cache
def _sentencizer() -> Any:  # noqa: ANN401  (spaCy's Language, untyped here)
    import spacy

    pipeline = spacy.blank("ru")
    pipeline.add_pipe("sentencizer")
    return pipeline
