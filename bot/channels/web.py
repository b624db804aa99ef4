"""The web chat: messages that a visitor of our own page sends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import turn
from bot.brand import Brand
from bot.intake import Arrival, Batch, Reception
from bot.turn import Said

NAME = "web"


def arrival(
    visitor: str,
    name: str,
    text: str,
    nonce: str,
    at: datetime,
    tapped: str | None = None,
    media: Sequence[Mapping[str, Any]] = (),
) -> Arrival:
    """Make the update of one message; `nonce` makes a repeated press of the button one message.

    What comes without words is named by what it is, as in Telegram; its caption is then empty.
    """
    raw: dict[str, Any] = {"visitor": visitor, "name": name, "at": at.isoformat(), "tapped": tapped}
    raw["text"] = text if text.strip() else " ".join(f"[{one['kind']}] {one['name']}" for one in media)
    if media:
        raw["media"] = [{**one, "caption": text} for one in media]
    return Arrival(NAME, f"{visitor}:{nonce}", visitor, raw)


def read(raw: Mapping[str, Any]) -> Said:
    """Read a stored message."""
    at = datetime.fromisoformat(raw["at"])
    media = raw.get("media", ())
    kind = media[0]["kind"] if media else "text"
    return Said(
        NAME, raw["visitor"], raw["name"], raw["text"], at, tapped=raw["tapped"], kind=kind, media=media
    )


def _handle(conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    turn.contact_wrote(conn, brand, read(batch.raws[0]), now, behind=len(batch.later))


RECEPTION = Reception(_handle, read)
