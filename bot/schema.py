"""The shape of the database: this version's, or brought up to it."""

from importlib import import_module

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.database import reading

HEAD = "0014"


def upgrade(engine: Engine) -> None:
    """Bring the database to this version's shape; one that has it already costs a single query.

    The migrations' library is loaded only when there is something to do, since that takes longer than
    all else at a start. Raises DatabaseError where a newer version of Mimin has written it.
    """
    if current_revision(engine) != HEAD:
        import_module("bot.migrating").upgrade(engine)


def current_revision(engine: Engine) -> str | None:
    """Return which revision the database has; None for an empty one."""
    try:
        with reading(engine) as conn:
            row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    except OperationalError:
        return None
    return row[0] if row else None
