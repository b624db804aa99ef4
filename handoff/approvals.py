"""Remedies in the database: granted at once within a limit, else asked for, decided, and carried out."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from handoff import approval, climbs, delegations, people, spending, tickets
from handoff.approval import OPEN, Request, Standing, Status
from handoff.asked import Asked, get, list_of_ticket, list_open, read
from handoff.authority_tables import APPROVALS
from handoff.entry import Effect, Entry, MarkSettled, Refused, SendRemedy, TellRequester
from handoff.events import ApprovalAsked, ApprovalDecided, ApprovalDropped
from handoff.policy import Kind, Promises, Role, Sop
from handoff.saying import Saying
from handoff.sop import Spent, is_within
from handoff.staff import Person, outranks_admin
from handoff.ticket_rows import Filed

__all__ = [
    "Asked", "Remedy", "approve", "close", "delivered", "drop_of", "get", "get_sop", "grant", "granted",
    "list_of_ticket", "list_open", "reject", "reword", "set_message", "spent", "standing", "sweep",
    "withdraw",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remedy:
    """What somebody wants to grant, in the words in which the follower will read it."""

    action: str
    amount: int
    text: str


def get_sop(promises: Promises, action: str) -> Sop:
    """Return the remedy of that name; raises Refused where the SOP has none."""
    sop = promises.find_sop(action)
    if sop is None:
        known = ", ".join(one.action for one in promises.sop) or Saying("nothing")
        raise Refused(
            "limit", "there is no remedy {action!r} in the SOP; it has {known}", action=action, known=known
        )
    return sop


def grant(
    conn: Connection, promises: Promises, person: Person, filed: Filed, remedy: Remedy, now: datetime
) -> tuple[int, list[Effect]]:
    """Grant it within the person's own limits, or ask for approval; returns the request and what happened."""
    sop = get_sop(promises, remedy.action)
    so_far = spent(conn, promises, sop, person, filed, now)
    alone = is_within(sop, person.role, remedy.amount, so_far)
    expires_at = now + promises.expires
    values = {
        "ticket_id": filed.id,
        "conversation_id": filed.conversation,
        "action": sop.action,
        "amount": remedy.amount,
        "currency": sop.currency,
        "text": remedy.text,
        "status": Status.APPROVED if alone else Status.PENDING,
        "asked_by": person.id,
        "asked_at": now,
        "expires_at": expires_at,
        "decided_at": now if alone else None,
        "reason": "",
        "look_at": None if alone else expires_at,
    }
    new: int = conn.execute(insert(APPROVALS).values(values).returning(APPROVALS.c.id)).scalar_one()
    if alone:
        return new, [SendRemedy(new)]
    asked = get(conn, new)
    effects: list[Effect] = [replace(_entry(asked, person.id), words=remedy.text)]
    effects += tickets.apply(conn, promises, filed, ApprovalAsked(new, now), now)
    return new, effects + climbs.summon(conn, promises, filed.id, Kind.APPROVAL, new, now)


def approve(
    conn: Connection, promises: Promises, approver: Standing, asked: Asked, amount: int | None, now: datetime
) -> list[Effect]:
    """Approve it: it is done at once, or waits for the words of a changed amount, or for a second person."""
    _require_ticket(conn, asked, approver)
    if approver.may_decide:
        get_sop(promises, asked.action)
    stands = _first_stands(conn, promises, asked, now)
    after = approval.decide(asked.request, approval.Approved(approver, now, amount, stands))
    effects = _save(conn, asked, after, approver.person, now)
    if after.status is Status.PENDING:
        return [*effects, TellRequester(asked.id)]
    effects += _decided(conn, promises, asked, approver.person, now)
    if after.status is Status.APPROVED:
        effects.append(SendRemedy(asked.id))
    return effects


def reject(
    conn: Connection, promises: Promises, approver: Standing, asked: Asked, reason: str, now: datetime
) -> list[Effect]:
    """Turn it down, with a reason for who asked."""
    _require_ticket(conn, asked, approver)
    after = approval.decide(asked.request, approval.Rejected(approver, now))
    effects = _save(conn, asked, after, approver.person, now, words=reason, reason=reason)
    return effects + _decided(conn, promises, asked, approver.person, now)


