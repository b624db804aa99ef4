"""A version of a statement carries the news it promises; who was told it is known by the message."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What was proposed with a promise takes it along, so that it holds once the version goes live.
TAKE_ALONG = """
    UPDATE statements SET update_by = (SELECT update_by FROM crises WHERE crises.id = statements.crisis_id)
    WHERE kind = 'holding' AND live_at IS NULL AND withdrawn_at IS NULL
"""


def upgrade() -> None:
    """Make the change."""
    op.add_column("statements", sa.Column("update_by", sa.DateTime(), nullable=True))
    op.execute(TAKE_ALONG)
    op.drop_column("crises", "update_said_at")
    op.add_column("told", sa.Column("message_id", sa.Integer(), nullable=True))
    op.add_column("told", sa.Column("is_lost", sa.Boolean(), nullable=False, server_default=sa.text("0")))
    where = sa.text("message_id IS NOT NULL")
    op.create_index("told_of_message", "told", ["message_id"], sqlite_where=where)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("told_of_message", "told")
    op.drop_column("told", "is_lost")
    op.drop_column("told", "message_id")
    op.add_column("crises", sa.Column("update_said_at", sa.DateTime(), nullable=True))
    op.drop_column("statements", "update_by")
