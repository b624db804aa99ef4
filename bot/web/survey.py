"""How the follower found it: whether an answer helped, the faces after a ticket, the words to a mark."""

import math
import secrets
import time
from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import contacts, feedback, intake, rating
from bot.channels import web
from bot.channels.web import arrival
from bot.contacts import Thread
from bot.service import Service
from bot.turn import Said
from bot.web import gate
from bot.web.chat import LONGEST, Chat
from handoff import surveys
from handoff.entry import Refused


class Survey:
    """Takes the forms beneath the question, which `Chat` shows."""

    def __init__(self, service: Service, chat: Chat) -> None:
        self._service = service
        self._chat = chat

    async def mark(self, request: Request) -> Response:
        """Keep how the follower found it, from the faces under the question."""
        form = await gate.read_form(request)
        message, given = gate.number(form.get("survey", "")) or 0, gate.number(form.get("mark", "")) or 0
        now, brand = self._service.now(), self._service.brand

        def job(conn: Connection) -> None:
            thread, ticket = _asked_by(conn, gate.find_visitor(request), message)
            rating.rate(conn, brand, thread, ticket, given, now)

        return await self._rated(request, job)

    async def feedback(self, request: Request) -> Response:
        """Keep whether an answer helped, from the two buttons under it."""
        form = await gate.read_form(request)
        message = gate.number(form.get("message", "")) or 0
        now, brand = self._service.now(), self._service.brand

        def job(conn: Connection) -> None:
            thread = contacts.find(conn, web.NAME, gate.find_visitor(request) or "")
            if thread is None or form.get("helped") not in ("yes", "no"):
                raise Refused("unknown", "nobody was answered")
            feedback.give(conn, brand, thread, message, now, helped=form.get("helped") == "yes")

        answer = await self._rated(request, job)
        if answer.status_code == 303:
            await self._chat.settle(gate.find_visitor(request) or "")
        return answer

    async def comment(self, request: Request) -> Response:
        """Keep the words that come with a mark; what asks for something is a message like any other."""
        form = await gate.read_form(request)
        message, text = gate.number(form.get("survey", "")) or 0, form.get("words", "")
        nonce = form.get("nonce", "")[:40] or secrets.token_urlsafe(12)
        now, brand = self._service.now(), self._service.brand
        if not text.strip() or len(text) > LONGEST:
            problem = "chat.too_long" if text.strip() else "chat.empty"
            return await self._chat.page(
                request, gate.find_visitor(request) or "", problem, status=422, is_new=False
            )

        def job(conn: Connection) -> None:
            thread, ticket = _asked_by(conn, gate.find_visitor(request), message)
            said = Said(web.NAME, thread.external_id, thread.name, text, now)
            if not rating.comment(conn, brand, thread, ticket, said, now):
                intake.store(conn, [arrival(thread.external_id, thread.name, text, nonce, now)], now)

        return await self._rated(request, job)

    async def _rated(self, request: Request, job: Callable[[Connection], None]) -> Response:
        """Write it and show the chat again; a form that is not theirs, or too late, changes nothing."""
        visitor = gate.find_visitor(request) or ""
        if (wait := self._chat.pace.wait(visitor, time.monotonic())) > 0:
            page = await self._chat.page(request, visitor, "chat.too_fast", status=429, is_new=False)
            page.headers["retry-after"] = str(math.ceil(wait))
            return page
        try:
            await self._service.write(job)
        except Refused as refused:
            problem = "chat.rating_closed" if refused.code == "not_available" else "chat.rating_unknown"
            return await self._chat.page(request, visitor, problem, status=422, is_new=False)
        return RedirectResponse(f"/{gate.setting(request)}#end", 303)


def _asked_by(conn: Connection, visitor: str | None, message: int) -> tuple[Thread, int]:
    """Return the follower and the ticket they were asked about; raises Refused where they were not."""
    thread = contacts.find(conn, web.NAME, visitor) if visitor is not None else None
    row = surveys.find_by_message(conn, message)
    if thread is None or row is None or row.conversation_id != thread.id:
        raise Refused("unknown", "nobody asked this follower about it")
    return thread, int(row.ticket_id)
