"""Acts of authority: grant a remedy or ask for it, decide, take back, override, review."""

from datetime import datetime

from sqlalchemy import Connection

from bot import act as values
from bot import contacts, guarding, ledger
from bot.act import Act
from bot.brand import Brand
from bot.contacts import Thread
from bot.cutting import LONGEST, units
from bot.replying import held, require_reachable
from handoff import approvals, overrides, people, tickets
from handoff.approval import Status
from handoff.approvals import Asked, Remedy
from handoff.entry import Refused
from handoff.policy import Sop
from handoff.saying import Term
from handoff.staff import Person, require_hold
from handoff.tickets import Filed

DECIDES = ("approve", "reject", "withdraw", "reword", "review")


def grant(
    conn: Connection,
    brand: Brand,
    person: Person,
    act: Act,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
) -> None:
    """Grant a remedy within the person's limits, else ask for approval; or break the SOP, on record."""
    if contacts.is_person(thread, person):
        raise Refused("not_allowed", "nobody grants anything in a case of their own")
    if filed is None or not filed.ticket.is_open:
        raise Refused("not_open", "there is no open ticket to grant something on")
    require_hold(person, filed.ticket.assignee, people.name_of(conn, filed.ticket.assignee))
    action = values.text(act, "action")
    sop = approvals.get_sop(brand.promises, action)
    amount = _amount(act, sop)
    if act.verb == "override":
        reason = values.text(act, "reason")
        filed = held(conn, brand, person, filed, now)
        _, effects = overrides.do(conn, brand.promises, person, filed, action, amount, reason, now)
        ledger.record(conn, brand, effects, now)
        return
    text = _text(act)
    guarding.require(
        conn,
        brand,
        thread,
        filed.id,
        text,
        confirmed=values.flag(act, "confirmed"),
        granting=(amount, sop.currency),
    )
    require_reachable(thread)
    filed = held(conn, brand, person, filed, now)
    _, effects = approvals.grant(conn, brand.promises, person, filed, Remedy(action, amount, text), now)
    ledger.record(conn, brand, effects, now)


def decide(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> Filed:
    """Decide a request or review an override; returns the ticket it is about."""
    if act.verb == "review":
        return _review(conn, brand, person, act, now)
    asked = _asked(conn, act)
    thread = contacts.get(conn, asked.conversation)
    promises = brand.promises
    if act.verb == "withdraw":
        effects = approvals.withdraw(conn, promises, person, asked, now)
    elif act.verb == "reword":
        text = _text(act)
        require_reachable(thread)
        effects = approvals.reword(conn, promises, person, asked, text, now)
        guarding.require(
            conn,
            brand,
            thread,
            asked.ticket,
            text,
            confirmed=values.flag(act, "confirmed"),
            granting=(asked.request.worth, asked.currency),
        )
    else:
        is_beneficiary = contacts.is_person(thread, person)
        standing = approvals.standing(conn, promises, person, asked, now, is_beneficiary=is_beneficiary)
        if act.verb == "approve":
            amount = values.amount(act, asked.currency)
            if standing.may_decide:
                require_reachable(thread)
            effects = approvals.approve(conn, promises, standing, asked, amount, now)
        else:
            effects = approvals.reject(conn, promises, standing, asked, values.text(act, "reason"), now)
    ledger.record(conn, brand, effects, now)
    return tickets.get(conn, asked.ticket)


def _review(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> Filed:
    number = values.number(act, "override")
    if number is None:
        waiting = [
            row
            for row in overrides.list_unreviewed(conn)
            if _is_about(act, row.ticket_id, row.conversation_id)
        ]
        number = _only([row.id for row in waiting], Term("value", "override"))
    row = overrides.get(conn, number)
    own_case = contacts.is_person(contacts.get(conn, row.conversation_id), person)
    verdict, words = values.text(act, "verdict"), values.text(act, "reason", needed=False)
    effects = overrides.review(conn, brand.promises, person, number, verdict, words, now, own_case=own_case)
    ledger.record(conn, brand, effects, now)
    return tickets.get(conn, row.ticket_id)


def _asked(conn: Connection, act: Act) -> Asked:
    """Return the request that is meant: the one that is named, else the only one the act fits."""
    number = values.number(act, "approval")
    if number is None:
        fits = Status.APPROVED_CHANGED if act.verb == "reword" else Status.PENDING
        waiting = approvals.list_open(conn, statuses=(fits,))
        number = _only(
            [one.id for one in waiting if _is_about(act, one.ticket, one.conversation)],
            Term("value", "request"),
        )
    return approvals.get(conn, number)


def _is_about(act: Act, ticket: int, conversation: int) -> bool:
    return act.ticket in (None, ticket) and act.conversation in (None, conversation)


def _only(numbers: list[int], what: Term) -> int:
    if not numbers:
        raise Refused("not_open", "no {value} waits for that", value=what)
    if len(numbers) > 1:
        listed = ", ".join(map(str, numbers))
        raise Refused(
            "unknown", "several are open; name one {value} of {numbers}", value=what, numbers=listed
        )
    return numbers[0]


def _amount(act: Act, sop: Sop) -> int:
    """Return the amount; one left out is 0 where the remedy costs nothing at all."""
    amount = values.amount(act, sop.currency)
    if amount is not None:
        return amount
    if max(sop.decision_maker, sop.override_cap) > 0:
        verb = Term("act", act.verb)
        raise Refused("invalid", "{act} of {action} needs an amount", act=verb, action=sop.action)
    return 0


def _text(act: Act) -> str:
    """Return the text for the follower, which goes out whole or not at all."""
    text = values.text(act)
    if units(text) > LONGEST:
        raise Refused("invalid", "the text is longer than one message, {most} characters", most=LONGEST)
    return text
