"""What is allowed in a configuration and probably not meant."""

from collections.abc import Iterator

from bot.settings.calendars import ALWAYS
from bot.settings.model import Settings
from handoff.calendar import last_closing, overlaps
from handoff.policy import Role, Sop

SECOND = "second"
ANYBODY = {"assignee", "on_call"}


def warnings(settings: Settings) -> list[str]:
    """Return a line for each setting that is allowed and probably not meant."""
    name = settings.path.name
    return [f"{name}: {line}" for line in _warnings(settings)]


def _warnings(settings: Settings) -> Iterator[str]:
    if not settings.content.exists():
        yield f"knowledge.content: {settings.content} does not exist, so there is nothing to answer from"
    yield from _about_calendars(settings)
    yield from _about_people(settings)
    yield from _about_second(settings)
    for category, policy in settings.promises.policies.items():
        if not policy.targets:
            yield f"sla.{category}: promises no time, so nobody is alerted when such a ticket waits"
    for sop in settings.promises.sop:
        yield from _about_sop(sop)
    if ":memory:" in settings.database_url:
        yield "database.url: is kept in memory, so everything is lost when Mimin stops"


def _about_calendars(settings: Settings) -> Iterator[str]:
    for name, calendar in settings.calendars.items():
        if name == ALWAYS:
            continue
        for overlap in overlaps(calendar):
            yield f"calendar.{name}: {overlap}"
        if (closing := last_closing(calendar)) is not None:
            last = closing.astimezone(settings.zone).date()
            yield f"calendar.{name}: has dated hours only and closes for good on {last}"


def _about_people(settings: Settings) -> Iterator[str]:
    ladder = settings.promises.ladder
    named = {recipient for rung in ladder for recipient in rung.to}
    if Role.DECISION_MAKER not in named:
        yield "[[ladder]]: no rung names decision_maker, so a crisis alert starts at the first rung"
    for n, rung in enumerate(ladder, 1):
        if rung.channel not in {None, SECOND}:
            yield f'[[ladder]] no. {n}, channel: "{rung.channel}" is not known; known is "{SECOND}"'
    if not settings.staff:
        yield "[[staff]]: there is nobody, so no ticket can be claimed and no alert reaches anyone"
        return
    present = {person.role for person in settings.staff}
    for role in Role:
        if role not in present:
            alerts = ", and the ladder names that role" if role in named else ""
            yield f"[[staff]]: nobody has the role {role}{alerts}"


def _about_second(settings: Settings) -> Iterator[str]:
    """Advise on the second channel; that it is not set up is said only where Mimin rings for real."""
    second = settings.second
    rungs = {n: rung for n, rung in enumerate(settings.promises.ladder, 1) if rung.channel == SECOND}
    if not second.webhook and not second.mail:
        for n in rungs if settings.telegram.token else ():
            yield (
                f"[[ladder]] no. {n}: the second channel is not set up, so it rings on the desk and in "
                "Telegram only; see [second]"
            )
    elif not rungs:
        yield f'[second]: no [[ladder]] has channel = "{SECOND}", so nothing rings there'
    elif second.mail:
        named = {recipient for rung in rungs.values() for recipient in rung.to}
        if not any(person.email and (person.role in named or named & ANYBODY) for person in settings.staff):
            yield (
                f'second.smtp: nobody whom a [[ladder]] with channel = "{SECOND}" names has an email, '
                "so nothing is mailed; see [[staff]]"
            )


def _about_sop(sop: Sop) -> Iterator[str]:
    where = f"[[sop]] {sop.action}"
    if not sop.admin <= sop.supervisor <= sop.decision_maker:
        yield f"{where}: a lower role may grant more than a higher one"
    for limit, value in (("contact_30d", sop.contact_30d), ("admin_day", sop.admin_day)):
        if value < sop.admin:
            yield f"{where}: {limit} = {value} is below admin = {sop.admin} and binds first"
