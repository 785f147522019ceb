"""What a store holds."""

from models.store import schema
from models.store.database import Store


def snapshot(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with store.transaction() as tx:
        return {name: [tuple(row) for row in tx.rows(table)] for name, table in schema.metadata.tables.items()}
