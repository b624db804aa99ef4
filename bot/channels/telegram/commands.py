"""The commands of a follower: /start with its links, help, status, a person, stop, delete my data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection
from telegram import User

from bot import contacts, ledger, outbox, turn
from bot.brand import Brand
from bot.channels.telegram import invites
from bot.channels.telegram.address import NAME
from bot.mode import SILENT, Mode
from bot.outbox import Letter
from bot.turn import Said
from bot.wording import LANGUAGES
from handoff.entry import Entry

MOVED = "g_"
# The first name of each is the one in the menu of its language, as in MENU.
NAMES = {
    "start": ("start",),
    "help": ("bantuan", "help"),
    "status": ("status",),
    "human": ("admin", "human", "agent"),
    "stop": ("berhenti", "stop"),
    "erase": ("hapus", "delete"),
}
MENU = {
    "id": ("bantuan", "status", "admin", "berhenti", "hapus"),
    "en": ("help", "status", "human", "stop", "delete"),
}


def obey(conn: Connection, brand: Brand, said: Said, sender: User, now: datetime) -> bool:
    """Do what the command says; False where it is none of ours, and so words like any others."""
    first, _, rest = said.text.partition(" ")
    name = first[1:].split("@")[0].lower()
    key = next((key for key, names in NAMES.items() if name in names), None)
    if key is None:
        return False
    own = sender.language_code[:2] if sender.language_code else brand.language
    _DO[key](conn, brand, said, own if own in LANGUAGES else brand.language, rest.strip(), now)
    return True


def menu(brand: Brand, language: str) -> list[tuple[str, str]]:
    """Return the menu in a language: each command and what it does."""
    key_of = {name: key for key, names in NAMES.items() for name in names}
    return [(name, brand.wording.say(f"menu_{key_of[name]}", language)) for name in MENU[language]]


def _start(conn: Connection, brand: Brand, said: Said, language: str, payload: str, now: datetime) -> None:
    """Greet; a link may have brought a question, a matter from the group, or somebody of the staff."""
    if payload.startswith(invites.PREFIX):
        invites.accept(conn, brand, said, payload, language, now)
        return
    article = brand.understanding.article(payload) if payload else None
    if article is not None:
        question = replace(said, text=article.title(language), tapped=article.id)
        turn.contact_wrote(conn, brand, question, now)
        return
    thread = contacts.find(conn, NAME, said.external_id)
    newest = contacts.open_ticket(conn, thread.id) if thread is not None else None
    if payload.startswith(MOVED) and thread is not None and newest is not None:
        _tell(conn, brand, said, language, "start_moved", now, ticket=f"#{newest}")
        return
    _tell(conn, brand, said, language, "start", now)


def _help(conn: Connection, brand: Brand, said: Said, language: str, _: str, now: datetime) -> None:
    _tell(conn, brand, said, language, "help", now)


def _status(conn: Connection, brand: Brand, said: Said, language: str, _: str, now: datetime) -> None:
    thread = contacts.find(conn, NAME, said.external_id)
    if thread is not None and contacts.open_ticket(conn, thread.id) is not None:
        turn.contact_wrote(conn, brand, replace(said, wants="status", language=language), now)
    else:
        _tell(conn, brand, said, language, "status_none", now)


def _human(conn: Connection, brand: Brand, said: Said, language: str, _: str, now: datetime) -> None:
    turn.contact_wrote(conn, brand, replace(said, wants="human", language=language), now)


def _stop(conn: Connection, brand: Brand, said: Said, language: str, _: str, now: datetime) -> None:
    """Write no more until they do; what they wrote so far is still read by a person."""
    _tell(conn, brand, said, language, "stopped", now)
    contacts.set_unreachable(conn, NAME, said.external_id)
    thread = contacts.find(conn, NAME, said.external_id)
    if thread is not None:
        ledger.record(conn, brand, [Entry("unreachable", conversation=thread.id)], now)


def _erase(conn: Connection, brand: Brand, said: Said, language: str, _: str, now: datetime) -> None:
    """Ask first, with a button that only works here."""
    thread = contacts.find_or_add(conn, NAME, said.external_id, said.name, now)
    open_one = contacts.open_ticket(conn, thread.id)
    key = "erase_ask_open" if open_one is not None else "erase_ask"
    _tell(conn, brand, said, language, key, now, erases=thread.id, ticket=f"#{open_one}")


_DO: dict[str, Callable[[Connection, Brand, Said, str, str, datetime], None]] = {
    "start": _start, "help": _help, "status": _status, "human": _human, "stop": _stop, "erase": _erase,
}  # fmt: skip


def _tell(
    conn: Connection, brand: Brand, said: Said, own: str, key: str, now: datetime, **values: object
) -> None:
    """Store a command and say its fixed text, unless a person speaks in this conversation.

    What a follower decides about their own data is answered in any case.
    """
    thread = contacts.find_or_add(conn, NAME, said.external_id, said.name, now)
    mode = contacts.current_mode(conn, thread, said.at)
    incoming = contacts.add_message(
        conn, thread.id, direction="in", author="contact", source=said.kind, text=said.text, at=said.at,
        remote_id=said.remote_id, ticket_id=contacts.open_ticket(conn, thread.id),
    )  # fmt: skip
    language = thread.language or own
    contacts.remember(conn, thread, thread.memory, language, said.at)
    data = {"mode": mode, "message": incoming}
    ledger.record(conn, brand, [Entry("received", conversation=thread.id, data=data)], now)
    if mode is Mode.BLOCKED or (mode in SILENT and key not in ("erase_ask", "erase_ask_open", "stopped")):
        return
    text = brand.wording.say(key, language, brand=brand.name, **values)
    epoch = None if mode in SILENT else ledger.settle_mode(conn, thread.id, now)
    payload = {"erases": values["erases"]} if "erases" in values else {}
    message = contacts.add_message(
        conn, thread.id, direction="out", author="bot", source="answer", text=text, at=now, status="queued"
    )
    letter = Letter(
        f"message:{incoming}", "answer", NAME, thread.external_id, text, payload=payload,
        conversation=thread.id, epoch=epoch, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)
