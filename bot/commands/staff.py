"""`mimin staff`: the people at the desk."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot import building, journal, ledger
from bot.channels.telegram.invites import invite as invite_of
from bot.clock import utc_now
from bot.commands import lending
from bot.commands.context import CommandError, ConfigOption, JsonOption, learn, out, settings_of
from bot.database import reading, transaction
from bot.logins import create_login, page_address, revoke
from bot.settings import Settings
from bot.settings.addresses import parse_mail_address
from bot.settings.calendars import parse_date
from handoff import people, rules, shifts, swaps, tickets
from handoff.entry import Entry, Refused
from handoff.hours import parse_interval, parse_weekly
from handoff.policy import Role
from handoff.staff import Person, require_name
from knowledge.mistakes import nearest

app = typer.Typer(no_args_is_help=True, help="The people at the desk.")
app.command()(lending.delegate)
app.command("delegations")(lending.list_delegations)
app.command()(lending.undelegate)
NameArgument = Annotated[str, typer.Argument(help="The person's name at the desk.")]


@app.command("list")
def list_(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """List who is at the desk."""
    settings = settings_of(config)
    engine = building.open_database(settings)
    building.fill(settings, engine)
    with reading(engine) as conn:
        staff = people.list_staff(conn)
    if json_:
        for person in staff:
            line = {"name": person.name, "role": person.role, "telegram": person.telegram}
            line |= {"email": person.email}
            out(json.dumps(line | {"on_call": list(person.on_call)}, ensure_ascii=False))
        return
    table = Table("name", "role", "telegram", "e-mail", "on call")
    for person in staff:
        hours = ", ".join(person.on_call) or "always"
        table.add_row(
            person.name,
            person.role.replace("_", " "),
            str(person.telegram or "-"),
            person.email or "-",
            hours,
        )
    Console().print(table)


@app.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="admin, supervisor or decision_maker.")] = Role.ADMIN,
    telegram: Annotated[int | None, typer.Option(help="The person's Telegram user id.")] = None,
    email: Annotated[str | None, typer.Option(help="Where the second channel reaches the person.")] = None,
    on_call: Annotated[
        list[str] | None, typer.Option(help='Weekly hours, such as "mon-fri 08:00-17:00".')
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Add a person to the desk, or bring one back."""
    settings, given = settings_of(config), _role(role)
    _check(name, on_call or [], email)
    engine = building.open_database(settings)
    building.fill(settings, engine)
    with transaction(engine) as conn:
        if telegram is not None and (known := people.find_by_telegram(conn, telegram)):
            raise CommandError(f"--telegram {telegram} belongs to {known.name} already")
        person = people.add_staff(conn, name, given, telegram, on_call or [], email)
        _log(conn, "staff_added", person, role=given)
        opened = invite_of(conn, person.id, utc_now())
    standing = given.replace("_", " ")
    out(f"{name} is at the desk as {standing}; `mimin staff login {name}` prints a sign-in link")
    out(_invited(name, opened))


@app.command()
def role(
    name: NameArgument,
    role: Annotated[str, typer.Argument(help="admin, supervisor or decision_maker.")],
    config: ConfigOption = None,
) -> None:
    """Give a person another role; it holds from their next act on."""
    settings, given = settings_of(config), _role(role)
    with transaction(building.open_database(settings)) as conn:
        person = _person(conn, name)
        people.change_role(conn, person, given)
        _log(conn, "staff_role", person, role=given)
    out(f"{person.name} is {given.replace('_', ' ')} now, before {person.role.replace('_', ' ')}")


@app.command()
def change(
    name: NameArgument,
    on_call: Annotated[
        list[str] | None,
        typer.Option(help='Weekly hours instead of those before, such as "sat 08:00-17:00".'),
    ] = None,
    always: Annotated[bool, typer.Option("--always", help="On call at any time.")] = False,
    telegram: Annotated[int | None, typer.Option(help="The person's Telegram user id.")] = None,
    email: Annotated[str | None, typer.Option(help="Where the second channel reaches the person.")] = None,
    config: ConfigOption = None,
) -> None:
    """Change when a person is on call, or where they are reached; what they hold follows their hours."""
    settings = settings_of(config)
    if on_call and always:
        raise CommandError("--on-call and --always contradict each other")
    _check(name, on_call or [], email)
    hours = on_call or ([] if always else None)
    if hours is None and telegram is None and email is None:
        raise CommandError("nothing to change; use --on-call, --always, --telegram or --email")
    with transaction(building.open_database(settings)) as conn:
        person = _person(conn, name)
        if telegram is not None and (known := people.find_by_telegram(conn, telegram)) not in (None, person):
            raise CommandError(f"--telegram {telegram} belongs to {known.name if known else '?'} already")
        people.change(conn, person, on_call=hours, telegram=telegram, email=email)
        shifts.recount(conn, settings.promises, _person(conn, name), utc_now())
        _log(conn, "staff_changed", person, hours=hours is not None)
    out(f"{person.name} is changed; `mimin staff list` shows how it stands")


@app.command()
def remove(name: NameArgument, config: ConfigOption = None) -> None:
    """Take a person from the desk; tickets they hold go back to waiting, clocks running on."""
    settings = settings_of(config)
    brand = learn(settings, [])
    with transaction(building.open_database(settings)) as conn:
        person = _person(conn, name)
        promises, _ = rules.in_force(conn, settings.promises, utc_now())
        held = sum(filed.ticket.assignee == person.id for filed in tickets.list_open(conn))
        freed = shifts.leave(conn, promises, person, utc_now())
        revoke(conn, person.id)
        _log(conn, "staff_removed", person)
        ledger.record(conn, brand, freed, utc_now())
    out(f"{person.name} is out" + (f"; {held} tickets wait again" if held else ""))


