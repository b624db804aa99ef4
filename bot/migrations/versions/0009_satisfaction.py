"""Followers are asked how it went, once a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "surveys",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(), nullable=True),
        sa.Column("words_asked_id", sa.Integer(), nullable=True),
        sa.Column("words_id", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    where = sa.text("look_at IS NOT NULL")
    op.create_index("surveys_due", "surveys", ["look_at"], sqlite_where=where)
    op.create_index("surveys_of_conversation", "surveys", ["conversation_id", "asked_at"])
    op.create_index("surveys_asked", "surveys", ["asked_at"])
    op.create_index("surveys_of_message", "surveys", ["message_id"])
    op.create_index("surveys_of_words", "surveys", ["words_asked_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("surveys")
