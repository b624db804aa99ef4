"""One-time links: to sign in at the desk, or to tell a person's Telegram account. Only digests are stored."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.access_tables import LOGINS, SESSIONS
from bot.tables import MARKS


class Purpose(StrEnum):
    """What a link is for; it is good for nothing else."""

    DESK = "desk"
    TELEGRAM = "telegram"


WEB_ADDRESS = "web_address"  # the mark of where the running process serves its pages
LASTS = {Purpose.DESK: timedelta(minutes=15), Purpose.TELEGRAM: timedelta(days=3)}


def create_login(conn: Connection, staff_id: int, now: datetime, purpose: Purpose = Purpose.DESK) -> str:
    """Return the token of a new one-time link for a person: letters, digits, "_" and "-", 43 of them."""
    token = secrets.token_urlsafe(32)
    conn.execute(delete(LOGINS).where(LOGINS.c.expires_at <= now))
    values = {
        "digest": digest(token),
        "staff_id": staff_id,
        "expires_at": now + LASTS[purpose],
        "used": False,
        "purpose": purpose,
    }
    conn.execute(insert(LOGINS).values(values))
    return token


def use_login(conn: Connection, token: str, purpose: Purpose, now: datetime) -> int | None:
    """Use a link up and return whose it is; None where it is not good any more, or not for this."""
    mine = (
        LOGINS.c.digest == digest(token),
        LOGINS.c.purpose == purpose,
        ~LOGINS.c.used,
        LOGINS.c.expires_at > now,
    )
    used = update(LOGINS).where(*mine).values(used=True).returning(LOGINS.c.staff_id)
    return conn.execute(used).scalar_one_or_none()


def page_address(conn: Connection) -> str | None:
    """Return where the running process serves its pages, or served them last."""
    return conn.execute(select(MARKS.c.value).where(MARKS.c.name == WEB_ADDRESS)).scalar_one_or_none()


def list_sessions(conn: Connection, now: datetime) -> list[Row[Any]]:
    """Return every session that is not over, newest first: `handle`, `staff_id`, `browser`, `expires_at`."""
    handle = SESSIONS.c.digest.label("handle")
    rows = select(handle, SESSIONS.c.staff_id, SESSIONS.c.browser, SESSIONS.c.expires_at)
    return list(conn.execute(rows.where(SESSIONS.c.expires_at > now).order_by(SESSIONS.c.expires_at.desc())))


def end_session(conn: Connection, staff_id: int, handle: str) -> bool:
    """End one session of a person; False where it is none of theirs, or over."""
    mine = (SESSIONS.c.staff_id == staff_id, SESSIONS.c.digest == handle)
    return conn.execute(delete(SESSIONS).where(*mine)).rowcount > 0


def revoke(conn: Connection, staff_id: int) -> None:
    """End every session of a person, and make their links useless; who comes back signs in anew."""
    for table in (SESSIONS, LOGINS):
        conn.execute(delete(table).where(table.c.staff_id == staff_id))


def digest(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
