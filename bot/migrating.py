"""Runs and writes the migrations that lie inside the package."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from bot import search_index
from bot.database import METADATA, DatabaseError, transaction

FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Bring the database to this version's shape.

    Raises DatabaseError where a newer version of Mimin has written it.
    """
    config = _config()
    with transaction(engine) as conn:
        current = MigrationContext.configure(conn).get_current_revision()
        script = ScriptDirectory.from_config(config)
        if current == script.get_current_head():
            return
        if current is not None and current not in {known.revision for known in script.walk_revisions()}:
            raise DatabaseError(f"{engine.url.database}: a newer version of Mimin has written this database")
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def drift(conn: Connection) -> list[object]:
    """Return what the migrations and the tables disagree about; empty when they agree."""
    context = MigrationContext.configure(
        conn, opts={"compare_type": True, "include_name": lambda name, *_: not search_index.is_of_index(name)}
    )
    return [*compare_metadata(context, METADATA), *search_index.missing(conn)]


def revise(engine: Engine, message: str, revision: str) -> None:
    """Write a new migration from the difference to the tables; for developers."""
    config = _config()
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.revision(config, message, autogenerate=True, rev_id=revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
