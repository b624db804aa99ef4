"""The outbox: what is committed and not yet delivered, and what became of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from bot import cutting
from bot.tables import CONVERSATIONS, IS_PING, IS_QUEUED, IS_TROUBLED, OUTBOX
from handoff import statements
from handoff.entry import Refused
from handoff.prepared import Prepared


class Status(StrEnum):
    """Where a row stands. `discarded` was fenced off: an answer decided before a person took over."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    DISCARDED = "discarded"


# What may follow what; anything else is refused and changes nothing.
NEXT = {
    Status.QUEUED: {Status.SENDING, Status.DISCARDED, Status.DEAD},
    Status.SENDING: {Status.SENT, Status.QUEUED, Status.UNCERTAIN, Status.DEAD},
    Status.UNCERTAIN: {Status.QUEUED, Status.SENT},
    Status.DEAD: {Status.QUEUED},
    Status.SENT: {Status.DEAD},  # the channel took it, and says later that it never arrived
    Status.DISCARDED: set(),
}
# Carried out for every row that is sent.
ADD = Prepared(
    insert(OUTBOX), "cause", "kind", "channel", "recipient", "part", "text", "payload", "status",
    "conversation_id", "epoch", "message_id", "alert_id", "rank", "created_at", "attempts",
)  # fmt: skip
QUEUED = (
    select(OUTBOX.c.id, OUTBOX.c.channel, OUTBOX.c.recipient, OUTBOX.c.not_before)
    .where(IS_QUEUED)
    .order_by(OUTBOX.c.rank, OUTBOX.c.id)
)
NEXT_ONES = Prepared(QUEUED)
NEXT_OF = Prepared(QUEUED.where(OUTBOX.c.channel == bindparam("channel")))
BY_ID = Prepared(select(OUTBOX).where(OUTBOX.c.id == bindparam("row")))
OPEN_PART = Prepared(
    select(OUTBOX.c.id)
    .where(OUTBOX.c.message_id == bindparam("message"), OUTBOX.c.status != Status.SENT)
    .limit(literal_column("1"))
)
IS_FENCED = (
    select(CONVERSATIONS.c.id)
    .where(CONVERSATIONS.c.id == OUTBOX.c.conversation_id, CONVERSATIONS.c.quiet_epoch > OUTBOX.c.epoch)
    .exists()
)
OF_QUEUED = update(OUTBOX).where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.status == Status.QUEUED)
TAKE = Prepared(OF_QUEUED.where(~IS_FENCED).values(status=Status.SENDING))
FENCE_OFF = Prepared(OF_QUEUED.where(IS_FENCED).values(status=Status.DISCARDED))
SENT = Prepared(
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.status == Status.SENDING)
    .values(status=Status.SENT),
    "remote_id",
)
RESENT = frozenset(
    {
        "answer", "clarify", "ack", "status", "update", "alert", "handover", "reaction", "callback", "edit",
        "command", "relay", "context", "bell", "card", "sign", "notice", "erase", "remove", "lift",
    }
)  # fmt: skip
# What goes first where a recipient takes little: everything, then followers' words in the staff's group,
# then the cards above them.
ANYTHING, WORDS, CARDS = range(3)
LONGEST = {"telegram": cutting.LONGEST}


@dataclass(frozen=True, slots=True)
class Letter:
    """One text for one recipient. `cause` with `kind` makes it unique, so that nothing that is
    handled twice is said twice. `epoch` is set on what the bot decided by itself.
    """

    cause: str
    kind: str
    channel: str
    recipient: str
    text: str
    payload: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    conversation: int | None = None
    epoch: int | None = None
    message: int | None = None
    alert: int | None = None
    rank: int = ANYTHING


def enqueue(conn: Connection, letters: Sequence[Letter], now: datetime) -> None:
    """Queue the letters, a long text in parts; raises Refused where the same one was queued before.

    Each part is a row, in order; what belongs under a text, such as its buttons, goes with the last.
    """
    for letter, part, text, is_last in chain.from_iterable(map(_pieces, letters)):
        values = {
            "cause": letter.cause,
            "kind": letter.kind,
            "channel": letter.channel,
            "recipient": letter.recipient,
            "part": part,
            "text": text,
            "payload": dict(letter.payload) if is_last else {},
            "status": Status.QUEUED,
            "conversation_id": letter.conversation,
            "epoch": letter.epoch,
            "message_id": letter.message,
            "alert_id": letter.alert,
            "rank": letter.rank,
            "created_at": now,
            "attempts": 0,
        }
        try:
            ADD.run(conn, **values)
        except IntegrityError as error:
            raise Refused("not_available", "this was sent already") from error


