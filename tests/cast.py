"""The cast of the tests: a small brand, its people, and one conversation after another on a real database."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from bot import acts, contacts, delivery, journal, ledger, outbox, turn
from bot.act import Act
from bot.brand import Brand
from bot.building import cache_folder
from bot.database import transaction
from bot.settings import load_settings
from bot.wording import read_wording
from handoff import people
from handoff.policy import Role
from handoff.staff import Person
from knowledge.article import Article, Phrasing
from knowledge.understanding import Understanding
from tests.databases import new_memory

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday noon in Jakarta
ARTICLES = (
    Article(
        "pay-bill",
        (
            Phrasing("cara bayar tagihan bagaimana", "id"),
            Phrasing("bayar tagihan lewat apa", "id"),
            Phrasing("how do I pay my bill", "en"),
        ),
        {"id": "Bayar lewat aplikasi, Kak.", "en": "Pay in the app."},
    ),
    Article(
        "opening-hours",
        (Phrasing("toko buka jam berapa", "id"), Phrasing("what are your opening hours", "en")),
        {"id": "Buka 09.00 sampai 17.00.", "en": "We are open from 9 to 5."},
    ),
    Article(
        "coverage",
        (Phrasing("apakah jaringan tersedia di kota saya", "id"), Phrasing("do you cover my city", "en")),
        {"id": "Tersedia di 40 kota."},
    ),
)
QUESTION = "cara bayar tagihan bagaimana"
COMPLAINT = "tv saya mati total dari kemarin, saya kecewa sekali"


@cache
def small_brand(folder: Path = Path("/nonexistent")) -> Brand:
    """A brand with three articles, and every default of an empty configuration."""
    understanding = Understanding.build(ARTICLES, language="id", cache=cache_folder(os.environ))
    promises = load_settings(Path(__file__).parent.parent / "config.toml", {}, folder).promises
    return Brand("Uji", "id", promises, understanding, read_wording())


@dataclass(slots=True)
class Stage:
    """A desk with alice (admin), bob (admin), sue (supervisor) and dan (decision-maker), and a clock."""

    engine: Engine
    brand: Brand
    now: datetime = NOON

    @contextmanager
    def open(self) -> Iterator[Connection]:
        with transaction(self.engine) as conn:
            yield conn

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def says(self, text: str, who: str = "ani", at: datetime | None = None, **more: Any) -> None:
        with self.open() as conn:
            said = turn.Said("web", who, who, text, at or self.now, **more)
            turn.contact_wrote(conn, self.brand, said, self.now)

    def does(
        self, who: str, verb: str, ticket: int | None = None, nonce: str | None = None, **args: object
    ) -> None:
        person = self.person(who)
        with self.open() as conn:
            thread = contacts.find(conn, "web", "ani")
            act = Act(verb, ticket, thread.id if thread and ticket is None else None, args, nonce)
            acts.perform(conn, self.brand, person, act, self.now)

    def person(self, name: str) -> Person:
        with self.open() as conn:
            found = people.find_staff(conn, name)
        assert found is not None
        return found

    def sweep(self) -> None:
        with self.open() as conn:
            ledger.sweep(conn, self.brand, self.now)

    def deliver(self) -> list[str]:
        """Let the channels accept everything that is queued, and return the texts to contacts."""
        texts = []
        with self.open() as conn:
            while ready := outbox.list_ready(conn, self.now):
                for row in ready:
                    if outbox.mark_sending(conn, row.id):
                        delivery.delivered(conn, self.brand, row.id, self.now, f"remote-{row.id}")
                        texts += [row.text] if row.message_id else []
        return texts

    def happened(self, *kinds: str) -> list[tuple[str, Mapping[str, Any]]]:
        with self.open() as conn:
            entries = journal.read_since(conn, 0)
        return [(entry.kind, entry.data) for entry in entries if not kinds or entry.kind in kinds]

    def modes(self) -> list[str]:
        return [data["mode"] for _, data in self.happened("mode")]


def stage(brand: Brand | None = None) -> Stage:
    """Set an empty stage with its four people."""
    set_up = Stage(new_memory(), brand or small_brand())
    with set_up.open() as conn:
        people.add_staff(conn, "alice", Role.ADMIN)
        people.add_staff(conn, "bob", Role.ADMIN)
        people.add_staff(conn, "sue", Role.SUPERVISOR)
        people.add_staff(conn, "dan", Role.DECISION_MAKER)
    return set_up


def with_understanding(brand: Brand, articles: tuple[Article, ...]) -> Brand:
    """Give a brand other articles."""
    return replace(brand, understanding=Understanding.build(articles, language=brand.language))