def withdraw(
    conn: Connection, promises: Promises, person: Person, asked: Asked, now: datetime
) -> list[Effect]:
    """Take it back before it is decided."""
    after = approval.decide(asked.request, approval.Withdrawn(person.id, now))
    effects = _save(conn, asked, after, person.id, now)
    effects += _settle(conn, promises, asked, ApprovalDropped(asked.id, now), now)
    return [*effects, MarkSettled(Kind.APPROVAL, asked.id, person.id)]


def reword(
    conn: Connection, promises: Promises, person: Person, asked: Asked, text: str, now: datetime
) -> list[Effect]:
    """Give the words for a changed amount; who approved it must still be able to."""
    deciders = [asked.request.decided_by, asked.request.first_by]
    still = [people.find_by_id(conn, one) for one in deciders if one is not None]
    standings = tuple(standing(conn, promises, one, asked, now) for one in still if one is not None)
    if person.id == asked.request.asked_by:
        _require_ticket(conn, asked, None)
    after = approval.decide(asked.request, approval.Reworded(person.id, now, standings))
    return [*_save(conn, asked, after, person.id, now, words=text, text=text), SendRemedy(asked.id)]


def delivered(conn: Connection, message: int, *, arrived: bool, now: datetime) -> list[Effect]:
    """Record that the text of a remedy reached the follower, or never will."""
    row = conn.execute(select(APPROVALS).where(APPROVALS.c.message_id == message)).first()
    if row is None:
        return []
    asked = read(row)
    event = approval.Delivered() if arrived else approval.Undeliverable()
    if (asked.request.status, type(event)) not in approval.NEXT_STATUS:
        return []
    after = approval.decide(asked.request, event)
    effects = _save(conn, asked, after, asked.request.decided_by or asked.request.asked_by, now)
    return effects if arrived else [*effects, TellRequester(asked.id)]


def close(conn: Connection, ticket: int, now: datetime) -> list[Effect]:
    """End what is still asked for on a ticket that was settled."""
    effects: list[Effect] = []
    for asked in list_open(conn, ticket):
        after = approval.decide(asked.request, approval.TicketClosed())
        effects += [*_save(conn, asked, after, None, now), MarkSettled(Kind.APPROVAL, asked.id, None)]
    return effects


def drop_of(conn: Connection, promises: Promises, person: int, now: datetime) -> list[Effect]:
    """End what somebody asked for who left the desk: it would be done in their name."""
    effects: list[Effect] = []
    for asked in (one for one in list_open(conn) if one.request.asked_by == person):
        after = approval.decide(asked.request, approval.RequesterLeft())
        effects += _save(conn, asked, after, None, now)
        effects += _settle(conn, promises, asked, ApprovalDropped(asked.id, now), now)
        effects.append(MarkSettled(Kind.APPROVAL, asked.id, None))
    return effects


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Make void what nobody decided, or worded anew, in its time."""
    effects: list[Effect] = []
    due = select(APPROVALS).where(APPROVALS.c.look_at <= now).order_by(APPROVALS.c.look_at, APPROVALS.c.id)
    for asked in map(read, conn.execute(due).all()):
        after = approval.decide(asked.request, approval.TimePassed(now))
        effects += _save(conn, asked, after, None, now)
        effects += _settle(conn, promises, asked, ApprovalDropped(asked.id, now), now)
        effects += [TellRequester(asked.id), MarkSettled(Kind.APPROVAL, asked.id, None)]
    return effects


def set_message(conn: Connection, approval_id: int, message: int) -> None:
    """Remember which message carries the text."""
    conn.execute(update(APPROVALS).where(APPROVALS.c.id == approval_id).values(message_id=message))


def spent(
    conn: Connection, promises: Promises, sop: Sop, person: Person, filed: Filed, now: datetime
) -> Spent:
    """Return what binds the person's next grant of this remedy on the ticket."""
    return spending.spent(conn, promises.zone, sop.action, filed.id, filed.conversation, person.id, now)


