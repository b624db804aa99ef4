"""What `/healthz` says to who watches over the process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.outbox import Status
from bot.tables import INBOUND, OUTBOX
from handoff import sweep


def health(conn: Connection, now: datetime) -> Mapping[str, Any]:
    """Return how much waits to be handled and sent, and by how much the sweep is behind."""
    inbound, sends = _by_status(conn, INBOUND.c.status), _by_status(conn, OUTBOX.c.status)
    due = sweep.next_look(conn)
    return {
        "status": "ok",
        "inbound": {"pending": inbound.get("pending", 0), "dead": inbound.get("dead", 0)},
        "outbox": {name: sends.get(name, 0) for name in (Status.QUEUED, Status.UNCERTAIN, Status.DEAD)},
        "sweep_late_seconds": max(0, int((now - due).total_seconds())) if due else 0,
    }


def _by_status(conn: Connection, status: Any) -> dict[str, int]:
    rows = conn.execute(select(status.label("status"), func.count().label("number")).group_by(status))
    return {row.status: row.number for row in rows}
