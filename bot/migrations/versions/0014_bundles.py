"""The pictures of an album are found at once, however many updates came since."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    where = sa.text("bundle IS NOT NULL")
    op.create_index("inbound_bundles", "inbound", ["bundle", "id"], sqlite_where=where)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("inbound_bundles", "inbound")