def list_ready(
    conn: Connection,
    now: datetime,
    busy: Collection[tuple[str, str]] = (),
    channels: Collection[str] | None = None,
    limit: int = 100,
) -> list[Row[Any]]:
    """Return the next queued row of each recipient that is not busy, oldest first, if its time has come.

    The next is the oldest of the lowest rank. `channels` names those that are connected; what waits for
    another holds nobody up.
    """
    ready: list[int] = []
    met = set(busy)
    if channels is None:
        rows = NEXT_ONES.each(conn)
    else:
        rows = chain.from_iterable(NEXT_OF.each(conn, channel=channel) for channel in channels)
    for queued in rows:
        destination = (queued.channel, queued.recipient)
        if destination in met:
            continue
        met.add(destination)
        if queued.not_before is None or queued.not_before <= now:
            ready.append(queued.id)
            if len(ready) == limit:
                break
    return [get(conn, row_id) for row_id in ready]


def find_status(conn: Connection, cause: str) -> str | None:
    """Return how it stands with what was queued for a cause, None where nothing was."""
    mine = select(OUTBOX.c.status).where(OUTBOX.c.cause == cause).order_by(OUTBOX.c.id)
    status: str | None = conn.execute(mine.limit(1)).scalar_one_or_none()
    return status


def find(conn: Connection, row_id: int) -> Row[Any] | None:
    """Return one row, None where there is none."""
    row: Row[Any] | None = BY_ID.first(conn, row=row_id)
    return row


def get(conn: Connection, row_id: int) -> Row[Any]:
    """Return one row that is known to be there."""
    row = find(conn, row_id)
    if row is None:
        raise LookupError(f"there is no outbox row {row_id}")
    return row


def find_first(conn: Connection, row: Row[Any], now: datetime) -> int:
    """Return what goes first to the recipient of a row that has waited for its turn: it, or what came
    meanwhile and ranks lower.
    """
    if row.rank == ANYTHING:
        return int(row.id)
    mine = (IS_QUEUED, OUTBOX.c.channel == row.channel, OUTBOX.c.recipient == row.recipient)
    due = OUTBOX.c.not_before.is_(None) | (OUTBOX.c.not_before <= now)
    first = select(OUTBOX.c.id).where(*mine, due, OUTBOX.c.rank < row.rank)
    found = conn.execute(first.order_by(OUTBOX.c.rank, OUTBOX.c.id).limit(1)).scalar_one_or_none()
    return int(row.id if found is None else found)


def mark_sending(conn: Connection, row_id: int) -> Row[Any] | None:
    """Mark a row directly before its request; None where it is fenced off or no longer queued.

    The bot fell silent after it decided this text, so the text is discarded and counts as unsaid.
    """
    if TAKE.run(conn, row=row_id):
        return get(conn, row_id)
    if FENCE_OFF.run(conn, row=row_id) and (message := get(conn, row_id).message_id) is not None:
        statements.mark_lost(conn, message)
    return None


def mark_sent(conn: Connection, row_id: int, remote_id: str | None) -> Row[Any] | None:
    """Mark a row that the channel accepted, and return it if it was the last open part of its message."""
    SENT.run(conn, row=row_id, remote_id=remote_id)
    row = get(conn, row_id)
    return row if row.message_id is not None and is_complete(conn, row.message_id) else None


def move(conn: Connection, row_id: int, before: Status, after: Status, **values: object) -> bool:
    """Move a row from one status to the next, and say whether it still stood there."""
    if after not in NEXT[before]:
        raise ValueError(f"an outbox row cannot go from {before} to {after}")
    mine = update(OUTBOX).where(OUTBOX.c.id == row_id, OUTBOX.c.status == before)
    return conn.execute(mine.values(status=after, **values)).rowcount == 1


def let_go(conn: Connection, conversation: int) -> None:
    """Let what waits for its writer's second thought leave at once."""
    mine = (OUTBOX.c.conversation_id == conversation, OUTBOX.c.kind == "admin", IS_QUEUED)
    conn.execute(update(OUTBOX).where(*mine).values(not_before=None))


