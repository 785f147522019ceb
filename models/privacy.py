"""Personal data: found and replaced by typed placeholders before a text leaves the study.

Rules find contacts and card numbers; pymorphy3 finds full names («Марина Лебедева», «Ольга Сергеевна»). Rules and a
dictionary are no promise of anonymity: a human's look stays part of the work.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

_BETWEEN = r"[\s().\u2010-\u2015-]{0,3}"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ПОЧТА", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("ССЫЛКА", re.compile(r"(?:https?://|www\.|\bt\.me/|\bvk\.com/|\bwa\.me/)\S*[^\s;,.!?…:()»\"']", re.IGNORECASE)),
    ("НИК", re.compile(r"(?<![\w.])@[A-Za-z]\w{2,}")),
    ("КАРТА", re.compile(r"(?<!\d)\d{4}(?:[\s\u2010-\u2015-]?\d{4}){3}(?!\d)")),
    ("ТЕЛЕФОН", re.compile(rf"(?<![\w+])(?:(?:\+?7|8)(?:{_BETWEEN}\d){{10}}|9(?:{_BETWEEN}\d){{9}})(?!\d)")),
)
_CAPITALISED = re.compile(r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\b")
_NAME_PARTS = {"Name", "Surn", "Patr"}


@dataclass(frozen=True)
class Found:
    """Personal data at ``text[start:end]``."""

    start: int
    end: int
    kind: str


@dataclass
class Masker:
    """Placeholders of one card: the same words get the same number, in order of appearance."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def mask(self, text: str, found: list[Found], start: int = 0, end: int | None = None) -> str:
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


def find_personal(text: str) -> list[Found]:
    """Find personal data, in order and without overlaps; an earlier rule wins."""
    found: list[Found] = []
    for kind, pattern in _RULES:
        found += [Found(*m.span(), kind) for m in pattern.finditer(text) if _free(found, *m.span())]
    found += [Found(start, end, "ИМЯ") for start, end in _full_names(text) if _free(found, start, end)]
    return sorted(found, key=lambda item: item.start)


def keyed_id(key: bytes, kind: str, value: str) -> str:
    """Return 16 hex digits that stand for `value`; without the key they cannot be turned back or guessed."""
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]


def _free(found: list[Found], start: int, end: int) -> bool:
    return all(end <= other.start or start >= other.end for other in found)


def _full_names(text: str) -> list[tuple[int, int]]:
    """Two or three capitalised words side by side that a dictionary knows as name, patronymic or surname."""
    spans: list[tuple[int, int, list[set[str]]]] = []
    for match in _CAPITALISED.finditer(text):
        parts = _name_parts(match.group())
        if not parts:
            continue
        if spans and text[spans[-1][1] : match.start()].isspace():
            start, _, kinds = spans.pop()
            spans.append((start, match.end(), [*kinds, parts]))
        else:
            spans.append((match.start(), match.end(), [parts]))
    return [(start, end) for start, end, kinds in spans if _is_full_name(kinds)]


def _is_full_name(kinds: list[set[str]]) -> bool:
    if len(kinds) == 1:
        return kinds[0] == {"Patr"}
    return any("Name" in parts or "Patr" in parts for parts in kinds)


@cache
def _morph() -> Any:  # noqa: ANN401  (pymorphy3 has no types)
    import pymorphy3  # loads its dictionary: only when a name may be near

    return pymorphy3.MorphAnalyzer()


@cache
def _name_parts(word: str) -> set[str]:
    return {part for parse in _morph().parse(word) for part in _NAME_PARTS if part in parse.tag}
