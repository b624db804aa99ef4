"""Satisfaction in a report: who was asked how it went, the marks that came, and which low ones wait."""

from bisect import bisect_right
from collections.abc import Sequence

from sqlalchemy import Connection, String, select, type_coerce

from bot.reports.figures import LowMark
from bot.reports.period import Period
from bot.reports.sources import IS_ASKED, QUESTION, stored, within
from bot.tables import MESSAGES
from bot.wording import quote
from handoff.satisfaction import LOW, Summary, summary
from handoff.tables import SURVEYS, TICKETS

LONGEST = 160  # letters of the words to a mark that are shown


def by_parts(conn: Connection, parts: Sequence[Period]) -> list[Summary]:
    """Sum up each part, a follower's mark in the part in which they were asked."""
    begins = [stored(part.begins_at) for part in parts]
    found: list[list[int | None]] = [[] for _ in parts]
    for at, mark in _asked(conn, Period(parts[0].first, parts[-1].last, parts[0].zone)):
        found[bisect_right(begins, at) - 1].append(mark)
    return [summary(marks) for marks in found]


def of_period(conn: Connection, period: Period) -> Summary:
    """Sum up the marks of everybody whom the question reached in the period."""
    return by_parts(conn, [period])[0]


def list_low(conn: Connection, period: Period) -> list[LowMark]:
    """Return the low marks, unread ones first, then the lowest, then the newest; without erased words."""
    words = MESSAGES.alias("words")
    rows = (
        select(
            SURVEYS.c.ticket_id, SURVEYS.c.conversation_id, TICKETS.c.category, SURVEYS.c.mark,
            SURVEYS.c.marked_at, SURVEYS.c.staff_id, SURVEYS.c.seen_by, words.c.text,
        )
        .join(TICKETS, TICKETS.c.id == SURVEYS.c.ticket_id)
        .outerjoin(words, words.c.id == SURVEYS.c.words_id)
        .where(within(SURVEYS.c.asked_at, period), SURVEYS.c.mark <= LOW)
        .order_by(SURVEYS.c.seen_by.is_not(None), SURVEYS.c.mark)
        .order_by(SURVEYS.c.marked_at.desc(), SURVEYS.c.ticket_id.desc())
    )  # fmt: skip
    return [
        LowMark(
            r.ticket_id, r.conversation_id, r.category, r.mark, quote(r.text or "", LONGEST), r.marked_at,
            r.staff_id, r.seen_by,
        )
        for r in conn.execute(rows).all()
    ]  # fmt: skip


def _asked(conn: Connection, period: Period) -> Sequence[tuple[str, int | None]]:
    """Return when each follower was asked whom the question reached, as stored, and their mark, if any."""
    rows = (
        select(type_coerce(SURVEYS.c.asked_at, String), SURVEYS.c.mark)
        .join(QUESTION, QUESTION.c.id == SURVEYS.c.message_id)
        .where(within(SURVEYS.c.asked_at, period), IS_ASKED)
    )
    return [(at, mark) for at, mark in conn.execute(rows).all()]
