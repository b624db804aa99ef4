"""Staff in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from handoff.entry import Refused
from handoff.policy import Role
from handoff.rota import Swap
from handoff.staff import Person
from handoff.tables import STAFF, SWAPS


def list_staff(conn: Connection) -> list[Person]:
    """Return everybody who is at the desk now, in the order they joined."""
    found = conn.execute(_people().where(STAFF.c.active).order_by(STAFF.c.id)).all()
    swaps = _swaps(conn)
    return [_person(row, swaps) for row in found]


def find_staff(conn: Connection, name: str) -> Person | None:
    """Return the active person of that name, compared without case."""
    return next((p for p in list_staff(conn) if p.name.casefold() == name.casefold()), None)


def find_by_id(conn: Connection, staff_id: int) -> Person | None:
    """Return the active person of that id."""
    row = conn.execute(_people().where(STAFF.c.id == staff_id, STAFF.c.active)).first()
    return _person(row, _swaps(conn)) if row else None


def find_former(conn: Connection, name: str) -> Person | None:
    """Return who had that name and has left, in the role they had."""
    row = conn.execute(_people().where(STAFF.c.name == name, ~STAFF.c.active)).first()
    return _person(row, {}) if row else None


def find_by_telegram(conn: Connection, telegram: int) -> Person | None:
    """Return the active person with that Telegram account."""
    row = conn.execute(_people().where(STAFF.c.telegram == telegram, STAFF.c.active)).first()
    return _person(row, _swaps(conn)) if row else None


def name_of(conn: Connection, staff_id: int | None) -> str | None:
    """Return the name of a person, also of one who has left."""
    if staff_id is None:
        return None
    return conn.execute(select(STAFF.c.name).where(STAFF.c.id == staff_id)).scalar_one_or_none()


def add_staff(
    conn: Connection,
    name: str,
    role: Role,
    telegram: int | None = None,
    on_call: Sequence[str] = (),
    email: str | None = None,
) -> Person:
    """Add a person, or bring one back who had left; raises Refused where the name is taken."""
    if find_staff(conn, name):
        raise Refused("invalid", "there is already a {name} at the desk", name=name)
    known = conn.execute(select(STAFF.c.id).where(STAFF.c.name == name)).first()
    values = {
        "name": name, "role": role, "telegram": telegram, "on_call": list(on_call), "email": email,
        "active": True,
    }  # fmt: skip
    if known:
        conn.execute(update(STAFF).where(STAFF.c.id == known.id).values(values))
        return Person(known.id, name, role, telegram, tuple(on_call), email)
    new = conn.execute(insert(STAFF).values(values).returning(STAFF.c.id)).scalar_one()
    return Person(new, name, role, telegram, tuple(on_call), email)


def change_role(conn: Connection, person: Person, role: Role) -> None:
    """Give the person another role; it holds from their next act on."""
    conn.execute(update(STAFF).where(STAFF.c.id == person.id).values(role=role))


def change(
    conn: Connection,
    person: Person,
    *,
    on_call: Sequence[str] | None = None,
    telegram: int | None = None,
    email: str | None = None,
) -> None:
    """Change when the person is on call and where they are reached; None leaves a thing as it is, and an
    empty address takes it away.
    """
    given = {"on_call": None if on_call is None else list(on_call), "telegram": telegram, "email": email}
    values = {name: value or None if name == "email" else value for name, value in given.items()
              if value is not None}  # fmt: skip
    conn.execute(update(STAFF).where(STAFF.c.id == person.id).values(values))


def reached(conn: Connection, person: Person, at: datetime | None) -> None:
    """Remember since when the bot may write to the person in Telegram; None where it may not."""
    conn.execute(update(STAFF).where(STAFF.c.id == person.id).values(reached_at=at))


def unreached(conn: Connection, telegram: int) -> None:
    """Remember that the bot may not write to this account, should it be somebody's of the staff."""
    conn.execute(update(STAFF).where(STAFF.c.telegram == telegram).values(reached_at=None))


def list_unreached(conn: Connection) -> list[str]:
    """Return the names of those whom the bot cannot write to in Telegram: it may not write first."""
    nobody = (STAFF.c.telegram.is_(None)) | (STAFF.c.reached_at.is_(None))
    rows = select(STAFF.c.name).where(STAFF.c.active, nobody).order_by(STAFF.c.id)
    return list(conn.scalars(rows))


def deactivate(conn: Connection, person: Person) -> None:
    """Let the person act no more; what they did stays on record."""
    conn.execute(update(STAFF).where(STAFF.c.id == person.id).values(active=False, telegram=None, email=None))


def was_ever_staffed(conn: Connection) -> bool:
    """Say whether anybody was ever at the desk, gone or not."""
    return conn.execute(select(STAFF.c.id).limit(1)).first() is not None


def _people() -> Select[Any]:
    return select(STAFF.c.id, STAFF.c.name, STAFF.c.role, STAFF.c.telegram, STAFF.c.on_call, STAFF.c.email)


def _person(row: Row[Any], swaps: Mapping[int, tuple[Swap, ...]]) -> Person:
    return Person(
        row.id, row.name, Role(row.role), row.telegram, tuple(row.on_call), row.email, swaps.get(row.id, ())
    )


def _swaps(conn: Connection) -> dict[int, tuple[Swap, ...]]:
    """Return the swaps of everybody, the newest last; those that are long over are cleaned away."""
    found: dict[int, tuple[Swap, ...]] = {}
    for row in conn.execute(select(SWAPS).order_by(SWAPS.c.id)):
        for person, takes in ((row.gives_id, False), (row.takes_id, True)):
            found[person] = (*found.get(person, ()), Swap(row.begins_at, row.ends_at, takes))
    return found
