"""Names of codes that look like several codes, joined by something else than ``|``."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from models.text import text_key

_OTHER_SEPARATORS = re.compile("[;,]")
_NO_NAME_HAS = ";"  # a comma stands in many names, a semicolon in none: one part that is a code is enough


def name_key(name: str) -> str:
    """Return what names of one code share: they read the same, and unlike in answers «A+» and «A» are two."""
    return text_key(f"0{name}0")  # between two digits nothing is taken off its ends


def seem_joined(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names that hold codes parted by ``;`` or ``,``, each with those.

    A part is a code when it is a name, or a part of several names. With a comma at least two parts must be.
    """
    names = list(names)
    parts = {name: _parts(name) for name in names}
    known = dict(_repeated(parts.values())) | {name_key(name): name for name in names}
    found = {}
    for name in names:
        codes = [known[key] for key in parts[name] if key in known]
        if len(parts[name]) > 1 and len(codes) > (_NO_NAME_HAS not in name):
            found[name] = codes
    return found


def _parts(name: str) -> dict[str, str]:
    """What a name consists of, by its key."""
    parts = (" ".join(part.split()) for part in _OTHER_SEPARATORS.split(name))
    return {key: part for part in parts if (key := name_key(part)) != name_key("")}


def _repeated(names: Iterable[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """The parts that stand in several names."""
    seen: Counter[str] = Counter()
    for parts in names:
        for key, part in parts.items() if len(parts) > 1 else ():
            seen[key] += 1
            if seen[key] > 1:
                yield key, part
