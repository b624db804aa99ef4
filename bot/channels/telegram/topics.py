"""Sending into the staff's group: a follower's topic is made where it is missing, with its card on top."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, insert, select, update
from telegram import Bot, MessageEntity, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot import outbox, topics
from bot.card import Card
from bot.channels.channel import NotYet, Sending
from bot.channels.telegram.address import NAME
from bot.channels.telegram.keyboards import card_keyboard, keyboard_of
from bot.channels.telegram.media import send_media
from bot.channels.telegram.outcomes import plain
from bot.channels.telegram.pace import Pace
from bot.outbox import Letter
from bot.service import Service
from bot.tables import COPIES, MESSAGES, TOPICS

log = logging.getLogger(__name__)
Result = TypeVar("Result")
CONTEXT = 10
# How Telegram says that a topic is no more, or that nobody may write in it now.
GONE = ("thread not found", "topic_deleted", "topic_id_invalid")
CLOSED = ("topic_closed",)
UNCHANGED = ("not modified", "topic_not_modified")
RELATIVE = "r"


class Topics:
    """The topics of one group. Nothing waits here for the group's pace: whoever sends has its turn."""

    def __init__(self, service: Service, bot: Bot, pace: Pace) -> None:
        self._service = service
        self._bot = bot
        self._pace = pace
        self._icons: dict[str, str] | None = None
        self._shown: dict[int, Card] = {}

    async def relay(self, sending: Sending) -> str:
        """Put one or several messages of a conversation into its topic; returns the number of the first."""
        payload, group = sending.payload, int(sending.recipient)

        async def put(thread: int) -> list[int]:
            reply = await self._reply(payload.get("reply"), group)
            numbers = await self._copied(payload, group, thread, reply) if "ids" in payload else None
            if numbers is None:
                message = await self._bot.send_message(
                    group, sending.text, message_thread_id=thread, reply_parameters=reply
                )
                numbers = [message.message_id]
            return numbers

        numbers = await self._in_topic(sending, put)
        copies = [
            {"message_id": message, "chat": sending.recipient, "remote_id": str(number)}
            for message in payload.get("copies", ())
            for number in numbers
        ]
        if copies:
            await self._service.write(lambda conn: conn.execute(insert(COPIES), copies))
        return str(numbers[0])

    async def say(self, sending: Sending) -> str:
        """Say something to staff in the topic, under what they wrote where it answers that."""
        number, brand = sending.payload.get("reply"), self._service.brand
        markup = keyboard_of(brand, sending.payload, sending.message, brand.language)
        reply = ReplyParameters(int(number), allow_sending_without_reply=True) if number else None

        async def put(thread: int) -> int:
            message = await self._bot.send_message(
                int(sending.recipient), sending.text, message_thread_id=thread, reply_parameters=reply,
                reply_markup=markup,
            )  # fmt: skip
            return message.message_id

        return str(await self._in_topic(sending, put))

    async def show(self, sending: Sending) -> str | None:
        """Write the card anew as the ticket stands now, and the topic's name and icon where they changed."""
        conversation, group = int(sending.payload["topic"]), int(sending.recipient)
        card = await self._load(conversation)
        if card is None:
            return None

        async def put(thread: int) -> str | None:
            row = await self._row(conversation)
            if row is None or row.card is None:
                return None
            if self._shown.get(conversation) != card:
                await self._unchanged(
                    self._bot.edit_message_text(
                        card.text,
                        group,
                        row.card,
                        entities=_entities(card),
                        reply_markup=card_keyboard(self._service.brand, card),
                    )
                )
                self._shown[conversation] = card
            if (row.name, row.icon) != (card.name, card.icon):
                self._pace.book(sending.recipient)
                await self._unchanged(
                    self._bot.edit_forum_topic(
                        group, thread, card.name, icon_custom_emoji_id=await self._icon(card.icon)
                    )
                )
                await self._save(conversation, name=card.name, icon=card.icon)
            return str(row.card)

        return await self._in_topic(sending, put)

    async def erase(self, sending: Sending) -> None:
        """Delete a topic with all that was said in it."""
        conversation = int(sending.payload["topic"])
        row = await self._row(conversation)
        if row is not None and row.thread is not None:
            try:
                await self._bot.delete_forum_topic(int(row.chat), row.thread)
            except BadRequest as error:
                if not _says(error, GONE):
                    raise
        await self._service.write(
            lambda conn: conn.execute(delete(TOPICS).where(TOPICS.c.conversation_id == conversation))
        )

    async def _in_topic(self, sending: Sending, put: Callable[[int], Awaitable[Result]]) -> Result:
        """Do it in the conversation's topic; raises NotYet where it has to be made or opened again."""
        conversation = int(sending.payload["topic"])
        try:
            thread = await self._ensure(conversation, sending)
            return await put(thread)
        except BadRequest as error:
            if _says(error, GONE):
                await self._save(conversation, thread=None, card=None)
                self._shown.pop(conversation, None)
                raise NotYet("its topic was deleted; another one is made") from error
            if _says(error, CLOSED):
                row = await self._row(conversation)
                if row is not None and row.thread is not None:
                    await self._bot.reopen_forum_topic(int(sending.recipient), row.thread)
                raise NotYet("its topic was closed; it is open again") from error
            raise

    async def _ensure(self, conversation: int, sending: Sending) -> int:
        """Return the thread of the topic. Where there is none, or no card in it, that is made first: one
        request a turn, so that NotYet is raised and the row waits for its next.

        A crash before the commit leaves one empty topic behind, which nobody can tell from a wanted one.
        """
        group, row = sending.recipient, await self._row(conversation)
        is_there = row is not None and row.thread is not None and row.chat == group
        if is_there and row.card is not None:
            return int(row.thread)
        card = await self._load(conversation)
        if card is None:
            raise BadRequest("there is no ticket to make a topic for")
        if not is_there:
            icon = await self._icon(card.icon)
            made = await self._bot.create_forum_topic(int(group), card.name, icon_custom_emoji_id=icon)
            values = {"thread": made.message_thread_id, "card": None, "name": card.name}
            await self._save(conversation, chat=group, icon=card.icon if icon else "", **values)
            raise NotYet("its topic was made first")
        message = await self._bot.send_message(
            int(group), card.text, message_thread_id=row.thread, entities=_entities(card),
            reply_markup=card_keyboard(self._service.brand, card),
        )  # fmt: skip
        self._shown[conversation] = card
        upto = min(sending.payload.get("copies", ()), default=None)
        await self._service.write(
            lambda conn: self._carded(conn, conversation, group, message.message_id, upto)
        )
        try:
            await self._bot.pin_chat_message(int(group), message.message_id, disable_notification=True)
        except TelegramError as error:
            log.warning("the card of a topic could not be pinned: %s", plain(error))
        raise NotYet("its card was put on top first")

    def _carded(self, conn: Connection, conversation: int, group: str, card: int, upto: int | None) -> None:
        """Remember the card, and queue what was said before, so that nobody starts in the middle."""
        save_topic(conn, conversation, card=card)
        text = topics.load_context(conn, self._service.brand, conversation, upto, CONTEXT)
        if text:
            payload = {"topic": conversation, "lines": [], "copies": []}
            letter = Letter(
                f"context:{group}:{card}",
                "context",
                NAME,
                group,
                text,
                payload=payload,
                conversation=conversation,
            )
            outbox.enqueue(conn, [letter], self._service.now())

    async def _copied(
        self, payload: Any, group: int, thread: int, reply: ReplyParameters | None
    ) -> list[int] | None:
        """Copy what a follower sent to the bot; from other chats it is sent anew. None: say it in words."""
        source = str(payload["from"])
        media = payload.get("media")
        if not source.isdecimal():
            return await send_media(self._bot, group, media, thread=thread, reply=reply) if media else None
        ids = [int(number) for number in payload["ids"]]
        try:
            if len(ids) > 1:
                copied = await self._bot.copy_messages(group, int(source), ids, message_thread_id=thread)
                return [one.message_id for one in copied] or None
            one = await self._bot.copy_message(
                group, int(source), ids[0], message_thread_id=thread, reply_parameters=reply
            )
            return [one.message_id]
        except BadRequest as error:
            if _says(error, GONE) or _says(error, CLOSED):
                raise
            return None  # deleted meanwhile, or of a kind that cannot be copied: its words remain

    async def _reply(self, message: object, group: int) -> ReplyParameters | None:
        """Return what to reply to in the group: the copy of a message, or what staff wrote there."""
        if message is None:
            return None
        copied = select(COPIES.c.remote_id).where(COPIES.c.message_id == message, COPIES.c.chat == str(group))
        written = select(MESSAGES.c.origin).where(MESSAGES.c.id == message)

        def find(conn: Connection) -> str | None:
            found = conn.execute(copied.order_by(COPIES.c.id).limit(1)).scalar_one_or_none()
            origin = found or conn.execute(written).scalar_one_or_none()
            return str(origin).rpartition(":")[2] if origin else None

        number = await self._service.read(find)
        return ReplyParameters(int(number), allow_sending_without_reply=True) if number else None

    async def _icon(self, emoji: str) -> str | None:
        """Return Telegram's id of a topic's icon; None where it has no such one."""
        if self._icons is None:
            stickers = await self._bot.get_forum_topic_icon_stickers()
            self._icons = {
                one.emoji.rstrip("\ufe0f"): one.custom_emoji_id
                for one in stickers
                if one.emoji and one.custom_emoji_id
            }
        return self._icons.get(emoji.rstrip("\ufe0f"))

    async def _load(self, conversation: int) -> Card | None:
        service = self._service
        return await service.read(
            lambda conn: topics.load_card(conn, service.brand, conversation, service.now())
        )

    async def _row(self, conversation: int) -> Any:
        mine = select(TOPICS).where(TOPICS.c.conversation_id == conversation)
        return await self._service.read(lambda conn: conn.execute(mine).first())

    async def _save(self, conversation: int, **values: object) -> None:
        await self._service.write(lambda conn: save_topic(conn, conversation, **values))

    async def _unchanged(self, request: Awaitable[object]) -> None:
        """Make a change that may have been made before."""
        try:
            await request
        except BadRequest as error:
            if not _says(error, UNCHANGED):
                raise


def save_topic(conn: Connection, conversation: int, **values: object) -> None:
    """Remember how a topic stands."""
    mine = update(TOPICS).where(TOPICS.c.conversation_id == conversation)
    if conn.execute(mine.values(values)).rowcount == 0:
        conn.execute(insert(TOPICS).values(conversation_id=conversation, **values))


def _says(error: TelegramError, words: tuple[str, ...]) -> bool:
    return any(word in str(error).lower() for word in words)


def _entities(card: Card) -> list[MessageEntity]:
    """Let the reader's app count the time that is left."""
    return [
        MessageEntity(
            "date_time",
            span.offset,
            span.length,
            unix_time=span.at.astimezone(UTC),
            date_time_format=RELATIVE,
        )
        for span in card.spans
    ]
