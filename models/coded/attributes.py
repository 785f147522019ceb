"""What the columns that are no codings say of each card: attributes to be measured, and the date."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from models.coded.found import Answer, Fault
from models.coded.lines import LONGEST_SCORE
from models.coded.source import Source
from models.config import Study
from models.dates import NoDate, month_comes_first, parse_date
from models.forms.columns import coded_attributes
from models.inert import printable
from models.measures.columns import MOST_CATEGORIES, find_columns
from models.measures.facts import CardAttributes
from models.plural import counted
from models.privacy.masking import masked
from models.tables.table import Row

_REMEMBERED = 65_536


class Attributes:
    """The other columns of a table: `names` can be measured, and dates may have the month first."""

    def __init__(self, source: Source, used: Mapping[str, str], settings: Study) -> None:
        table = source.table
        self._source = source
        self._date, others = coded_attributes(table, used.values())
        self.names = self._measurable(others, settings)
        at = table.column(self._date) if self._date else 0
        dates = (row.cells[at] for row in table.rows) if self._date else ()
        self.month_first = month_comes_first(dates, table.month_first or not settings.cards.dayfirst)

    def of(self, answers: Sequence[Answer]) -> tuple[CardAttributes, ...]:
        """Return what is said of each card, masked; of a card that says two things neither counts."""
        lines: dict[str, list[int]] = defaultdict(list)
        respondents = {answer.coded.card_id: answer.coded.respondent for answer in answers}
        for answer in answers:
            lines[answer.coded.card_id] += answer.lines
        by_number = {row.number: row for row in self._source.table.rows}
        found, contradicted = [], Counter[str]()
        for card, numbers in lines.items():
            rows = [by_number[number] for number in sorted(numbers)]
            said = {name: self._told(rows, name) for name in (*self.names, self._date) if name}
            for name in (name for name, told in said.items() if len(told) > 1):
                contradicted[name] += 1
                if contradicted[name] == 1:
                    self._source.note(rows[0].number, name, Fault.TWO_VALUES)
            values = {name: _masked(said[name][0]) for name in self.names if len(said[name]) == 1}
            day = self._day(rows[0].number, said[self._date][0]) if len(said.get(self._date, ())) == 1 else None
            file = self._source.table.path.name
            found.append(CardAttributes(card, respondents[card], day, file, rows[0].number, values))
        self._count(contradicted)
        return tuple(found)

    def _count(self, contradicted: Mapping[str, int]) -> None:
        """Tell with each column's first contradiction how many cards have one."""
        self._source.notes = [
            replace(note, detail=counted(contradicted[note.column], "card")) if note.fault is Fault.TWO_VALUES else note
            for note in self._source.notes
        ]

    def _measurable(self, others: Sequence[str], settings: Study) -> tuple[str, ...]:
        """The columns that can be measured: those with a meaning, and those with few different values."""
        table = self._source.table
        meant = find_columns(others, settings.measures.columns).meanings()
        places = {name: table.column(name) for name in others}
        values = {name: {row.cells[at].strip() for row in table.rows} for name, at in places.items()}
        return tuple(name for name in others if name in meant or len(values[name]) <= MOST_CATEGORIES + 1)

    def _told(self, rows: Sequence[Row], name: str) -> list[str]:
        """What the lines of a card say in a column, each once."""
        at = self._source.table.column(name)
        return list(dict.fromkeys(cell for row in rows if (cell := " ".join(row.cells[at].split()))))

    def _day(self, number: int, told: str) -> datetime | None:
        try:
            return parse_date(told, self.month_first)
        except NoDate as error:
            self._source.note(number, self._date, Fault.NO_DATE, masked(str(error)))
            return None


@lru_cache(_REMEMBERED)
def _masked(told: str) -> str:
    """What an attribute says, without personal data and what no file can carry."""
    return masked(printable(told[:LONGEST_SCORE]))