def hold(conn: Connection, message: int, until: datetime) -> None:
    """Let a message wait until then, every part of it."""
    mine = update(OUTBOX).where(OUTBOX.c.message_id == message, OUTBOX.c.status == Status.QUEUED)
    conn.execute(mine.values(not_before=until))


def discard(conn: Connection, message: int) -> bool:
    """Let a message not leave any more; False, changing nothing, where a part of it is on its way."""
    mine = OUTBOX.c.message_id == message
    if conn.execute(select(OUTBOX.c.id).where(mine, OUTBOX.c.status != Status.QUEUED).limit(1)).first():
        return False
    rows = update(OUTBOX).where(mine, OUTBOX.c.status == Status.QUEUED)
    return conn.execute(rows.values(status=Status.DISCARDED)).rowcount > 0


def is_complete(conn: Connection, message: int) -> bool:
    """Say whether every part of a message was accepted by the channel."""
    return OPEN_PART.first(conn, message=message) is None


def list_troubled(conn: Connection, limit: int = 100) -> list[Row[Any]]:
    """Return what a person should look at: sends that failed for good or may not have arrived."""
    return list(conn.execute(_rows().where(IS_TROUBLED).order_by(OUTBOX.c.id.desc()).limit(limit)))


def list_sending(conn: Connection) -> list[Row[Any]]:
    """Return what was being sent when the last process ended: nobody knows whether it arrived."""
    return list(conn.execute(_rows().where(OUTBOX.c.status == Status.SENDING).order_by(OUTBOX.c.id)))


def drop_for(conn: Connection, channel: str, recipient: str, reason: str) -> list[int]:
    """Give up what is queued for a contact who cannot be reached, and return the messages it was.

    An alert to the same person is tried all the same.
    """
    mine = update(OUTBOX).where(
        OUTBOX.c.channel == channel,
        OUTBOX.c.recipient == recipient,
        OUTBOX.c.status == Status.QUEUED,
        OUTBOX.c.alert_id.is_(None),
    )
    dropped = conn.execute(mine.values(status=Status.DEAD, error=reason).returning(OUTBOX.c.message_id))
    return [row.message_id for row in dropped if row.message_id is not None]


def is_on_its_way(conn: Connection, alert: int) -> bool:
    """Say whether an alert arrived somewhere that calls its person, or may still; the desk calls nobody."""
    hopeful = OUTBOX.c.status.in_([Status.QUEUED, Status.SENDING, Status.SENT])
    mine = (OUTBOX.c.alert_id.is_not(None), OUTBOX.c.alert_id == alert, OUTBOX.c.kind == "alert")
    others = select(OUTBOX.c.id).where(*mine, OUTBOX.c.channel != "desk", hopeful)
    return conn.execute(others.limit(1)).first() is not None


def kill_sent(conn: Connection, message: int, reason: str) -> bool:
    """Mark the parts of a message dead that the channel had accepted; says whether there were any."""
    mine = update(OUTBOX).where(OUTBOX.c.message_id == message, OUTBOX.c.status == Status.SENT)
    return conn.execute(mine.values(status=Status.DEAD, error=reason)).rowcount > 0


def drop_alerts(conn: Connection, alerts: Sequence[int]) -> None:
    """Give up pings that have not left yet: somebody has the matter."""
    about = (OUTBOX.c.alert_id.is_not(None), OUTBOX.c.alert_id.in_(alerts), OUTBOX.c.kind == "alert")
    waiting = update(OUTBOX).where(*about, OUTBOX.c.status == Status.QUEUED)
    conn.execute(waiting.values(status=Status.DISCARDED, error="somebody has it"))


def _pieces(letter: Letter) -> Iterator[tuple[Letter, int, str, bool]]:
    limit = LONGEST.get(letter.channel)
    texts = cutting.parts(letter.text, limit) if limit else ()
    for part, text in enumerate(texts or (letter.text,)):
        yield letter, part, text, part + 1 >= len(texts)


def _rows() -> Select[Any]:
    return select(OUTBOX)


def find_ping(conn: Connection, channel: str, recipient: str, remote_id: str) -> Mapping[str, Any]:
    """Return what a ping to staff carries, by its number in their chat; nothing where it is no ping."""
    sent = select(OUTBOX.c.payload).where(
        IS_PING, OUTBOX.c.channel == channel, OUTBOX.c.recipient == recipient, OUTBOX.c.remote_id == remote_id
    )
    return conn.execute(sent.order_by(OUTBOX.c.id.desc()).limit(1)).scalar_one_or_none() or {}
