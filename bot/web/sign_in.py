"""Sign-in: one-time links and the sessions they open. Only digests of secrets are stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot.tables import LOGINS, SESSIONS
from handoff import people
from handoff.staff import Person

LOGIN_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, as the database knows them at this moment, and what their forms must carry."""

    person: Person
    csrf: str


def create_login(conn: Connection, staff_id: int, now: datetime) -> str:
    """Return the token of a new one-time link for a person; it works for 15 minutes."""
    token = secrets.token_urlsafe(32)
    conn.execute(delete(LOGINS).where(LOGINS.c.expires_at <= now))
    values = {"digest": digest(token), "staff_id": staff_id, "expires_at": now + LOGIN_LASTS, "used": False}
    conn.execute(insert(LOGINS).values(values))
    return token


def sign_in(conn: Connection, token: str, now: datetime, previous: str | None = None) -> str | None:
    """Use a link up and return the secret of the new session; None where the link is not good any more.

    The browser's `previous` session ends with it, so that no session outlives a change of person.
    """
    mine = (LOGINS.c.digest == digest(token), ~LOGINS.c.used, LOGINS.c.expires_at > now)
    if conn.execute(update(LOGINS).where(*mine).values(used=True)).rowcount != 1:
        return None
    staff_id = conn.execute(select(LOGINS.c.staff_id).where(LOGINS.c.digest == digest(token))).scalar_one()
    if people.find_by_id(conn, staff_id) is None:
        return None
    if previous:
        sign_out(conn, previous)
    conn.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    values = {
        "digest": digest(secret),
        "staff_id": staff_id,
        "csrf": secrets.token_urlsafe(32),
        "expires_at": now + SESSION_LASTS,
    }
    conn.execute(insert(SESSIONS).values(values))
    return secret


def find_session(conn: Connection, secret: str | None, now: datetime) -> Session | None:
    """Return the session of that secret, unless it ended or its person is no longer at the desk."""
    if not secret:
        return None
    mine = (SESSIONS.c.digest == digest(secret), SESSIONS.c.expires_at > now)
    row = conn.execute(select(SESSIONS.c.staff_id, SESSIONS.c.csrf).where(*mine)).first()
    person = people.find_by_id(conn, row.staff_id) if row else None
    return Session(person, row.csrf) if row and person else None


def sign_out(conn: Connection, secret: str) -> None:
    """End a session."""
    conn.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest(secret)))


def digest(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
