"""Notices: what is said by itself: pings to staff, lists to the next shift, delays to followers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot import asking, briefing, contacts, crisis_news, decisions, outbox
from bot.brand import Brand
from bot.logins import page_address
from bot.outbox import Letter
from bot.places import places, second_places
from bot.tables import MESSAGES
from bot.wording import clock_words, quote
from handoff import clocks, people, tickets
from handoff.entry import (
    AskSecond,
    AskSurvey,
    Effect,
    HandOver,
    MarkSettled,
    MarkTaken,
    Notify,
    ReportCrisis,
    SendRemedy,
    TellClosing,
    TellDelay,
    TellMark,
    TellRequester,
    TellSeniors,
)
from handoff.policy import Kind, Reason
from handoff.staff import Person
from handoff.tables import ALERTS, CLIMBS, DEADLINES

MOST_LISTED = 30
SECOND = "second"  # how a rung names the second channel


def send(conn: Connection, brand: Brand, effects: Sequence[Effect], now: datetime) -> None:
    """Queue what these effects want said."""
    for effect in effects:
        match effect:
            case Notify(alert):
                outbox.enqueue(conn, list(_alert(conn, brand, alert, now)), now)
            case MarkTaken(alerts, by):
                outbox.drop_alerts(conn, alerts)
                outbox.enqueue(conn, _taken(conn, brand, alerts, by), now)
            case TellDelay(ticket, due_at):
                _tell_delay(conn, brand, ticket, due_at, now)
            case HandOver():
                outbox.enqueue(conn, list(_handover(conn, brand, effect, now)), now)
            case SendRemedy(approval):
                decisions.send_remedy(conn, approval, now)
            case TellRequester(approval):
                decisions.tell_requester(conn, brand, approval, now)
            case MarkSettled():
                outbox.enqueue(conn, decisions.settled(conn, brand, effect), now)
            case TellClosing(statement):
                crisis_news.tell_closing(conn, statement, now)
            case AskSecond(statement):
                crisis_news.ask_second(conn, brand, statement, now)
            case TellSeniors():
                crisis_news.tell_seniors(conn, brand, effect, now)
            case ReportCrisis(crisis):
                crisis_news.report(conn, brand, crisis, now)
            case AskSurvey(ticket):
                asking.ask(conn, brand, ticket, now)
            case TellMark(ticket):
                asking.tell_mark(conn, brand, ticket, now)


def _alert(conn: Connection, brand: Brand, alert: int, now: datetime) -> Iterator[Letter]:
    """Write the ping of one alert: on the desk, and wherever else the brand and the person are."""
    row = conn.execute(select(ALERTS).where(ALERTS.c.id == alert)).one()
    person = people.find_by_id(conn, row.staff_id)
    text, payload = _written(conn, brand, row, now)
    to = list(places(brand, row.staff_id, person))
    if _is_second(brand, row):
        to += second_places(brand, person)
        payload["facts"] = _facts(conn, row, person)
    for channel, recipient in to:
        yield Letter(f"alert:{alert}", "alert", channel, recipient, text, payload=payload, alert=alert)


def _written(conn: Connection, brand: Brand, row: Row[Any], now: datetime) -> tuple[str, dict[str, object]]:
    """Return the words of a ping and its buttons."""
    values: dict[str, object] = {"count": row.count, "ticket": row.ticket_id}
    payload: dict[str, object] = {}
    key = f"alert_{Reason(row.reason)}"
    if row.ticket_id is not None:
        filed = tickets.get(conn, row.ticket_id)
        thread = contacts.get(conn, filed.conversation)
        said = [m.text for m in contacts.list_messages(conn, thread.id, 20) if m.direction == "in"]
        due = _due(conn, row)
        values |= {
            "contact": thread.name,
            "category": brand.wording.say(f"category_{filed.ticket.category}", brand.language),
            "quote": quote(_promised(conn, row) or (said[-1] if said else "")),
            "time": clock_words(due, now, brand.zone, brand.language) if due else "-",
        }
        payload = {"ack": row.ticket_id}
        subject = _subject(conn, row)
        if subject is not None and row.reason == Reason.APPROVAL:
            values |= briefing.request(conn, brand, subject, now)
            payload["approval"] = subject
        elif subject is not None and row.reason in (Reason.OVERRIDE, Reason.REVIEW):
            values |= briefing.broken(conn, brand, subject, now)
            key = "alert_review_late" if row.rung else key
            payload["review"] = subject
    elif row.crisis_id is not None:
        payload = {"crisis": row.crisis_id}
        if row.reason != Reason.PROMISE:
            return briefing.crisis_ping(conn, brand, row.crisis_id, now), payload
        values |= briefing.crisis(conn, brand, row.crisis_id, now)
        key = "alert_news"
    return brand.wording.say(key, brand.language, **values), payload


def _subject(conn: Connection, alert: Row[Any]) -> int | None:
    """Return the request or the override that the alert is about."""
    mine = (
        select(DEADLINES.c.subject)
        .join(CLIMBS, CLIMBS.c.deadline_id == DEADLINES.c.id)
        .where(CLIMBS.c.id == alert.climb_id)
    )
    found: int | None = conn.execute(mine).scalar_one_or_none()
    return found


def _is_second(brand: Brand, alert: Row[Any]) -> bool:
    """Say whether the rung of the alert rings on the second channel, too."""
    ladder = brand.promises.ladder
    return bool(0 < alert.rung <= len(ladder)) and ladder[alert.rung - 1].channel == SECOND


def _facts(conn: Connection, alert: Row[Any], person: Person | None) -> dict[str, object]:
    """Say what the alert is about in plain values, for a receiver that is no person."""
    facts: dict[str, object] = {
        "to": person.name if person else None,
        "reason": alert.reason,
        "rung": alert.rung,
        "n": alert.n,
        "ticket": alert.ticket_id,
    }
    address = page_address(conn)
    if address is not None and alert.ticket_id is not None:
        conversation = tickets.get(conn, alert.ticket_id).conversation
        facts["link"] = f"{address}/desk/conversations/{conversation}"
    return facts


def _promised(conn: Connection, alert: Row[Any]) -> str | None:
    """Return what staff promised, where the alert is about a promise by word."""
    note = (
        select(MESSAGES.c.text)
        .join(DEADLINES, (DEADLINES.c.subject == MESSAGES.c.id) & (DEADLINES.c.kind == Kind.PROMISE))
        .join(CLIMBS, CLIMBS.c.deadline_id == DEADLINES.c.id)
        .where(CLIMBS.c.id == alert.climb_id)
    )
    return conn.execute(note).scalar_one_or_none()


def _due(conn: Connection, alert: Row[Any]) -> datetime | None:
    """Return the instant that the ping is about: of its own deadline, else the next one of the ticket."""
    own = select(DEADLINES.c.due_at).join(CLIMBS, CLIMBS.c.deadline_id == DEADLINES.c.id)
    due: datetime | None = conn.execute(own.where(CLIMBS.c.id == alert.climb_id)).scalar_one_or_none()
    return due or min(clocks.running(conn, alert.ticket_id).values(), default=None)


def _taken(conn: Connection, brand: Brand, alerts: Sequence[int], by: int) -> list[Letter]:
    """Show on the pings that went out, each once, that somebody has the matter."""
    words = brand.wording.say("alert_taken", brand.language, name=people.name_of(conn, by))
    return decisions.edited(conn, alerts, "taken", words)


def _tell_delay(conn: Connection, brand: Brand, ticket: int, due_at: datetime, now: datetime) -> None:
    """Tell the follower that the promise was not kept; who is blocked or cannot be reached is not told.

    It goes out while a person speaks, too, so it is not fenced.
    """
    thread = contacts.get(conn, tickets.get(conn, ticket).conversation)
    if thread.blocked or not thread.reachable:
        return
    language = thread.language or brand.language
    time = clock_words(due_at, now, brand.zone, language)
    text = brand.wording.say("delay_notice", language, promise=time)
    message = contacts.add_message(
        conn, thread.id, direction="out", author="bot", source="update", text=text, at=now, status="queued",
        ticket_id=ticket,
    )  # fmt: skip
    letter = Letter(
        f"message:{message}", "update", thread.channel, thread.external_id, text,
        conversation=thread.id, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)


def _handover(conn: Connection, brand: Brand, handed: HandOver, now: datetime) -> Iterator[Letter]:
    """Write the list of what waits again, a line a ticket, as many as one message holds."""
    lines = []
    for ticket in handed.tickets[:MOST_LISTED]:
        filed = tickets.get(conn, ticket)
        category = brand.wording.say(f"category_{filed.ticket.category}", brand.language)
        name = contacts.get(conn, filed.conversation).name
        due = min(clocks.running(conn, ticket).values(), default=None)
        time = clock_words(due, now, brand.zone, brand.language) if due else "-"
        line = {"ticket": ticket, "category": category, "contact": name, "time": time}
        lines.append(brand.wording.say("handover_line", brand.language, **line))
    if len(handed.tickets) > MOST_LISTED:
        lines.append("...")
    left = people.name_of(conn, handed.left)
    head = brand.wording.say("handover", brand.language, name=left, count=len(handed.tickets))
    text = "\n".join([head, *lines])
    for channel, recipient in places(brand, handed.to, people.find_by_id(conn, handed.to)):
        yield Letter(f"handover:{handed.handover}", "handover", channel, recipient, text)
