"""Names of streams in a sentence: the first ones, and how many others there are.

Names stand between isolating marks, so that a name written from right to left turns nothing else around.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.language import Language

_NAMED = 3  # streams that a sentence names; the others are counted
_OTHERS = "ещё {n} поток|ещё {n} потока|ещё {n} потоков"

Stream = Mapping[Any, Any]  # a line of `models.balance.served_balance` or of `models.waves.wave_balance`


def named(streams: Sequence[Stream], t: Language) -> str:
    """Name the first streams and count the others."""
    return listed([name_of(stream, t) for stream in streams], t)


def listed(names: Sequence[str], t: Language) -> str:
    """Write the first and count the others: «А», «Б», «В» и ещё 2 потока."""
    if len(names) <= _NAMED + 1:  # «and one more stream» is no shorter than its name
        *first, last = names
        return f"{', '.join(first)} {t('и')} {last}" if first else last
    left = len(names) - _NAMED
    others = t.form(left, _OTHERS).format(n=left)
    return f"{', '.join(names[:_NAMED])} {t('и')} {others}"


def name_of(stream: Stream, t: Language) -> str:
    """Name one stream."""
    return t("«{name}»", name=isolated(stream["code"]))


def isolated(text: str) -> str:
    """Put a text of somebody between isolating marks."""
    return f"\u2068{text}\u2069"
