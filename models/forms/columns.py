"""Which column means what: proposed from header words, for any number of purpose rows."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from shlex import quote

from models.config import Columns, RowColumns
from models.errors import RechkiError
from models.forms.presets import Preset, coded_words, header_key, header_words
from models.tables.cells import refused
from models.tables.table import Table

_OF_CODED = {
    "id": "card_id",
    "code": "code",
    "score": "score",
    **{kind: kind for kind in ("row", "respondent", "wave", "target", "net", "text", "why", "why_code")},
    "strategy": "strategy",
    "strategy_reason": "strategy_reason",
}
_SINGLE = ("id", "respondent", "date", "wave", "row")
_QUESTION_NUMBER = re.compile(r"^(?:q\d+(?:_\d+)?\s*[:.)]\s*|\d{1,3}\s*[.)]\s*)+")
_SCALES = re.compile(r"\d+\s*[-–—]\s*\d+|от \d+ до \d+|from \d+ to \d+|\d+\s*[=–-]\s*\w+|\b\d+\s*балл\w*|\d+-балльн\w*")
_ROW_NUMBER = re.compile(r"(?:[\s_.,(\[#№-]|\bno\.?(?=\W|\d)|\bn\b)*\d+[)\]\s]*$")
_FIELDS = re.compile(r"\{\{[^}]*\}\}")
_DIGITS = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")
_ORDINALS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bперв|\bfirst\b",
        r"\bвтор|\bsecond\b",
        r"\bтрет|\bthird\b",
        r"\bчетв[её]рт|\bfourth\b",
        r"\bпят(?:ая|ую|ой|ый|ое)\b|\bfifth\b",
    )
)


@dataclass(frozen=True)
class _Column:
    name: str
    place: int
    kind: str
    rank: int  # of the pattern inside its kind: the lower the better
    number: int | None


def propose_columns(table: Table, preset: Preset | None = None) -> Columns:
    """Propose the meaning of every column from its header.

    Purpose rows are put together by the numbers in the headers («Цель 2», «второй причине», «[Причина 2]») or, where
    these do not agree, by the order of the columns.

    Returns
    -------
    Columns
        Columns that mean nothing known become attributes; contact columns and those of the form tool are ignored, so
        that they are never read. The layout is long when neighbouring lines show that they belong to one card.

    Raises
    ------
    RechkiError
        When no column is a purpose.
    """
    columns = [
        _Column(name, place, *_meaning(header_key(name), preset), _number(name))
        for place, name in enumerate(table.header)
        if name
    ]
    by_kind: dict[str, list[_Column]] = defaultdict(list)
    for column in columns:
        by_kind[column.kind].append(column)
    if not by_kind["purpose"]:
        raise refused(
            f"no column holds a purpose; the header is: {', '.join(table.header)}",
            table.path,
            _elsewhere(table)
            + "For cards: name the column in study.yaml under cards.columns.rows, or give it a header "
            "such as «Цель 1», «Зачем вы пришли?» or purpose_1.",
        )
    _tell_reasons(by_kind)
    single = {kind: min(by_kind[kind], key=lambda c: (c.rank, c.place)).name for kind in _SINGLE if by_kind[kind]}
    rows = _rows(by_kind)
    used = {*single.values(), *(name for row in rows for name in (row.purpose, row.score, row.why) if name)}
    ignored = tuple(column.name for column in by_kind["ignore"])
    attributes = tuple(column.name for column in columns if column.name not in used and column.kind != "ignore")
    proposed = Columns.model_validate({**single, "rows": rows, "attributes": attributes, "ignore": ignored})
    return proposed.model_copy(update={"layout": "long"}) if _is_long(table, proposed) else proposed


def _elsewhere(table: Table) -> str:
    """Say what takes a table that holds no purposes: the balance where it is coded by hand, else groups of a column."""
    file = quote(str(table.path))
    try:
        coded_columns(table)
    except RechkiError:
        return f"Answers of one column are grouped by: rechki cluster {file} --text COLUMN. "
    return f"These are the columns of a table coded by hand; its balance: rechki balance {file} --out report. "


def coded_columns(table: Table) -> dict[str, str]:
    """Name the columns of a table that people have coded by hand: one line a code, or a line with several codes.

    Returns
    -------
    dict of str to str
        The column of each kind: id, code and score, and of row, respondent, wave, target, net, text, why, why_code,
        strategy and strategy_reason those there are. Contact columns are never named, so that they are never read.

    Raises
    ------
    RechkiError
        When a needed column is missing, or two could be meant.
    """
    by_kind: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in filter(None, table.header):
        kind, rank = _by_words(header_key(name), coded=True)
        by_kind[kind][rank].append(name)
    there = f"the header is: {', '.join(table.header)}"
    found = {}
    for kind, shown in _OF_CODED.items():
        best = by_kind[kind][min(by_kind[kind])] if by_kind[kind] else []
        if len(best) > 1 and kind not in ("text", "why"):
            raise refused(
                f"several columns could be the {shown}: {', '.join(best)}",
                table.path,
                f"Call only one of them {shown}; several codes of a line stand in one column, joined by |.",
            )
        if best:
            found[kind] = best[0]
        elif kind in ("id", "code", "score"):
            raise refused(
                f"no column is the {shown}; {there}",
                table.path,
                f"Call a column {shown}; needed: card_id, code, score.",
            )
    if "text" not in found and by_kind["purpose"]:
        found["text"] = by_kind["purpose"][min(by_kind["purpose"])][0]
    return found


def coded_attributes(table: Table, used: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Name the column of the date in a table coded by hand, or nothing, and those that are attributes of cards.

    Contact columns and those that are about a purpose are none.
    """
    kinds = {name: _by_words(header_key(name), coded=True) for name in table.header if name and name not in used}
    dates = sorted((rank, table.column(name), name) for name, (kind, rank) in kinds.items() if kind == "date")
    date = dates[0][2] if dates else ""
    return date, tuple(name for name, (kind, _) in kinds.items() if kind in ("attribute", "date") and name != date)


