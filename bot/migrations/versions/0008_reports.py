"""Indexes by time, for reports: what was said, opened, answered, resolved, promised, and who held it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("messages_at", "messages", ["direction", "at", "conversation_id"])
    replied = sa.text("source IN ('answer', 'clarify')")
    op.create_index("messages_replied", "messages", ["source", "at", "article"], sqlite_where=replied)
    op.create_index("tickets_opened", "tickets", ["opened_at"])
    op.create_index("tickets_responded", "tickets", ["responded_at"])
    op.create_index("tickets_resolved", "tickets", ["resolved_at"])
    op.create_index("deadlines_stopped", "deadlines", ["stopped_at"])
    broken = sa.text("breached_at IS NOT NULL")
    op.create_index("deadlines_breached", "deadlines", ["breached_at"], sqlite_where=broken)
    op.create_index("log_of_holders", "log", ["ticket_id", "id"], sqlite_where=sa.text("kind = 'ticket'"))


def downgrade() -> None:
    """Take it back."""
    op.drop_index("log_of_holders", "log")
    op.drop_index("deadlines_breached", "deadlines")
    op.drop_index("deadlines_stopped", "deadlines")
    op.drop_index("tickets_resolved", "tickets")
    op.drop_index("tickets_responded", "tickets")
    op.drop_index("tickets_opened", "tickets")
    op.drop_index("messages_replied", "messages")
    op.drop_index("messages_at", "messages")
