"""Remedies with approvals, overrides, delegations, crises with their words, and the audit chain."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("audit_hashes", ["hash"], unique=False)

    op.create_table(
        "signs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("is_severe", sa.Boolean(), nullable=False),
        sa.Column("article", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("signs", schema=None) as batch_op:
        batch_op.create_index("signs_at", ["at", "conversation_id"], unique=False)

    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gives_id", sa.Integer(), nullable=False),
        sa.Column("takes_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=True),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gives_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["takes_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegations_takes_id"), ["takes_id"], unique=False)

    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.create_index(
            "pauses_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )

    op.create_table(
        "sealed",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audit.id"],
        ),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    with op.batch_alter_table("sealed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("granted", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["first_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(
            "approvals_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )
        batch_op.create_index("approvals_of_conversation", ["conversation_id", "action"], unique=False)
        batch_op.create_index(
            "approvals_of_message",
            ["message_id"],
            unique=False,
            sqlite_where=sa.text("message_id IS NOT NULL"),
        )
        batch_op.create_index("approvals_of_person", ["asked_by", "asked_at"], unique=False)
        batch_op.create_index("approvals_of_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "crises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("update_by", sa.DateTime(), nullable=True),
        sa.Column("update_said_at", sa.DateTime(), nullable=True),
        sa.Column("update_warn_at", sa.DateTime(), nullable=True),
        sa.Column("remind_at", sa.DateTime(), nullable=True),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("crises", schema=None) as batch_op:
        batch_op.create_index(
            "crises_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )
        batch_op.create_index(
            "crises_going_on", ["id"], unique=False, sqlite_where=sa.text("status != 'normal'")
        )

    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("verdict", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("overrides", schema=None) as batch_op:
        batch_op.create_index("overrides_of_ticket", ["ticket_id"], unique=False)
        batch_op.create_index(
            "overrides_unreviewed", ["by_id"], unique=False, sqlite_where=sa.text("reviewed_at IS NULL")
        )

    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("live_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("look_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"],
            ["crises.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.create_index(
            "statements_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )
        batch_op.create_index("statements_of_crisis", ["crisis_id", "kind"], unique=False)

    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("statement_id", "conversation_id", name="told_once"),
    )
    _climbs_without_a_ticket()
    # Who complained before counts for what is usual. Only what was judged is there to be counted.
    op.execute(
        "INSERT INTO signs (at, conversation_id, message_id, is_severe) "
        "SELECT at, conversation_id, id, reading LIKE '%\"crisis:%' FROM messages WHERE direction = 'in' "
        "AND (reading LIKE '%\"complaint:%' OR reading LIKE '%\"crisis:%')"
    )


def _climbs_without_a_ticket() -> None:
    """Make both tables anew, as SQLite loosens no column: nothing points at climbs but alerts."""
    op.create_table(
        "climbs_new",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("tickets.id"), nullable=True),
        sa.Column("crisis_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("deadline_id", sa.Integer(), sa.ForeignKey("deadlines.id"), nullable=True, unique=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("acked_by", sa.Integer(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("look_at", sa.DateTime(), nullable=True),
    )
    op.create_table(
        "alerts_new",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("climb_id", sa.Integer(), sa.ForeignKey("climbs_new.id"), nullable=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("tickets.id"), nullable=True),
        sa.Column("crisis_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("climb_id", "rung", "n", "staff_id", name="one_alert_a_rung"),
    )
    kept = "id, ticket_id, deadline_id, state, acked_by, ended, look_at"
    op.execute(f"INSERT INTO climbs_new ({kept}) SELECT {kept} FROM climbs")  # noqa: S608
    kept = "id, climb_id, ticket_id, staff_id, reason, rung, n, count, raised_at, held"
    op.execute(f"INSERT INTO alerts_new ({kept}) SELECT {kept} FROM alerts")  # noqa: S608
    op.drop_table("alerts")
    op.drop_table("climbs")
    op.rename_table("climbs_new", "climbs")
    op.rename_table("alerts_new", "alerts")
    op.create_index("climbs_due", "climbs", ["look_at"], sqlite_where=sa.text("look_at IS NOT NULL"))
    op.create_index("climbs_of_ticket", "climbs", ["ticket_id"])
    op.create_index(
        "climbs_of_crisis", "climbs", ["crisis_id"], sqlite_where=sa.text("crisis_id IS NOT NULL")
    )
    op.create_index("ix_alerts_ticket_id", "alerts", ["ticket_id"])


def downgrade() -> None:
    """Take it back; what was granted, and the crises there were, are forgotten."""
    op.execute("DELETE FROM alerts WHERE crisis_id IS NOT NULL")
    op.execute("DELETE FROM climbs WHERE crisis_id IS NOT NULL")
    op.drop_index("climbs_of_crisis", "climbs")
    op.drop_column("alerts", "crisis_id")
    op.drop_column("climbs", "crisis_id")
    op.drop_column("climbs", "reason")
    for table in (
        "told",
        "statements",
        "overrides",
        "crises",
        "approvals",
        "sealed",
        "pauses",
        "delegations",
        "signs",
        "audit",
    ):
        op.drop_table(table)
