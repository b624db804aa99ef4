"""`mimin staff delegate`: authority to approve, lent for a time."""

from datetime import datetime, time, timedelta
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot import building, journal
from bot.clock import utc_now
from bot.commands.context import CommandError, ConfigOption, out, settings_of
from bot.database import reading, transaction
from bot.settings import Settings
from bot.settings.calendars import parse_date
from handoff import delegations, people
from handoff.delegations import Delegation
from handoff.entry import Entry
from handoff.money import format_amount, parse_amount
from handoff.staff import Person


def delegate(
    gives: Annotated[str, typer.Argument(help="Whose authority is lent.")],
    takes: Annotated[str, typer.Argument(help="Who may approve instead.")],
    until: Annotated[str, typer.Option(help="The last day, such as 2026-12-31.")],
    since: Annotated[str | None, typer.Option(help="The first day; today where none is named.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this remedy of the SOP.")] = None,
    cap: Annotated[
        str,
        typer.Option(
            help="The most on one ticket, in the currency of the remedy: 1000000 or 1jt in IDR; $150, 150.00 "
            "or, in cents, 15000 in USD."
        ),
    ] = "1000000",
    config: ConfigOption = None,
) -> None:
    """Lend the authority to approve for some days, up to a cap; it is not handed on."""
    settings, now = settings_of(config), utc_now()
    try:
        begins = now if since is None else _midnight(since, settings)
        ends = _midnight(until, settings) + timedelta(days=1)
        most = parse_amount(cap, _currency(action, settings))
    except ValueError as error:
        raise CommandError(str(error)) from error
    with transaction(building.open_database(settings)) as conn:
        giver, taker = _person(conn, gives), _person(conn, takes)
        made = delegations.delegate(conn, settings.promises, giver, taker, action, most, begins, ends, now)
        data = {"delegation": made.id, "takes": taker.id, "action": action, "cap": most}
        journal.append(conn, Entry("delegated", staff=giver.id, data=data), now)
    out(_written(made, settings))


def list_delegations(config: ConfigOption = None) -> None:
    """List the authority that is lent and not over."""
    settings = settings_of(config)
    with reading(building.open_database(settings)) as conn:
        for one in delegations.list_current(conn, utc_now()):
            out(_written(one, settings))


def undelegate(
    number: Annotated[int, typer.Argument(metavar="N", help="Its number, as `delegations` lists it.")],
    config: ConfigOption = None,
) -> None:
    """Take lent authority back; it holds from the next act on."""
    settings, now = settings_of(config), utc_now()
    with transaction(building.open_database(settings)) as conn:
        undone = delegations.undo(conn, number, now)
        data = {"delegation": undone.id, "takes": undone.takes.id}
        journal.append(conn, Entry("undelegated", staff=undone.gives.id, data=data), now)
    out(f"{undone.takes.name} approves for {undone.gives.name} no more")


def _currency(action: str | None, settings: Settings) -> str:
    """Return the currency of a remedy; raises ValueError where every remedy is meant and they differ."""
    currency = delegations.currency_of(settings.promises, action)
    if currency is None:
        used = {sop.currency for sop in settings.promises.sop}
        raise ValueError(f"the remedies are in {' and '.join(sorted(used))}; name one with --action")
    return currency


def _midnight(day: str, settings: Settings) -> datetime:
    return datetime.combine(parse_date(day), time(), settings.zone)


def _person(conn: Connection, name: str) -> Person:
    person = people.find_staff(conn, name)
    if person is None:
        raise CommandError(f"nobody at the desk is called {name}; `mimin staff list` shows who is")
    return person


def _written(one: Delegation, settings: Settings) -> str:
    what = one.action or "every remedy"
    until = (one.ends_at - timedelta(seconds=1)).astimezone(settings.zone)
    who = f"{one.takes.name} approves for {one.gives.name}"
    return f"{one.id}: {who}: {what} up to {_cap(one, settings)}, until {until:%Y-%m-%d}"


def _cap(one: Delegation, settings: Settings) -> str:
    try:
        return format_amount(one.cap, _currency(one.action, settings))
    except ValueError:  # a remedy in another currency was added since
        return f"{one.cap} of each currency's smallest unit"
