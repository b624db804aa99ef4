"""What stands behind each figure: the messages, tickets and requests that are counted, each once.

The total, the parts of a chart and the list behind a figure are made from the same query, so that they
cannot disagree. Each gives `conversation_id`, `ticket_id`, `message_id` (both may be null) and `at`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy import cast as cast_to

from bot.reports.period import Period
from bot.tables import IS_REPLIED, MESSAGES
from handoff.approval import Status as Request
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES, SIGNS
from handoff.tables import SURVEYS, TICKETS

DIRECT = "direct"  # a remedy within the limit of who gave it
OPEN = "open"  # an override nobody has reviewed yet
LONG = 16  # digits that no number of ours has
AHEAD = timedelta(days=1)  # no channel's clock is further ahead of ours
Source = Callable[[Period, str], Select[Any]]
_NONE = cast_to(null(), Integer)
_REPLY = MESSAGES.alias("reply")
# What the bot made of a message is stored with it in one transaction, directly after it.
IS_REPLY = and_(
    _REPLY.c.id == MESSAGES.c.id + literal_column("1"), _REPLY.c.conversation_id == MESSAGES.c.conversation_id
)
IS_ANSWER = and_(_REPLY.c.source == "answer", _REPLY.c.article.is_not(None), _REPLY.c.status == "sent")
IS_CLARIFICATION = and_(_REPLY.c.source == "clarify", _REPLY.c.status == "sent")
# What became of a request, once and for all: one within the own limit was never decided by anybody.
_OF_ONESELF = and_(
    APPROVALS.c.decided_by.is_(None),
    APPROVALS.c.first_by.is_(None),
    APPROVALS.c.status.in_((Request.APPROVED, Request.EXECUTED, Request.FAILED)),
)
OUTCOME = case((_OF_ONESELF, DIRECT), else_=APPROVALS.c.status)
VERDICT = func.coalesce(OVERRIDES.c.verdict, OPEN)
QUESTION = MESSAGES.alias("question")
# Who was asked how it went: the question arrived, and a mark proves that it did.
IS_ASKED = or_(QUESTION.c.status == "sent", SURVEYS.c.mark.is_not(None))

# By what the same question is known again: its words, whatever stands around them and in which case.
WORDS = func.lower(func.trim(MESSAGES.c.text))


def within(column: ColumnElement[datetime], period: Period) -> ColumnElement[bool]:
    """Say that an instant lies in the period."""
    return and_(column >= period.begins_at, column < period.ends_at)


def stored(at: datetime) -> str:
    """Return an instant as the database stores it, so that it can be compared with many unread ones."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def written(period: Period) -> ColumnElement[bool]:
    """Say that a message is one that a follower wrote in the period."""
    return and_(within(MESSAGES.c.at, period), MESSAGES.c.direction == "in")


def with_replies() -> Any:
    """Return messages beside what the bot replied to each, if it did."""
    return MESSAGES.outerjoin(_REPLY, IS_REPLY)


def _messages(period: Period, _of: str) -> Select[Any]:
    return _of_messages().where(written(period))


def _answered(period: Period, _of: str) -> Select[Any]:
    return _of_messages().select_from(with_replies()).where(written(period), IS_ANSWER)


def _clarified(period: Period, _of: str) -> Select[Any]:
    return _of_messages().where(asked_back(period))


def asked_back(period: Period) -> ColumnElement[bool]:
    """Say that a message is one of the period that the bot asked back about, found from what it asked."""
    asked = select(_REPLY.c.id - literal_column("1")).where(
        IS_REPLIED,
        _REPLY.c.source == "clarify",
        _REPLY.c.status == "sent",
        _REPLY.c.at >= period.begins_at - AHEAD,
    )
    return and_(MESSAGES.c.id.in_(asked), written(period))


def _gap(period: Period, of: str) -> Select[Any]:
    """Return what was asked in the same words as the message `of`, without a sure answer."""
    first = MESSAGES.alias("first")
    number = int(of) if of.isascii() and of.isdigit() and len(of) < LONG else 0
    words = select(func.lower(func.trim(first.c.text))).where(first.c.id == number, first.c.text != "")
    return _clarified(period, "").where(words.scalar_subquery() == WORDS)


def _article(period: Period, of: str) -> Select[Any]:
    return _of_answers(period).where(MESSAGES.c.article == of)


def _wrong(period: Period, of: str) -> Select[Any]:
    return _rated(period, of).where(MESSAGES.c.helped.is_(False))


def _helpful(period: Period, of: str) -> Select[Any]:
    return _rated(period, of).where(MESSAGES.c.helped.is_(True))


def _rated(period: Period, of: str) -> Select[Any]:
    rated = _of_answers(period)
    return rated.where(MESSAGES.c.article == of) if of else rated


def sent_answers(period: Period) -> ColumnElement[bool]:
    """Say that a message is an answer from an article that reached the follower in the period."""
    return and_(
        IS_REPLIED,
        MESSAGES.c.source == "answer",
        within(MESSAGES.c.at, period),
        MESSAGES.c.article.is_not(None),
        MESSAGES.c.status == "sent",
    )


