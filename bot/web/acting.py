"""What people at the desk do: each act in one transaction, a refused one put on record and explained."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import act as values
from bot import acts, crisis_acts, delivery, intake, ledger
from bot.act import Act
from bot.service import Service
from bot.tables import MARKS
from bot.uploads import MEGABYTE, uploads_of
from bot.web import authority, gate, once, queries, searching
from bot.web.buttons import ON_MESSAGES, VERBS
from bot.web.desk import HANDED, KEPT, SEEN, Desk
from bot.web.pages import Pages
from bot.web.sign_in import Session, find_session, sign_out
from bot.web.uploading import Sent, keep_file, read_sent
from handoff import asked
from handoff.entry import Doubted, Entry, Refused
from handoff.tickets import get

Form = Mapping[str, str]
GRANTS = ("remedy", "override")  # done once, however often the form arrives
BESIDE = ("csrf", "confirmed", "hold")  # fields of a form that change nothing about what it is for
STATUS = {"not_allowed": 403, "unknown": 404, "invalid": 422}


class Acting:
    """Takes the forms of the desk. Who acts is read from the database in the transaction of the act."""

    def __init__(self, service: Service, pages: Pages, desk: Desk) -> None:
        self._service = service
        self._pages = pages
        self._desk = desk

    async def act(self, request: Request) -> Response:
        """Do one act in one conversation, and show the conversation again."""
        sent = await read_sent(request, self._service.uploads.largest)
        try:
            return await self._act(request, sent)
        finally:
            await sent.close()

    async def _act(self, request: Request, sent: Sent) -> Response:
        conversation, verb = request.path_params["id"], request.path_params["verb"]
        form = sent.fields
        media, wrong = await self._attached(request, sent)
        if wrong is not None:
            most = self._service.uploads.largest // MEGABYTE
            problem = self._pages.word(request, wrong, most=most)
            return await self._desk.page(
                request, conversation, status=422, problem=problem, kept=_kept(verb, form)
            )
        args = _args(verb, form) | ({"media": media} if media else {})
        act = Act(verb, gate.number(form.get("ticket", "")), conversation, args, _nonce(form))
        who, is_done = "", False

        def job(conn: Connection) -> bool:
            nonlocal who
            session = self._session(conn, request, form)
            who = session.person.name
            if verb not in (*VERBS, *ON_MESSAGES, *authority.VERBS) or not queries.exists(conn, conversation):
                raise HTTPException(404)
            if act.ticket is not None and get(conn, act.ticket).conversation != conversation:
                raise Refused(
                    "unknown", "there is no ticket {ticket} in this conversation", ticket=act.ticket
                )
            sent = act
            if verb == "reply" and act.nonce:
                sent = replace(act, nonce=queries.unused_nonce(conn, act.nonce))
                if sent.nonce is None:
                    return False
            if verb in GRANTS:
                if act.nonce and not once.is_first(conn, session.person.id, act.nonce, self._service.now()):
                    return False
                if verb == "override" and form.get("sure") != "yes":
                    raise Refused("guard", "breaking the SOP takes a second tap; tick that you are sure")
            _require_own(conn, act)
            acts.perform(conn, self._service.brand, session.person, sent, self._service.now())
            return True

        try:
            is_done = await self._service.write(job)
        except Refused as refused:
            await self._refuse(who, act, refused)
            problem = self._pages.refusal(request, refused)
            status = STATUS.get(refused.code, 409)
            kept = _kept(verb, form) | ({"doubted": "yes"} if isinstance(refused, Doubted) else {})
            return await self._desk.page(request, conversation, status=status, problem=problem, kept=kept)
        finally:
            if not is_done:  # what was not said needs no file
                await asyncio.to_thread(self._service.uploads.delete, uploads_of(media))
        return self._back(request, f"/desk/conversations/{conversation}")

    async def act_in_crisis(self, request: Request) -> Response:
        """Do one act in a crisis, and show the crises again."""
        verb, form = request.path_params["verb"], await gate.read_form(request)
        act, who = Act(verb, args=_args(verb, form)), ""

        def job(conn: Connection) -> None:
            nonlocal who
            session = self._session(conn, request, form)
            who = session.person.name
            if verb not in (*crisis_acts.VERBS, "ack"):
                raise HTTPException(404)
            acts.perform(conn, self._service.brand, session.person, act, self._service.now())

        try:
            await self._service.write(job)
        except Refused as refused:
            await self._refuse(who, act, refused)
            problem, status = self._pages.refusal(request, refused), STATUS.get(refused.code, 409)
            return await self._desk.aside(request, "crisis", status=status, problem=problem, kept=form)
        return RedirectResponse("/desk?show=crisis", 303)

    async def retry_send(self, request: Request) -> Response:
        """Queue a send again that failed or may not have arrived."""
        row = request.path_params["id"]
        return await self._again(
            request, lambda conn: delivery.retry(conn, row, self._service.now()), {"outbox": row}
        )

    async def retry_update(self, request: Request) -> Response:
        """Handle an update again that was set aside."""
        row = request.path_params["id"]
        return await self._again(request, lambda conn: intake.retry(conn, row), {"inbound": row})

    async def dismiss(self, request: Request) -> Response:
        """Show the pings, or the notices, up to one no more; the ladder climbs on."""
        form = await gate.read_form(request)
        upto = gate.number(form.get("upto", "")) or 0

        def job(conn: Connection) -> None:
            mark = HANDED if form.get("what") == "handover" else SEEN
            name = mark.format(self._session(conn, request, form).person.id)
            value = str(max(upto, queries.read_mark(conn, name)))
            row = insert(MARKS).values(name=name, value=value)
            conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

        await self._service.write(job)
        here = gate.number(form.get("conversation", ""))
        return self._back(request, f"/desk/conversations/{here}" if here else "/desk")

    async def leave(self, request: Request) -> Response:
        """End the session, and forget it in the browser."""
        form = await gate.read_form(request)

        def job(conn: Connection) -> None:
            self._session(conn, request, form)
            sign_out(conn, request.cookies[gate.SESSION])

        await self._service.write(job)
        page = self._pages.render(request, "message.html", context={"message": "signed_out", "link": None})
        page.delete_cookie(gate.SESSION)
        return page

    async def _again(
        self, request: Request, retry: Callable[[Connection], bool], what: Mapping[str, object]
    ) -> Response:
        form = await gate.read_form(request)

        def job(conn: Connection) -> None:
            session = self._session(conn, request, form)
            if retry(conn):
                entry = Entry("retried", staff=session.person.id, data=what)
                ledger.record(conn, self._service.brand, [entry], self._service.now())

        await self._service.write(job)
        return RedirectResponse("/desk?show=troubled", 303)

    async def _attached(self, request: Request, sent: Sent) -> tuple[list[dict[str, Any]], str | None]:
        """Keep the file of a reply by somebody who is signed in; returns what its message says of it, else
        the key of what is wrong.
        """
        if sent.is_too_large:
            return [], "file.too_large"
        if sent.file is None or request.path_params["verb"] != "reply":
            return [], None
        await self._service.read(lambda conn: self._session(conn, request, sent.fields))
        kept, wrong = await keep_file(self._service, sent.file)
        return [{**one, "caption": sent.fields.get("text", "")} for one in kept], wrong

    def _session(self, conn: Connection, request: Request, form: Form) -> Session:
        session = find_session(conn, request.cookies.get(gate.SESSION), self._service.now())
        return gate.require_token(session, form.get("csrf", ""))

    async def _refuse(self, who: str, act: Act, refused: Refused) -> None:
        """Put it on record in a transaction of its own: the act's was undone."""
        service = self._service
        await service.write(lambda conn: acts.refuse(conn, service.brand, who, act, refused, service.now()))

    def _back(self, request: Request, where: str) -> Response:
        view = self._desk.view_of(request)
        kept = searching.address(request) if view == searching.VIEW else {"show": view}
        return RedirectResponse(where if view == "open" else f"{where}?{urlencode(kept)}", 303)


