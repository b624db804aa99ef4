"""The morning's letter: yesterday in three sentences, on Mondays the week before, to the decision-makers."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import outbox
from bot.brand import Brand
from bot.logins import page_address
from bot.outbox import Letter
from bot.places import places
from bot.reports.period import Period, Step
from bot.reports.reading import read
from bot.reports.summary import summary
from handoff import people
from handoff.entry import Refused
from handoff.policy import Role

MONDAY = 0


def send(conn: Connection, brand: Brand, now: datetime) -> None:
    """Queue the letter for the desk and Telegram of every decision-maker, once a day."""
    today = now.astimezone(brand.zone).date()
    yesterday = today - timedelta(days=1)
    texts = [_written(conn, brand, Period(yesterday, yesterday, brand.zone), now)]
    if today.weekday() == MONDAY:
        texts.append(_written(conn, brand, Period(today - timedelta(days=7), yesterday, brand.zone), now))
    text = "\n\n".join(texts)
    letters = [
        Letter(f"morning:{today}", "notice", channel, recipient, text, payload={"staff": True})
        for person in people.list_staff(conn)
        if person.role is Role.DECISION_MAKER
        for channel, recipient in places(brand, person.id, person)
    ]
    with suppress(Refused), conn.begin_nested():
        outbox.enqueue(conn, letters, now)


def _written(conn: Connection, brand: Brand, period: Period, now: datetime) -> str:
    def title(article: str) -> str:
        known = brand.understanding.article(article)
        return known.title(brand.language) if known else article

    figures = read(conn, title, period, Step.DAY, now)
    text = summary(figures, brand.wording, brand.language)
    address = page_address(conn)
    page = f"{address}/desk/reports?from={period.first}&to={period.last}" if address else None
    return f"{text}\n{page}" if page else text
