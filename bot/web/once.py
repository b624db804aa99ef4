"""Once: a form that was sent twice, as after an answer that got lost, does its act a single time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert

from bot.tables import MARKS

REMEMBERED = timedelta(days=1)
_MARK = "form:"


def is_first(conn: Connection, person: int, nonce: str, now: datetime) -> bool:
    """Remember the form of a person, and say whether it was new; an act that is refused forgets it again.

    What is older than a day goes, since no browser sends it again.
    """
    old = (MARKS.c.name.startswith(_MARK), MARKS.c.value < (now - REMEMBERED).isoformat())
    conn.execute(delete(MARKS).where(*old))
    row = insert(MARKS).values(name=f"{_MARK}{person}:{nonce}", value=now.isoformat())
    return conn.execute(row.on_conflict_do_nothing()).rowcount == 1
