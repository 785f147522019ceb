"""Non-answers: whole answers that say nothing, in the many forms people give them.

An answer is one when it is in the study's list, or when every word of it belongs to a way of not answering
(configs/non_answers.yaml): «честно говоря, не помню уже», «да так», «ничего конкретного сказать не могу». One word of
substance makes it an answer: «нет сил», «не знаю куда деть себя по вечерам».
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from models.text import text_key

_LETTERS = re.compile(r"[^\W\d_]")
_GAP = r"(?:[\s,.!?;:)(…-]+|$)"
_STRETCHED = re.compile(r"(\w)\1{2,}")
_LONGEST, _MOST_GAPS = 80, 9
_REMEMBERED = 65_536


def is_non_answer(text: str, listed: Iterable[str]) -> bool:
    """Tell whether a (masked) text says nothing.

    Parameters
    ----------
    listed : iterable of str
        The study's own list (``phrases.non_answers``), besides the rules. Emoji and punctuation alone are no answer
        either.
    """
    key = text_key(text)
    return not _LETTERS.search(key) or key in _keys(tuple(listed)) or _says_nothing(key)


@lru_cache(_REMEMBERED)
def _says_nothing(key: str) -> bool:
    if len(key) > _LONGEST or key.count(" ") > _MOST_GAPS:
        return False
    short = _STRETCHED.sub(r"\1", key)  # «неееет»
    return any(pattern.fullmatch(form) for pattern in _patterns() for form in (key, short))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A refusal among refusals, fillers and endings; and the answers that are only a sound."""
    loaded = YAML(typ="safe").load(files("configs").joinpath("non_answers.yaml").read_text("utf-8"))
    parts = {kind: "|".join(patterns) for kind, patterns in loaded.items()}
    refusals = parts["refusals"].replace("%MATTERS%", parts["matters"])
    fillers, endings = parts["fillers"], parts["endings"]
    whole = rf"(?:(?:{fillers}){_GAP})*(?:(?:{refusals}){_GAP})(?:(?:{refusals}|{fillers}|{endings}){_GAP})*"
    return re.compile(whole), re.compile(parts["sounds"])


@cache
def _keys(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(text_key(item) for item in listed)
