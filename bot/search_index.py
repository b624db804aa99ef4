"""The full-text index: what was said, who said it, and the words of the followers' names.

Triggers keep it in step, so that no writer can forget it. It holds no text, only where words stand; texts
are read from the tables. Another database would have an index of its own kind beside the same tables.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

PREFIX = "search"
STEP = 200  # pages of the index that one step of a purge rewrites: some 100 ms

# Words are compared without case and accents; two and three letters find what begins with them at once.
_WORDS = "prefix='2 3', columnsize=0, tokenize='unicode61 remove_diacritics 2'"
_OF_MESSAGE = """
      SELECT ROW.id, ROW.text, json_extract(ROW.media, '$[0].name'), contacts.name
      FROM conversations JOIN contacts ON contacts.id = conversations.contact_id
      WHERE conversations.id = ROW.conversation_id"""
_OF_CONTACT = """
      SELECT messages.id, messages.text, json_extract(messages.media, '$[0].name'), ROW.name
      FROM messages JOIN conversations ON conversations.id = messages.conversation_id
      WHERE conversations.contact_id = ROW.id"""


def _put(rows: str) -> str:
    return f"INSERT INTO search (rowid, text, file, name){rows.replace('ROW', 'new')};"


def _take(rows: str) -> str:
    given = rows.replace("ROW", "old").replace("SELECT", "SELECT 'delete',", 1)
    return f"INSERT INTO search (search, rowid, text, file, name){given};"


_NAME_PUT = "INSERT INTO search_names (rowid, name) VALUES (new.id, new.name);"
_NAME_TAKEN = "INSERT INTO search_names (search_names, rowid, name) VALUES ('delete', old.id, old.name);"

STATEMENTS: Sequence[str] = (
    """
    CREATE VIEW search_source AS
      SELECT messages.id, messages.text, json_extract(messages.media, '$[0].name') AS file, contacts.name
      FROM messages
      JOIN conversations ON conversations.id = messages.conversation_id
      JOIN contacts ON contacts.id = conversations.contact_id
    """,
    f"""
    CREATE VIRTUAL TABLE search
    USING fts5(text, file, name, content='search_source', content_rowid='id', {_WORDS})
    """,
    f"CREATE VIRTUAL TABLE search_names USING fts5(name, content='contacts', content_rowid='id', {_WORDS})",
    f"CREATE TRIGGER search_message_added AFTER INSERT ON messages BEGIN {_put(_OF_MESSAGE)} END",
    f"""
    CREATE TRIGGER search_message_changed AFTER UPDATE OF text, media ON messages
    WHEN old.text IS NOT new.text OR old.media IS NOT new.media
    BEGIN {_take(_OF_MESSAGE)} {_put(_OF_MESSAGE)} END
    """,
    f"CREATE TRIGGER search_message_deleted AFTER DELETE ON messages BEGIN {_take(_OF_MESSAGE)} END",
    f"CREATE TRIGGER search_contact_added AFTER INSERT ON contacts BEGIN {_NAME_PUT} END",
    f"""
    CREATE TRIGGER search_contact_renamed AFTER UPDATE OF name ON contacts WHEN old.name IS NOT new.name
    BEGIN {_NAME_TAKEN} {_NAME_PUT} {_take(_OF_CONTACT)} {_put(_OF_CONTACT)} END
    """,
    f"CREATE TRIGGER search_contact_deleted AFTER DELETE ON contacts BEGIN {_NAME_TAKEN} END",
)


def create(conn: Connection) -> None:
    """Make the index, empty, with the triggers that keep it; one that is there already stays."""
    if conn.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'search'").first() is not None:
        return
    for statement in STATEMENTS:
        conn.exec_driver_sql(statement)


def missing(conn: Connection) -> list[str]:
    """Return the statements of the index that the database does not hold as they stand here."""
    held = {_squeezed(sql) for (sql,) in conn.exec_driver_sql("SELECT sql FROM sqlite_master") if sql}
    return [statement for statement in STATEMENTS if _squeezed(statement) not in held]


def _squeezed(statement: str) -> str:
    return " ".join(statement.split())


def is_of_index(name: str | None) -> bool:
    """Say whether a table belongs to the index, whose tables are made by the database itself."""
    return name is not None and (name == PREFIX or name.startswith(f"{PREFIX}_"))


def purge(conn: Connection, *, begins: bool) -> bool:
    """Rewrite a part of the index without what is in it no more; returns whether something is left to do.

    What is taken out of the index cannot be found from then on, yet its words stay in the file until the
    parts that hold it are merged. Doing that at once would hold up everybody for seconds on a large
    database. The first step `begins`, the others go on with it.
    """
    if begins:
        conn.exec_driver_sql("INSERT INTO search_names (search_names) VALUES ('optimize')")
    count = "SELECT total_changes()"
    before: int = conn.exec_driver_sql(count).scalar_one()
    pages = -STEP if begins else STEP
    conn.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
    after: int = conn.exec_driver_sql(count).scalar_one()
    return after - before >= 2  # as SQLite says that a merge has found nothing to do
