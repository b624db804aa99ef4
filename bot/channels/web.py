"""The web chat: messages that a visitor of our own page sends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import turn
from bot.brand import Brand
from bot.intake import Arrival, Batch, Reception
from bot.turn import Said

NAME = "web"


def arrival(
    visitor: str, name: str, text: str, nonce: str, at: datetime, tapped: str | None = None
) -> Arrival:
    """Make the update of one message; `nonce` makes a repeated press of the button one message."""
    raw = {"visitor": visitor, "name": name, "text": text, "at": at.isoformat(), "tapped": tapped}
    return Arrival(NAME, f"{visitor}:{nonce}", visitor, raw)


def read(raw: Mapping[str, Any]) -> Said:
    """Read a stored message."""
    at = datetime.fromisoformat(raw["at"])
    return Said(NAME, raw["visitor"], raw["name"], raw["text"], at, tapped=raw["tapped"])


def _handle(conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    turn.contact_wrote(conn, brand, read(batch.raws[0]), now, behind=len(batch.later))


RECEPTION = Reception(_handle, read)
