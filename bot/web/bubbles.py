"""What a follower sees of their conversation: each message as a bubble, with what may be answered to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot import contacts, feedback
from bot.channels import web
from bot.contacts import Thread
from bot.mode import Mode
from bot.web import queries
from bot.web.files import Attached, attached, words_beside
from handoff import people, surveys, tickets


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
    answered: "Answered | None" = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the bot, which is `message`: whether the follower said that it helped, None so far."""

    message: int
    helped: bool | None


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
    def last_said(self) -> frozenset[str]:
        """Return the messages whose buttons are still of use: the follower said nothing after them."""
        return frozenset(bubble.key for bubble in self._last)

    @property
    def is_unhelped(self) -> bool:
        """Say whether the last answer did not help, so that a person is offered."""
        helped = [bubble.answered.helped for bubble in self._last if bubble.answered]
        return self.mode is Mode.BOT and False in helped

    @property
    def _last(self) -> Sequence[Bubble]:
        last = max((n for n, bubble in enumerate(self.bubbles) if bubble.is_mine), default=-1)
        return self.bubbles[last + 1 :]

    @property
    def is_answering(self) -> bool:
        """Say whether the bot is about to say something."""
        return self.mode is Mode.BOT and any(bubble.is_pending for bubble in self.bubbles)


def view_of(conn: Connection, visitor: str, now: datetime) -> View:
    """Return the conversation of a visitor, with what is stored and not handled yet."""
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
        answered=Answered(row.id, row.helped) if feedback.is_asked(row) else None,
    )
