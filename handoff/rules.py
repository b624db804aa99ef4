"""Versions of the rules: what was promised keeps the hours it was promised in, whatever changes later."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from handoff.calendar import Calendar
from handoff.deadline import Status
from handoff.hours import Interval, format_duration
from handoff.policy import Category, Policy, Promises
from handoff.tables import DEADLINES, RULES


def in_force(conn: Connection, promises: Promises, now: datetime) -> tuple[Promises, int | None]:
    """Return the promises with their version, and with the calendars of all versions before.

    Rules that were never in force are stored as a new version. The second value is how many running
    deadlines keep older rules, None where nothing changed.
    """
    rules = _dump(promises)
    digest = sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
    known = conn.execute(select(RULES.c.id).where(RULES.c.digest == digest)).scalar_one_or_none()
    version = (
        known
        or conn.execute(
            insert(RULES).values(digest=digest, since=now, rules=rules).returning(RULES.c.id)
        ).scalar_one()
    )
    former = {
        (row.id, name): _calendar(name, kept)
        for row in conn.execute(select(RULES.c.id, RULES.c.rules).where(RULES.c.id != version))
        for name, kept in row.rules["calendars"].items()
    }
    older = select(func.count()).select_from(DEADLINES).where(DEADLINES.c.rules_id != version)
    kept = conn.execute(older.where(DEADLINES.c.status.in_([Status.RUNNING, Status.PAUSED]))).scalar_one()
    return replace(promises, version=version, former=former), None if known else kept


def _dump(promises: Promises) -> dict[str, Any]:
    """Write out what decides when a promise is due."""
    policies = dict(promises.policies)
    calendars = [policy.calendar for policy in policies.values()]
    if promises.approval is not None:
        calendars.append(promises.approval.calendar)
    return {
        "policies": {
            category: _dump_policy(policies[category]) for category in Category if category in policies
        },
        "approval": _dump_policy(promises.approval) if promises.approval else None,
        "warn_at": promises.warn_at,
        "calendars": {calendar.name: _dump_calendar(calendar) for calendar in calendars},
    }


def _dump_policy(policy: Policy) -> dict[str, Any]:
    targets = {kind: format_duration(target) for kind, target in sorted(policy.targets.items())}
    return {"targets": targets, "calendar": policy.calendar.name}


def _dump_calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone.key,
        "week": [_dump_day(day) for day in calendar.week],
        "exceptions": {str(day): _dump_day(hours) for day, hours in sorted(calendar.exceptions.items())},
        "holidays": [str(day) for day in sorted(calendar.holidays)],
    }


def _dump_day(day: tuple[Interval, ...]) -> list[list[int]]:
    return [[interval.begin_minutes, interval.end_minutes] for interval in day]


def _calendar(name: str, kept: Mapping[str, Any]) -> Calendar:
    return Calendar(
        name,
        ZoneInfo(kept["zone"]),
        tuple(_day(day) for day in kept["week"]),
        {date.fromisoformat(day): _day(hours) for day, hours in kept["exceptions"].items()},
        frozenset(map(date.fromisoformat, kept["holidays"])),
    )


def _day(hours: list[list[int]]) -> tuple[Interval, ...]:
    return tuple(Interval(begin, end) for begin, end in hours)
