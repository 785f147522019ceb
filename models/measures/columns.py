"""Which attribute of the cards is what: recognised by its header, or named in study.yaml."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from models.config import MeasureColumns
from models.errors import RechkiError
from models.forms.presets import header_key, measure_words

SINGLE = (
    *("nps", "segment", "revenue", "purchases", "cycle", "support", "margin", "first_date", "last_date"),
    *("stage", "role"),
)
MOST_CATEGORIES = 20  # different values of an attribute that can be counted one by one
_AFTER_THE_NAME = re.compile(r"\s*[,(\[].*", re.DOTALL)  # «Выручка, руб.», «Маржа (за год)»
_NO_ITEM = {"csi", "importance", "weight", "важность", "вес"}


@dataclass(frozen=True)
class Found:
    """The columns of the measures.

    Attributes
    ----------
    single : mapping of str to str
        Column by kind (`SINGLE`), of those kinds that there are.
    csi : tuple of str
        The columns of CSI items.
    importance : mapping of str to str
        The column of an item's importance, by the item's column.
    others : tuple of str
        Attributes without a meaning of their own.
    notes : tuple of str
        What a person should look at.
    """

    single: Mapping[str, str] = field(default_factory=dict)
    csi: tuple[str, ...] = ()
    importance: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def meanings(self) -> dict[str, str]:
        """Return what each column is, by its name, for people."""
        told = {name: kind for kind, name in self.single.items()}
        told |= dict.fromkeys(self.csi, "csi")
        return told | {name: f"importance of {item}" for item, name in self.importance.items()}


def find_columns(names: Sequence[str], chosen: MeasureColumns) -> Found:
    """Find the columns of the measures among the attributes of the cards.

    A kind that study.yaml names a column for has that one, and with an empty name none. For the others the header
    decides; where two columns could be meant, neither is taken.

    Raises
    ------
    RechkiError
        When a column named in study.yaml is no attribute of the cards.
    """
    _require_there(chosen, names)
    by_kind: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        if meant := _meaning(name):
            kind, rank = meant
            by_kind[kind][rank].append(name)
    single, notes = {}, []
    for kind in SINGLE:
        named = getattr(chosen, kind)
        best = by_kind[kind][min(by_kind[kind])] if by_kind[kind] else []
        if named or (named is None and len(best) == 1):
            single[kind] = named or best[0]
        elif named is None and best:
            notes.append(f"several columns could be {kind}: {', '.join(best)}; name one in study.yaml")
    recognised = [name for name in names if name in by_kind["csi"][0]]
    csi = tuple(recognised if chosen.csi is None else chosen.csi)
    by_item = {_item(name): name for name in names if name in [*by_kind["importance"][0], *by_kind["importance"][1]]}
    importance = {name: by_item[_item(name)] for name in csi if _item(name) in by_item} | dict(chosen.importance)
    used = {*single.values(), *csi, *importance.values()}
    others = tuple(name for name in names if name not in used)
    return Found(single, csi, importance, others, tuple(notes))


def _require_there(chosen: MeasureColumns, names: Sequence[str]) -> None:
    wanted = [*filter(None, (getattr(chosen, kind) for kind in SINGLE)), *(chosen.csi or ())]
    wanted += [name for pair in chosen.importance.items() for name in pair]
    for name in wanted:
        if name not in names:
            there = f"there are: {', '.join(names)}" if names else "they have none"
            raise RechkiError(
                f"the cards have no attribute {name!r}; {there}",
                "measures.columns",
                "Correct the name, or list the column under cards.columns.attributes.",
            )


def _meaning(name: str) -> tuple[str, int] | None:
    key = header_key(name).replace("_", " ")
    for form in (key, _AFTER_THE_NAME.sub("", key)):
        for kind, patterns in _patterns().items():
            for rank, pattern in enumerate(patterns):
                if pattern.fullmatch(form):
                    return kind, rank
    return None


def _item(name: str) -> tuple[str, ...]:
    """What a CSI column is about: its words without «csi» and «importance»."""
    return tuple(word for word in re.findall(r"\w+", header_key(name).replace("_", " ")) if word not in _NO_ITEM)


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    return {kind: tuple(re.compile(pattern) for pattern in known) for kind, known in measure_words().items()}
