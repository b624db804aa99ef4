"""One row of the outbox as a request to Telegram: words, what staff sent in their place, signs, edits."""

import logging
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from telegram import Bot, ChatPermissions, LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatAction, ReactionEmoji
from telegram.error import BadRequest, TelegramError

from bot.channels.channel import Rejected, Sending
from bot.channels.telegram.accounts import connection_of
from bot.channels.telegram.address import Address, read_address
from bot.channels.telegram.keyboards import keyboard_of
from bot.channels.telegram.media import send_media
from bot.channels.telegram.outcomes import plain
from bot.channels.telegram.staff import LINK, sign_in_link
from bot.cutting import LONGEST, shortened
from bot.service import Service

log = logging.getLogger(__name__)
CAPTION = 1024
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
REACTION = ReactionEmoji.PERSON_WITH_FOLDED_HANDS


class Sends:
    """Sends through one bot. What goes wrong is raised as the library says it."""

    def __init__(self, service: Service, bot: Bot) -> None:
        self._service = service
        self._bot = bot

    async def do(self, sending: Sending) -> str | None:
        """Send it and return the message's id, if it is a message."""
        match sending.kind:
            case "edit":
                return await self._edit(sending)
            case "reaction" if sending.payload.get("react_to"):
                return await self._react(sending)
            case "sign":
                await self._sign(sending)
            case "remove":
                await self._remove(sending)
            case "lift":
                await self._lift(sending)
            case _:
                return await self._say(sending)
        return None

    async def _say(self, sending: Sending) -> str:
        """Send a text, which the outbox has cut to what a message holds, or what staff put in its place."""
        address, payload = _address(sending.recipient), sending.payload
        way = await self._way(address)
        number = payload.get("reply")
        reply = ReplyParameters(int(number), allow_sending_without_reply=True) if number else None
        if "copy" in payload:
            return await self._copy(sending, address, way, reply)
        brand = self._service.brand
        language = payload.get("language", brand.language)
        text = await self._signed_in(address, sending.text) if payload.get("sign_in") else sending.text
        asked: dict[str, Any] = {"chat_id": address.chat, "text": text} | way
        if "picture" in payload:
            try:
                return await self._show(sending, address, way)
            except (
                BadRequest
            ) as error:  # the words have to arrive; what is wrong with the chat, they say, too
                log.warning("a picture was refused, its words go alone: %s", plain(error))
        keyboard = keyboard_of(brand, payload, sending.message, language)
        more = {"reply_markup": keyboard, "reply_parameters": reply}
        asked |= {name: value for name, value in more.items() if value is not None}
        if sending.kind in ("alert", "command"):  # a preview would open a link that works once
            asked["link_preview_options"] = NO_PREVIEW
        # Not Bot.send_message: it makes the whole message of the answer, and only its id is of use.
        message = await self._bot.do_api_request("sendMessage", asked)
        return str(message["message_id"])

    async def _signed_in(self, address: Address, text: str) -> str:
        """Put a fresh one-time link into a text; raises Rejected where the person may have none any more."""
        service = self._service
        link = await service.write(lambda conn: sign_in_link(conn, address.chat, service.now()))
        if link is None:
            raise Rejected("this account is nobody's at the desk")
        return text.replace(LINK, link)

    async def _copy(
        self, sending: Sending, address: Address, way: Mapping[str, Any], reply: ReplyParameters | None
    ) -> str:
        """Pass on what staff sent in the group; nothing can be copied into an account's chat, so it is
        sent anew there.
        """
        payload = sending.payload
        if address.owner is not None:
            numbers = await send_media(self._bot, address.chat, payload["media"], reply=reply, **way)
            if numbers is None:
                raise Rejected("this kind of message cannot be sent in the name of an account")
            return str(numbers[0])
        source, ids = int(payload["copy"]), [int(number) for number in payload["ids"]]
        if len(ids) > 1:
            copied = await self._bot.copy_messages(address.chat, source, ids, **way)
            return str(copied[0].message_id)
        one = await self._bot.copy_message(address.chat, source, ids[0], reply_parameters=reply, **way)
        return str(one.message_id)

    async def _show(self, sending: Sending, address: Address, way: Mapping[str, Any]) -> str:
        """Send a picture of ours with its text below it."""
        photo, caption = b64decode(sending.payload["picture"]), shortened(sending.text, CAPTION)
        message = await self._bot.send_photo(address.chat, photo, caption=caption, **way)
        return str(message.message_id)

    async def _way(self, address: Address) -> dict[str, Any]:
        """Return through whom, or in which part of a chat; raises Rejected where the account says no."""
        if address.topic is not None:
            return {"direct_messages_topic_id": address.topic}
        if address.owner is None:
            return {}
        owner = address.owner
        try:
            connection = await self._service.read(lambda conn: connection_of(conn, owner))
        except LookupError as error:
            raise Rejected(str(error)) from error
        return {"business_connection_id": connection}

    async def _edit(self, sending: Sending) -> str:
        """Change a text that went out; its buttons go."""
        remote_id, address = str(sending.payload["edit"]), _address(sending.recipient)
        way = await self._way(address) if address.owner is not None else {}
        try:
            if sending.payload.get("caption"):
                await self._bot.edit_message_caption(
                    address.chat, int(remote_id), caption=shortened(sending.text, CAPTION), **way
                )
            else:
                await self._bot.edit_message_text(
                    shortened(sending.text, LONGEST),
                    address.chat,
                    int(remote_id),
                    link_preview_options=NO_PREVIEW,
                    **way,
                )
        except BadRequest as error:
            if "not modified" not in str(error):
                raise
        return remote_id

    async def _react(self, sending: Sending) -> str | None:
        """Put a sign under the contact's message; where that cannot be, say it."""
        emoji = sending.text if sending.text in list(ReactionEmoji) else REACTION
        address = _address(sending.recipient)
        if address.owner is not None:  # there are no signs in an account's chats
            return await self._say(sending)
        try:
            await self._bot.set_message_reaction(address.chat, int(sending.payload["react_to"]), emoji)
        except BadRequest:
            return await self._say(sending)
        return None

    async def _sign(self, sending: Sending) -> None:
        """Put the sign there that somebody put under the same message on the other side, or take it away."""
        address = _address(sending.recipient)
        if address.owner is not None:
            return
        emoji = sending.text if sending.text in list(ReactionEmoji) else None
        await self._bot.set_message_reaction(address.chat, int(sending.payload["sign"]), emoji)

    async def _remove(self, sending: Sending) -> None:
        """Take a message out of a public group, and let who wrote it be silent for a while."""
        payload, chat = sending.payload, _address(sending.recipient).chat
        try:
            await self._bot.delete_message(chat, int(payload["message"]))
        except BadRequest as error:
            if "not found" not in str(error):
                raise
        silent = ChatPermissions.no_permissions()
        await self._bot.restrict_chat_member(
            chat, int(payload["person"]), silent, until_date=int(payload["until"])
        )

    async def _lift(self, sending: Sending) -> None:
        """Let somebody write again."""
        await self._bot.restrict_chat_member(
            _address(sending.recipient).chat,
            int(sending.payload["person"]),
            ChatPermissions.all_permissions(),
        )

    async def show_typing(self, sending: Sending) -> None:
        """Show that the bot is writing; where that fails, nobody misses it."""
        address = _address(sending.recipient)
        with suppress(TelegramError, Rejected):
            way = await self._way(address) if address.owner is not None else {}
            await self._bot.send_chat_action(address.chat, ChatAction.TYPING, **way)


def _address(recipient: str) -> Address:
    """Return a recipient as Telegram knows it; raises Rejected where it is none."""
    address = read_address(recipient)
    if address is None:
        raise Rejected(f"{recipient!r} is no chat of Telegram")
    return address
