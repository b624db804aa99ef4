"""A complaint about what is declared a crisis already is no sign of another."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("signs", sa.Column("known", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    op.drop_index("signs_at", "signs")
    op.create_index("signs_at", "signs", ["at", "known", "conversation_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("signs_at", "signs")
    op.create_index("signs_at", "signs", ["at", "conversation_id"])
    op.drop_column("signs", "known")
