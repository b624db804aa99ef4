"""Promises by word, shifts that end, dated swaps, and rules that are kept by version."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gives_id", sa.Integer(), nullable=False),
        sa.Column("takes_id", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gives_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["takes_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_swaps_gives_id", "swaps", ["gives_id"])
    op.create_index("ix_swaps_takes_id", "swaps", ["takes_id"])
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handovers_due", "handovers", ["look_at"], sqlite_where=sa.text("look_at IS NOT NULL"))
    with op.batch_alter_table("staff") as batch:
        batch.add_column(sa.Column("email", sa.String(length=254), nullable=True))
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("by_staff", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("held_until", sa.DateTime(), nullable=True))
    with op.batch_alter_table("tickets") as batch:
        batch.alter_column("by_staff", server_default=None)
        batch.create_index(
            "tickets_held_until", ["held_until"], sqlite_where=sa.text("held_until IS NOT NULL")
        )
    with op.batch_alter_table("deadlines") as batch:
        batch.add_column(sa.Column("target_us", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("calendar", sa.String(length=80), nullable=False, server_default=""))
        batch.add_column(sa.Column("warn_share", sa.Float(), nullable=False, server_default="0.75"))
        batch.add_column(sa.Column("rules_id", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("subject", sa.Integer(), nullable=True))
    # What was promised before is counted in the hours that its ticket's category has now.
    op.execute("UPDATE deadlines SET target_us = target_seconds * 1000000")
    op.execute(
        "UPDATE deadlines SET calendar = (SELECT 'sla.' || category FROM tickets"
        " WHERE tickets.id = deadlines.ticket_id)"
    )
    with op.batch_alter_table("deadlines") as batch:
        batch.drop_column("target_seconds")
        for column in ("target_us", "calendar", "warn_share", "rules_id"):
            batch.alter_column(column, server_default=None)
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("is_update", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("accepted_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("messages") as batch:
        batch.alter_column("is_update", server_default=None)
    with op.batch_alter_table("outbox") as batch:
        batch.create_index("outbox_of_alert", ["alert_id"], sqlite_where=sa.text("alert_id IS NOT NULL"))


def downgrade() -> None:
    """Take it back; promises by word, swaps and stored rules are gone with it."""
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("outbox_of_alert")
    with op.batch_alter_table("messages") as batch:
        batch.drop_column("accepted_at")
        batch.drop_column("is_update")
    op.execute("DELETE FROM climbs WHERE deadline_id IN (SELECT id FROM deadlines WHERE kind = 'promise')")
    op.execute("DELETE FROM deadlines WHERE kind = 'promise'")
    with op.batch_alter_table("deadlines") as batch:
        batch.add_column(sa.Column("target_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE deadlines SET target_seconds = target_us / 1000000")
    with op.batch_alter_table("deadlines") as batch:
        batch.alter_column("target_seconds", server_default=None)
        for column in ("subject", "rules_id", "warn_share", "calendar", "target_us"):
            batch.drop_column(column)
    with op.batch_alter_table("tickets") as batch:
        batch.drop_index("tickets_held_until")
        batch.drop_column("held_until")
        batch.drop_column("by_staff")
    with op.batch_alter_table("staff") as batch:
        batch.drop_column("email")
    op.drop_index("handovers_due", "handovers")
    op.drop_table("handovers")
    op.drop_index("ix_swaps_takes_id", "swaps")
    op.drop_index("ix_swaps_gives_id", "swaps")
    op.drop_table("swaps")
    op.drop_table("rules")
