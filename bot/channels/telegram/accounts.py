"""The accounts that let the bot into their chats, as the database has them."""

from sqlalchemy import Connection, select

from bot.tables import BUSINESS

LONGEST = 80


def connection_of(conn: Connection, owner: int) -> str:
    """Return through which connection the bot speaks for an account; raises LookupError with the reason
    where it may not.
    """
    mine = select(BUSINESS).where(BUSINESS.c.owner == owner).order_by(BUSINESS.c.changed_at.desc())
    rows = conn.execute(mine).all()
    enabled = [row for row in rows if row.is_enabled]
    if not enabled:
        raise LookupError("the account has disconnected the bot")
    if not enabled[0].is_trusted or not enabled[0].may_reply:
        raise LookupError("the account does not let the bot reply")
    return str(enabled[0].id)


def owner_of(conn: Connection, connection: str | None) -> int | None:
    """Return whose account a connection is; None where we do not serve it."""
    mine = (BUSINESS.c.id == str(connection)[:LONGEST], BUSINESS.c.is_trusted)
    found: int | None = conn.execute(select(BUSINESS.c.owner).where(*mine)).scalar_one_or_none()
    return found
