"""Pings are found by the number under which they stand in their chat."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    where = sa.text("kind IN ('alert', 'notice')")
    op.create_index("outbox_pings", "outbox", ["recipient", "remote_id"], sqlite_where=where)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("outbox_pings", "outbox")
