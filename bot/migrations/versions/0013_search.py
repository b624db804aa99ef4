"""Everything said on the desk can be searched: a full-text index that triggers keep in step."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# As `bot.search_index` had them when this was written; the two are compared by a test.
STATEMENTS = (
    """CREATE VIEW search_source AS
      SELECT messages.id, messages.text, json_extract(messages.media, '$[0].name') AS file, contacts.name
      FROM messages
      JOIN conversations ON conversations.id = messages.conversation_id
      JOIN contacts ON contacts.id = conversations.contact_id""",
    """CREATE VIRTUAL TABLE search
    USING fts5(text, file, name, content='search_source', content_rowid='id',
      prefix='2 3', columnsize=0, tokenize='unicode61 remove_diacritics 2')""",
    """CREATE VIRTUAL TABLE search_names
    USING fts5(name, content='contacts', content_rowid='id',
      prefix='2 3', columnsize=0, tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER search_message_added AFTER INSERT ON messages
    BEGIN
      INSERT INTO search (rowid, text, file, name)
      SELECT new.id, new.text, json_extract(new.media, '$[0].name'), contacts.name
      FROM conversations JOIN contacts ON contacts.id = conversations.contact_id
      WHERE conversations.id = new.conversation_id;
    END""",
    """CREATE TRIGGER search_message_changed AFTER UPDATE OF text, media ON messages
    WHEN old.text IS NOT new.text OR old.media IS NOT new.media
    BEGIN
      INSERT INTO search (search, rowid, text, file, name)
      SELECT 'delete', old.id, old.text, json_extract(old.media, '$[0].name'), contacts.name
      FROM conversations JOIN contacts ON contacts.id = conversations.contact_id
      WHERE conversations.id = old.conversation_id;
      INSERT INTO search (rowid, text, file, name)
      SELECT new.id, new.text, json_extract(new.media, '$[0].name'), contacts.name
      FROM conversations JOIN contacts ON contacts.id = conversations.contact_id
      WHERE conversations.id = new.conversation_id;
    END""",
    """CREATE TRIGGER search_message_deleted AFTER DELETE ON messages
    BEGIN
      INSERT INTO search (search, rowid, text, file, name)
      SELECT 'delete', old.id, old.text, json_extract(old.media, '$[0].name'), contacts.name
      FROM conversations JOIN contacts ON contacts.id = conversations.contact_id
      WHERE conversations.id = old.conversation_id;
    END""",
    """CREATE TRIGGER search_contact_added AFTER INSERT ON contacts
    BEGIN
      INSERT INTO search_names (rowid, name) VALUES (new.id, new.name);
    END""",
    """CREATE TRIGGER search_contact_renamed AFTER UPDATE OF name ON contacts WHEN old.name IS NOT new.name
    BEGIN
      INSERT INTO search_names (search_names, rowid, name) VALUES ('delete', old.id, old.name);
      INSERT INTO search_names (rowid, name) VALUES (new.id, new.name);
      INSERT INTO search (search, rowid, text, file, name)
      SELECT 'delete', messages.id, messages.text, json_extract(messages.media, '$[0].name'), old.name
      FROM messages JOIN conversations ON conversations.id = messages.conversation_id
      WHERE conversations.contact_id = old.id;
      INSERT INTO search (rowid, text, file, name)
      SELECT messages.id, messages.text, json_extract(messages.media, '$[0].name'), new.name
      FROM messages JOIN conversations ON conversations.id = messages.conversation_id
      WHERE conversations.contact_id = new.id;
    END""",
    """CREATE TRIGGER search_contact_deleted AFTER DELETE ON contacts
    BEGIN
      INSERT INTO search_names (search_names, rowid, name) VALUES ('delete', old.id, old.name);
    END""",
)
FILL = (
    "INSERT INTO search_names (rowid, name) SELECT id, name FROM contacts",
    "INSERT INTO search (rowid, text, file, name) SELECT id, text, file, name FROM search_source",
)
TRIGGERS = (
    "message_added", "message_changed", "message_deleted",
    "contact_added", "contact_renamed", "contact_deleted",
)  # fmt: skip


def upgrade() -> None:
    """Make the change."""
    for statement in (*STATEMENTS, *FILL):
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER search_{trigger}")
    op.execute("DROP TABLE search_names")
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_source")
