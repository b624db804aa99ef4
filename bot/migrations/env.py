"""Runs the migrations on the connection that the caller hands over."""

from alembic import context

from bot.database import METADATA
from bot.search_index import is_of_index

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    include_name=lambda name, *_: not is_of_index(name),
)
with context.begin_transaction():
    context.run_migrations()