def _handed_off(period: Period, _of: str) -> Select[Any]:
    return _opened(period, "").where(~TICKETS.c.by_staff)


def _opened(period: Period, of: str) -> Select[Any]:
    return _of_tickets(TICKETS.c.opened_at, period, of)


def _responded(period: Period, of: str) -> Select[Any]:
    return _of_tickets(TICKETS.c.responded_at, period, of).where(~TICKETS.c.by_staff)


def _resolved(period: Period, of: str) -> Select[Any]:
    return _of_tickets(TICKETS.c.resolved_at, period, of)


def _of_tickets(column: ColumnElement[datetime], period: Period, of: str) -> Select[Any]:
    found = select(
        TICKETS.c.conversation_id, TICKETS.c.id.label("ticket_id"), _NONE.label("message_id"),
        column.label("at"),
    ).where(within(column, period))  # fmt: skip
    return found.where(TICKETS.c.category == of) if of else found


def _approvals(period: Period, of: str) -> Select[Any]:
    found = select(
        APPROVALS.c.conversation_id, APPROVALS.c.ticket_id, APPROVALS.c.message_id,
        APPROVALS.c.asked_at.label("at"),
    ).where(within(APPROVALS.c.asked_at, period))  # fmt: skip
    return found.where(OUTCOME.in_([of])) if of else found


def _overrides(period: Period, of: str) -> Select[Any]:
    found = select(
        OVERRIDES.c.conversation_id, OVERRIDES.c.ticket_id, _NONE.label("message_id"), OVERRIDES.c.at
    ).where(within(OVERRIDES.c.at, period))
    return found.where(VERDICT.in_([of])) if of else found


def _complaining(period: Period, of: str) -> Select[Any]:
    """Return each follower who complained once, at their first complaint."""
    found = select(
        SIGNS.c.conversation_id, _NONE.label("ticket_id"), func.min(SIGNS.c.message_id).label("message_id"),
        func.min(SIGNS.c.at).label("at"),
    ).where(within(SIGNS.c.at, period))  # fmt: skip
    if of:
        found = found.where(SIGNS.c.article.is_(None) if of == NO_TOPIC else SIGNS.c.article == of)
    return found.group_by(SIGNS.c.conversation_id)


NO_TOPIC = "-"  # complaints that no article comes near


def _surveyed(period: Period, _of: str) -> Select[Any]:
    return (
        select(
            SURVEYS.c.conversation_id, SURVEYS.c.ticket_id, SURVEYS.c.words_id.label("message_id"),
            SURVEYS.c.asked_at.label("at"),
        )
        .select_from(SURVEYS.join(QUESTION, QUESTION.c.id == SURVEYS.c.message_id))
        .where(within(SURVEYS.c.asked_at, period), IS_ASKED)
    )  # fmt: skip


def _rated_so(period: Period, of: str) -> Select[Any]:
    found = _surveyed(period, "").where(SURVEYS.c.mark.is_not(None))
    return found.where(cast_to(SURVEYS.c.mark, String) == of) if of else found


def _crises(period: Period, _of: str) -> Select[Any]:
    return (
        select(
            TICKETS.c.conversation_id, CRISES.c.ticket_id, _NONE.label("message_id"),
            CRISES.c.began_at.label("at"),
        )
        .select_from(CRISES.outerjoin(TICKETS, TICKETS.c.id == CRISES.c.ticket_id))
        .where(within(CRISES.c.began_at, period))
    )  # fmt: skip


def _of_messages() -> Select[Any]:
    return select(
        MESSAGES.c.conversation_id, MESSAGES.c.ticket_id, MESSAGES.c.id.label("message_id"), MESSAGES.c.at
    )


def _of_answers(period: Period) -> Select[Any]:
    """Return the answers that reached followers, each with the message that it answered."""
    asked = MESSAGES.alias("asked")
    question = select(func.max(asked.c.id)).where(
        asked.c.conversation_id == MESSAGES.c.conversation_id,
        asked.c.id < MESSAGES.c.id,
        asked.c.direction == "in",
    )
    return select(
        MESSAGES.c.conversation_id, MESSAGES.c.ticket_id, question.scalar_subquery().label("message_id"),
        MESSAGES.c.at,
    ).where(sent_answers(period))  # fmt: skip


SOURCES: Mapping[str, Source] = {
    "messages": _messages,
    "answered": _answered,
    "clarified": _clarified,
    "gap": _gap,
    "handed_off": _handed_off,
    "wrong": _wrong,
    "helpful": _helpful,
    "article": _article,
    "opened": _opened,
    "responded": _responded,
    "resolved": _resolved,
    "approvals": _approvals,
    "overrides": _overrides,
    "complaining": _complaining,
    "crises": _crises,
    "surveyed": _surveyed,
    "rated": _rated_so,
}
