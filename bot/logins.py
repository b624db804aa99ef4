"""One-time links: to sign in at the desk, or to tell a person's Telegram account. Only digests are stored."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, update

from bot.tables import LOGINS, SESSIONS


class Purpose(StrEnum):
    """What a link is for; it is good for nothing else."""

    DESK = "desk"
    TELEGRAM = "telegram"


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


def revoke(conn: Connection, staff_id: int) -> None:
    """End every session of a person, and make their links useless; who comes back signs in anew."""
    for table in (SESSIONS, LOGINS):
        conn.execute(delete(table).where(table.c.staff_id == staff_id))


def digest(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
