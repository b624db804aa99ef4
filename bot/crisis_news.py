"""What is said of a crisis by itself: closing words to followers, questions and news to those above."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot import contacts, outbox
from bot.brand import Brand
from bot.outbox import Letter
from bot.places import seniors, tell
from bot.tables import MESSAGES
from bot.wording import clock_words
from handoff import crises, people, statements
from handoff.authority_tables import SIGNS
from handoff.entry import TellSeniors
from handoff.staff import outranks
from handoff.statements import CLOSING

# Where the desk shows what those above are told of; the rest is about crises.
PAGES = dict.fromkeys(("suspicious", "locked", "added", "role", "changed", "invited"), "/desk/staff")


def tell_closing(conn: Connection, statement: int, now: datetime) -> None:
    """Tell everybody who got a holding statement, and can be reached, that it is over.

    It goes out while a person speaks, too, so it is not fenced.
    """
    row = statements.get(conn, statement)
    letters = []
    for conversation in statements.receivers(conn, row.crisis_id):
        thread = contacts.get(conn, conversation)
        if thread.blocked or not thread.reachable:
            continue
        message = contacts.add_message(
            conn, conversation, direction="out", author="bot", source="closing", text=row.text, at=now,
            status="queued",
        )  # fmt: skip
        statements.mark_told(conn, statement, conversation, message, now)
        letters.append(
            Letter(f"statement:{statement}", "closing", thread.channel, thread.external_id, row.text,
                   conversation=conversation, message=message)
        )  # fmt: skip
    outbox.enqueue(conn, letters, now)


def ask_second(conn: Connection, brand: Brand, statement: int, now: datetime) -> None:
    """Ask those who may for their yes, with the words as followers will read them."""
    row = statements.get(conn, statement)
    scope = crises.get(conn, row.crisis_id).scope
    key = "second_closing" if row.kind == CLOSING else "second_holding"
    text = brand.wording.say(
        key, brand.language, name=people.name_of(conn, row.by_id), scope=scope, text=row.text
    )
    for person in seniors(conn, brand, now, row.by_id):
        tell(conn, brand, person, f"second:{statement}", text, now, confirm=statement)


def tell_seniors(conn: Connection, brand: Brand, told: TellSeniors, now: datetime) -> None:
    """Tell those above what somebody did; who may lock a doubtful account gets the button for it."""
    time = clock_words(told.until, now, brand.zone, brand.language) if told.until else "-"
    said = {name: brand.wording.speak(value, brand.language) for name, value in told.values.items()}
    values = {"name": people.name_of(conn, told.by), "time": time, **said}
    text = brand.wording.say(f"seniors_{told.key}", brand.language, **values)
    cause = f"seniors:{told.key}:{told.by}:{told.subject}:{now.isoformat()}"
    doubtful = people.find_by_id(conn, told.subject) if told.key == "suspicious" else None
    for person in seniors(conn, brand, now, told.by):
        may_lock = doubtful is not None and outranks(person, doubtful)
        more = {"lock": told.subject} if may_lock else {"page": PAGES.get(told.key, "/desk?show=crisis")}
        tell(conn, brand, person, cause, text, now, **more)


def report(conn: Connection, brand: Brand, crisis: int, now: datetime) -> None:
    """Give the supervisors and decision-makers on call the report of a crisis that is over."""
    text = written_report(conn, brand, crisis, now)
    for person in seniors(conn, brand, now):
        tell(conn, brand, person, f"crisis:{crisis}:report:{now.isoformat()}", text, now)


def written_report(conn: Connection, brand: Brand, crisis: int, now: datetime) -> str:
    """Write down how it went: when, who decided, how many complained, what was said and to how many."""

    def at(instant: datetime | None) -> str:
        return clock_words(instant, now, brand.zone, brand.language) if instant else "-"

    row = crises.get(conn, crisis)
    until = row.ended_at or now
    complained = select(func.count(func.distinct(SIGNS.c.conversation_id))).where(
        SIGNS.c.at >= row.began_at - brand.promises.crisis.within, SIGNS.c.at <= until
    )
    versions = statements.list_of_crisis(conn, crisis)
    said = "\n".join(
        brand.wording.say(
            "report_statement",
            brand.language,
            time=at(one.live_at),
            name=people.name_of(conn, one.by_id),
            second=people.name_of(conn, one.confirmed_by) or "-",
            count=statements.count_told(conn, one.id),
            text=one.text,
        )
        for one in versions
        if one.live_at is not None
    )
    answered = select(func.count()).select_from(MESSAGES).where(
        MESSAGES.c.author == "staff", MESSAGES.c.direction == "out", MESSAGES.c.at >= row.began_at,
        MESSAGES.c.at <= until,
    )  # fmt: skip
    return brand.wording.say(
        "crisis_report",
        brand.language,
        scope=row.scope,
        began=at(row.began_at),
        declared=at(row.declared_at),
        ended=at(row.ended_at),
        name=people.name_of(conn, row.by_id) or "-",
        contacts=conn.execute(complained).scalar_one(),
        usual=f"{row.usual:g}",
        told=len(statements.receivers(conn, crisis)),
        replies=conn.execute(answered).scalar_one(),
        statements=said or "-",
    )
