"""Names of codes that look like several codes, joined by something else than ``|``."""

import re
from collections.abc import Iterable

from models.text import text_key

_OTHER_SEPARATORS = re.compile("[;,]")


def name_key(name: str) -> str:
    """Return what names of one code share: they read the same, and unlike in answers «A+» and «A» are two."""
    return text_key(f"0{name}0")  # between two digits nothing is taken off its ends


def seem_joined(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names that hold at least two others, parted by ``;`` or ``,``, each with those."""
    names = list(names)
    known = {name_key(name): name for name in names}
    found = {}
    for name in names:
        parts = dict.fromkeys(name_key(" ".join(part.split())) for part in _OTHER_SEPARATORS.split(name))
        codes = [known[part] for part in parts if part in known]
        if len(codes) > 1:
            found[name] = codes
    return found
