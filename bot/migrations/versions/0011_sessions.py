"""A session knows its browser, by which its owner knows it again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    browser = sa.Column("browser", sa.String(40), nullable=False, server_default="")
    op.add_column("sessions", browser)


def downgrade() -> None:
    """Take it back."""
    op.drop_column("sessions", "browser")