def granted(conn: Connection, ticket: int) -> list[tuple[int, str]]:
    """Return the amounts that the ticket was granted so far, each with its currency."""
    return spending.granted(conn, ticket)


def standing(
    conn: Connection,
    promises: Promises,
    person: Person,
    asked: Asked,
    now: datetime,
    *,
    is_beneficiary: bool = False,
) -> Standing:
    """Return what the person may decide of a request at this moment: by their role, or by what was lent them.

    What who asked has lent does not count: nobody approves their own request through another.
    """
    sop = promises.find_sop(asked.action)
    if sop is None:  # it left the SOP: nobody grants it any more, and it can still be turned down
        return Standing(person.id, outranks_admin(person.role), -1, is_beneficiary=is_beneficiary)
    lent = [
        one
        for one in delegations.to_person(conn, person.id, asked.action, now)
        if one.gives.id != asked.request.asked_by
    ]
    limits = [sop.limit(person.role)] if outranks_admin(person.role) else []
    limits += [min(one.cap, sop.limit(one.gives.role)) for one in lent]
    so_far = spending.on_ticket(conn, asked.action, asked.ticket)
    return Standing(
        person=person.id,
        may_decide=bool(limits),
        most=max(limits, default=0) - so_far,
        is_top=person.role is Role.DECISION_MAKER,
        is_beneficiary=is_beneficiary,
    )


def _first_stands(conn: Connection, promises: Promises, asked: Asked, now: datetime) -> bool:
    """Say whether who approved it first, of two, may still do so; True where nobody did."""
    if asked.request.first_by is None:
        return True
    first = people.find_by_id(conn, asked.request.first_by)
    return first is not None and standing(conn, promises, first, asked, now).is_top


def _require_ticket(conn: Connection, asked: Asked, approver: Standing | None) -> None:
    """Raise Refused where the ticket is settled; who may not decide at all is told that first."""
    if approver is not None and not approver.may_decide:
        return
    if not tickets.get(conn, asked.ticket).ticket.is_open:
        raise Refused("not_open", "ticket {ticket} is resolved", ticket=asked.ticket)


def _decided(conn: Connection, promises: Promises, asked: Asked, by: int, now: datetime) -> list[Effect]:
    stopped = _settle(conn, promises, asked, ApprovalDecided(asked.id, now), now)
    return [*stopped, MarkSettled(Kind.APPROVAL, asked.id, by), TellRequester(asked.id)]


def _settle(
    conn: Connection,
    promises: Promises,
    asked: Asked,
    event: ApprovalDecided | ApprovalDropped,
    now: datetime,
) -> list[Effect]:
    filed = tickets.get(conn, asked.ticket)
    if not filed.ticket.is_open:
        return []
    return tickets.apply(conn, promises, filed, event, now)


def _save(
    conn: Connection,
    asked: Asked,
    after: Request,
    by: int | None,
    now: datetime,
    *,
    words: str = "",
    **values: object,
) -> list[Effect]:
    """Write the request if nobody wrote it since it was read, and say what it has become.

    The first of two approvals is compared with, too, so that two people at once are two.
    """
    before = asked.request
    mine = update(APPROVALS).where(
        APPROVALS.c.id == asked.id,
        APPROVALS.c.status == before.status,
        APPROVALS.c.first_by.is_not_distinct_from(before.first_by),
    )
    changed = {
        "status": after.status,
        "first_by": after.first_by,
        "decided_by": after.decided_by,
        "granted": after.granted,
        **values,
    }
    if after.status not in OPEN:
        changed["look_at"] = None
    if after.decided_by != before.decided_by:
        changed["decided_at"] = now
    if conn.execute(mine.values(changed)).rowcount != 1:
        raise Refused("not_open", "somebody else decided it at this moment")
    became = replace(asked, request=after)
    entry = replace(_entry(became, by), words=words)
    return [entry]


def _entry(asked: Asked, by: int | None) -> Entry:
    data = {
        "approval": asked.id,
        "status": asked.request.status,
        "action": asked.action,
        "amount": asked.request.worth,
        "currency": asked.currency,
    }
    return Entry("approval", asked.ticket, asked.conversation, by, data)
