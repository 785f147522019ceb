"""A membership knows where its phrase stands on the map of its proposal; older proposals have no map.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("x", sa.Float()))
    op.add_column("membership", sa.Column("y", sa.Float()))


def downgrade() -> None:
    op.drop_column("membership", "y")
    op.drop_column("membership", "x")
