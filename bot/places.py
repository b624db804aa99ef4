"""Where a person of the staff is told something: on the desk, and in Telegram where both are."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from bot import outbox
from bot.brand import Brand
from bot.outbox import Letter
from handoff import people
from handoff.policy import RANK, Role
from handoff.staff import Person, is_on_call


def places(brand: Brand, staff_id: int, person: Person | None) -> Iterator[tuple[str, str]]:
    """Return channel and recipient of each place."""
    yield "desk", str(staff_id)
    if "telegram" in brand.reaches and person is not None and person.telegram is not None:
        yield "telegram", str(person.telegram)


def second_places(brand: Brand, person: Person | None) -> Iterator[tuple[str, str]]:
    """Return where the second channel rings: the webhook is one place, whomever it is for."""
    if "webhook" in brand.reaches:
        yield "webhook", "webhook"
    if "email" in brand.reaches and person is not None and person.email is not None:
        yield "email", person.email


def tell(
    conn: Connection,
    brand: Brand,
    person: Person,
    cause: str,
    text: str,
    now: datetime,
    *,
    about: int | None = None,
    **payload: object,
) -> None:
    """Queue a notice for one person of the staff, wherever they are told something.

    One that quotes a follower is `about` their conversation, so that erasure finds it.
    """
    letters = [
        Letter(
            cause, "notice", channel, recipient, text, payload={"staff": True, **payload}, conversation=about
        )
        for channel, recipient in places(brand, person.id, person)
    ]
    outbox.enqueue(conn, letters, now)


def seniors(conn: Connection, brand: Brand, now: datetime, *but: int) -> list[Person]:
    """Return the supervisors and decision-makers on call, except some; all of them where nobody is."""
    above = [
        person
        for person in people.list_staff(conn)
        if RANK[person.role] >= RANK[Role.SUPERVISOR] and person.id not in but
    ]
    return [person for person in above if is_on_call(person, brand.zone, now)] or above
