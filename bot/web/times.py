"""How the pages say a time: of day, a day, and what is left of a promise. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.wording import DAYS, MONTHS

# (seconds, name) of the units in which a rest of a day and more, and of an hour and more, is said.
UNITS: Mapping[str, tuple[str, str, str]] = {"id": ("h", "j", "m"), "en": ("d", "h", "m")}


def clock(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Say the time of day, such as 09.15 or 09:15."""
    local = at.astimezone(zone)
    return f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"


def day(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say the day: today and yesterday by name, others with their date."""
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    named = {
        today: {"id": "Hari ini", "en": "Today"},
        today - timedelta(days=1): {"id": "Kemarin", "en": "Yesterday"},
    }
    if local in named:
        return named[local][language]
    words = f"{DAYS[language][local.weekday()]}, {local.day} {MONTHS[language][local.month - 1]}"
    return words if local.year == today.year else f"{words} {local.year}"


def moment(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say an instant in the shortest way that is clear: the time, with the day unless it is today."""
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return clock(at, zone, language)
    return f"{day(at, now, zone, language)} {clock(at, zone, language)}"


def span(length: timedelta, language: str) -> str:
    """Say a length as the countdown does: 04:05 under an hour, then hours and minutes, then days."""
    seconds = abs(int(length.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    d, h, m = UNITS[language]
    if hours < 1:
        return f"{minutes:02}:{seconds % 60:02}"
    if days < 1:
        return f"{hours}{h} {minutes % 60:02}{m}"
    return f"{days}{d} {hours % 24}{h}"
