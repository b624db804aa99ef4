"""Find what followers chose when they were asked back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "messages_chosen",
            ["id"],
            unique=False,
            sqlite_where=sa.text("direction = 'in' AND article IS NOT NULL"),
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("messages_chosen")
