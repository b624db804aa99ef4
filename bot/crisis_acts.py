"""Acts in a crisis: watch, pause, declare, confirm, take back, end."""

from datetime import datetime

from sqlalchemy import Connection

from bot import act as values
from bot import guarding, ledger
from bot.act import Act
from bot.brand import Brand
from bot.cutting import LONGEST, units
from handoff import crises, statements
from handoff.crisis import ALL
from handoff.entry import Refused
from handoff.saying import Saying
from handoff.staff import Person
from knowledge.mistakes import nearest

VERBS = ("watch", "pause", "crisis", "confirm", "recall", "end_crisis")


def perform(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Do it; raises Refused where it may not be."""
    promises = brand.promises
    match act.verb:
        case "watch":
            effects = crises.watch(conn, promises, person, _scope(conn, brand, act), now)
        case "pause":
            effects = crises.pause(conn, person, _scope(conn, brand, act), now)
        case "crisis":
            by = values.instant(act, "by", now, brand.zone) if act.args.get("by") else None
            words = _statement(brand, act)
            effects = crises.declare(conn, promises, person, _scope(conn, brand, act), words, by, now)
        case "confirm":
            number = values.number(act, "version")
            words = statements.get(conn, number).text if number is not None else values.text(act, "statement")
            effects = crises.confirm(conn, person, words, now, number)
        case "recall":
            effects = crises.recall(conn, person, _version(conn, act, now), now)
        case _:
            words = _statement(brand, act, needed=False)
            effects = crises.end(conn, person, _scope(conn, brand, act), words, now)
    ledger.record(conn, brand, effects, now)


def _scope(conn: Connection, brand: Brand, act: Act) -> str:
    """Return the scope: an article, a tag of articles, or everything, which is meant where none is named.

    What is going on keeps its scope, also where the article or the tag is gone meanwhile.
    """
    scope = values.text(act, "scope", needed=False).strip() or ALL
    known = brand.understanding.scopes | {one.scope for one in crises.list_going_on(conn)}
    if scope == ALL or scope in known:
        return scope
    meant = nearest(scope, known)
    hint = Saying('; did you mean "{meant}"?', {"meant": meant}) if meant else ""
    raise Refused(
        "unknown",
        '"{scope}" is no article, no tag and not "{all}"{hint}',
        scope=scope[:60],
        all=ALL,
        hint=hint,
    )


def _statement(brand: Brand, act: Act, *, needed: bool = True) -> str:
    words = values.text(act, "statement", needed=needed).strip()
    if units(words) > LONGEST:
        raise Refused("invalid", "a statement is one message, {most} characters at most", most=LONGEST)
    guarding.require_statement(brand, words)
    return words


def _version(conn: Connection, act: Act, now: datetime) -> int:
    """Return the version that is meant: the one that is named, else the newest that nobody has read."""
    number = values.number(act, "version")
    if number is not None:
        return number
    unread = [row.id for row in statements.list_unread(conn, now)]
    if not unread:
        raise Refused("not_available", "no statement can be taken back")
    return int(unread[-1])
