"""A vector is kept under the hash of its text key: PostgreSQL cannot index texts of more than 2,700 bytes.

Revision: 0004, after 0003
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    vector = sa.table("vector", *(sa.column(name) for name in ("study_id", "fingerprint", "text_key")))
    rows = connection.execute(sa.select(vector)).all()
    hashed = [
        {"study": study, "print": fingerprint, "key": key, "hash": hashlib.sha256(key.encode()).hexdigest()}
        for study, fingerprint, key in rows
    ]
    change = sa.update(vector).values(text_key=sa.bindparam("hash"))
    same = (vector.c[name] == sa.bindparam(value) for name, value in
            (("study_id", "study"), ("fingerprint", "print"), ("text_key", "key")))
    if hashed:
        connection.execute(change.where(*same), hashed)
    op.execute("alter table vector rename column text_key to text_hash")


def downgrade() -> None:
    op.execute("delete from vector")  # the texts cannot be had from their hashes; vectors are computed again
    op.execute("alter table vector rename column text_hash to text_key")
