"""The notices of one person on the desk are found at once, however much was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    where = sa.text("channel = 'desk' AND kind IN ('handover', 'notice')")
    op.create_index("outbox_notices", "outbox", ["recipient", "id"], sqlite_where=where)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("outbox_notices", "outbox")
