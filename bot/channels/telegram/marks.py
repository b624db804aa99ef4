"""Where the Telegram intake stands and how long Telegram wants silence, kept over a restart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.tables import MARKS
from handoff.prepared import Prepared

OFFSET = "telegram:offset"
PAUSE = "telegram:pause"
BOT = "telegram:bot"
MENU = "telegram:menu"
# After a week without updates Telegram numbers them anew, perhaps lower: an old position would
# confirm what was never read. Asked without one, Telegram begins with the first unconfirmed update.
LASTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Position:
    """The next update to ask for, and when the last one came."""

    offset: int
    at: datetime

    def holds(self, now: datetime) -> bool:
        """Say whether Telegram still counts as it did then."""
        return now - self.at < LASTS


def load_position(conn: Connection) -> Position | None:
    """Return where the intake stood, if it ever did."""
    value = _load(conn, OFFSET)
    if value is None:
        return None
    offset, _, at = value.partition(" ")
    return Position(int(offset), datetime.fromisoformat(at))


def save_position(conn: Connection, position: Position) -> None:
    """Remember where the intake stands, in the transaction that stores what came."""
    _save(conn, OFFSET, f"{position.offset} {position.at.isoformat()}")


def load_pause(conn: Connection) -> datetime | None:
    """Return until when Telegram wants silence, if it ever did."""
    value = _load(conn, PAUSE)
    return datetime.fromisoformat(value) if value else None


def save_pause(conn: Connection, until: datetime) -> None:
    """Remember until when Telegram wants silence."""
    _save(conn, PAUSE, until.isoformat())


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's own account."""

    id: int
    username: str


def load_bot(conn: Connection) -> Account | None:
    """Return who the bot is, if it was ever told."""
    number, _, username = (_load(conn, BOT) or "").partition(" ")
    return Account(int(number), username) if username else None


def save_bot(conn: Connection, bot: Account) -> None:
    """Remember who the bot is."""
    _save(conn, BOT, f"{bot.id} {bot.username}")


def load_menu(conn: Connection) -> str | None:
    """Return which menu of commands Telegram was given last."""
    return _load(conn, MENU)


def save_menu(conn: Connection, menu: str) -> None:
    """Remember which menu Telegram was given."""
    _save(conn, MENU, menu)


def _load(conn: Connection, name: str) -> str | None:
    return conn.execute(select(MARKS.c.value).where(MARKS.c.name == name)).scalar_one_or_none()


def _save(conn: Connection, name: str, value: str) -> None:
    if CHANGE.run(conn, name=name, value=value) == 0:
        conn.execute(insert(MARKS).values(name=name, value=value))


# Carried out for every batch of updates.
CHANGE = Prepared(update(MARKS).where(MARKS.c.name == bindparam("name")), "value")
