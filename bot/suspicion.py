"""Suspicion: one person is refused again and again, as it looks when an account is in the wrong hands."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.tables import LOG
from handoff import people
from handoff.entry import Doubted, Effect, Entry, Refused, TellSeniors
from handoff.saying import Saying

MANY = 3
LATELY = 20_000  # entries of the log among which they are looked for
WITHIN = timedelta(minutes=10)
# What honest people seldom meet: acts that are not theirs, limits, other people's personal data.
ODD = ("not_allowed", "limit", "guard")


def noticed(conn: Connection, who: str, refused: Refused, now: datetime) -> list[Effect]:
    """Return what is done about it when this refusal is one too many; at most once in ten minutes.

    What only asked for a second tap is nobody's fault.
    """
    person = people.find_staff(conn, who)
    if person is None or isinstance(refused, Doubted) or refused.code not in ODD:
        return []
    newest = select(func.max(LOG.c.id) - LATELY).scalar_subquery()
    rows = select(LOG.c.kind, LOG.c.staff_id, LOG.c.data).where(
        LOG.c.id > newest, LOG.c.at > now - WITHIN, LOG.c.kind.in_(["refused", "suspicious"])
    )
    count = 1
    for row in conn.execute(rows):
        if row.kind == "suspicious":
            if row.staff_id == person.id:
                return []
        elif row.data["who"] == who and row.data["reason"].startswith(ODD) and not row.data.get("doubted"):
            count += 1
    if count < MANY:
        return []
    values = {"name": person.name, "count": count, "why": Saying(refused.CODES[refused.code])}
    entry = Entry("suspicious", staff=person.id, data={"refused": count})
    return [entry, TellSeniors("suspicious", values, None, person.id, person.id)]
