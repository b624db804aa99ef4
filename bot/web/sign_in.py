"""Sign-in: the sessions that one-time links open. Only digests of secrets are stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from bot.access_tables import SESSIONS
from bot.logins import Purpose, digest, use_login
from handoff import people
from handoff.staff import Person
from handoff.tables import STAFF

SESSION_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, as the database knows them at this moment, and what their forms must carry."""

    person: Person
    csrf: str


def sign_in(
    conn: Connection, token: str, now: datetime, previous: str | None = None, browser: str = ""
) -> str | None:
    """Use a link up and return the secret of the new session; None where the link is not good any more.

    The browser's `previous` session ends with it, so that no session outlives a change of person.
    """
    staff_id = use_login(conn, token, Purpose.DESK, now)
    if staff_id is None or people.find_by_id(conn, staff_id) is None:
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
        "browser": browser,
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


def list_alive(conn: Connection, now: datetime) -> frozenset[str]:
    """Return the digests of all sessions that are not over, of people who are at the desk."""
    alive = select(SESSIONS.c.digest).join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
    return frozenset(conn.scalars(alive.where(SESSIONS.c.expires_at > now, STAFF.c.active)))


def sign_out(conn: Connection, secret: str) -> None:
    """End a session."""
    conn.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest(secret)))
