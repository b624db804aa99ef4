"""The first tables."""

import sqlalchemy as sa
from alembic import op

import handoff.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_article"), ["article"], unique=False)
        batch_op.create_index(
            "one_published", ["article"], unique=True, sqlite_where=sa.text("status = 'published'")
        )

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("created_at", handoff.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "external_id", name="one_contact_a_channel"),
    )
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(80), nullable=False),
        sa.Column("lane", sa.String(120), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", handoff.tables.Instant(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", handoff.tables.Instant(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "external_id", name="one_update_a_channel"),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index(
            "inbound_pending", ["id"], unique=False, sqlite_where=sa.text("status = 'pending'")
        )
        batch_op.create_index(
            "inbound_set_aside", ["id"], unique=False, sqlite_where=sa.text("status = 'dead'")
        )

    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", handoff.tables.Instant(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index("log_of_conversation", ["conversation_id", "id"], unique=False)

    op.create_table(
        "marks",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("created_at", handoff.tables.Instant(), nullable=False),
        sa.Column("not_before", handoff.tables.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cause", "kind", "recipient", "part", name="sent_once"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("outbox_of_message", ["message_id"], unique=False)
        batch_op.create_index(
            "outbox_queued", ["id"], unique=False, sqlite_where=sa.text("status = 'queued'")
        )
        batch_op.create_index(
            "outbox_troubled", ["id"], unique=False, sqlite_where=sa.text("status IN ('dead', 'uncertain')")
        )

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("telegram", sa.Integer(), nullable=True),
        sa.Column("on_call", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("telegram"),
    )
    op.create_table(
        "bursts",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("began_at", handoff.tables.Instant(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("digest_at", handoff.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    with op.batch_alter_table("bursts", schema=None) as batch_op:
        batch_op.create_index(
            "bursts_due", ["digest_at"], unique=False, sqlite_where=sa.text("digest_at IS NOT NULL")
        )

    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("quiet_epoch", sa.Integer(), nullable=False),
        sa.Column("clarified_at", handoff.tables.Instant(), nullable=True),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("last_at", handoff.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id"),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_last_at"), ["last_at"], unique=False)

    op.create_table(
        "logins",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", handoff.tables.Instant(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("expires_at", handoff.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("assignee", sa.Integer(), nullable=True),
        sa.Column("opened_at", handoff.tables.Instant(), nullable=False),
        sa.Column("responded_at", handoff.tables.Instant(), nullable=True),
        sa.Column("unanswered_at", handoff.tables.Instant(), nullable=True),
        sa.Column("resolved_at", handoff.tables.Instant(), nullable=True),
        sa.Column("handed_back", sa.Boolean(), nullable=False),
        sa.Column("back_to_bot_at", handoff.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_assignee"), ["assignee"], unique=False)
        batch_op.create_index(
            "one_open_ticket",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("status != 'resolved'"),
            postgresql_where=sa.text("status != 'resolved'"),
        )
        batch_op.create_index(
            "tickets_back_to_bot",
            ["back_to_bot_at"],
            unique=False,
            sqlite_where=sa.text("back_to_bot_at IS NOT NULL"),
        )
        batch_op.create_index("tickets_of_conversation", ["conversation_id", "id"], unique=False)
        batch_op.create_index(
            "tickets_open",
            ["id"],
            unique=False,
            sqlite_where=sa.text("status != 'resolved'"),
            postgresql_where=sa.text("status != 'resolved'"),
        )

    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("started_at", handoff.tables.Instant(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column("due_at", handoff.tables.Instant(), nullable=True),
        sa.Column("warn_at", handoff.tables.Instant(), nullable=True),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("breached_at", handoff.tables.Instant(), nullable=True),
        sa.Column("stopped_at", handoff.tables.Instant(), nullable=True),
        sa.Column("look_at", handoff.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(
            "deadlines_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )
        batch_op.create_index("deadlines_of_ticket", ["ticket_id", "kind"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(4), nullable=False),
        sa.Column("author", sa.String(10), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("awaiting", sa.Boolean(), nullable=False),
        sa.Column("at", handoff.tables.Instant(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index("messages_of_conversation", ["conversation_id", "id"], unique=False)

    op.create_table(
        "climbs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("acked_by", sa.Integer(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("look_at", handoff.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acked_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadlines.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deadline_id"),
    )
    with op.batch_alter_table("climbs", schema=None) as batch_op:
        batch_op.create_index(
            "climbs_due", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL")
        )
        batch_op.create_index("climbs_of_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("climb_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised_at", handoff.tables.Instant(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["climb_id"],
            ["climbs.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("climb_id", "rung", "n", "staff_id", name="one_alert_a_rung"),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_ticket_id"))

    op.drop_table("alerts")
    with op.batch_alter_table("climbs", schema=None) as batch_op:
        batch_op.drop_index("climbs_of_ticket")
        batch_op.drop_index("climbs_due", sqlite_where=sa.text("look_at IS NOT NULL"))

    op.drop_table("climbs")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("messages_of_conversation")
        batch_op.drop_index(batch_op.f("ix_messages_ticket_id"))

    op.drop_table("messages")
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.drop_index("deadlines_of_ticket")
        batch_op.drop_index("deadlines_due", sqlite_where=sa.text("look_at IS NOT NULL"))

    op.drop_table("deadlines")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(
            "tickets_open",
            sqlite_where=sa.text("status != 'resolved'"),
            postgresql_where=sa.text("status != 'resolved'"),
        )
        batch_op.drop_index("tickets_of_conversation")
        batch_op.drop_index("tickets_back_to_bot", sqlite_where=sa.text("back_to_bot_at IS NOT NULL"))
        batch_op.drop_index(
            "one_open_ticket",
            sqlite_where=sa.text("status != 'resolved'"),
            postgresql_where=sa.text("status != 'resolved'"),
        )
        batch_op.drop_index(batch_op.f("ix_tickets_assignee"))

    op.drop_table("tickets")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_staff_id"))

    op.drop_table("sessions")
    op.drop_table("logins")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_last_at"))

    op.drop_table("conversations")
    with op.batch_alter_table("bursts", schema=None) as batch_op:
        batch_op.drop_index("bursts_due", sqlite_where=sa.text("digest_at IS NOT NULL"))

    op.drop_table("bursts")
    op.drop_table("staff")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("outbox_troubled", sqlite_where=sa.text("status IN ('dead', 'uncertain')"))
        batch_op.drop_index("outbox_queued", sqlite_where=sa.text("status = 'queued'"))
        batch_op.drop_index("outbox_of_message")
        batch_op.drop_index(batch_op.f("ix_outbox_conversation_id"))

    op.drop_table("outbox")
    op.drop_table("marks")
    with op.batch_alter_table("log", schema=None) as batch_op:
        batch_op.drop_index("log_of_conversation")
        batch_op.drop_index(batch_op.f("ix_log_ticket_id"))

    op.drop_table("log")
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index("inbound_set_aside", sqlite_where=sa.text("status = 'dead'"))
        batch_op.drop_index("inbound_pending", sqlite_where=sa.text("status = 'pending'"))

    op.drop_table("inbound")
    op.drop_table("contacts")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index("one_published", sqlite_where=sa.text("status = 'published'"))
        batch_op.drop_index(batch_op.f("ix_articles_article"))

    op.drop_table("articles")
