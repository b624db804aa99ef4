"""Who works at the desk and what they may grant: [[staff]] and [[sop]]."""

import re

from bot.settings.addresses import parse_mail_address
from bot.settings.model import StaffMember
from bot.settings.table import Table, line
from handoff.calendar import parse_weekly
from handoff.policy import Role, Sop
from knowledge.mistakes import shown

_LONGEST_NAME = 40
_LARGEST_ID = 2**52
_NEEDED = {"name": "write who it is", "role": f"allowed is {', '.join(Role)}"}
_LIMITS = (*Role, "contact_30d", "admin_day", "override_cap")


def read_staff(root: Table) -> tuple[StaffMember, ...]:
    """Return the people in the order of the file; names and Telegram ids are theirs alone."""
    people: list[StaffMember] = []
    for table in root.tables("staff", ("name", "role", "telegram", "on_call", "email")):
        name = table.parsed("name", "", _name)
        role = table.choice("role", Role.ADMIN, Role)
        telegram = table.whole("telegram", 0, 1, _LARGEST_ID) or None
        on_call = table.items("on_call", _shift)
        email = table.parsed("email", None, parse_mail_address)
        for key, hint in _NEEDED.items():
            if key not in table:
                table.wrong(key, f"is missing; {hint}")
        if any(name and name.casefold() == other.name.casefold() for other in people):
            table.wrong("name", f"{shown(name)} is there twice; give each person a name of their own")
        twin = next((other for other in people if telegram and other.telegram == telegram), None)
        if twin:
            table.wrong("telegram", f"{telegram} is also {twin.name}'s; an id belongs to one person")
        people.append(StaffMember(name, Role(role), telegram, on_call, email))
    return tuple(people)


def read_sop(root: Table) -> tuple[Sop, ...]:
    """Return the remedies in the order of the file. A limit left out is 0."""
    remedies: list[Sop] = []
    for table in root.tables("sop", ("action", "currency", *_LIMITS)):
        action = table.parsed("action", "", _action)
        if "action" not in table:
            table.wrong("action", 'is missing; allowed is a name such as "refund"')
        elif any(action and action == other.action for other in remedies):
            table.wrong("action", f"{shown(action)} is there twice; write one [[sop]] for each remedy")
        currency = table.parsed("currency", "IDR", _currency)
        remedies.append(Sop(action, currency, *(table.whole(limit, 0, 0) for limit in _LIMITS)))
    return tuple(remedies)


def _name(text: str) -> str:
    name = line(text, _LONGEST_NAME)
    if name.casefold() == "bot":
        raise ValueError(f"{shown(name)} is how the bot itself is called; choose another name")
    return name


def _shift(text: str) -> str:
    parse_weekly(text)
    return text


def _action(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,19}", text):
        raise ValueError(
            f'{shown(text)} is no name for a remedy; allowed are 20 small letters, digits, "_" and "-", '
            'such as "refund"'
        )
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError(f'{shown(text)} is no currency; allowed are three capital letters, such as "IDR"')
    return text
