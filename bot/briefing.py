"""The whole matter on one screen, for who has to decide it: a request, an override, a watch, a crisis."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot import contacts
from bot.brand import Brand
from bot.tables import MESSAGES
from bot.wording import clock_words, quote
from handoff import approvals, crises, overrides, people, signs, spending, statements
from handoff.authority_tables import SIGNS
from handoff.money import format_amount
from handoff.tables import TICKETS

LATELY = 3  # messages of the follower, or of different followers, that are quoted


def request(conn: Connection, brand: Brand, approval: int, now: datetime) -> dict[str, object]:
    """Return what a request is about: who asks what, what it costs, what was granted, what happened."""
    asked = approvals.get(conn, approval)
    money = format_amount(asked.request.worth, asked.currency)
    return {
        "number": approval,
        "name": people.name_of(conn, asked.request.asked_by),
        "what": f"{asked.action} {money}",
        "text": quote(asked.text, 400),
        **_history(conn, brand, asked.ticket, asked.conversation, asked.action, asked.currency, now),
    }


def broken(conn: Connection, brand: Brand, override: int, now: datetime) -> dict[str, object]:
    """Return what an override was about: who did what, and why."""
    row = overrides.get(conn, override)
    return {
        "number": override,
        "name": people.name_of(conn, row.by_id),
        "what": f"{row.action} {format_amount(row.amount, row.currency)}",
        "text": quote(row.reason, 400),
        **_history(conn, brand, row.ticket_id, row.conversation_id, row.action, row.currency, now),
    }


def crisis(conn: Connection, brand: Brand, crisis_id: int, now: datetime) -> dict[str, object]:
    """Return what a watch or a crisis rests on: how many complain, what is usual, and their own words."""
    row = crises.get(conn, crisis_id)
    since = now - brand.promises.crisis.within
    live = statements.find_live(conn, crisis_id, now)
    by = clock_words(row.update_by, now, brand.zone, brand.language) if row.update_by else "-"
    return {
        "scope": row.scope,
        "since": clock_words(row.declared_at or row.began_at, now, brand.zone, brand.language),
        "count": signs.count_lately(conn, brand.promises, now),
        "usual": f"{row.usual:g}",
        "told": len(statements.receivers(conn, crisis_id)),
        "text": quote(live.text, 200) if live else "-",
        "news": by,
        "quotes": "\n".join(f"“{quote(text)}”" for text in _loudest(conn, since)) or "-",
    }


def crisis_ping(conn: Connection, brand: Brand, crisis_id: int, now: datetime) -> str:
    """Write the ping about a watch or a crisis as things stand."""
    key = f"alert_of_{crises.get(conn, crisis_id).status}"
    return brand.wording.say(key, brand.language, **crisis(conn, brand, crisis_id, now))


def _history(
    conn: Connection,
    brand: Brand,
    ticket: int,
    conversation: int,
    action: str,
    currency: str,
    now: datetime,
) -> dict[str, object]:
    said = [m.text for m in contacts.list_messages(conn, conversation, 30) if m.direction == "in"]
    before = select(func.count()).select_from(TICKETS).where(TICKETS.c.conversation_id == conversation)
    sop = brand.promises.find_sop(action)
    return {
        "granted": format_amount(spending.on_ticket(conn, action, ticket), currency),
        "month": format_amount(spending.in_30_days(conn, action, conversation, now), currency),
        "tickets": conn.execute(before).scalar_one(),
        "limits": " / ".join(
            format_amount(limit, currency)
            for limit in ((sop.admin, sop.supervisor, sop.decision_maker) if sop else ())
        ),
        "quotes": "\n".join(f"“{quote(text)}”" for text in said[-LATELY:]) or "-",
    }


def _loudest(conn: Connection, since: datetime) -> list[str]:
    """Return the newest words of different followers who complained since then."""
    newest = (
        select(func.max(SIGNS.c.message_id).label("message"))
        .where(SIGNS.c.at >= since)
        .group_by(SIGNS.c.conversation_id)
        .subquery()
    )
    rows = (
        select(MESSAGES.c.text).join(newest, newest.c.message == MESSAGES.c.id).where(MESSAGES.c.text != "")
    )
    return list(conn.scalars(rows.order_by(MESSAGES.c.id.desc()).limit(LATELY)))
