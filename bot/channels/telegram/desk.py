"""What staff write in a follower's topic: replies, notes, commands. Who is no staff is not passed on."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from telegram import Message

from bot import acts, contacts, crisis_acts, guarding, ledger, outbox, topics
from bot.act import Act
from bot.brand import Brand
from bot.channels.telegram import staff
from bot.channels.telegram.address import NAME
from bot.channels.telegram.heard import Heard, find_in_group, list_album, whole
from bot.channels.telegram.orders import ORDERS, read_order
from bot.channels.telegram.words import Words, words_of
from bot.outbox import Letter
from bot.tables import OUTBOX
from handoff import people
from handoff.entry import Doubted, Entry, Refused
from handoff.guard import Level
from handoff.staff import Person

NOTE = "//"
DONE = "👌"
SHOWN = 3_000
# What a command does, and the value that is written after it.
ACTS = {
    "ambil": ("claim", None), "claim": ("claim", None),
    "lepas": ("release", None), "release": ("release", None),
    "selesai": ("resolve", None), "resolve": ("resolve", None),
    "tunggu": ("await", None), "await": ("await", None),
    "bot": ("to_bot", None),
    "buka": ("reopen", None), "reopen": ("reopen", None),
    "abaikan": ("no_reply_needed", None), "noreply": ("no_reply_needed", None),
    "pegang": ("ack", None), "ack": ("ack", None),
    "ambilalih": ("take_over", "reason"), "takeover": ("take_over", "reason"),
    "kategori": ("category", "value"), "category": ("category", "value"),
    "blokir": ("block", None), "block": ("block", None),
    "bukablokir": ("unblock", None), "unblock": ("unblock", None),
}  # fmt: skip
PROMISE = ("janji", "promise")
UNSEND = ("hapus", "unsend")


def wrote(conn: Connection, brand: Brand, heard: Heard, now: datetime, *, sure: bool = False) -> None:
    """Do what a message in a topic is for, and say so under it where it cannot be.

    `sure` is the second tap for what asks for one.
    """
    message, words, sender = heard.message, heard.words, heard.message.from_user
    conversation = _conversation(conn, message)
    if words is None or conversation is None or sender is None:
        return
    person = people.find_by_telegram(conn, sender.id)
    if person is None:
        _turn_away(conn, brand, message, conversation, now)
        return
    try:
        with conn.begin_nested():
            _do(conn, brand, person, heard, words, conversation, now, sure=sure)
    except Refused as refused:
        act = Act(_verb_of(words.text), conversation=conversation)
        acts.refuse(conn, brand, person.name, act, refused, now)
        if isinstance(refused, Doubted):
            shown = words.text if len(words.text) < SHOWN else f"{words.text[:SHOWN]} …"
            why = brand.wording.speak(guarding.found(refused), brand.language)
            text = brand.wording.say("guard_confirm", brand.language, why=why, text=shown)
            answer(conn, message, conversation, text, now, sure=whole(message.message_id))
        elif refused.code == "held" and not words.text.lstrip().startswith("/"):
            why = brand.wording.speak(refused.saying, brand.language)
            text = brand.wording.say("held_reply", brand.language, why=why)
            answer(conn, message, conversation, text, now, held=whole(message.message_id))
        else:
            text = brand.wording.speak(refused.saying, brand.language)
            answer(conn, message, conversation, text, now)


def edited(conn: Connection, brand: Brand, message: Message, now: datetime) -> None:
    """Change what the follower reads, where staff changed what they wrote; the first words stay on record."""
    words, conversation = words_of(message), _conversation(conn, message)
    number = contacts.find_by_origin(conn, _origin(message))
    person = people.find_by_telegram(conn, message.from_user.id) if message.from_user else None
    if words is None or number is None or conversation is None or person is None:
        return
    row = contacts.get_message(conn, number)
    if row.staff_id != person.id or row.text == words.text:
        return
    new = contacts.add_message(
        conn, conversation, direction="note", author="staff", staff_id=person.id, source="edit",
        text=words.text, at=now, ticket_id=row.ticket_id, reply_to=row.id, origin=f"{_origin(message)}:edit",
    )  # fmt: skip
    data = {"message": new, "of": row.id}
    ledger.record(conn, brand, [Entry("edited", conversation=conversation, data=data)], now)
    thread = contacts.get(conn, conversation)
    if row.direction == "note":
        return
    if words.text.lstrip().startswith("/"):  # it became a note, or a command: neither is a follower's
        answer(conn, message, conversation, brand.wording.say("edit_not_there", brand.language), now)
        return
    try:
        guarding.require(conn, brand, thread, row.ticket_id, words.text, confirmed=False)
        if row.source == "remedy":
            raise Refused("not_allowed", "a text that was approved stays as it is")
    except Refused as refused:
        acts.refuse(conn, brand, person.name, Act("reply", conversation=conversation), refused, now)
        why = brand.wording.speak(guarding.found(refused), brand.language)
        text = brand.wording.say("edit_refused", brand.language, why=why)
        answer(conn, message, conversation, text, now)
        return
    waiting = update(OUTBOX).where(OUTBOX.c.message_id == row.id, OUTBOX.c.status == "queued")
    if conn.execute(waiting.values(text=words.text)).rowcount == 1:
        return  # it had not left yet
    if thread.channel != NAME or row.remote_id is None or row.status != "sent":
        answer(conn, message, conversation, brand.wording.say("edit_not_there", brand.language), now)
        return
    payload = {"edit": row.remote_id, "caption": bool(row.media)}
    letter = Letter(
        f"edit:{new}", "edit", NAME, thread.external_id, words.text, payload=payload, conversation=thread.id
    )
    outbox.enqueue(conn, [letter], now)


def answer(
    conn: Connection, message: Message, conversation: int, text: str, now: datetime, **payload: Any
) -> None:
    """Say something under what was written in a topic."""
    number = whole(message.message_id)
    cause = f"topic:{message.chat.id}:{number}:{'asks' if payload.get('asks') else 'answer'}"
    payload |= {"topic": conversation, "reply": number}
    letter = Letter(
        cause, "notice", NAME, str(message.chat.id), text, payload=payload, conversation=conversation
    )
    outbox.enqueue(conn, [letter], now)


def note(
    conn: Connection, brand: Brand, person: Person, message: Message, conversation: int, now: datetime
) -> None:
    """Keep what was not sent as a note; raises Refused where there is nothing to keep."""
    words = words_of(message)
    args = {"text": words.text if words else "", "origin": _origin(message)}
    acts.perform(conn, brand, person, Act("note", conversation=conversation, args=args), now)


def _do(
    conn: Connection,
    brand: Brand,
    person: Person,
    heard: Heard,
    words: Words,
    conversation: int,
    now: datetime,
    *,
    sure: bool,
) -> None:
    text, message = words.text.lstrip(), heard.message
    if text.startswith(NOTE) or _follows_note(conn, message):
        args = {"text": text.removeprefix(NOTE).strip() or words.text, "origin": _origin(message)}
        acts.perform(conn, brand, person, Act("note", conversation=conversation, args=args), now)
    elif text.startswith("/"):
        _obey(conn, brand, person, heard, text, conversation, now, sure=sure)
    else:
        reply = _reply(conn, heard, words, conversation)
        acts.perform(conn, brand, person, replace(reply, args={**reply.args, "confirmed": sure}), now)
        _hint(conn, brand, message, conversation, words.text, now)


def _hint(
    conn: Connection, brand: Brand, message: Message, conversation: int, text: str, now: datetime
) -> None:
    """Say under what was sent how it may read, of each kind once a day in one topic."""
    thread = contacts.get(conn, conversation)
    for finding in guarding.inspect(conn, brand, thread, contacts.open_ticket(conn, conversation), text):
        if finding.level is Level.HINT:
            why = brand.wording.speak(finding.saying, brand.language)
            words = brand.wording.say("guard_hint", brand.language, why=why)
            payload = {"topic": conversation, "reply": whole(message.message_id)}
            cause = f"hint:{conversation}:{finding.rule}:{now:%Y%m%d}"
            letter = Letter(
                cause, "notice", NAME, str(message.chat.id), words, payload=payload, conversation=conversation
            )
            with suppress(Refused), conn.begin_nested():
                outbox.enqueue(conn, [letter], now)


def _follows_note(conn: Connection, message: Message) -> bool:
    """Say whether it is a picture of an album that was a note, and came too late to be handled with it."""
    captions = [part.caption or "" for part in list_album(conn, message)]
    return any(caption.lstrip().startswith(NOTE) for caption in captions)


def _reply(conn: Connection, heard: Heard, words: Words, conversation: int) -> Act:
    """Make it a reply to the follower; a picture or a file goes with it."""
    message, replied = heard.message, heard.message.reply_to_message
    args: dict[str, Any] = {"text": words.text, "origin": _origin(message)}
    if heard.media:
        args |= {"media": list(heard.media), "copy": message.chat.id}
        args["ids"] = [part.message_id for part in heard.parts]
    if replied is not None:
        args["reply_to"] = find_in_group(conn, message.chat.id, replied.message_id)
    return Act("reply", conversation=conversation, args=args, nonce=f"tg:{_origin(message)}")


def _obey(
    conn: Connection,
    brand: Brand,
    person: Person,
    heard: Heard,
    text: str,
    conversation: int,
    now: datetime,
    *,
    sure: bool,
) -> None:
    first, _, rest = text.partition(" ")
    name, message = first[1:].split("@")[0].lower(), heard.message
    if name in PROMISE:

        def meant() -> int:
            ticket = contacts.open_ticket(conn, conversation)
            if ticket is None:
                raise Refused("not_open", "there is no open ticket to promise something on")
            return ticket

        said = staff.promise(conn, brand, person, text, meant, now)
        answer(conn, message, conversation, said, now)
        return
    if name in UNSEND:
        _unsend(conn, brand, person, message, conversation, now)
    elif (order := read_order(text)) is not None:
        if order.verb == "override" and not sure:
            raise Doubted(
                "guard",
                "An override is on record and is reviewed. {what}: “{reason}”. Really?",
                what=f"{order.args.get('action')} {order.args.get('amount', '')}",
                reason=order.args.get("reason", ""),
            )
        where = None if order.verb in crisis_acts.VERBS else conversation
        args = {**order.args, "confirmed": sure}
        acts.perform(conn, brand, person, Act(order.verb, conversation=where, args=args), now)
    elif name in ACTS:
        verb, value = ACTS[name]
        args = {value: rest.strip()} if value else {}
        acts.perform(conn, brand, person, Act(verb, conversation=conversation, args=args), now)
    else:
        known = " ".join(f"/{name}" for name in ("ambil", "janji", "tunggu", "lepas", "selesai", "bot"))
        raise Refused(
            "invalid",
            "There is no such command, and it was not sent. There are: {known}. Begin with // for a note.",
            known=known,
        )
    sign = Letter(
        f"done:{_origin(message)}", "sign", NAME, str(message.chat.id), DONE,
        payload={"sign": whole(message.message_id)},
    )  # fmt: skip
    outbox.enqueue(conn, [sign], now)


def _verb_of(text: str) -> str:
    """Return what a text in a topic is for, as it stands on record."""
    first = text.split(None, 1)[0] if text.lstrip().startswith("/") else "/"
    name = first[1:].partition("@")[0].lower()
    if name in ORDERS:
        return ORDERS[name][0]
    return "promise" if name in PROMISE else ACTS[name][0] if name in ACTS else "reply"


def _unsend(
    conn: Connection, brand: Brand, person: Person, message: Message, conversation: int, now: datetime
) -> None:
    """Take a message back that staff sent; what it said stays on record."""
    replied = message.reply_to_message
    number = find_in_group(conn, message.chat.id, replied.message_id) if replied is not None else None
    row = contacts.get_message(conn, number) if number is not None else None
    if row is None or row.author != "staff" or row.direction != "out" or row.remote_id is None:
        raise Refused(
            "unknown", "Reply with /unsend to a message of your own to take it back from the follower."
        )
    thread = contacts.get(conn, conversation)
    if thread.channel != NAME:
        raise Refused(
            "not_available",
            "This follower's channel takes nothing back; write a new message if it matters.",
        )
    contacts.change_message(conn, row.id, deleted_at=now)
    entry = Entry("act", row.ticket_id, conversation, person.id, {"act": "unsend", "message": row.id})
    ledger.record(conn, brand, [entry], now)
    payload = {"message": row.remote_id}
    letter = Letter(f"unsend:{row.id}", "remove", NAME, thread.external_id, "", payload=payload)
    outbox.enqueue(conn, [letter], now)


def _turn_away(conn: Connection, brand: Brand, message: Message, conversation: int, now: datetime) -> None:
    """Tell somebody who is no staff that it goes nowhere, once in a while."""
    sender, window = message.from_user, int(now.timestamp()) // 600
    cause = f"stranger:{message.chat.id}:{sender.id if sender else 0}:{window}"
    text = brand.wording.say("group_not_staff", brand.language)
    payload = {"topic": conversation, "reply": whole(message.message_id)}
    letter = Letter(
        cause, "notice", NAME, str(message.chat.id), text, payload=payload, conversation=conversation
    )
    with suppress(Refused), conn.begin_nested():
        outbox.enqueue(conn, [letter], now)


def _conversation(conn: Connection, message: Message) -> int | None:
    thread = message.message_thread_id
    return topics.find_topic(conn, message.chat.id, thread) if thread is not None else None


def _origin(message: Message) -> str:
    return f"{message.chat.id}:{whole(message.message_id)}"
