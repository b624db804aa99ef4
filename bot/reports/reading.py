"""A report, read: every figure of a period, in a handful of queries, whatever the number of tickets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, and_, func, select, type_coerce, union_all
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import Label

from bot.reports import marks, promises
from bot.reports.figures import Asked, Figures, Gap, Incident, Outcomes, Part, Spent, Spread, Topic, spread
from bot.reports.period import Period, Step
from bot.reports.sources import (
    IS_ANSWER,
    IS_CLARIFICATION,
    NO_TOPIC,
    OUTCOME,
    SOURCES,
    VERDICT,
    WORDS,
    asked_back,
    sent_answers,
    with_replies,
    within,
    written,
)
from bot.tables import MESSAGES
from bot.wording import quote
from handoff.approval import GRANTED
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES, SIGNS, STATEMENTS, TOLD
from handoff.satisfaction import Summary, together
from handoff.tables import STAFF, TICKETS

TOP = 10
LONGEST = 120  # letters of a question that are shown
# What is counted in parts, too, and by what.
DIVIDED: Mapping[str, ColumnElement[str]] = {
    "opened": TICKETS.c.category,
    "resolved": TICKETS.c.category,
    "approvals": OUTCOME,
    "overrides": VERDICT,
}
WHOLE = ("responded", "crises", "complaining")
SECONDS_A_DAY = 86_400
Title = Callable[[str], str]


def read(conn: Connection, title: Title, period: Period, step: Step, now: datetime) -> Figures:
    """Return the figures of a period, divided by `step`; `title` names an article."""
    divided = period.parts(step)
    tally = promises.tally(promises.each_settled(conn, period), divided)
    rows = zip(divided, tally.parts, marks.by_parts(conn, divided), strict=True)
    parts = [_part(conn, part, outcomes, marked) for part, outcomes, marked in rows]
    asked = list_asked(conn, title, period)
    marked = together([part.marks for part in parts])
    rated = {"wrong": sum(one.wrong for one in asked), "helpful": sum(one.helpful for one in asked)}
    return Figures(
        period=period,
        step=step,
        made_at=now,
        totals=_totals(conn, period, parts) | rated | _counted(marked),
        parts=parts,
        first_response=_lengths(
            conn, TICKETS.c.opened_at, TICKETS.c.responded_at, period, ~TICKETS.c.by_staff
        ),
        resolution=_lengths(conn, TICKETS.c.opened_at, TICKETS.c.resolved_at, period),
        decision=_lengths(
            conn, APPROVALS.c.asked_at, APPROVALS.c.decided_at, period, APPROVALS.c.decided_by.is_not(None)
        ),
        by_kind=tally.by["kind"],
        by_category=tally.by["category"],
        by_person=tally.by["person"],
        by_hour=tally.by["hour"],
        breaches=promises.list_breaches(conn, period),
        asked=asked[:TOP],
        gaps=list_gaps(conn, title, period),
        topics=_topics(conn, title, period),
        incidents=_incidents(conn, period),
        spent=_spent(conn, period),
        names={row.id: row.name for row in conn.execute(select(STAFF.c.id, STAFF.c.name))},
        complaining_before=count(conn, "complaining", period.before),
        marks=marked,
        marks_before=marks.of_period(conn, period.before),
        low_marks=marks.list_low(conn, period),
    )


def by_hours(conn: Connection, period: Period) -> list[tuple[int, int]]:
    """Return how many messages the bot answered and how many others came, in each hour of the day."""
    found = [[0, 0] for _ in range(24)]
    rows = select(MESSAGES.c.at, func.coalesce(IS_ANSWER, False).label("is_answered"))
    for at, is_answered in conn.execute(rows.select_from(with_replies()).where(written(period))):
        found[at.astimezone(period.zone).hour][0 if is_answered else 1] += 1
    return [(answered, others) for answered, others in found]


def count(conn: Connection, name: str, period: Period, of: str = "") -> int:
    """Count what stands behind one figure."""
    return conn.execute(select(func.count()).select_from(SOURCES[name](period, of).subquery())).scalar_one()


def _part(conn: Connection, period: Period, promised: Outcomes, marked: Summary) -> Part:
    row = conn.execute(_said(period)).one()
    return Part(
        period, row.messages, row.answered, row.clarified, row.handed_off, promised, row.complaining, marked
    )


def _said(period: Period) -> Any:
    """Select how many messages there were and what became of them, and how many followers complained."""
    return (
        select(
            func.count().label("messages"),
            func.count().filter(IS_ANSWER).label("answered"),
            func.count().filter(IS_CLARIFICATION).label("clarified"),
            _number("handed_off", period),
            _number("complaining", period),
        )
        .select_from(with_replies())
        .where(written(period))
    )


def _number(name: str, period: Period) -> Label[int]:
    found = SOURCES[name](period, "").subquery()
    return select(func.count()).select_from(found).scalar_subquery().label(name)


def _totals(conn: Connection, period: Period, parts: Sequence[Part]) -> dict[str, int]:
    """Return how many there are of each, with those of a division named after a colon."""
    followers = select(func.count(func.distinct(MESSAGES.c.conversation_id))).where(written(period))
    found = {
        "messages": sum(part.messages for part in parts),
        "answered": sum(part.answered for part in parts),
        "clarified": sum(part.clarified for part in parts),
        "handed_off": sum(part.handed_off for part in parts),
        "others": sum(part.others for part in parts),
        "followers": conn.execute(followers).scalar_one(),
    }
    for name in WHOLE:
        found[name] = count(conn, name, period)
    for name, by in DIVIDED.items():
        each = SOURCES[name](period, "").with_only_columns(by.label("of"), func.count().label("number"))
        for row in conn.execute(each.group_by(by)):
            found[f"{name}:{row.of}"] = row.number
            found[name] = found.get(name, 0) + row.number
    return found


def _counted(marked: Summary) -> dict[str, int]:
    given = {f"rated:{mark}": number for mark, number in marked.by_mark.items() if number}
    return {"surveyed": marked.asked, "rated": marked.answered, **given}


def _lengths(
    conn: Connection,
    begins: ColumnElement[datetime],
    ends: ColumnElement[datetime],
    period: Period,
    *conditions: ColumnElement[bool],
) -> Spread:
    """Measure from one instant to another of the same row, of those that ended in the period."""
    days = func.julianday(ends) - func.julianday(begins)
    seconds = type_coerce(func.round(days * SECONDS_A_DAY), Float)
    return spread(conn.scalars(select(seconds).where(within(ends, period), *conditions)).all())


def list_asked(conn: Connection, title: Title, period: Period) -> list[Asked]:
    """Return every article that answered, the most asked first."""
    rows = (
        select(
            MESSAGES.c.article,
            func.count().label("times"),
            func.count().filter(MESSAGES.c.helped.is_(False)).label("wrong"),
            func.count().filter(MESSAGES.c.helped.is_(True)).label("helpful"),
        )
        .where(sent_answers(period))
        .group_by(MESSAGES.c.article)
        .order_by(func.count().desc(), MESSAGES.c.article)
    )
    return [
        Asked(row.article, title(row.article), row.times, row.wrong, row.helpful)
        for row in conn.execute(rows)
    ]


def list_gaps(
    conn: Connection, title: Title, period: Period, most: int = TOP, longest: int = LONGEST
) -> list[Gap]:
    """Return the questions asked most often without a sure answer; erased words are in no list.

    A question of more than `longest` letters is cut.
    """
    rows = (
        select(
            func.min(MESSAGES.c.text).label("text"),
            func.count().label("times"),
            func.max(func.json_extract(MESSAGES.c.reading, "$.matches[0][0]")).label("nearest"),
            func.min(MESSAGES.c.id).label("message"),
            func.max(MESSAGES.c.at).label("last_at"),
        )
        .where(asked_back(period), MESSAGES.c.text != "")
        .group_by(WORDS)
        .order_by(func.count().desc(), WORDS)
        .limit(most)
    )
    return [
        Gap(
            quote(row.text, longest),
            row.times,
            title(row.nearest) if row.nearest else None,
            row.message,
            row.last_at,
        )
        for row in conn.execute(rows)
    ]


def _topics(conn: Connection, title: Title, period: Period) -> list[Topic]:
    """Return what followers complained about, with as many days before; each follower once a topic."""
    article = func.coalesce(SIGNS.c.article, NO_TOPIC)
    now, before = (
        {
            row.article: row.followers
            for row in conn.execute(
                select(
                    article.label("article"),
                    func.count(func.distinct(SIGNS.c.conversation_id)).label("followers"),
                )
                .where(within(SIGNS.c.at, one))
                .group_by(article)
            )
        }
        for one in (period, period.before)
    )
    topics = [
        Topic(name, "" if name == NO_TOPIC else title(name), followers, before.get(name, 0))
        for name, followers in now.items()
    ]
    return sorted(topics, key=lambda one: (-one.followers, one.article))[:TOP]


def _incidents(conn: Connection, period: Period) -> list[Incident]:
    told = (
        select(func.count())
        .select_from(TOLD.join(STATEMENTS, STATEMENTS.c.id == TOLD.c.statement_id))
        .where(STATEMENTS.c.crisis_id == CRISES.c.id, STATEMENTS.c.kind == "holding", ~TOLD.c.is_draft)
        .scalar_subquery()
    )
    rows = select(CRISES, told.label("told")).where(within(CRISES.c.began_at, period)).order_by(CRISES.c.id)
    return [
        Incident(r.scope, r.status, r.ticket_id, r.began_at, r.declared_at, r.ended_at, r.contacts, r.told)
        for r in conn.execute(rows)
    ]


def _spent(conn: Connection, period: Period) -> list[Spent]:
    """Return what was granted: by approvals that hold, and by overrides."""
    worth = func.coalesce(APPROVALS.c.granted, APPROVALS.c.amount)
    granted = select(APPROVALS.c.action, APPROVALS.c.currency, worth.label("amount")).where(
        and_(within(APPROVALS.c.asked_at, period), APPROVALS.c.status.in_(GRANTED))
    )
    broken = select(OVERRIDES.c.action, OVERRIDES.c.currency, OVERRIDES.c.amount).where(
        within(OVERRIDES.c.at, period)
    )
    both = union_all(granted, broken).subquery()
    rows = (
        select(
            both.c.action,
            both.c.currency,
            func.count().label("times"),
            func.sum(both.c.amount).label("amount"),
        )
        .group_by(both.c.action, both.c.currency)
        .order_by(both.c.action)
    )
    return [Spent(row.action, row.currency, row.times, row.amount) for row in conn.execute(rows)]
