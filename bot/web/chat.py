"""The follower's chat at `/`: works as plain forms, and live where there is script."""

import math
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import contacts, intake, rating
from bot.channels import web
from bot.channels.web import arrival
from bot.contacts import Thread
from bot.mode import Mode
from bot.service import Service
from bot.turn import Said
from bot.web import gate, queries
from bot.web.gate import VISITOR, YEAR
from bot.web.news import Follower, News
from bot.web.pages import Pages
from bot.web.safety import Pace
from handoff import people, surveys, tickets
from handoff.entry import Refused
from handoff.satisfaction import FACES

LONGEST = 4_096
LONGEST_NAME = 60
SETTLE = 2.0  # seconds at most; the bot takes some hundredths


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the follower sees it. `speaker` is the first name of a person, None for the bot."""

    key: str
    is_mine: bool
    speaker: str | None
    text: str
    at: datetime
    offers: Sequence[Sequence[str]] = ()
    asked: "Asked | None" = None
    is_reaction: bool = False
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The question how it went, which is `message`: the mark given, what may still come, and the words."""

    message: int
    mark: int | None
    takes_marks: bool
    takes_words: bool
    words: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything the chat page shows."""

    thread: Thread | None
    mode: Mode
    holder: str | None
    bubbles: Sequence[Bubble]
    position: int

    @property
    def open_offers(self) -> frozenset[str]:
        """Return the messages whose buttons are still of use: nothing was said after them."""
        last = max((n for n, bubble in enumerate(self.bubbles) if bubble.is_mine), default=-1)
        return frozenset(bubble.key for bubble in self.bubbles[last + 1 :])

    @property
    def is_answering(self) -> bool:
        """Say whether the bot is about to say something."""
        return self.mode is Mode.BOT and any(bubble.is_pending for bubble in self.bubbles)


class Chat:
    """The pages of the follower's chat."""

    def __init__(self, service: Service, pages: Pages, news: News) -> None:
        self._service = service
        self._pages = pages
        self._news = news
        self._pace = Pace()

    async def show(self, request: Request) -> Response:
        """Show the conversation of this browser."""
        visitor = gate.find_visitor(request)
        return await self._page(request, visitor or gate.new_visitor(), is_new=visitor is None)

    async def send(self, request: Request) -> Response:
        """Store what the follower wrote; answered only when it is committed."""
        form = await gate.read_form(request)
        known = gate.find_visitor(request)
        visitor = known or gate.new_visitor()
        text = form.get("text", "")
        problem = None
        if not text.strip():
            problem, status = "chat.empty", 422
        elif len(text) > LONGEST:
            problem, status = "chat.too_long", 422
        elif (wait := self._pace.wait(visitor, time.monotonic())) > 0:
            problem, status = "chat.too_fast", 429
        if problem:
            page = await self._page(request, visitor, problem, text, status, is_new=known is None)
            if status == 429:
                page.headers["retry-after"] = str(math.ceil(wait))
            return page
        name = " ".join(form.get("name", "").split())[:LONGEST_NAME]
        nonce = form.get("nonce", "")[:40] or secrets.token_urlsafe(12)
        tapped = form.get("tapped", "")[:80] or None
        await self._store(request, visitor, name, text, nonce, tapped)
        response = RedirectResponse("/#end", 303)
        if known is None:
            gate.set_cookie(request, response, VISITOR, visitor, YEAR)
        if "x-live" not in request.headers:
            await self._settle(visitor)
        return response

    async def mark(self, request: Request) -> Response:
        """Keep how the follower found it, from the faces under the question."""
        form = await gate.read_form(request)
        message, given = gate.number(form.get("survey", "")) or 0, gate.number(form.get("mark", "")) or 0
        now, brand = self._service.now(), self._service.brand

        def job(conn: Connection) -> None:
            thread, ticket = _asked_by(conn, gate.find_visitor(request), message)
            rating.rate(conn, brand, thread, ticket, given, now)

        return await self._rated(request, job)

    async def comment(self, request: Request) -> Response:
        """Keep the words that come with a mark; what asks for something is a message like any other."""
        form = await gate.read_form(request)
        message, text = gate.number(form.get("survey", "")) or 0, form.get("words", "")
        nonce = form.get("nonce", "")[:40] or secrets.token_urlsafe(12)
        now, brand = self._service.now(), self._service.brand
        if not text.strip() or len(text) > LONGEST:
            problem = "chat.too_long" if text.strip() else "chat.empty"
            return await self._page(
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
        if (wait := self._pace.wait(visitor, time.monotonic())) > 0:
            page = await self._page(request, visitor, "chat.too_fast", status=429, is_new=False)
            page.headers["retry-after"] = str(math.ceil(wait))
            return page
        try:
            await self._service.write(job)
        except Refused as refused:
            problem = "chat.rating_closed" if refused.code == "not_available" else "chat.rating_unknown"
            return await self._page(request, visitor, problem, status=422, is_new=False)
        return RedirectResponse("/#end", 303)

    async def events(self, request: Request) -> Response:
        """Tell the page whenever something in its conversation happened."""
        visitor = gate.find_visitor(request) or ""
        seen = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventSourceResponse(self._happened(visitor, gate.number(seen) or 0))

    async def _happened(self, visitor: str, after: int) -> AsyncIterator[ServerSentEvent]:
        follower = Follower()
        async for _ in self._news.follow(follower):
            found = await self._service.read(lambda conn: _position(conn, visitor))
            if found is None:
                continue
            follower.conversation, position = found
            if position > after:
                after = position
                yield ServerSentEvent(str(position), id=str(position), event="news", retry=1000)

    async def _store(
        self, request: Request, visitor: str, name: str, text: str, nonce: str, tapped: str | None
    ) -> None:
        """Commit the message to the intake; a new visitor without a name is a guest with a number."""
        service, now = self._service, self._service.now()
        guest = f"{self._pages.word(request, 'chat.guest')} {int.from_bytes(visitor.encode()) % 9000 + 1000}"

        def job(conn: Connection) -> None:
            known = contacts.find(conn, web.NAME, visitor)
            called = name or (known.name if known else guest)
            intake.store(conn, [arrival(visitor, called, text, nonce, now, tapped)], now)

        await service.write(job)

    async def _settle(self, visitor: str) -> None:
        """Give the bot a moment to answer, so that the page without script shows the answer at once."""
        async for _ in self._news.follow(Follower(), SETTLE):
            if await self._service.read(lambda conn: _is_settled(conn, visitor)):
                return

    async def _page(
        self,
        request: Request,
        visitor: str,
        problem: str | None = None,
        text: str = "",
        status: int = 200,
        *,
        is_new: bool,
    ) -> Response:
        view = await self._service.read(lambda conn: _view(conn, visitor, self._service.now()))
        context = {
            "view": view,
            "problem": problem,
            "text": text,
            "longest": LONGEST,
            "faces": FACES,
            "nonce": secrets.token_urlsafe(12),
        }
        response = self._pages.render(request, "chat.html", status, context)
        if is_new:
            gate.set_cookie(request, response, VISITOR, visitor, YEAR)
        return response


def _view(conn: Connection, visitor: str, now: datetime) -> View:
    thread = contacts.find(conn, web.NAME, visitor)
    waiting = [
        Bubble(f"u{row.id}", True, None, row.raw["text"], row.received_at, is_pending=True)
        for row in queries.list_unhandled(conn, f"{web.NAME}:{visitor}")
    ]
    if thread is None:
        return View(None, Mode.BOT, None, waiting, 0)
    names = queries.names(conn)
    surveys_by_message = {row.message_id: row for row in surveys.list_asked(conn, thread.id)}
    said = [
        _bubble(row, names, _asked(conn, surveys_by_message.get(row.id), now))
        for row in queries.list_public(conn, thread.id)
    ]
    mode = contacts.current_mode(conn, thread, now)
    newest = tickets.find_newest(conn, thread.id)
    holder = people.name_of(conn, newest.ticket.assignee) if newest and mode is Mode.HUMAN else None
    return View(thread, mode, holder, [*said, *waiting], queries.conversation_position(conn, thread.id))


def _asked(conn: Connection, row: Row[Any] | None, now: datetime) -> Asked | None:
    if row is None:
        return None
    survey = surveys.read(row)
    words = contacts.get_message(conn, row.words_id).text if row.words_id is not None else ""
    return Asked(row.message_id, row.mark, survey.takes_marks(now), survey.takes_words(now), words)


def _asked_by(conn: Connection, visitor: str | None, message: int) -> tuple[Thread, int]:
    """Return the follower and the ticket they were asked about; raises Refused where they were not."""
    thread = contacts.find(conn, web.NAME, visitor) if visitor is not None else None
    row = surveys.find_by_message(conn, message)
    if thread is None or row is None or row.conversation_id != thread.id:
        raise Refused("unknown", "nobody asked this follower about it")
    return thread, int(row.ticket_id)


def _bubble(row: Row[Any], names: dict[int, str], asked: Asked | None) -> Bubble:
    return Bubble(
        key=f"m{row.id}",
        is_mine=row.direction == "in",
        speaker=names.get(row.staff_id) if row.author == "staff" else None,
        text=row.text,
        at=row.at,
        offers=row.offers,
        asked=asked,
        is_reaction=row.source == "reaction",
    )


def _position(conn: Connection, visitor: str) -> tuple[int, int] | None:
    thread = contacts.find(conn, web.NAME, visitor)
    return (thread.id, queries.conversation_position(conn, thread.id)) if thread else None


def _is_settled(conn: Connection, visitor: str) -> bool:
    waits = queries.list_unhandled(conn, f"{web.NAME}:{visitor}")
    return not waits and not queries.has_unsent(conn, web.NAME, visitor)