def names_a_purpose(cells: Sequence[str]) -> bool:
    """Tell whether a line of cells could be a header: one of several cells is a purpose by its words."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 and any(_meaning(header_key(cell), None)[0] == "purpose" for cell in filled)


def _meaning(key: str, preset: Preset | None) -> tuple[str, int]:
    """The kind of a header and how good the match is (0 the best)."""
    if preset:
        code = key.partition(":")[0]  # a form with question codes shows «code: question»
        for kind in ("id", "date", "ignore"):
            known = getattr(preset.columns, kind)
            place = next((known.index(word) for word in (key, code) if word in known), None)
            if place is not None:
                return kind, place - len(known)
    return _by_words(key)


@lru_cache(10_000)
def _by_words(key: str, coded: bool = False) -> tuple[str, int]:
    for form in (_QUESTION_NUMBER.sub("", key) or key, _plain(key)):
        for kind, patterns in _patterns(coded).items():
            for rank, pattern in enumerate(patterns):
                if pattern.fullmatch(form):
                    return ("attribute" if kind == "fixed" else kind), rank
    return "attribute", 0


def _plain(key: str) -> str:
    """The header without question numbers, scales, and the number of its purpose row at the end."""
    text = _SCALES.sub(" ", _QUESTION_NUMBER.sub("", _FIELDS.sub("", key)))
    return " ".join(_ROW_NUMBER.sub("", text).replace("_", " ").split())


@cache
def _patterns(coded: bool) -> dict[str, tuple[re.Pattern[str], ...]]:
    """The patterns of every kind; in a table coded by hand the words of its own columns go first."""
    words = {**coded_words(), **header_words()} if coded else header_words()
    return {kind: tuple(re.compile(pattern) for pattern in known) for kind, known in words.items()}


def _number(name: str) -> int | None:
    """The number of the purpose row a header names; question numbers and scales are none."""
    key = _SCALES.sub(" ", _QUESTION_NUMBER.sub("", _FIELDS.sub("", header_key(name)).replace("_", " ")))
    ordinal = next((at for at, pattern in enumerate(_ORDINALS, start=1) if pattern.search(key)), None)
    digits = _DIGITS.findall(key)
    return int(digits[-1]) if digits else ordinal


def _rows(by_kind: dict[str, list[_Column]]) -> tuple[RowColumns, ...]:
    purposes = by_kind["purpose"]
    numbers = [column.number for column in purposes]
    numbered = None not in numbers and len(set(numbers)) == len(numbers)
    if numbered:
        purposes = sorted(purposes, key=lambda column: column.number or 0)
    score = _beside(purposes, by_kind["score"], numbered)
    why = _beside(purposes, by_kind["why"], numbered)
    return tuple(RowColumns(purpose=p.name, score=score.get(p.place), why=why.get(p.place)) for p in purposes)


def _tell_reasons(by_kind: dict[str, list[_Column]]) -> None:
    """«Цель 1 · Балл 1 · Причина 1»: where nothing else is a reason, the second purpose of a number is the reason."""
    purposes = by_kind["purpose"]
    by_number: dict[int | None, list[_Column]] = defaultdict(list)
    for column in purposes:
        by_number[column.number].append(column)
    if by_kind["why"] or not by_kind["score"] or any(len(columns) != 2 for columns in by_number.values()):
        return
    by_kind["purpose"] = [columns[0] for columns in by_number.values()]
    by_kind["why"] = [columns[1] for columns in by_number.values()]


def _beside(purposes: list[_Column], others: list[_Column], numbered: bool) -> dict[int, str]:
    """For every purpose column the score (or reason) column that belongs to it.

    By number where all columns have one; else in turn where there are as many as purposes and they stand apart from
    them; else the first one after the purpose and before the next.
    """
    known = {column.number for column in purposes}
    given = [column.number for column in others]
    if numbered and others and set(given) <= known and len(set(given)) == len(given):
        by_number = {column.number: column.name for column in others}
        return {p.place: by_number[p.number] for p in purposes if p.number in by_number}
    in_order = sorted(purposes, key=lambda column: column.place)
    ends = [*(column.place for column in in_order[1:]), 1 << 30]
    after = {
        p.place: next((column.name for column in others if p.place < column.place < end), None)
        for p, end in zip(in_order, ends, strict=True)
    }
    if len(others) == len(purposes) and None in after.values():
        return {p.place: column.name for p, column in zip(in_order, others, strict=True)}
    return {place: name for place, name in after.items() if name}


def _is_long(table: Table, columns: Columns) -> bool:
    """Tell whether lines are purposes of cards rather than cards.

    A column that numbers the purposes says so. Else neighbouring lines must share what names a card: its id and date,
    or, without an id, the clock time and every attribute; an id or date may also stand on the card's first line only.
    """
    if len(columns.rows) > 1:
        return False
    if columns.row:
        return True
    names = [name for name in (columns.id, columns.respondent, columns.date) if name]
    if not names:
        return False
    about = [table.column(name) for name in (*names, *(() if columns.id else columns.attributes))]
    purpose = table.column(columns.rows[0].purpose)
    said = [
        (tuple(row.cells[at].strip() for at in about), row.cells[purpose].strip())
        for row in table.rows
        if row.cells[purpose].strip()
    ]
    keys = [key for key, _ in said]
    shared = [
        at
        for at in range(1, len(said))
        if keys[at] == keys[at - 1] and any(keys[at]) and said[at][1] != said[at - 1][1]
    ]
    continued = [at for at in range(1, len(keys)) if not any(keys[at]) and any(keys[at - 1])]
    if continued:
        return True
    told_apart = bool(columns.id or columns.respondent) or any(":" in cell for key in keys for cell in key)
    blocks = 1 + sum(keys[at] != keys[at - 1] for at in range(1, len(keys)))
    ids = [key[0] for key in keys]
    together = blocks == len(set(keys)) and (not columns.id or len(set(ids)) == len(set(keys)))
    return bool(shared) and told_apart and together
