"""The page of the people at the desk: who is on call, what each may grant, and where they are signed in."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import acts, logins, staffing
from bot.act import Act
from bot.channels.telegram.invites import invite
from bot.service import Service
from bot.web import gate
from bot.web.pages import Pages
from bot.web.sign_in import SESSION_LASTS, Session, find_session
from handoff import delegations, overrides, people, tickets
from handoff.delegations import Delegation
from handoff.entry import Refused
from handoff.money import format_amount
from handoff.policy import Promises, Role
from handoff.staff import Person, is_on_call, may, may_appoint, outranks, shift_begin, shift_end

FIELDS = {
    "lock": ("person",),
    "end_sessions": ("person", "session"),
    "invite": ("person",),
    "manage_staff": ("person", "name", "role", "on_call", "email"),
}
STATUS = {"not_allowed": 403, "unknown": 404, "invalid": 422}
# What a form lets out where it asks for something else.
OPTIONAL = ("role", "on_call", "email")


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person as somebody else sees them: `is_below` whether that one may change what stands here."""

    person: Person
    on_call: bool
    changes_at: datetime | None
    held: int
    reviews: int
    is_reached: bool
    is_below: bool
    sessions: Sequence[Row[Any]]


class Roster:
    """Shows the people, and takes the forms about them."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Show everybody; what one may not change has no form."""
        return await self._page(request)

    async def act(self, request: Request) -> Response:
        """Do one act about a person, and show the page again."""
        verb, form = request.path_params["verb"], await gate.read_form(request)
        who, made = "", None

        def job(conn: Connection) -> None:
            nonlocal who, made
            session = gate.require_token(self._session(conn, request), form.get("csrf", ""))
            who = session.person.name
            if verb not in FIELDS:
                raise HTTPException(404)
            if verb == "lock" and form.get("sure") != "yes":
                raise Refused("guard", "locking an account takes a second tap; tick that you are sure")
            acts.perform(conn, self._service.brand, session.person, act, self._service.now())
            if verb == "invite":
                made = self._link(conn, act)

        act = Act(verb, args=_args(verb, form))
        try:
            await self._service.write(job)
        except Refused as refused:
            await self._refuse(who, act, refused)
            problem = self._pages.refusal(request, refused)
            status = STATUS.get(refused.code, 409)
            return await self._page(request, status=status, problem=problem, kept=form)
        if made is not None:
            return await self._page(request, made=made)
        own = act.verb == "end_sessions"
        return RedirectResponse("/desk/staff#sessions" if own else "/desk/staff", 303)

    async def _refuse(self, who: str, act: Act, refused: Refused) -> None:
        """Put it on record in a transaction of its own: the act's was undone."""
        brand, now = self._service.brand, self._service.now()
        await self._service.write(lambda conn: acts.refuse(conn, brand, who, act, refused, now))

    def _link(self, conn: Connection, act: Act) -> tuple[str, str]:
        """Return the name of who was invited, and what they open or send in Telegram."""
        person = staffing.meant(conn, act)
        return person.name, invite(conn, person.id, self._service.now())

    async def _page(
        self,
        request: Request,
        *,
        status: int = 200,
        problem: str | None = None,
        made: tuple[str, str] | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> Response:
        def load(conn: Connection) -> dict[str, Any]:
            session = self._session(conn, request)
            if session is None:
                raise HTTPException(401)
            return self._found(conn, request, session)

        context = await self._service.read(load)
        typed = dict.fromkeys(("name", "role", "on_call", "email", "person"), "") | dict(kept or {})
        shown = {"problem": problem, "made": made, "kept": typed}
        return self._pages.render(request, "staff.html", status, context | shown)

    def _found(self, conn: Connection, request: Request, session: Session) -> dict[str, Any]:
        now, brand, me = self._service.now(), self._service.brand, session.person
        lent = delegations.list_current(conn, now)
        held = Counter(filed.ticket.assignee for filed in tickets.list_open(conn))
        unreached = set(people.list_unreached(conn))
        browsers = defaultdict(list)
        for row in logins.list_sessions(conn, now):
            browsers[row.staff_id].append(row)

        def seen(person: Person) -> Colleague:
            on_call = is_on_call(person, brand.zone, now)
            change = shift_end if on_call else shift_begin
            is_below = outranks(me, person)
            return Colleague(
                person=person,
                on_call=on_call,
                changes_at=change(person, brand.zone, now),
                held=held[person.id],
                reviews=overrides.count_unreviewed(conn, person.id),
                is_reached=person.name not in unreached,
                is_below=is_below,
                sessions=browsers[person.id] if is_below or person.id == me.id else (),
            )

        return {
            "here": "staff",
            "session": session,
            "colleagues": [seen(person) for person in people.list_staff(conn)],
            "this_browser": logins.digest(request.cookies.get(gate.SESSION, "")),
            "lasts": SESSION_LASTS,
            "roles": list(Role),
            "appoints": [role for role in Role if may_appoint(me, role)],
            "may_manage": may(me.role, "manage_staff"),
            "sop": brand.promises.sop,
            "lent": lent,
            "caps": [_cap(brand.promises, one) for one in lent],
            "has_telegram": "telegram" in brand.reaches,
        }

    def _session(self, conn: Connection, request: Request) -> Session | None:
        return find_session(conn, request.cookies.get(gate.SESSION), self._service.now())


def _cap(promises: Promises, one: Delegation) -> str:
    """Say up to what it was lent."""
    currency = delegations.currency_of(promises, one.action)
    return format_amount(one.cap, currency) if currency else str(one.cap)


def _args(verb: str, form: Mapping[str, str]) -> dict[str, object]:
    given = {name: form.get(name, "") for name in FIELDS.get(verb, ())}
    return {name: value for name, value in given.items() if name not in OPTIONAL or name in form}
