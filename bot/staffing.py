"""Who is at the desk: joining, roles, hours, and being locked out. Each takes somebody above."""

from datetime import datetime

from sqlalchemy import Connection

from bot import act as values
from bot import journal, ledger
from bot.act import Act
from bot.brand import Brand
from bot.logins import end_session, revoke
from bot.settings.addresses import parse_mail_address
from handoff import people, shifts
from handoff.entry import Entry, Refused, TellSeniors
from handoff.hours import parse_weekly
from handoff.policy import Role
from handoff.saying import Saying, Term, UnclearError
from handoff.staff import Person, may_appoint, outranks, require_name

VERBS = ("lock", "end_sessions", "manage_staff", "invite")


def perform(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Do it; raises Refused where it may not be."""
    match act.verb:
        case "lock":
            _lock(conn, brand, person, act, now)
        case "end_sessions":
            _end_sessions(conn, person, act, now)
        case "invite":
            _invite(conn, brand, person, act, now)
        case _ if act.args.get("person"):
            _change(conn, brand, person, act, now)
        case _:
            _add(conn, brand, person, act, now)


def _lock(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Lock an account out: no act, button or page of theirs works from now on, and what they held waits
    again. `mimin staff add`, or adding them on the desk, brings them back.
    """
    other = _below(conn, person, act, Saying("locking"))
    freed = shifts.leave(conn, brand.promises, other, now)
    revoke(conn, other.id)
    entry = Entry("staff_removed", staff=other.id, data={"by": person.id})
    told = TellSeniors("locked", {"who": other.name}, None, person.id, other.id)
    ledger.record(conn, brand, [entry, *freed, told], now)


def _end_sessions(conn: Connection, person: Person, act: Act, now: datetime) -> None:
    """Sign a browser out, or all of somebody's; one's own, where nobody is named, need nobody above."""
    other = meant(conn, act) if act.args.get("person") else person
    if other.id != person.id:
        other = _below(conn, person, act, Saying("signing out"))
    session = values.text(act, "session", needed=False)
    if not session:
        revoke(conn, other.id)
    elif not end_session(conn, other.id, session):
        raise Refused("unknown", "that session is over already")
    journal.append(conn, Entry("sessions_ended", staff=other.id, data={"by": person.id}), now)


def _add(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Add a person below, or bring one back."""
    name = values.text(act, "name").strip()
    require_name(name)
    role = _role(act, person)
    hours, email = _hours(act) or [], _email(act)
    known = people.find_former(conn, name)
    if known is not None and not outranks(person, known):
        raise Refused("not_allowed", "bringing {name} back takes somebody above them", name=known.name)
    new = people.add_staff(conn, name, role, None, hours, email or None)
    journal.append(conn, Entry("staff_added", staff=new.id, data={"by": person.id, "role": role}), now)
    told = TellSeniors("added", _values(brand, name, role), None, person.id, new.id)
    ledger.record(conn, brand, [told], now)


def _change(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Change the role of somebody below, their hours and their address; what is not named stays."""
    other = _below(conn, person, act, Saying("changing"))
    role = _role(act, person) if act.args.get("role") else other.role
    hours, email = _hours(act), _email(act)
    is_other = (hours is not None and tuple(hours) != other.on_call) or email not in (None, other.email or "")
    if is_other:
        people.change(conn, other, on_call=hours, email=email)
        shifts.recount(conn, brand.promises, people.find_by_id(conn, other.id) or other, now)
        data: dict[str, object] = {"by": person.id, "email": email is not None}
        data |= {} if hours is None else {"on_call": hours}
        entry = Entry("staff_changed", staff=other.id, data=data)
        told = TellSeniors("changed", {"who": other.name}, None, person.id, other.id)
        ledger.record(conn, brand, [entry, told], now)
    if role is not other.role:
        people.change_role(conn, other, role)
        entry = Entry("staff_role", staff=other.id, data={"by": person.id, "role": role})
        told = TellSeniors("role", _values(brand, other.name, role), None, person.id, other.id)
        ledger.record(conn, brand, [entry, told], now)


def _invite(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Let a link be made by which somebody below tells their Telegram account; who asks gives it to them."""
    other = _below(conn, person, act, Saying("inviting"))
    told = TellSeniors("invited", {"who": other.name}, None, person.id, other.id)
    entry = Entry("staff_invited", staff=other.id, data={"by": person.id})
    ledger.record(conn, brand, [entry, told], now)


def meant(conn: Connection, act: Act) -> Person:
    """Return who the act is about, by number or name; raises Refused where there is nobody."""
    named = act.args.get("person")
    if isinstance(named, str) and not named.isdigit():
        found = people.find_staff(conn, named.strip())
    else:
        found = people.find_by_id(conn, values.number(act, "person") or 0)
    if found is None:
        raise Refused("unknown", "nobody of that name or number is at the desk")
    return found


def _below(conn: Connection, person: Person, act: Act, doing: Saying) -> Person:
    """Return who is meant, who has to be below."""
    other = meant(conn, act)
    if not outranks(person, other):
        raise Refused("not_allowed", "{doing} {name} takes somebody above them", doing=doing, name=other.name)
    return other


def _role(act: Act, person: Person) -> Role:
    given = act.args.get("role")
    if given not in list(Role):
        raise Refused(
            "invalid", "{value} is not a role; use {known}", value=values.shown(given), known=", ".join(Role)
        )
    role = Role(str(given))
    if not may_appoint(person, role):
        new = Term("role", role.replace("_", " "))
        raise Refused("not_allowed", "making somebody {role} takes somebody above that", role=new)
    return role


def _hours(act: Act) -> list[str] | None:
    """Return the weekly hours, one a line; none of them is always. None where they are not named."""
    if "on_call" not in act.args:
        return None
    lines = [line.strip() for line in values.text(act, "on_call", needed=False).splitlines() if line.strip()]
    for line in lines:
        try:
            parse_weekly(line)
        except UnclearError as error:
            raise Refused("invalid", "on call: {why}", why=error.saying) from error
    return lines


def _email(act: Act) -> str | None:
    """Return the address, "" for none any more; None where it is not named."""
    if "email" not in act.args:
        return None
    given = values.text(act, "email", needed=False).strip()
    try:
        return parse_mail_address(given) if given else ""
    except UnclearError as error:
        raise Refused("invalid", "e-mail: {why}", why=error.saying) from error


def _values(brand: Brand, who: str, role: Role) -> dict[str, object]:
    return {"who": who, "role": brand.wording.say(f"role_{role}", brand.language)}
