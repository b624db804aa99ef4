"""What a report costs: a made-up brand with many tickets within 30 days, and how long its page is read.

`--keep FILE` leaves the database there, for looking at the page with `mimin run`.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert

from bot import schema
from bot.database import METADATA, open_engine, reading, transaction
from bot.reports.period import PRESETS, Period
from bot.reports.reading import read
from bot.tables import CONTACTS, CONVERSATIONS, LOG, MESSAGES
from handoff import people
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES, SIGNS
from handoff.policy import Role
from handoff.tables import DEADLINES, SURVEYS, TICKETS
from tests.cast import ARTICLES

STAFF = {"sari": Role.ADMIN, "budi": Role.ADMIN, "dewi": Role.ADMIN, "agus": Role.SUPERVISOR,
         "rina": Role.DECISION_MAKER}  # fmt: skip
DAYS = 30
TARGETS = {"question": (30, 24 * 60), "complaint": (15, 24 * 60), "crisis": (5, 8 * 60)}  # minutes
LOST = ("remot tidak bisa dipakai setelah update", "bisa nonton dari luar negeri ga", "ada paket tahunan?",
        "kok sub title nya hilang ya", "promo pelajar masih ada?")  # fmt: skip
LOW = ("lama sekali dibalasnya", "masih putus-putus juga", "teknisinya tidak datang sesuai janji")
BUSY = (2, 1, 1, 0, 0, 1, 2, 4, 7, 9, 10, 9, 8, 8, 9, 8, 7, 8, 10, 12, 14, 12, 8, 4)  # by local hour


def main() -> None:
    """Fill a database, read its page some times, and print how long that takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000, help="tickets within the 30 days")
    parser.add_argument("--times", type=int, default=9, help="how often the page is read")
    parser.add_argument("--articles", nargs="*", default=[a.id for a in ARTICLES], help="what is asked for")
    parser.add_argument("--keep", type=Path, help="a new database file that is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = options.keep or Path(folder) / "reports.db"
        engine = open_engine(f"sqlite:///{file}")
        schema.upgrade(engine)
        now, zone = datetime.now(UTC), ZoneInfo("Asia/Jakarta")
        rows = Made(now, options.articles, random.Random(7)).rows(options.tickets)
        with transaction(engine) as conn:
            for name, role in STAFF.items():
                people.add_staff(conn, name, role)
            for table in METADATA.sorted_tables:
                if rows.get(table):
                    conn.execute(insert(table), rows[table])
        period = Period(*PRESETS["last_30_days"](now.astimezone(zone).date()), zone)
        took = []
        for _ in range(options.times):
            began = time.perf_counter()
            with reading(engine) as conn:
                read(conn, str, period, period.usual_step, now)
            took.append(1000 * (time.perf_counter() - began))
        engine.dispose()
    sizes = ", ".join(f"{len(values):,} {table.name}" for table, values in rows.items())
    print(f"{sizes}: {statistics.median(took):.0f} ms (first {took[0]:.0f}, best {min(took):.0f})")


class Made:
    """Rows of a brand that never was: followers who ask, complain, wait, and are answered late or in time."""

    def __init__(self, now: datetime, articles: Sequence[str], chance: random.Random) -> None:
        self._now = now
        self._articles = articles
        self._chance = chance
        self._rows: dict[Table, list[Mapping[str, Any]]] = defaultdict(list)

    def rows(self, tickets: int) -> Mapping[Table, list[Mapping[str, Any]]]:
        """Return the rows of so many tickets and of twice as many questions that the bot answers."""
        ends = sorted(self._instant() for _ in range(tickets))
        for number, at in enumerate(ends, 1):
            contact = {
                "id": number,
                "channel": "web",
                "external_id": f"made-{number}",
                "name": f"Ani {number}",
            }
            self._rows[CONTACTS].append({**contact, "created_at": at, "reachable": True, "blocked": False})
            self._rows[CONVERSATIONS].append({"id": number, "contact_id": number, "last_at": at})
            for step in range(2):
                self._question(number, at - timedelta(minutes=20 - 5 * step))
            self._ticket(number, at)
        self._crisis()
        return self._rows

    def _instant(self) -> datetime:
        day = self._now - timedelta(days=self._chance.random() * DAYS)
        hour = self._chance.choices(range(24), BUSY)[0]
        at = day.replace(hour=(hour - 7) % 24, minute=self._chance.randrange(60))
        return min(at, self._now - timedelta(minutes=1))

    def _say(self, conversation: int, at: datetime, direction: str, source: str, **more: object) -> int:
        messages = self._rows[MESSAGES]
        author = {"in": "contact"}.get(direction, "staff" if source == "admin" else "bot")
        row = {
            "id": len(messages) + 1, "conversation_id": conversation, "at": at, "direction": direction,
            "author": author, "source": source, "text": "Kok belum bisa juga ya, Kak? " * 3, "article": None,
            "ticket_id": None, "staff_id": None, "status": "stored" if direction == "in" else "sent",
            "helped": None, "reading": {"decision": "answer", "matches": [], "terms": []}, "accepted_at": at,
        }  # fmt: skip
        messages.append({**row, **more})
        return len(messages)

    def _question(self, conversation: int, at: datetime) -> None:
        if self._chance.random() < 0.12:
            near = {
                "decision": "clarify",
                "matches": [[self._chance.choice(self._articles), 0.3]],
                "terms": [],
            }
            self._say(conversation, at, "in", "text", text=self._chance.choice(LOST), reading=near)
            self._say(conversation, at, "out", "clarify")
            return
        self._say(conversation, at, "in", "text")
        article = self._articles[int(self._chance.random() ** 2 * len(self._articles))]
        helped = self._chance.choices((None, True, False), (80, 15, 5))[0]
        self._say(conversation, at, "out", "answer", article=article, helped=helped)

    def _ticket(self, number: int, at: datetime) -> None:
        category = self._chance.choices(list(TARGETS), (55, 42, 3))[0]
        holder = self._chance.randint(1, 3)
        first, whole = (timedelta(minutes=m) for m in TARGETS[category])
        answered = at + first * self._chance.lognormvariate(-1, 0.7)
        resolved = at + whole * self._chance.lognormvariate(-1.6, 0.8)
        resolved_at = max(resolved, answered)
        is_open = resolved_at > self._now
        if category != "question":
            sign = {"at": at, "conversation_id": number, "message_id": len(self._rows[MESSAGES]) + 1}
            near = self._chance.choice([*self._articles[:4], None])
            self._rows[SIGNS].append(
                {**sign, "is_severe": category == "crisis", "article": near, "known": False}
            )
        self._say(number, at, "in", "text", ticket_id=number)
        self._say(number, at, "out", "ack", ticket_id=number)
        self._say(number, answered, "out", "admin", ticket_id=number, staff_id=holder)
        self._say(number, resolved_at, "in", "text", ticket_id=number)
        claim = at + (answered - at) * self._chance.random() * 1.3
        for moment, assignee in ((at, None), (claim, holder), (resolved_at, holder)):
            about = {"status": "claimed", "assignee": assignee, "category": category}
            self._log(moment, "ticket", number, about)
        self._clock(number, "first_response", at, at + first, answered)
        self._clock(number, "resolution", at, at + whole, resolved_at)
        if self._chance.random() < 0.1:
            due = answered + timedelta(hours=3)
            kept = answered + timedelta(hours=self._chance.uniform(2, 3.2))
            self._clock(number, "promise", answered, due, kept)
        if category == "complaint" and self._chance.random() < 0.08:
            self._authority(number, answered, holder)
        if not is_open and self._chance.random() < 0.7:
            self._survey(number, resolved_at + timedelta(minutes=1), holder)
        self._rows[TICKETS].append(
            {"id": number, "conversation_id": number, "status": "claimed" if is_open else "resolved",
             "category": category, "assignee": holder, "opened_at": at,
             "responded_at": answered if answered <= self._now else None,
             "resolved_at": None if is_open else resolved_at, "handed_back": False, "by_staff": False}
        )  # fmt: skip

    def _survey(self, ticket: int, at: datetime, holder: int) -> None:
        question = self._say(ticket, at, "out", "survey", ticket_id=ticket)
        mark = self._chance.choices((None, 1, 2, 3, 4, 5), (45, 5, 4, 8, 16, 22))[0]
        is_read = mark is not None and mark <= 2 and self._chance.random() < 0.6
        words = None
        if mark is not None and mark <= 2 and self._chance.random() < 0.5:
            words = self._say(ticket, at, "note", "rating", text=self._chance.choice(LOW), ticket_id=ticket)
        self._rows[SURVEYS].append(
            {"ticket_id": ticket, "conversation_id": ticket, "staff_id": holder, "asked_at": at,
             "message_id": question, "mark": mark, "words_id": words, "seen_by": 4 if is_read else None,
             "marked_at": None if mark is None else at + timedelta(minutes=3),
             "seen_at": at + timedelta(hours=2) if is_read else None}
        )  # fmt: skip

    def _clock(self, ticket: int, kind: str, at: datetime, due: datetime, ended: datetime) -> None:
        row = {"id": len(self._rows[DEADLINES]) + 1, "ticket_id": ticket, "kind": kind, "started_at": at,
               "due_at": due, "target_us": (due - at) // timedelta(microseconds=1), "calendar": "always",
               "warn_share": 0.75, "breached_at": due if due < min(ended, self._now) else None,
               "status": "running" if ended > self._now else "stopped",
               "stopped_at": None if ended > self._now else ended}  # fmt: skip
        self._rows[DEADLINES].append(row)
        if row["breached_at"]:
            down = {"late": True} if self._chance.random() < 0.03 else {}
            self._log(due, "breach", ticket, {"clock": row["id"], "deadline": kind, **down})

    def _log(self, at: datetime, kind: str, ticket: int, data: Mapping[str, object]) -> None:
        self._rows[LOG].append(
            {"at": at, "kind": kind, "ticket_id": ticket, "conversation_id": ticket, "data": data}
        )

    def _authority(self, ticket: int, at: datetime, holder: int) -> None:
        about = {"ticket_id": ticket, "conversation_id": ticket, "action": "refund", "currency": "IDR"}
        amount = self._chance.randrange(5, 60) * 10_000
        if self._chance.random() < 0.1:
            verdict = self._chance.choice(("justified", "not_justified", None))
            reviewed = at + timedelta(hours=5) if verdict else None
            self._rows[OVERRIDES].append({**about, "amount": amount, "reason": "", "by_id": holder, "at": at,
                                          "verdict": verdict, "reviewed_at": reviewed})  # fmt: skip
            return
        status = self._chance.choices(("executed", "rejected", "expired"), (85, 10, 5))[0]
        decided = None if amount <= 200_000 or status == "expired" else 4
        after = timedelta(minutes=self._chance.lognormvariate(2.3, 0.8))
        self._rows[APPROVALS].append(
            {**about, "amount": amount, "text": "", "reason": "", "asked_by": holder, "asked_at": at,
             "status": "executed" if amount <= 200_000 else status, "decided_by": decided,
             "decided_at": at + after if decided else None, "expires_at": at + timedelta(hours=24)}
        )  # fmt: skip

    def _crisis(self) -> None:
        began = self._now - timedelta(days=4, hours=3)
        self._rows[CRISES].append(
            {"scope": "all", "status": "normal", "began_at": began, "seen_at": began, "contacts": 14,
             "declared_at": began + timedelta(minutes=9), "ended_at": began + timedelta(hours=2),
             "usual": 1.5}
        )  # fmt: skip


if __name__ == "__main__":
    main()