@app.command()
def login(name: NameArgument, config: ConfigOption = None) -> None:
    """Print a link that signs the person in once, within 15 minutes."""
    settings = settings_of(config)
    engine = building.open_database(settings)
    building.fill(settings, engine)
    with transaction(engine) as conn:
        person = _person(conn, name)
        token = create_login(conn, person.id, utc_now())
        _log(conn, "staff_login_made", person)
        address = settings.web_address or page_address(conn)
    out(f"{address or f'http://{settings.web_host}:{settings.web_port}'}/login/{token}")


@app.command()
def invite(name: NameArgument, config: ConfigOption = None) -> None:
    """Print what lets the bot write to the person in Telegram: a bot may not write first."""
    settings = settings_of(config)
    engine = building.open_database(settings)
    building.fill(settings, engine)
    with transaction(engine) as conn:
        person = _person(conn, name)
        opened = invite_of(conn, person.id, utc_now())
        _log(conn, "staff_invited", person)
    out(_invited(person.name, opened))


@app.command()
def swap(
    gives: Annotated[str, typer.Argument(help="Who gives a shift away.")],
    takes: Annotated[str, typer.Argument(help="Who is on call instead.")],
    day: Annotated[str, typer.Argument(help="The day on which the shift begins, such as 2026-12-24.")],
    hours: Annotated[str | None, typer.Option(help='Only a part of the day, such as "09:00-12:00".')] = None,
    config: ConfigOption = None,
) -> None:
    """Let one person be on call instead of another on one day; tickets they hold wait again at its end."""
    settings = settings_of(config)
    try:
        on, interval = parse_date(day), parse_interval(hours) if hours else None
    except ValueError as error:
        raise CommandError(str(error)) from error
    with transaction(building.open_database(settings)) as conn:
        giver, taker = _person(conn, gives), _person(conn, takes)
        try:
            made = swaps.swap(conn, settings.promises, giver, taker, on, utc_now(), interval)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        for one in made:
            _log(conn, "shift_swapped", giver, takes=taker.id, swap=one.id)
    for one in made:
        out(_swapped(one, settings))


@app.command("swaps")
def list_swaps(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """List the swaps that are not over."""
    settings = settings_of(config)
    with reading(building.open_database(settings)) as conn:
        found = swaps.list_swaps(conn, utc_now())
    for one in found:
        line = {"swap": one.id, "gives": one.gives, "takes": one.takes}
        line |= {"from": _local(one.begins_at, settings), "to": _local(one.ends_at, settings)}
        out(json.dumps(line, ensure_ascii=False) if json_ else _swapped(one, settings))


@app.command()
def unswap(
    number: Annotated[int, typer.Argument(metavar="SWAP", help="Its number, as `swaps` lists it.")],
    config: ConfigOption = None,
) -> None:
    """Take a swap back."""
    settings = settings_of(config)
    with transaction(building.open_database(settings)) as conn:
        try:
            undone = swaps.undo(conn, settings.promises, number, utc_now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        journal.append(conn, Entry("swap_undone", data={"swap": undone.id}), utc_now())
    out(f"swap {undone.id} is taken back: {undone.gives} keeps the shift")


def _invited(name: str, opened: str) -> str:
    """Say what to do with a personal link, or with the words that stand in for it."""
    if opened.startswith("http"):
        return f"in Telegram, {name} opens this once, within three days: {opened}"
    return f"in Telegram, {name} sends this to the bot once, within three days: {opened}"


def _swapped(one: swaps.Swapped, settings: Settings) -> str:
    span = f"{_local(one.begins_at, settings)} to {_local(one.ends_at, settings)}"
    return f"swap {one.id}: {one.takes} is on call instead of {one.gives} from {span}"


def _local(at: datetime, settings: Settings) -> str:
    return at.astimezone(settings.zone).isoformat(timespec="minutes")


def _person(conn: Connection, name: str) -> Person:
    person = people.find_staff(conn, name)
    if person is None:
        known = [one.name for one in people.list_staff(conn)]
        near = nearest(name, known)
        raise CommandError(
            f"nobody at the desk is called {name}" + (f'; did you mean "{near}"?' if near else "")
        )
    return person


def _role(text: str) -> Role:
    if text not in list(Role):
        near = nearest(text, Role)
        hint = f'; did you mean "{near}"?' if near else ""
        raise CommandError(f"{text!r} is not a role; use {', '.join(Role)}{hint}")
    return Role(text)


def _check(name: str, on_call: list[str], email: str | None) -> None:
    try:
        require_name(name)
    except Refused as refused:
        raise CommandError(refused.sentence) from refused
    for hours in on_call:
        try:
            parse_weekly(hours)
        except ValueError as error:
            raise CommandError(f"--on-call: {error}") from error
    if email is not None:
        try:
            parse_mail_address(email)
        except ValueError as error:
            raise CommandError(f"--email: {error}") from error


def _log(conn: Connection, kind: str, person: Person, **data: object) -> None:
    journal.append(conn, Entry(kind, staff=person.id, data=data), utc_now())
