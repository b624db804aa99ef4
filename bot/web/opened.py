"""One conversation as somebody at the desk sees it: everything that happened, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot import contacts, journal, search
from bot.brand import Brand
from bot.contacts import Thread
from bot.mode import Mode
from bot.web import authority, queries
from bot.web.authority import Authority
from bot.web.buttons import buttons
from bot.web.queries import Clock
from bot.web.timeline import Line, timeline
from handoff import climbs, people, surveys, tickets
from handoff.staff import Person, may, outranks_admin
from handoff.tickets import Filed


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation with all that happened in it; `is_window` where it is a part around a message."""

    thread: Thread
    mode: Mode
    filed: Filed | None
    lines: Sequence[Line]
    clocks: Sequence[Clock]
    deadlines: Sequence[Row[Any]]
    alerts: Sequence[Row[Any]]
    alert: bool | None
    buttons: frozenset[str]
    colleagues: Sequence[tuple[int, str]]
    authority: Authority | None
    survey: Row[Any] | None
    is_to_review: bool
    is_window: bool


def open_conversation(
    conn: Connection, brand: Brand, person: Person, conversation: int, now: datetime, at: int | None = None
) -> Opened:
    """Return it as this person sees it; around the message `at`, where one is named."""
    thread = contacts.get(conn, conversation)
    filed = tickets.find_newest(conn, conversation)
    alert = climbs.open_alerts(conn, [filed.id], now).get(filed.id) if filed else None
    is_called = filed is not None and alert is False and climbs.is_for(conn, filed.id, person.id, now)
    survey = surveys.find(conn, filed.id) if filed else None
    survey = survey if survey is not None and survey.asked_at is not None else None
    is_to_review = survey is not None and surveys.read(survey).is_to_review
    is_own = survey is not None and survey.staff_id == person.id
    newest = filed.ticket if filed else None
    window = search.list_around(conn, conversation, at) if at is not None else None
    may_grant = filed is not None and (
        filed.ticket.assignee in (None, person.id) or outranks_admin(person.role)
    )
    return Opened(
        thread=thread,
        mode=contacts.current_mode(conn, thread, now),
        filed=filed,
        lines=timeline(
            window or contacts.list_messages(conn, conversation),
            journal.read_conversation(conn, conversation),
            is_cut=window is not None,
        ),
        is_window=window is not None,
        clocks=queries.list_clocks(conn, [filed.id], now)[filed.id] if filed else [],
        deadlines=queries.list_deadlines(conn, filed.id) if filed else [],
        alerts=queries.list_alerts(conn, filed.id) if filed else [],
        alert=alert,
        authority=authority.of_ticket(conn, brand, person, filed, now, may_grant=may_grant)
        if filed
        else None,
        colleagues=[
            (one.id, one.name)
            for one in people.list_staff(conn)
            if filed is not None and one.id != filed.ticket.assignee
        ],
        buttons=buttons(person, thread, newest, now, brand.promises.reopen_within, is_called=is_called)
        | _review(person, is_due=is_to_review and not is_own),
        survey=survey,
        is_to_review=is_to_review,
    )


def _review(person: Person, *, is_due: bool) -> set[str]:
    return {"review_mark"} if is_due and may(person.role, "review_mark") else set()
