"""Suspicion: one person is refused again and again, as it looks when an account is in the wrong hands."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.tables import LOG
from handoff import people
from handoff.entry import Effect, Entry, Refused, TellSeniors

MOST = 2
WITHIN = timedelta(minutes=10)
# What honest people seldom meet: acts that are not theirs, limits, other people's personal data.
ODD = ("not_allowed", "limit", "guard")


def noticed(conn: Connection, who: str, refused: Refused, now: datetime) -> list[Effect]:
    """Return what is done about it when this refusal is one too many; at most once in ten minutes."""
    person = people.find_staff(conn, who)
    if person is None or refused.code not in ODD:
        return []
    since = now - WITHIN
    told = select(func.count()).where(
        LOG.c.kind == "suspicious", LOG.c.at > since, LOG.c.staff_id == person.id
    )
    reasons = select(LOG.c.data["reason"].as_string()).where(
        LOG.c.kind == "refused", LOG.c.at > since, LOG.c.data["who"].as_string() == who
    )
    before = [one for one in conn.scalars(reasons) if one.startswith(ODD)]
    if len(before) < MOST or conn.execute(told).scalar_one():
        return []
    entry = Entry("suspicious", staff=person.id, data={"refused": len(before) + 1})
    values = {"name": person.name, "count": len(before) + 1, "why": refused.sentence, "lock": person.id}
    return [entry, TellSeniors("suspicious", values, None, person.id)]
