"""What the brand promises, and asks after: [sla], [[ladder]], [alerts], [approval] and [satisfaction]."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.settings.calendars import ALWAYS, OFFICE
from bot.settings.model import Approval
from bot.settings.table import Table, one_of
from handoff.calendar import (
    SEARCH_YEARS,
    Calendar,
    UnreachableError,
    add,
    last_closing,
    parse_weekly,
)
from handoff.policy import (
    DEFAULT_LADDER,
    RECIPIENTS,
    TARGETED,
    Alerting,
    Category,
    Kind,
    Policy,
    Promises,
    Rung,
)
from handoff.satisfaction import Rules
from knowledge.mistakes import shown

_SLA = {
    Category.COMPLAINT: (
        {Kind.FIRST_RESPONSE: "15m", Kind.NEXT_RESPONSE: "30m", Kind.RESOLUTION: "24h"},
        ALWAYS,
    ),
    Category.QUESTION: (
        {Kind.FIRST_RESPONSE: "30m", Kind.NEXT_RESPONSE: "1h", Kind.RESOLUTION: "24h"},
        OFFICE,
    ),
    Category.CRISIS: ({Kind.FIRST_RESPONSE: "5m", Kind.NEXT_RESPONSE: "10m", Kind.RESOLUTION: "8h"}, ALWAYS),
}
_ANY_TIME = datetime(2020, 1, 1, tzinfo=UTC)


def read_promises(root: Table, zone: ZoneInfo, calendars: Mapping[str, Calendar]) -> Promises:
    """Return what the handoff room is governed by."""
    sla = root.table("sla", ("warn_at", "reopen_within", *Category))
    alerts = root.table("alerts", ("ack", "ack_crisis", "quiet", "digest_after"))
    return Promises(
        zone=zone,
        policies=MappingProxyType({category: _policy(sla, category, calendars) for category in Category}),
        warn_at=sla.number("warn_at", 0.75, 0.01, 1),
        reopen_within=sla.duration("reopen_within", "72h"),
        ladder=_ladder(root),
        alerting=Alerting(
            ack=alerts.duration("ack", "30m"),
            ack_crisis=alerts.duration("ack_crisis", "15m"),
            quiet=alerts.items("quiet", parse_weekly),
            digest_after=alerts.whole("digest_after", 5, 1, 1000),
        ),
    )


def read_approval(root: Table, calendars: Mapping[str, Calendar]) -> Approval:
    """Return how soon a request must be decided."""
    table = root.table("approval", ("within", "calendar", "expires"))
    calendar = _lasting(table, OFFICE, calendars)
    within = table.duration("within", "30m")
    _check_reach(table, "within", within, calendar)
    return Approval(within, calendar, table.duration("expires", "24h"))


def read_satisfaction(root: Table) -> Rules | None:
    """Return how followers are asked how it went; None where they are not."""
    table = root.table("satisfaction", ("ask", "after", "simulate"))
    rules = Rules(table.duration("after", "1m"), table.flag("simulate", False))
    return rules if table.flag("ask", False) else None


def _policy(sla: Table, category: Category, calendars: Mapping[str, Calendar]) -> Policy:
    """Return the targets of a category: the default ones, or those of its section and no others."""
    defaults, calendar_name = _SLA[category]
    table = sla.table(category, (*TARGETED, "calendar"))
    calendar = _lasting(table, calendar_name, calendars)
    named = [kind for kind in TARGETED if kind in table] if category in sla else list(TARGETED)
    targets = {kind: table.duration(kind, defaults[kind]) for kind in named}
    for kind, target in targets.items():
        _check_reach(table, kind, target, calendar)
    return Policy(MappingProxyType(targets), calendar)


def _lasting(table: Table, default: str, calendars: Mapping[str, Calendar]) -> Calendar:
    """Return the calendar that promises are counted in; it must not close for good one day."""
    calendar = calendars[table.choice("calendar", default, calendars)]
    if last_closing(calendar) is None:
        return calendar
    table.wrong(
        "calendar",
        f"{shown(calendar.name)} has dated hours only, so a promise in it might never end; "
        "give it weekly hours or name another",
    )
    return calendars[ALWAYS]


def _check_reach(table: Table, key: str, target: timedelta, calendar: Calendar) -> None:
    try:
        add(calendar, _ANY_TIME, target)
    except UnreachableError:
        table.wrong(key, f"is more working time than calendar {calendar.name} has in {SEARCH_YEARS} years")


def _ladder(root: Table) -> tuple[Rung, ...]:
    if "ladder" not in root:
        return DEFAULT_LADDER
    mistakes = len(root.notes.lines)
    entries = root.tables("ladder", ("after", "to", "every", "times", "channel"))
    rungs = tuple(_rung(entry) for entry in entries)
    if not rungs and len(root.notes.lines) == mistakes:
        root.wrong("ladder", "is empty, so nobody would be told; add a [[ladder]] or leave the key out")
    return rungs


def _rung(table: Table) -> Rung:
    mistakes = len(table.notes.lines)
    to = table.items("to", lambda text: one_of(text, RECIPIENTS))
    if not to and len(table.notes.lines) == mistakes:
        state = "is empty" if "to" in table else "is missing"
        table.wrong("to", f"{state}; name who is told, of {', '.join(RECIPIENTS)}")
    every = table.duration("every", "5m") if "every" in table else None
    times = table.whole("times", 1, 1, 1000)
    if times > 1 and "every" not in table:
        table.wrong("every", f'is missing, and times = {times} needs it; write for example every = "5m"')
    channel = table.text("channel", "second") if "channel" in table else None
    return Rung(tuple(dict.fromkeys(to)), table.duration("after", "0m", zero=True), every, times, channel)
