"""A study moves from study.db into the PostgreSQL that RECHKI_DATABASE_URL names."""

from models.errors import RechkiError
from models.store import schema
from models.store.database import Store, Transaction


def copy_study(source: Store, target: Store) -> int:
    """Copy all rows of a study into another store, in one transaction there, and return how many there are.

    Copying again changes nothing.

    Raises
    ------
    RechkiError
        When the other store holds anything else of this study; it stays as it is.
    """
    tables = schema.metadata.sorted_tables
    with source.transaction() as here, target.transaction() as there:
        for table in tables:
            rows = [dict(row._mapping) for row in here.rows(table)]
            if table is schema.study:
                there.update(table, {}, {name: value for name, value in rows[0].items() if name != "study_id"})
            there.insert(table, rows)
        for table in tables:
            if _rows(here, table.name) != _rows(there, table.name):
                raise RechkiError(
                    f"the study is there already, and its table {table.name!r} differs from that in {source.place}",
                    target.place,
                    f"Decide which of the two counts: delete {source.place}, or the study's rows in the database.",
                )
        return sum(here.count(table) for table in tables)


def _rows(tx: Transaction, name: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in tx.rows(schema.metadata.tables[name])]
