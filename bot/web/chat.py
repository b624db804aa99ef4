"""The follower's chat at `/`: works as plain forms, and live where there is script."""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import contacts, intake
from bot.channels import web
from bot.channels.web import arrival
from bot.service import Service
from bot.uploads import uploads_of
from bot.web import gate, queries
from bot.web.bubbles import view_of
from bot.web.news import Follower, News
from bot.web.pages import Pages
from bot.web.presence import Typing
from bot.web.safety import Pace
from bot.web.uploading import ENDINGS, Sent, keep_file, read_sent
from handoff.satisfaction import FACES

LONGEST = 4_096
NEWCOMERS = 200  # first messages from one address within ten seconds; behind one may stand a whole town
LONGEST_NAME = 60
MOST_FILES, FILES_WITHIN = 15, 600.0  # of one follower, in so many seconds
SETTLE = 2.0  # seconds at most; the bot takes some hundredths


class Chat:
    """The pages of the follower's chat."""

    def __init__(self, service: Service, pages: Pages, news: News, typing: Typing) -> None:
        self._service = service
        self._pages = pages
        self._news = news
        self._typing = typing
        self.pace = Pace()
        self._strangers = Pace(NEWCOMERS)
        self._file_pace = Pace(most=MOST_FILES, seconds=FILES_WITHIN)

    async def show(self, request: Request) -> Response:
        """Show the conversation of this browser."""
        visitor = gate.find_visitor(request)
        return await self.page(request, visitor or gate.new_visitor(), is_new=visitor is None)

    async def send(self, request: Request) -> Response:
        """Store what the follower wrote or attached; answered only when it is committed."""
        sent = await read_sent(request, self._service.uploads.largest)
        try:
            return await self._take(request, sent)
        finally:
            await sent.close()

    async def _take(self, request: Request, sent: Sent) -> Response:
        known = gate.find_visitor(request)
        visitor = known or gate.new_visitor()
        text, media = sent.fields.get("text", ""), list[dict[str, Any]]()
        problem, wait = self._problem(request, sent, known), 0.0
        if problem is None and (wait := self._wait(request, known, sent)) > 0:
            problem = "chat.too_fast" if wait <= self.pace.seconds else "chat.too_many_files"
        if problem is None and sent.file is not None:
            media, problem = await keep_file(self._service, sent.file)
        if problem:
            status = 429 if wait > 0 else 422
            page = await self.page(request, visitor, problem, text, status, is_new=known is None)
            if wait > 0:
                page.headers["retry-after"] = str(math.ceil(wait))
            return page
        await self._store(request, visitor, sent.fields, media)
        response = RedirectResponse(f"/{gate.setting(request)}#end", 303)
        if known is None:
            gate.remember_visitor(request, response, visitor)
        if "x-live" not in request.headers:
            await self.settle(visitor)
        return response

    def _problem(self, request: Request, sent: Sent, known: str | None) -> str | None:
        """Return what is wrong with it, by the key of the sentence that says so."""
        text = sent.fields.get("text", "")
        if known is None and gate.is_embedded(request):
            return "chat.no_cookie"
        if sent.is_too_large:
            return "file.too_large"
        if not text.strip() and sent.file is None:
            return "chat.empty"
        return "chat.too_long" if len(text) > LONGEST else None

    def _wait(self, request: Request, visitor: str | None, sent: Sent) -> float:
        """Count it, and return how many seconds it is too early: each visitor has a pace, and so have
        newcomers of one address.
        """
        now = time.monotonic()
        address = request.client.host if request.client else ""
        wait = self._strangers.wait(address, now) if visitor is None else self.pace.wait(visitor, now)
        return wait if wait > 0 or sent.file is None else self._file_pace.wait(visitor or address, now)

    async def events(self, request: Request) -> Response:
        """Tell the page whenever something in its conversation happened."""
        visitor = gate.find_visitor(request) or ""
        seen = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventSourceResponse(self._happened(visitor, gate.number(seen) or 0))

    async def _happened(self, visitor: str, after: int) -> AsyncIterator[ServerSentEvent]:
        follower, seen = Follower(), None
        async for _ in self._news.follow(follower):
            writes = self._typing.last(follower.conversation)
            if writes is not None and writes != seen:
                seen = writes
                yield ServerSentEvent(writes[0], event="typing")
            found = await self._service.read(lambda conn: _position(conn, visitor))
            if found is None:
                continue
            follower.conversation, position = found
            if position > after:
                after = position
                yield ServerSentEvent(str(position), id=str(position), event="news", retry=1000)

    async def _store(
        self, request: Request, visitor: str, fields: Mapping[str, str], media: Sequence[Mapping[str, Any]]
    ) -> None:
        """Commit the message to the intake; a new visitor without a name is a guest with a number.

        Files that came with a form that was sent before are not wanted twice.
        """
        service, now = self._service, self._service.now()
        guest = f"{self._pages.word(request, 'chat.guest')} {int.from_bytes(visitor.encode()) % 9000 + 1000}"
        name = " ".join(fields.get("name", "").split())[:LONGEST_NAME]
        nonce = fields.get("nonce", "")[:40] or secrets.token_urlsafe(12)
        tapped = fields.get("tapped", "")[:80] or None
        is_kept = False

        def job(conn: Connection) -> bool:
            known = contacts.find(conn, web.NAME, visitor)
            called = name or (known.name if known else guest)
            new = arrival(visitor, called, fields.get("text", ""), nonce, now, tapped, media)
            is_new = not intake.is_stored(conn, new)
            intake.store(conn, [new], now)
            return is_new

        try:
            is_kept = await service.write(job)
        finally:
            if not is_kept:
                await asyncio.to_thread(service.uploads.delete, uploads_of(media))

    async def settle(self, visitor: str) -> None:
        """Give the bot a moment to answer, so that the page without script shows the answer at once."""
        async for _ in self._news.follow(Follower(), SETTLE):
            if await self._service.read(lambda conn: _is_settled(conn, visitor)):
                return

    async def page(
        self,
        request: Request,
        visitor: str,
        problem: str | None = None,
        text: str = "",
        status: int = 200,
        *,
        is_new: bool,
    ) -> Response:
        """Show the conversation; after a refusal with the reason, and with what was typed."""
        view = await self._service.read(lambda conn: view_of(conn, visitor, self._service.now()))
        context = {
            "view": view,
            "problem": problem,
            "text": text,
            "longest": LONGEST,
            "faces": FACES,
            "nonce": secrets.token_urlsafe(12),
            "setting": gate.setting(request),
            "largest": self._service.uploads.largest,
            "endings": ENDINGS,
            "sites": self._service.settings.web_embed if gate.is_embedded(request) else (),
        }
        response = self._pages.render(request, "chat.html", status, context)
        if is_new:
            gate.remember_visitor(request, response, visitor)
        return response


def _position(conn: Connection, visitor: str) -> tuple[int, int] | None:
    thread = contacts.find(conn, web.NAME, visitor)
    return (thread.id, queries.conversation_position(conn, thread.id)) if thread else None


def _is_settled(conn: Connection, visitor: str) -> bool:
    waits = queries.list_unhandled(conn, f"{web.NAME}:{visitor}")
    return not waits and not queries.has_unsent(conn, web.NAME, visitor)
