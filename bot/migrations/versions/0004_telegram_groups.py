"""Topics of the staff's group, accounts that let the bot in, pictures and files, updates that come as one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; whoever was sent something in Telegram can be reached there."""
    op.create_table(
        "copies",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("remote_id", sa.String(20), nullable=False),
    )
    op.create_index("copies_in_chat", "copies", ["chat", "remote_id"])
    op.create_index("ix_copies_message_id", "copies", ["message_id"])
    op.create_table(
        "topics",
        sa.Column("conversation_id", sa.Integer(), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("chat", sa.String(40), nullable=False),
        sa.Column("thread", sa.Integer(), nullable=True),
        sa.Column("card", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("icon", sa.String(8), nullable=False),
    )
    op.create_index("topics_in_chat", "topics", ["chat", "thread"])
    op.create_table(
        "business",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("may_reply", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_business_owner", "business", ["owner"])
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("chat", sa.String(40), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), sa.ForeignKey("staff.id"), nullable=True),
    )
    op.add_column("conversations", sa.Column("asked_at", sa.DateTime(), nullable=True))
    op.add_column("messages", sa.Column("media", sa.JSON(), nullable=True))
    op.add_column("messages", sa.Column("reply_to", sa.Integer(), nullable=True))
    op.add_column("messages", sa.Column("origin", sa.String(80), nullable=True))
    op.add_column("messages", sa.Column("deleted_at", sa.DateTime(), nullable=True))
    op.add_column("messages", sa.Column("helped", sa.Boolean(), nullable=True))
    op.create_index("messages_written", "messages", ["origin"], sqlite_where=sa.text("origin IS NOT NULL"))
    op.add_column("inbound", sa.Column("bundle", sa.String(80), nullable=True))
    op.add_column("outbox", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("outbox_queued", "outbox")
    op.create_index(
        "outbox_queued", "outbox", ["channel", "rank", "id"], sqlite_where=sa.text("status = 'queued'")
    )
    op.add_column("logins", sa.Column("purpose", sa.String(10), nullable=False, server_default="desk"))
    op.add_column("staff", sa.Column("reached_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE staff SET reached_at = (SELECT max(created_at) FROM outbox WHERE channel = 'telegram'"
        " AND status = 'sent' AND recipient = CAST(staff.telegram AS TEXT)) WHERE telegram IS NOT NULL"
    )


def downgrade() -> None:
    """Take it back; where topics and copies stand is forgotten."""
    op.drop_column("staff", "reached_at")
    op.drop_column("logins", "purpose")
    op.drop_index("outbox_queued", "outbox")
    op.create_index("outbox_queued", "outbox", ["id"], sqlite_where=sa.text("status = 'queued'"))
    op.drop_column("outbox", "rank")
    op.drop_column("inbound", "bundle")
    op.drop_index("messages_written", "messages")
    for column in ("helped", "deleted_at", "origin", "reply_to", "media"):
        op.drop_column("messages", column)
    op.drop_column("conversations", "asked_at")
    for table in ("removals", "business", "topics", "copies"):
        op.drop_table(table)
