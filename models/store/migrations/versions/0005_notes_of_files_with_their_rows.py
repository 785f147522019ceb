"""What of a file was not taken as it stands is kept beside its row: ``[row, words]``, no longer words alone.

Revision: 0005, after 0004
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FILES = sa.table(
    "source_file", sa.column("study_id"), sa.column("file_hash"), sa.column("notes", sa.JSON())
)
_ROW = re.compile(r"row (\d+)[,:]")  # how every note began


def upgrade() -> None:
    for study, digest, notes in op.get_bind().execute(sa.select(_FILES)).all():
        _write(study, digest, [_with_row(note) for note in notes])


def downgrade() -> None:
    for study, digest, notes in op.get_bind().execute(sa.select(_FILES)).all():
        _write(study, digest, [words for _, words in notes])


def _with_row(note: str) -> list[object]:
    found = _ROW.match(note)
    if not found:
        raise ValueError(f"a note that names no row: {note}")
    return [int(found[1]), note]


def _write(study: str, digest: str, notes: list[object]) -> None:
    file = sa.and_(_FILES.c.study_id == study, _FILES.c.file_hash == digest)
    op.get_bind().execute(sa.update(_FILES).where(file).values(notes=notes))
