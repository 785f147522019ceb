"""Normalisation for matching only: two texts that a person reads as the same get the same key."""

import re
import unicodedata
from functools import lru_cache

from models.inert import printable

_PLACEHOLDER_NUMBER = re.compile(r"\[([А-ЯЁ]+)_\d+\]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_CONTROLS = re.compile("[\x7f-\x84\x86-\x9f]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = re.compile("[«»„“”‟\"'`‘’]")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")
_LOOK_ALIKE = str.maketrans("aceopxykmhtbABCEHKMOPTXY", "асеорхукмнтвАВСЕНКМОРТХУ")
_CYRILLIC = re.compile("[а-яА-ЯёЁ]")
_PLAIN = re.compile("[а-яА-ЯёЁ0-9 ,.!?;:()+-]+")
_LATIN = re.compile("[a-zA-Z]")
_REMEMBERED = 65_536  # a text is asked for several times: as a purpose, as a phrase, for the card's content


def tidy(text: str) -> str:
    """Return text as a person meant it: single spaces, no space at the ends of lines, no empty line around it.

    What XML, YAML or UTF-8 cannot carry is dropped. Applying it twice changes nothing.
    """
    written = _CONTROLS.sub("", printable(text))
    return "\n".join(" ".join(line.split()) for line in written.splitlines()).strip("\n")


def visible(text: str) -> str:
    """Return text without the marks that have no width: soft hyphens, joiners, marks of direction."""
    return _INVISIBLE.sub("", text)


def without_numbers(masked: str) -> str:
    """Drop the numbers of placeholders: ``[ИМЯ_2]`` becomes ``[ИМЯ]``."""
    return _PLACEHOLDER_NUMBER.sub(r"[\1]", masked)


@lru_cache(_REMEMBERED)
def text_key(text: str) -> str:
    """Return the matching key of a (masked) text.

    NFKC, one kind of dash, no quotes, no invisible letters, single spaces, lower case, ё as е, Latin look-alikes
    inside a Cyrillic word as Cyrillic, no punctuation or emoji at the ends, placeholders without their numbers.
    The key is for comparing; the verbatim is kept beside it. Applying it twice changes nothing. A text of
    punctuation alone keeps it, so that «-» and «?» stay what they are.
    """
    if _PLAIN.fullmatch(text):  # most texts: one cheap pass gives the same
        key = " ".join(text.lower().replace("ё", "е").split())
        return _inner(key) or key
    key = _once(text)
    while (again := _once(key)) != key:  # a step may make room for an earlier one
        key = again
    return key


def _once(text: str) -> str:
    key = unicodedata.normalize("NFKC", without_numbers(text))
    key = visible(key)
    if _LATIN.search(key):
        key = _WORD.sub(_one_alphabet, key)
    key = _QUOTES.sub("", _DASHES.sub("-", key)).lower().replace("ё", "е")
    key = unicodedata.normalize("NFKC", key)
    key = _SPACES.sub(" ", key).strip()
    return (_inner(key, "[", "]") if "[" in key else _inner(key)) or key


def _inner(key: str, opening: str = "", closing: str = "") -> str:
    """What stands between the first and the last letter, digit or bracket; a scan, since a pattern would go back."""
    start, end = 0, len(key)
    while start < end and not (key[start].isalnum() or key[start] == opening):
        start += 1
    while start < end and not (key[end - 1].isalnum() or key[end - 1] == closing):
        end -= 1
    return key[start:end]


def _one_alphabet(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOK_ALIKE) if _CYRILLIC.search(word) else word