def _args(verb: str, form: Form) -> dict[str, object]:
    """Return the values an act takes, from the form."""
    if verb in authority.FIELDS:
        given: dict[str, object] = {name: form.get(name, "") for name in authority.FIELDS[verb]}
        return given | {"confirmed": form.get("confirmed") == "yes"}
    if verb == "reply":
        flags = {flag: form.get(flag) == "yes" for flag in ("awaiting", "update", "confirmed", "hold")}
        return {"text": form.get("text", ""), **flags}
    if verb == "promise":
        return {"text": form.get("promise", ""), "by": form.get("by", "")}
    if verb == "note":
        return {"text": form.get("note", "")}
    if verb == "take_over":
        return {"reason": form.get("reason", "")}
    if verb in ("hand_over", "unsend"):
        name = {"hand_over": "to", "unsend": "message"}[verb]
        return {name: form.get(name, "")}
    return {"value": form.get("value", "")} if verb == "category" else {}


def _require_own(conn: Connection, act: Act) -> None:
    """Raise Refused where a request is named that belongs to another conversation."""
    wanted = values.number(act, "approval")
    if wanted is not None and asked.get(conn, wanted).conversation != act.conversation:
        raise Refused("unknown", "there is no request {request} in this conversation", request=wanted)


def _kept(verb: str, form: Form) -> dict[str, str]:
    """Return what was typed, each in its own box, so that a refused form loses nothing."""
    kept = {name: form.get(name, "") for name in KEPT}
    if verb in (*GRANTS, "reword"):
        kept |= {"text": "", "reason": "", f"{verb}_text": form.get("text", "") or form.get("reason", "")}
    return kept


def _nonce(form: Form) -> str | None:
    """Return what is the same for the same values in the same form, sent again since its answer got lost."""
    if not 8 <= len(form.get("nonce", "")) <= 64:
        return None
    values = sorted((name, value) for name, value in form.items() if name not in BESIDE)
    return sha256(repr(values).encode()).hexdigest()[:32]
