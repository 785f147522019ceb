"""Phrases: one statement each, cut out of a purpose without touching the verbatim."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from models.config import Phrases
from models.cuts.places import cuts
from models.cuts.sureness import sureness
from models.privacy.found import Found

FRAMES = PURPOSE_FRAME, WHY_FRAME = "purpose", "why"  # code frames, each named like the field whose words it codes
_LETTERS = re.compile(r"[^\W\d_]")
_BREAKS = re.compile(r"\s*(?:;|\n)+\s*")
_NUMBERED = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[,;.]))(\d{1,2})[.)]\s*(?=[^\W\d])")
_COUNTED = re.compile(r"\b(?:во-первых|во-вторых|в-третьих|в-четв[её]ртых)\b,?\s*", re.IGNORECASE)
_BULLETS = re.compile(r"(?:(?<=\n)|(?<=^))\s*[-–—•*]\s+")
_LINK_BEFORE = re.compile(r"(?:[\s,;]|\b(?:и|а также|а ещё|а еще|ещё|еще|плюс|также)\b)+$", re.IGNORECASE)
_LEAST_LETTERS = 3
_REMEMBERED = 65_536
_LONGEST = 600  # letters: longer parts are left whole
_STORY = 3_000  # letters: longer answers are not cut at all


@dataclass(frozen=True)
class Span:
    """A statement at ``verbatim[start:end]``."""

    start: int
    end: int


def split_statements(verbatim: str, personal: Sequence[Found], settings: Phrases) -> list[Span]:
    """Cut a verbatim into its statements.

    Lists, semicolons and line breaks part statements wherever every part has some words. Inside a part cuts are made
    where the words say that another purpose follows («а ещё», «и чтобы»), or one cut where `models.cuts` is at
    least ``settings.split_at`` sure. No cut falls inside personal data; a doubtful answer stays whole. Linking words
    and signs at the ends («и», «1)», «;») belong to no statement.
    """
    kept = tuple((item.start, item.end) for item in personal)
    return list(_statements(verbatim, kept, settings.split_at if settings.split else 2.0, settings.split))


def whole_statement(verbatim: str) -> Span:
    """Return the uncut statement: all of a verbatim but the spaces and stray signs at its ends."""
    return _trimmed(verbatim, 0, len(verbatim))


def phrase_id(study_id: str, card_id: str, row: int, field: str, span: Span) -> str:
    """Return the lasting id of a phrase: its place in the verbatim is its identity."""
    place = "\0".join([study_id, card_id, str(row), field, str(span.start), str(span.end)])
    return hashlib.sha256(place.encode()).hexdigest()[:20]


@lru_cache(_REMEMBERED)
def _statements(verbatim: str, kept: tuple[tuple[int, int], ...], sure: float, split: bool) -> tuple[Span, ...]:
    whole = whole_statement(verbatim)
    if not split or len(verbatim) > _STORY:
        return (whole,)
    return tuple(span for part in _parts(verbatim, kept) for span in _halves(verbatim, part, kept, sure)) or (whole,)


def _parts(verbatim: str, kept: tuple[tuple[int, int], ...]) -> list[Span]:
    """The parts between semicolons, line breaks and list marks; the whole where a part would have no words."""
    whole = whole_statement(verbatim)
    marks = [match.span() for pattern in (_BREAKS, _COUNTED, _BULLETS) for match in pattern.finditer(verbatim)]
    marks += _list_numbers(verbatim)
    marks = [mark for mark in marks if not any(start < mark[1] and mark[0] < end for start, end in kept)]
    edges = [0, *(edge for mark in sorted(marks) for edge in mark), len(verbatim)]
    spans = [_trimmed(verbatim, start, end) for start, end in list(pairwise(edges))[::2] if start <= end]
    spans = [Span(span.start, _without_link(verbatim, span)) for span in spans if span.end > span.start]
    return spans if len(spans) > 1 and all(_says_something(verbatim, span) for span in spans) else [whole]


def _list_numbers(verbatim: str) -> list[tuple[int, int]]:
    """«1) …, 2) …»: numbers that count up from 1; «IELTS 7.0» is none."""
    found = list(_NUMBERED.finditer(verbatim))
    counts = [int(match[1]) for match in found] == list(range(1, len(found) + 1))
    return [match.span() for match in found] if counts and len(found) > 1 else []


def _halves(verbatim: str, part: Span, kept: tuple[tuple[int, int], ...], sure: float) -> list[Span]:
    """The part cut where two purposes meet, or whole. Where words say so, more than once; on a likelihood, once."""
    text = verbatim[part.start : part.end]
    if len(text) > _LONGEST:
        return [part]
    found = [
        (sureness(cut), part.start + cut.end, part.start + cut.start)
        for cut in cuts(text)
        if not any(left < part.start + cut.start and part.start + cut.end < right for left, right in kept)
    ]
    certain = [(end, start) for likely, end, start in found if likely == 1]
    best = max(found, default=(0.0, 0, 0))
    places = certain or ([best[1:]] if best[0] >= sure else [])
    edges = [part.start, *(edge for place in places for edge in place), part.end]
    return [_trimmed(verbatim, start, end) for start, end in list(pairwise(edges))[::2]]


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and (text[start].isspace() or text[start] in ";,•"):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in ";,"):
        end -= 1
    return Span(start, end)


def _without_link(verbatim: str, span: Span) -> int:
    """The end of a part without the word that leads over to the next one."""
    link = _LINK_BEFORE.search(verbatim, span.start, span.end)
    return link.start() if link and link.start() > span.start else span.end


def _says_something(verbatim: str, span: Span) -> bool:
    return len(_LETTERS.findall(verbatim, span.start, span.end)) >= _LEAST_LETTERS
