"""What is known of cards and of clients: attributes as values, and every cell that holds none named."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from models.config import Measures
from models.dates import month_comes_first
from models.errors import RechkiError
from models.measures.cells import NoValue, amount, day, is_blank, label, rating, segment
from models.measures.columns import SINGLE, Found, find_columns

_MOST_UNREAD = 0.5
_FEW = 4
MONEY = ("revenue", "margin")
_AMOUNTS = (*MONEY, "purchases", "cycle", "support")
_DATES = ("first_date", "last_date")
_LABELS = ("segment", "stage", "role")


@dataclass(frozen=True)
class CardAttributes:
    """A card's attributes as text, by column, with its place in the files."""

    card_id: str
    respondent: str
    date: datetime | None
    file: str
    row: int
    values: Mapping[str, str]

    @property
    def evidence(self) -> list[str]:
        """What a hash of the evidence covers: the card, who gave it, when, and what it says."""
        said = [text for pair in sorted(self.values.items()) for text in pair]
        return [self.card_id, self.respondent, self.date.isoformat() if self.date else "", *said]


@dataclass(frozen=True)
class Unread:
    """A cell that holds no value of its column; it counts as missing."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column!r}: {self.reason}"


@dataclass(frozen=True)
class Facts:
    """The attributes of cards as values.

    Attributes
    ----------
    cards : DataFrame
        By card id, the earliest first, cards without a date before all: respondent, date; then a column for each kind
        of `columns.single`, ``csi <column>``, ``importance <column>`` (of the item) and ``other <column>``. Categories
        are keys for comparing; missing values are null.
    names : mapping of str to str
        How a category is written: its key to its most frequent spelling.
    unread : tuple of Unread
        Cells that hold no value.
    """

    cards: pd.DataFrame
    columns: Found
    names: Mapping[str, str]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()


def read_facts(
    cards: Sequence[CardAttributes], settings: Measures, columns: Sequence[str] = (), month_first: bool = False
) -> Facts:
    """Read the attributes of cards; `columns` are those there could be, in their order.

    A column that was recognised by its header, and of whose cells more than half hold no value, is not what it was
    taken for: it becomes an attribute like others, and a note says so.

    Raises
    ------
    RechkiError
        When study.yaml names a column that is not there, or most of whose cells hold no value.
    """
    there = sorted({name for card in cards for name in card.values} - set(columns))
    found = find_columns([*columns, *there], settings.columns)
    ordered = sorted(cards, key=lambda card: (card.date is not None, card.date or datetime.min, card.file, card.row))
    days = [found.single[kind] for kind in _DATES if kind in found.single]
    month_first = month_comes_first((card.values.get(name, "") for card in cards for name in days), month_first)
    index = pd.Index([card.card_id for card in ordered], name="card_id")
    table: dict[str, pd.Series[Any]] = {
        "respondent": pd.Series([card.respondent for card in ordered], index=index, dtype=object),
        "date": pd.to_datetime(pd.Series([card.date for card in ordered], index=index)),
    }
    unread: list[Unread] = []
    notes: list[str] = []
    for key, column, read in [*_readers(found, month_first)]:
        if column not in found.meanings():
            continue
        values, wrong = _read(ordered, column, read)
        given = sum(value is not None for value in values) + len(wrong)
        if given >= _FEW and len(wrong) > _MOST_UNREAD * given:
            found = _without(found, column, wrong, given, settings)
            continue
        unread += wrong
        if key.startswith("csi ") and all(value is None for value in values):
            notes.append(f"nobody answered {column!r}: it is left out of CSI")
            found = replace(found, csi=tuple(name for name in found.csi if name != column))
            continue
        table[key] = pd.Series(values, index=index, dtype=_dtype(key))
    for column in found.others:
        table[f"other {column}"] = pd.Series(_read(ordered, column, label)[0], index=index, dtype=object)
    notes += [*found.notes, *_about_money(pd.DataFrame(table), settings)]
    if found.importance and set(found.importance) != set(found.csi):
        notes.append("not every item of CSI has its importance: CSI is not weighted")
    unread.sort(key=lambda item: (item.file, item.row, item.column))
    return Facts(pd.DataFrame(table), found, _names(ordered), tuple(unread), tuple(notes))


def clients(facts: Facts, settings: Measures) -> pd.DataFrame:
    """Return what is known of each respondent, by name.

    The latest card that says something counts; money is summed over the cards where it is the card's; a first date is
    the earliest that was named, a last one the latest. ``seen`` is the date of the latest card.
    """
    grouped = facts.cards.groupby("respondent", sort=True)
    table = grouped.last().rename(columns={"date": "seen"})
    if settings.money == "card":
        for kind in MONEY:
            if kind in facts.cards:
                table[kind] = grouped[kind].sum(min_count=1)
    if "first_date" in facts.cards:
        table["first_date"] = grouped["first_date"].min()
    if "last_date" in facts.cards:
        table["last_date"] = grouped["last_date"].max()
    return table


def _readers(found: Found, month_first: bool) -> Iterable[tuple[str, str, Callable[[str], object]]]:
    """Key, column and reader of every column with a meaning."""
    for kind, column in found.single.items():
        if kind in _AMOUNTS:
            yield kind, column, amount
        elif kind in _DATES:
            yield kind, column, lambda cell: day(cell, month_first)
        elif kind in _LABELS:
            yield kind, column, segment if kind == "segment" else label
        else:
            yield kind, column, lambda cell: rating(cell, 0, 10)
    for column in found.csi:
        yield f"csi {column}", column, lambda cell: rating(cell, 1, 5)
    for item, column in found.importance.items():
        yield f"importance {item}", column, _importance


def _importance(cell: str) -> float:
    value = amount(cell)
    if value < 0:
        raise NoValue(f"{cell!r} is no importance: it is below zero")
    return value


def _read(
    cards: Sequence[CardAttributes], column: str, read: Callable[[str], object]
) -> tuple[list[object], list[Unread]]:
    values: list[object] = []
    wrong = []
    for card in cards:
        cell = card.values.get(column, "").strip()
        try:
            values.append(None if is_blank(cell) else read(cell))
        except NoValue as error:
            values.append(None)
            wrong.append(Unread(card.file, card.row, column, str(error)))
    return values, wrong


def _without(found: Found, column: str, wrong: Sequence[Unread], given: int, settings: Measures) -> Found:
    """The columns without one that is not what it was taken for."""
    kind = found.meanings()[column]
    what = f"{len(wrong)} of {given} cells of {column!r}, taken for {kind}, hold no value of it, such as {wrong[0]}"
    if _is_named(column, settings):
        raise RechkiError(what, "measures.columns", "Correct the cells, or name the right column.")
    left = replace(
        found,
        single={of: name for of, name in found.single.items() if name != column},
        csi=tuple(name for name in found.csi if name != column),
        importance={item: name for item, name in found.importance.items() if column not in (item, name)},
        notes=(*found.notes, f"{what}; not used"),
    )
    freed = [name for name in found.meanings() if name not in left.meanings()]  # an item takes its importance along
    return replace(left, others=(*found.others, *freed))


def _is_named(column: str, settings: Measures) -> bool:
    chosen = settings.columns
    single = (getattr(chosen, kind) for kind in SINGLE)
    return column in {*single, *(chosen.csi or ()), *chosen.importance, *chosen.importance.values()}


def _about_money(cards: pd.DataFrame, settings: Measures) -> Iterable[str]:
    """Sums by client count a client's total twice where it stands on each of the client's cards."""
    for kind in MONEY:
        if kind in cards and settings.money == "card":
            several = cards.dropna(subset=[kind]).groupby("respondent")[kind].agg(["size", "nunique"])
            several = several[several["size"] > 1]
            if len(several) > 1 and (several["nunique"] == 1).all():
                yield (
                    f"{kind} is the same on all cards of each client and was summed; if it is the client's total, "
                    "set measures.money: client"
                )


def _names(cards: Sequence[CardAttributes]) -> dict[str, str]:
    """The most frequent spelling of every category; of equally frequent ones the first by letters."""
    counts: dict[str, dict[str, int]] = {}
    for card in cards:
        for cell in card.values.values():
            told = " ".join(cell.split())
            spellings = counts.setdefault(label(told), {})
            spellings[told] = spellings.get(told, 0) + 1
    return {key: min(of, key=lambda told: (-of[told], told)) for key, of in counts.items()}


def _dtype(key: str) -> str:
    if key in _LABELS:
        return "object"
    return "datetime64[us]" if key in _DATES else "float64"
