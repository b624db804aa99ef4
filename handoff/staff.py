"""Who may do what: the one gate for every act of staff. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handoff import rota
from handoff.entry import Refused
from handoff.policy import RANK, Role
from handoff.rota import Swap, read_rota
from handoff.saying import Saying, Term


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the database knows them at this moment.

    `on_call` holds weekly hours, none being always; `swaps` win over them, the newest last.
    """

    id: int
    name: str
    role: Role
    telegram: int | None = None
    on_call: tuple[str, ...] = ()
    email: str | None = None
    swaps: tuple[Swap, ...] = ()


LONGEST_NAME = 80
# The least role that may try an act; what else must hold is said where the act is done.
LEAST_ROLE = {
    "claim": Role.ADMIN,
    "reply": Role.ADMIN,
    "note": Role.ADMIN,
    "unsend": Role.ADMIN,
    "release": Role.ADMIN,
    "resolve": Role.ADMIN,
    "no_reply_needed": Role.ADMIN,
    "reopen": Role.ADMIN,
    "to_bot": Role.ADMIN,
    "ack": Role.ADMIN,
    "category": Role.ADMIN,
    "promise": Role.ADMIN,
    "await": Role.ADMIN,
    "hand_over": Role.ADMIN,
    "block": Role.ADMIN,
    "remedy": Role.ADMIN,
    "withdraw": Role.ADMIN,
    "reword": Role.ADMIN,
    "override": Role.ADMIN,
    "watch": Role.ADMIN,
    "pause": Role.ADMIN,
    "take_over": Role.SUPERVISOR,
    "unblock": Role.SUPERVISOR,
    "approve": Role.SUPERVISOR,
    "reject": Role.SUPERVISOR,
    "review": Role.SUPERVISOR,
    "review_mark": Role.SUPERVISOR,
    "crisis": Role.SUPERVISOR,
    "confirm": Role.SUPERVISOR,
    "recall": Role.SUPERVISOR,
    "lock": Role.SUPERVISOR,
    "manage_staff": Role.SUPERVISOR,
    "invite": Role.SUPERVISOR,
    "end_sessions": Role.ADMIN,
    "end_crisis": Role.DECISION_MAKER,
}
# The least role that may read a page which is not for everybody at the desk.
LEAST_READER = {"reports": Role.SUPERVISOR}
# What may be done with authority that somebody else lent, too.
LENT = ("approve", "reject")


def outranks_admin(role: Role) -> bool:
    """Say whether the role may act on a ticket that somebody else holds."""
    return RANK[role] >= RANK[Role.SUPERVISOR]


def outranks(person: Person, other: Person) -> bool:
    """Say whether the person may lock the other's account, or change what stands about them."""
    return RANK[person.role] > RANK[other.role]


def may_appoint(person: Person, role: Role) -> bool:
    """Say whether the person may give somebody the role: only one below their own."""
    return RANK[person.role] > RANK[role]


def require_name(name: str) -> None:
    """Raise Refused unless a person at the desk may be called so."""
    is_name = name.strip() and name.isprintable() and not name.isdigit() and name.casefold() != "bot"
    if not is_name or len(name) > LONGEST_NAME:
        raise Refused(
            "invalid",
            "a name has 1 to {most} printable characters, is no number and not bot",
            most=LONGEST_NAME,
        )


def may(role: Role, act: str) -> bool:
    """Say whether the role may try the act at all; an act the gate does not know is nobody's."""
    least = LEAST_ROLE.get(act)
    return least is not None and RANK[role] >= RANK[least]


def may_read(role: Role, page: str) -> bool:
    """Say whether the role may read the page; one that is not named is for everybody at the desk."""
    return RANK[role] >= RANK[LEAST_READER.get(page, Role.ADMIN)]


def require(person: Person, act: str, *, lent: bool = False) -> None:
    """Raise Refused unless the person's role may try the act; `lent` authority stands for a role in some."""
    if act not in LEAST_ROLE:
        raise Refused("invalid", "there is no act {act!r}", act=act)
    if not may(person.role, act) and not (lent and act in LENT):
        role = Term("role", LEAST_ROLE[act].replace("_", " "))
        raise Refused("not_allowed", "{act} takes a {role}", act=Term("act", act), role=role)


def require_hold(person: Person, assignee: int | None, holder: str | None) -> None:
    """Raise Refused where somebody else holds the ticket and the person does not outrank an admin."""
    if assignee is not None and assignee != person.id and not outranks_admin(person.role):
        raise Refused("held", "{holder} holds the ticket", holder=holder or Saying("somebody else"))


def is_on_call(person: Person, zone: ZoneInfo, at: datetime) -> bool:
    """Say whether the person can be called at that instant; without hours and swaps they always can."""
    return rota.is_on_call(read_rota(person.on_call), person.swaps, zone, at)


def shift_end(person: Person, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return when the person next goes off call; None for who always is on call."""
    return rota.shift_end(read_rota(person.on_call), person.swaps, zone, after)


def shift_begin(person: Person, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return when the person next comes on call."""
    return rota.shift_begin(read_rota(person.on_call), person.swaps, zone, after)


def recipients(
    to: Sequence[str], staff: Iterable[Person], assignee: int | None, zone: ZoneInfo, at: datetime
) -> list[Person]:
    """Return who a rung names at this instant, each once, in the order of `to`.

    A role means its members on call; `assignee` means the holder, on call or not, and without one
    the admins on call; `on_call` means everybody on call.
    """
    present = [person for person in staff if is_on_call(person, zone, at)]
    holder = [person for person in staff if person.id == assignee]
    found: dict[int, Person] = {}
    for name in to:
        if name == "assignee":
            chosen = holder or [person for person in present if person.role is Role.ADMIN]
        elif name == "on_call":
            chosen = present
        else:
            chosen = [person for person in present if person.role == name]
        found |= {person.id: person for person in chosen if person.id not in found}
    return list(found.values())
