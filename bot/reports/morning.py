"""The morning's letters: yesterday in a picture and three sentences, on Mondays the week before, too."""

import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from bot import outbox
from bot.brand import Brand
from bot.logins import page_address
from bot.outbox import Letter, Status
from bot.places import places
from bot.reports.figures import Figures
from bot.reports.glance import at_a_glance
from bot.reports.period import Period, Step
from bot.reports.picture import draw
from bot.reports.reading import by_hours, read
from bot.reports.summary import summary
from bot.tables import OUTBOX
from handoff import people
from handoff.entry import Refused
from handoff.policy import Role

log = logging.getLogger(__name__)
MONDAY = 0
# May arrive once at most: a picture that is read twice makes people look for what is new in it.
PICTURE = "report"
KEPT = timedelta(days=2)  # a picture that left, for whoever wants it sent again
FOR_STAFF: Mapping[str, Any] = {"staff": True}


@dataclass(frozen=True, slots=True)
class Told:
    """What decision-makers are told of one period; `picture` is a PNG, None where none could be drawn."""

    cause: str
    text: str
    picture: bytes | None


def compose(conn: Connection, brand: Brand, now: datetime) -> list[Told]:
    """Read and draw what is told this morning. Takes a second or two: not for the loop, nor the writer."""
    today = now.astimezone(brand.zone).date()
    yesterday = today - timedelta(days=1)
    told = [_told(conn, brand, f"morning:{today}", Period(yesterday, yesterday, brand.zone), now)]
    if today.weekday() == MONDAY:
        week = Period(today - timedelta(days=7), yesterday, brand.zone)
        told.append(_told(conn, brand, f"morning:{today}:week", week, now))
    return told


def send(conn: Connection, brand: Brand, told: Sequence[Told], now: datetime) -> None:
    """Queue it for the desk and Telegram of every decision-maker, once each."""
    makers = [person for person in people.list_staff(conn) if person.role is Role.DECISION_MAKER]
    for one in told:
        letters = [
            _letter(one, channel, recipient)
            for person in makers
            for channel, recipient in places(brand, person.id, person)
        ]
        with suppress(Refused), conn.begin_nested():
            outbox.enqueue(conn, letters, now)


def forget_pictures(conn: Connection, now: datetime) -> None:
    """Let go of the pictures that left some days ago; their words stay."""
    mine = update(OUTBOX).where(
        OUTBOX.c.cause >= "morning:",
        OUTBOX.c.cause < "morning;",
        OUTBOX.c.kind == PICTURE,
        OUTBOX.c.created_at <= now - KEPT,
        OUTBOX.c.status.not_in((Status.QUEUED, Status.SENDING)),
    )
    conn.execute(mine.values(payload=dict(FOR_STAFF)))


def _letter(told: Told, channel: str, recipient: str) -> Letter:
    if told.picture is None or channel != "telegram":
        return Letter(told.cause, "notice", channel, recipient, told.text, payload=FOR_STAFF)
    shown = {**FOR_STAFF, "picture": b64encode(told.picture).decode()}
    return Letter(told.cause, PICTURE, channel, recipient, told.text, payload=shown)


def _told(conn: Connection, brand: Brand, cause: str, period: Period, now: datetime) -> Told:
    def title(article: str) -> str:
        known = brand.understanding.article(article)
        return known.title(brand.language) if known else article

    figures = read(conn, title, period, Step.DAY, now)
    text = summary(figures, brand.wording, brand.language)
    address = page_address(conn)
    page = f"{address}/desk/reports?from={period.first}&to={period.last}" if address else None
    before = read(conn, title, period.before, Step.DAY, now)
    return Told(cause, f"{text}\n{page}" if page else text, _picture(conn, brand, figures, before))


def _picture(conn: Connection, brand: Brand, figures: Figures, before: Figures) -> bytes | None:
    """Draw the picture; where that cannot be, the sentences go out without it."""
    if "telegram" not in brand.reaches:
        return None
    hours = by_hours(conn, figures.period) if figures.period.days == 1 else []
    try:
        return draw(at_a_glance(brand.name, figures, before, hours, brand.wording, brand.language))
    except Exception:  # whatever goes wrong in drawing, the words have to arrive
        log.exception("the picture of the morning could not be drawn")
        return None
