"""`mimin audit`: what staff did, in a chain of hashes that shows every later change."""

from typing import Annotated

import typer

from bot import audit, building
from bot.commands.context import CommandError, ConfigOption, out, settings_of
from bot.database import reading

app = typer.Typer(no_args_is_help=True, help="The record of what staff did, which nobody changes unseen.")


@app.command("head")
def head_(config: ConfigOption = None) -> None:
    """Print how many entries there are and the newest hash; keep it outside, such as in a mail."""
    with reading(building.open_database(settings_of(config))) as conn:
        entries, head = audit.head(conn)
    out(f"{entries} {head}")


@app.command()
def verify(
    head: Annotated[str | None, typer.Option(help="A hash that `mimin audit head` printed before.")] = None,
    config: ConfigOption = None,
) -> None:
    """Check every entry, and with --head that none after it was cut off; name the first that does not fit."""
    kept = head.split()[-1].lower() if head and head.split() else None
    if head is not None and (kept is None or len(kept) != 64 or set(kept) - set("0123456789abcdef")):
        raise CommandError("--head takes the 64 letters and digits that `mimin audit head` printed")
    with reading(building.open_database(settings_of(config))) as conn:
        found = audit.verify(conn, kept)
    if found.why is not None:
        raise CommandError(f"{found.why}; the {found.entries} before it fit", 1)
    later = "" if found.later is None else f", {found.later} of them after the head that was kept"
    erased = f", the words of {found.erased} erased" if found.erased else ""
    out(f"{found.entries} entries fit{later}{erased}; head {found.head}")
