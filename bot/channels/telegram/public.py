"""The brand's public group and the comments under its channel: what the bot does there about a message."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from telegram import Message, MessageEntity, User

from bot import contacts, duty, journal, outbox, turn
from bot.brand import Brand
from bot.channels.telegram.address import NAME
from bot.channels.telegram.commands import MOVED
from bot.channels.telegram.heard import Heard, name_of, whole
from bot.channels.telegram.marks import Account, load_bot
from bot.conversation import Answer
from bot.cutting import shortened
from bot.duty import Duty
from bot.outbox import Letter
from bot.replies import replies
from bot.tables import REMOVALS
from bot.turn import Said
from handoff import people
from handoff.entry import Entry, Refused
from handoff.staff import Person

MUTED = timedelta(days=1)
QUOTED = 1_000


def wrote(conn: Connection, brand: Brand, heard: Heard, now: datetime, group: int | None) -> None:
    """Answer, move to a private chat, take away, or leave alone."""
    message, words, sender = heard.message, heard.words, heard.message.from_user
    if words is None or sender is None or sender.is_bot or message.sender_chat is not None:
        return  # service messages, bots, the channel itself and nameless administrators
    bot = load_bot(conn)
    said = duty.Said(
        addressed=bot is not None and _is_addressed(message, bot),
        to_somebody=message.reply_to_message is not None
        and not message.reply_to_message.is_automatic_forward,
        by_staff=people.find_by_telegram(conn, sender.id) is not None,
    )
    day = message.date.astimezone(brand.zone).date()
    reading = brand.understanding.read(_without_name(words.text, bot), on=day)
    chosen = duty.decide(reading, said)
    match chosen:
        case Duty.ANSWER:
            for reply in replies(brand, Answer(reading.sure), words.text, reading.language, now, None):
                _post(conn, message, "answer", reply.text, now)
        case Duty.MOVE:
            _move(conn, brand, heard, sender, words.text, bot, reading.language, now)
        case Duty.INVITE:
            _line(conn, brand, message, "group_invite", bot, reading.language, now)
        case Duty.REMOVE:
            _remove(conn, brand, message, sender, words.text, group, now)
    if chosen is not Duty.NOTHING:
        data = {"chat": message.chat.id, "did": chosen, "articles": list(reading.sure)}
        journal.append(conn, Entry("group_duty", data=data), now)


def undo(conn: Connection, brand: Brand, person: Person, removal: int, now: datetime) -> str:
    """Lift the restriction and quote in the group what was taken away; returns what to say to who asked.

    Raises Refused where somebody did so before.
    """
    mine = update(REMOVALS).where(REMOVALS.c.id == removal, REMOVALS.c.undone_at.is_(None))
    if conn.execute(mine.values(undone_at=now, undone_by=person.id)).rowcount != 1:
        raise Refused("not_available", "it was undone already")
    row = conn.execute(select(REMOVALS).where(REMOVALS.c.id == removal)).one()
    text = brand.wording.say("group_restored", brand.language, name=row.name, text=row.text)
    lift = Letter(f"lift:{removal}", "lift", NAME, row.chat, "", payload={"person": row.person})
    outbox.enqueue(conn, [lift, Letter(f"restored:{removal}", "notice", NAME, row.chat, text)], now)
    entry = Entry("removal_undone", staff=person.id, data={"removal": removal})
    journal.append(conn, entry, now)
    return brand.wording.say("group_undone", brand.language, name=row.name)


def _move(
    conn: Connection, brand: Brand, heard: Heard, sender: User, text: str, bot: Account | None,
    language: str, now: datetime,
) -> None:  # fmt: skip
    """Open the matter where others do not read along, and say so in the group, once an hour a person."""
    message = heard.message
    said = Said(
        NAME, str(whole(sender.id)), name_of(sender), text, min(message.date, now),
        remote_id=f"{message.chat.id}:{message.message_id}", from_group=True,
    )  # fmt: skip
    turn.contact_wrote(conn, brand, said, now, behind=heard.behind)
    thread = contacts.find(conn, NAME, said.external_id)
    key = "group_moved" if thread is not None and thread.reachable else "group_moved_start"
    _line(conn, brand, message, key, bot, language, now)


def _line(
    conn: Connection,
    brand: Brand,
    message: Message,
    key: str,
    bot: Account | None,
    language: str,
    now: datetime,
) -> None:
    sender = message.from_user
    payload = (
        {
            "link": f"https://t.me/{bot.username}?start={MOVED}1",
            "label": brand.wording.say("group_link", language),
        }
        if bot is not None
        else {}
    )
    hour = int(now.timestamp()) // 3600
    cause = f"line:{message.chat.id}:{sender.id if sender else 0}:{hour}"
    text = brand.wording.say(key, language, brand=brand.name)
    letter = Letter(
        cause,
        "notice",
        NAME,
        str(whole(message.chat.id)),
        text,
        payload=payload | {"reply": message.message_id},
    )
    with suppress(Refused), conn.begin_nested():  # said this hour already, perhaps
        outbox.enqueue(conn, [letter], now)


def _post(conn: Connection, message: Message, kind: str, text: str, now: datetime) -> None:
    cause = f"group:{message.chat.id}:{message.message_id}"
    letter = Letter(
        cause, kind, NAME, str(whole(message.chat.id)), text, payload={"reply": message.message_id}
    )
    outbox.enqueue(conn, [letter], now)


def _remove(
    conn: Connection,
    brand: Brand,
    message: Message,
    sender: User,
    text: str,
    group: int | None,
    now: datetime,
) -> None:
    """Take the message away, keep its words, let the sender be silent for a day, and tell staff."""
    chat, name = str(whole(message.chat.id)), name_of(sender)
    values = {"chat": chat, "person": whole(sender.id), "name": name, "text": text, "removed_at": now}
    removal: int = conn.execute(insert(REMOVALS).values(values).returning(REMOVALS.c.id)).scalar_one()
    payload = {
        "message": whole(message.message_id),
        "person": sender.id,
        "until": int((now + MUTED).timestamp()),
    }
    words = shortened(text, QUOTED)
    told = brand.wording.say("group_removed", brand.language, name=name, text=words)
    places = [group] if group is not None else _admins(conn)
    letters = [Letter(f"remove:{removal}", "remove", NAME, chat, "", payload=payload)]
    letters += [
        Letter(f"removed:{removal}", "notice", NAME, str(place), told, payload={"undo": removal})
        for place in places
    ]
    outbox.enqueue(conn, letters, now)


def _admins(conn: Connection) -> list[int]:
    return [person.telegram for person in people.list_staff(conn) if person.telegram is not None]


def _is_addressed(message: Message, bot: Account) -> bool:
    """Say whether the message names the bot, is a command for it, or replies to what it said."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
        return True
    found = message.parse_entities() | message.parse_caption_entities()
    name = f"@{bot.username}".casefold()
    for entity, words in found.items():
        if entity.type == MessageEntity.MENTION and words.casefold() == name:
            return True
        if entity.type == MessageEntity.BOT_COMMAND and words.casefold().endswith(name):
            return True
        if entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == bot.id:
            return True
    return False


def _without_name(text: str, bot: Account | None) -> str:
    return text if bot is None else text.replace(f"@{bot.username}", " ").strip() or text
