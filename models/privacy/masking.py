"""Masking: what was found is replaced by typed placeholders, the same words by the same one within a card."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from models.privacy.contacts import find_contacts, find_phones
from models.privacy.found import Found
from models.privacy.names import find_names
from models.privacy.numbers import find_numbers
from models.privacy.places import find_places

_FINDERS: tuple[Callable[[str], Iterable[Found]], ...] = (
    find_contacts,
    find_numbers,
    find_phones,
    find_places,
    find_names,
)
_REMEMBERED = 65_536  # answers repeat: «нет», «по совету подруги»


@dataclass
class Masker:
    """Placeholders of one card: the same words get the same number, in order of appearance."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def mask(self, text: str, found: Sequence[Found], start: int = 0, end: int | None = None) -> str:
        """Return ``text[start:end]`` with everything in `found` replaced."""
        end = len(text) if end is None else end
        parts, at = [], start
        for item in found:
            if item.start < end and item.end > start:
                parts += [text[at : item.start], self._placeholder(item.kind, text[item.start : item.end])]
                at = min(item.end, end)
        return "".join([*parts, text[at:end]])

    def originals(self) -> dict[str, str]:
        """Placeholder to the words it stands for; belongs into the owner's private file only."""
        return {f"[{kind}_{number}]": words for (kind, words), number in self.numbers.items()}

    def _placeholder(self, kind: str, words: str) -> str:
        number = self.numbers.setdefault((kind, words), 1 + sum(k == kind for k, _ in self.numbers))
        return f"[{kind}_{number}]"


@lru_cache(_REMEMBERED)
def find_personal(text: str) -> tuple[Found, ...]:
    """Find personal data, in order and without overlaps.

    Of finds that overlap, that of the earlier finder stays; what stands inside a link or an address is not looked at
    again. Words found once are masked wherever the text repeats them. Rules, a dictionary and a tagger are no promise
    of anonymity: a human's look stays part of the work (``rechki check --pii``).
    """
    found: list[Found] = []
    for item in _all(text):
        _add(found, item)
    for item in list(found):
        for again in re.finditer(rf"(?<!\w){re.escape(text[item.start : item.end])}(?!\w)", text):
            _add(found, Found(again.start(), again.end(), item.kind))
    return tuple(sorted(found, key=lambda item: item.start))


def _add(found: list[Found], item: Found) -> None:
    if all(item.end <= other.start or item.start >= other.end for other in found):
        found.append(item)


def masked(text: str) -> str:
    """Return a text with its personal data replaced, for messages about a cell."""
    return Masker().mask(text, find_personal(text))


def keyed_id(key: bytes, kind: str, value: str) -> str:
    """Return 16 hex digits that stand for `value`; without the key they cannot be turned back or guessed."""
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]


def _all(text: str) -> Iterator[Found]:
    for finder in _FINDERS:
        yield from finder(text)
