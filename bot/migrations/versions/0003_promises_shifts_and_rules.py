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
    # Column by column, and never a table made anew: others point at these.
    op.add_column("staff", sa.Column("email", sa.String(length=254), nullable=True))
    op.add_column("tickets", sa.Column("by_staff", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tickets", sa.Column("held_until", sa.DateTime(), nullable=True))
    op.create_index(
        "tickets_held_until", "tickets", ["held_until"], sqlite_where=sa.text("held_until IS NOT NULL")
    )
    op.add_column("deadlines", sa.Column("target_us", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("deadlines", sa.Column("calendar", sa.String(80), nullable=False, server_default=""))
    op.add_column("deadlines", sa.Column("warn_share", sa.Float(), nullable=False, server_default="0.75"))
    op.add_column("deadlines", sa.Column("rules_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deadlines", sa.Column("subject", sa.Integer(), nullable=True))
    # What was promised before is counted in the hours that its ticket's category has now.
    op.execute("UPDATE deadlines SET target_us = target_seconds * 1000000")
    op.execute(
        "UPDATE deadlines SET calendar = (SELECT 'sla.' || category FROM tickets"
        " WHERE tickets.id = deadlines.ticket_id)"
    )
    op.drop_column("deadlines", "target_seconds")
    op.add_column("messages", sa.Column("is_update", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("accepted_at", sa.DateTime(), nullable=True))
    op.create_index("outbox_of_alert", "outbox", ["alert_id"], sqlite_where=sa.text("alert_id IS NOT NULL"))


def downgrade() -> None:
    """Take it back; promises by word, swaps and stored rules are gone with it."""
    op.drop_index("outbox_of_alert", "outbox")
    op.drop_column("messages", "accepted_at")
    op.drop_column("messages", "is_update")
    op.execute(
        "DELETE FROM alerts WHERE climb_id IN (SELECT climbs.id FROM climbs"
        " JOIN deadlines ON deadlines.id = climbs.deadline_id WHERE deadlines.kind = 'promise')"
    )
    op.execute("DELETE FROM climbs WHERE deadline_id IN (SELECT id FROM deadlines WHERE kind = 'promise')")
    op.execute("DELETE FROM deadlines WHERE kind = 'promise'")
    op.add_column("deadlines", sa.Column("target_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE deadlines SET target_seconds = target_us / 1000000")
    for column in ("subject", "rules_id", "warn_share", "calendar", "target_us"):
        op.drop_column("deadlines", column)
    op.drop_index("tickets_held_until", "tickets")
    op.drop_column("tickets", "held_until")
    op.drop_column("tickets", "by_staff")
    op.drop_column("staff", "email")
    op.drop_index("handovers_due", "handovers")
    op.drop_table("handovers")
    op.drop_index("ix_swaps_takes_id", "swaps")
    op.drop_index("ix_swaps_gives_id", "swaps")
    op.drop_table("swaps")
    op.drop_table("rules")
