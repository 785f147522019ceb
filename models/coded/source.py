"""The file that is read: its cells by the kind of their column, and what of it was not taken as it stands."""

from collections.abc import Iterator, Mapping

from models.codebook import JOINED
from models.coded.found import Fault, Passed
from models.errors import RechkiError
from models.inert import printable
from models.plural import counted
from models.privacy.masking import masked
from models.tables.table import Row, Table

_SHOWN = 80
CHOICE = ("strategy", "strategy_reason")


class Source:
    """A table, which of its columns means what, and the lines and cells that were passed over.

    `columns` lack those of a strategy where only one of the two is there.
    """

    def __init__(self, table: Table, columns: Mapping[str, str]) -> None:
        lonely = [kind for kind in CHOICE if kind in columns] if not set(CHOICE) <= set(columns) else []
        self.table = table
        self.columns = {kind: name for kind, name in columns.items() if kind not in lonely}
        self.refused = [Passed(line.number, "", Fault.BROKEN, line.reason) for line in table.broken]
        self.no_score: list[Passed] = []
        self.notes = [Passed(1, columns[kind], Fault.NO_REASON) for kind in lonely]
        self._places = {kind: table.column(name) for kind, name in self.columns.items()}
        self.notes += self._short()

    def _short(self) -> Iterator[Passed]:
        """The lines that lack a cell which is read."""
        needed, width = max(self._places.values()), len(self.table.header)
        for number, cells in self.table.short:
            if cells <= needed:
                yield Passed(number, "", Fault.SHORT, f"the row has {counted(cells, 'cell')}, the header {width}")

    def cell(self, row: Row, kind: str) -> str:
        """Return what stands in the column of a kind; empty where the table has none."""
        return row.cells[self._places[kind]].strip() if kind in self._places else ""

    def words(self, row: Row, kind: str) -> list[str]:
        """Return what is joined in a cell, empty parts too."""
        return [" ".join(printable(part).split()) for part in self.cell(row, kind).split(JOINED)]

    def refuse(self, number: int, kind: str, fault: Fault, detail: str = "") -> None:
        """Keep why nothing is taken of a line; `detail` is shortened and masked."""
        self.refused.append(Passed(number, self.columns.get(kind, ""), fault, masked(detail[:_SHOWN])))

    def note(self, number: int, column: str, fault: Fault, detail: str = "") -> None:
        """Keep what a person may want to look at."""
        self.notes.append(Passed(number, column, fault, detail))

    def wrong(self, row: Row, kind: str, what: str, do: str) -> RechkiError:
        """Return the error of a cell that makes the whole file unusable."""
        return RechkiError(what, self.place(row.number, kind), do)

    def place(self, number: int, kind: str) -> str:
        """Return where something stands, for an error."""
        return f"{self.table.path}, row {number}, column {self.columns[kind]!r}"
