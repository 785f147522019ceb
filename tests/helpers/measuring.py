"""Small tables of cards for the tests of the measures: what is said of a card beside what it is measured to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from models.balance import CodedRow
from models.codebook import FIXED, Code, Target
from models.config import Study, default_study
from models.measures.facts import CardAttributes
from models.measures.measured import Measured, measure

CODES = (
    Code("money", "Деньги", Target.YES, net="Внешнее"),
    Code("growth", "Рост", Target.YES, net="Внутреннее"),
    Code("calm", "Покой", Target.NO, net="Внутреннее"),
    *FIXED,
)


def settings(**measures: Any) -> Study:
    """The default settings with some keys of `measures` changed."""
    study = default_study("Проба")
    changed = study.measures.model_validate({**study.measures.model_dump(), **measures})
    return study.model_copy(update={"measures": changed})


def measured(cards: Iterable[Mapping[str, Any]], study: Study | None = None) -> Measured:
    """Measure cards of one row each: `codes` (ids, by spaces), `score`, `who`, `date`; every other key is a column."""
    rows, about = [], []
    for at, card in enumerate(cards, start=2):
        said = {"codes": "money", "score": 4, "who": f"r{at}", "date": None, **card}
        codes, score, who, date = (said.pop(key) for key in ("codes", "score", "who", "date"))
        rows.append(CodedRow(f"c{at}", 1, who, "", score, frozenset(str(codes).split())))
        day = datetime.fromisoformat(date) if date else None
        values = {name: str(value) for name, value in said.items() if value != ""}
        about.append(CardAttributes(f"c{at}", who, day, "cards.csv", at, values))
    return measure(rows, CODES, about, study or settings())


def lines(found: Measured, of: str, /, **where: str) -> pd.DataFrame:
    """The lines of a measure, those with certain values only."""
    table = found.table[found.table["measure"] == of]
    for key, value in where.items():
        table = table[table[key] == value]
    return table


def one(found: Measured, of: str, /, **where: str) -> dict[str, Any]:
    """The only line of a measure with certain values."""
    (line,) = lines(found, of, **where).to_dict("records")
    return line
