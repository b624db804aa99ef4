"""The follower's chat at `/`: works as plain forms, and live where there is script."""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import contacts, intake
from bot.channels import web
from bot.channels.web import arrival
from bot.contacts import Thread
from bot.mode import Mode
from bot.service import Service
from bot.uploads import uploads_of
from bot.web import gate, queries
from bot.web.files import Attached, attached, words_beside
from bot.web.news import Follower, News
from bot.web.pages import Pages
from bot.web.presence import Typing
from bot.web.safety import Pace
from bot.web.uploading import ENDINGS, Sent, keep_file, read_sent
from handoff import people, surveys, tickets
from handoff.satisfaction import FACES

LONGEST = 4_096
NEWCOMERS = 200  # first messages from one address within ten seconds; behind one may stand a whole town
LONGEST_NAME = 60
MOST_FILES, FILES_WITHIN = 15, 600.0  # of one follower, in so many seconds
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
    files: Sequence[Attached] = ()


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
            await self._settle(visitor)
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

    async def _settle(self, visitor: str) -> None:
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
        view = await self._service.read(lambda conn: _view(conn, visitor, self._service.now()))
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


def _view(conn: Connection, visitor: str, now: datetime) -> View:
    thread = contacts.find(conn, web.NAME, visitor)
    waiting = [
        Bubble(
            f"u{row.id}",
            True,
            None,
            words_beside(row.raw["text"], row.raw.get("media")),
            row.received_at,
            is_pending=True,
            files=attached(row.raw.get("media"), None),
        )
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


def _bubble(row: Row[Any], names: dict[int, str], asked: Asked | None) -> Bubble:
    return Bubble(
        key=f"m{row.id}",
        is_mine=row.direction == "in",
        speaker=names.get(row.staff_id) if row.author == "staff" else None,
        text=words_beside(row.text, row.media),
        at=row.at,
        offers=row.offers,
        asked=asked,
        is_reaction=row.source == "reaction",
        files=attached(row.media, row.id),
    )


def _position(conn: Connection, visitor: str) -> tuple[int, int] | None:
    thread = contacts.find(conn, web.NAME, visitor)
    return (thread.id, queries.conversation_position(conn, thread.id)) if thread else None


def _is_settled(conn: Connection, visitor: str) -> bool:
    waits = queries.list_unhandled(conn, f"{web.NAME}:{visitor}")
    return not waits and not queries.has_unsent(conn, web.NAME, visitor)
