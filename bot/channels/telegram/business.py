"""The brand's own account, where it lets the bot into its chats, and a channel's direct messages.

Followers write there as to a person; what the owner answers from the phone is staff's word.
"""

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert
from telegram import BusinessConnection, BusinessMessagesDeleted, Message

from bot import contacts, ledger, rating, turn
from bot.brand import Brand
from bot.channels.telegram import private
from bot.channels.telegram.accounts import LONGEST, owner_of
from bot.channels.telegram.address import NAME, Address
from bot.channels.telegram.heard import Heard, answering, name_of, said_by, whole
from bot.cutting import cleaned
from bot.owner import Owner, owner_wrote
from bot.tables import BUSINESS, MESSAGES
from handoff import people
from handoff.entry import Entry


def connected(conn: Connection, brand: Brand, connection: BusinessConnection, now: datetime) -> None:
    """Remember who lets the bot in, and what it may do there.

    Anybody may connect any bot to their account. It serves an account of the staff, and else the first
    that ever connected; another one is stored, and nothing is said in its chats.
    """
    owner = whole(connection.user.id)
    others = select(BUSINESS.c.id).where(BUSINESS.c.owner != owner, BUSINESS.c.is_trusted).limit(1)
    trusted = people.find_by_telegram(conn, owner) is not None or conn.execute(others).first() is None
    values = {
        "owner": owner,
        "name": name_of(connection.user),
        "may_reply": bool(connection.rights and connection.rights.can_reply),
        "is_enabled": connection.is_enabled,
        "is_trusted": trusted,
        "changed_at": now,
    }
    row = insert(BUSINESS).values(id=connection.id[:LONGEST], **values)
    conn.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
    data = {"owner": owner} | {name: values[name] for name in ("may_reply", "is_enabled", "is_trusted")}
    ledger.record(conn, brand, [Entry("business_connection", data=data)], now)


def wrote(conn: Connection, brand: Brand, heard: Heard, now: datetime) -> None:
    """Answer a follower of the account; take the owner's own words as a staff message."""
    message, words = heard.message, heard.words
    account = conn.execute(
        select(BUSINESS).where(BUSINESS.c.id == str(message.business_connection_id)[:LONGEST])
    ).first()
    if account is None:
        raise LookupError("a message of an account that never connected")
    sender = message.from_user
    if not account.is_trusted or words is None or sender is None:
        return
    if sender.is_bot or message.sender_business_bot is not None:
        return  # what a bot said there, this one or another
    address = Address(whole(message.chat.id), owner=account.owner)
    if sender.id != account.owner:
        said = answering(conn, said_by(heard, address, name_of(sender), words, now), message)
        if not rating.answers(conn, brand, said, now):
            turn.contact_wrote(conn, brand, said, now, behind=heard.behind)
        return
    name = cleaned(message.chat.effective_name or "") or str(message.chat.id)
    said = answering(conn, said_by(heard, address, name, words, now), message)
    owner_wrote(conn, brand, Owner(people.find_by_telegram(conn, account.owner)), said, now)


def wrote_directly(conn: Connection, brand: Brand, heard: Heard, now: datetime) -> None:
    """Answer who writes to a channel; what its owner answers there, in the channel's name, is staff's."""
    message, words = heard.message, heard.words
    topic, sender = message.direct_messages_topic, message.from_user
    if topic is None or words is None:
        return
    address = Address(whole(message.chat.id), topic=whole(topic.topic_id))
    follower = topic.user
    is_theirs = sender is not None and follower is not None and sender.id == follower.id
    if sender is not None and (is_theirs or (follower is None and message.sender_chat is None)):
        said = answering(conn, said_by(heard, address, name_of(sender), words, now), message)
        if not rating.answers(conn, brand, said, now):
            turn.contact_wrote(conn, brand, said, now, behind=heard.behind)
        return
    if sender is not None and sender.is_bot and message.sender_chat is None:
        return
    thread = contacts.find(conn, NAME, str(address))
    name = name_of(follower) if follower is not None else (thread.name if thread else str(address))
    person = people.find_by_telegram(conn, sender.id) if sender is not None else None
    said = answering(conn, said_by(heard, address, name, words, now), message)
    owner_wrote(conn, brand, Owner(person), said, now)


def edited(conn: Connection, brand: Brand, message: Message, now: datetime) -> None:
    """Keep what somebody made of their words afterwards; the owner's are not a follower's."""
    account = owner_of(conn, message.business_connection_id)
    if account is not None and message.from_user is not None and message.from_user.id != account:
        where = str(Address(whole(message.chat.id), owner=account))
        private.edited(conn, brand, message, now, where)


def deleted(conn: Connection, brand: Brand, gone: BusinessMessagesDeleted, now: datetime) -> None:
    """Mark what was taken back in a chat of the account; staff still read what it said."""
    account = owner_of(conn, gone.business_connection_id)
    if account is None:
        return
    thread = contacts.find(conn, NAME, str(Address(whole(gone.chat.id), owner=account)))
    if thread is None:
        return
    numbers = [str(whole(number)) for number in gone.message_ids]
    mine = (
        MESSAGES.c.conversation_id == thread.id,
        MESSAGES.c.remote_id.in_(numbers),
        MESSAGES.c.source != "edit",
    )
    marked = update(MESSAGES).where(*mine, MESSAGES.c.deleted_at.is_(None)).values(deleted_at=now)
    found = conn.execute(marked.returning(MESSAGES.c.id, MESSAGES.c.author)).all()
    entries = [Entry("deleted", conversation=thread.id, data={"message": row.id}) for row in found]
    ledger.record(conn, brand, entries, now)
