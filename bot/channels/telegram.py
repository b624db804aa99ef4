"""The way out to Telegram: one outbox row to its chat, and what became of it."""

import logging
import warnings
from datetime import timedelta
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.quiet import quiet_loggers
from bot.channels.telegram_buttons import AckTap, OfferTap, code_of
from bot.channels.telegram_marks import load_pause, save_pause
from bot.channels.telegram_outcomes import Flooded, NotSent, plain
from bot.channels.telegram_pace import Pace
from bot.channels.telegram_request import open_request
from bot.cutting import LONGEST, shortened
from bot.service import Service
from bot.settings import SettingsError

log = logging.getLogger(__name__)
NAME = "telegram"
OFFICIAL = "https://api.telegram.org/bot"
OFFICIAL_FILES = "https://api.telegram.org/file/bot"
# A send that hangs has to show on the desk as uncertain within five seconds.
PATIENCE = 4.0
# The pool looks at every connection for every request; at 30 a second a few are enough.
CONNECTIONS = 16
LONG_POLL = 25
NOTICE = 200
AGAIN = 2.0
REFUSED = 30.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
REACTION = ReactionEmoji.PERSON_WITH_FOLDED_HANDS


class TelegramChannel:
    """Sends through one bot. `patience` is how many seconds Telegram has for an answer.

    `bot` is what the intake asks for updates with.
    """

    def __init__(self, service: Service, patience: float = PATIENCE) -> None:
        settings = service.settings.telegram
        if settings.token is None:
            raise ValueError("Telegram is off: there is no token")
        # The library would rather have its own methods used, and says so for each call.
        warnings.filterwarnings("ignore", r"Please use 'Bot\.", PTBUserWarning)
        quiet_loggers("aiohttp", "httpx", "httpcore", "telegram")
        self._service = service
        self._pace = Pace(settings.rate)
        self._requests = (open_request(CONNECTIONS, patience), open_request(2, patience))
        self.bot = Bot(
            settings.token,
            base_url=settings.api or OFFICIAL,
            base_file_url=settings.file_api or OFFICIAL_FILES,
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def open(self) -> None:
        """Check the token and take up a pause that has not ended; raises SettingsError.

        An unreachable Telegram is no reason not to start: what is queued waits.
        """
        until = await self._service.read(load_pause)
        if until is not None:
            self._pace.pause((until - self._service.now()).total_seconds())
        if self._pace.paused():
            return
        try:
            await self.bot.get_me()
        except InvalidToken:
            raise SettingsError(
                "MIMIN_TELEGRAM_TOKEN: Telegram does not know this token; copy it again from @BotFather"
            ) from None
        except TelegramError as error:
            log.warning("Telegram does not answer yet (%s); messages wait until it does", plain(error))

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()

    async def wait_turn(self, sending: Sending) -> None:
        """Wait for the pace of the bot and of the chat; the answer to a tap waits for a pause only."""
        await self._pace.turn(None if sending.kind == "callback" else sending.recipient)

    async def send(self, sending: Sending) -> str | None:
        """Send one row and return the message's id."""
        match sending.kind:
            case "callback":
                await self._answer_tap(sending)
                return None
            case "edit":
                return await self._edit(sending)
            case "reaction" if sending.payload.get("react_to"):
                return await self._react(sending)
            case _:
                return await self._say(sending)

    async def _say(self, sending: Sending) -> str:
        """Send a text; the outbox has cut it to what a message holds."""
        await self._leave()
        asked: dict[str, Any] = {"chat_id": _chat(sending.recipient), "text": sending.text}
        keyboard = self._keyboard(sending)
        if keyboard is not None:
            asked["reply_markup"] = keyboard
        if sending.kind == "alert":
            asked["link_preview_options"] = NO_PREVIEW
        try:
            # Not Bot.send_message: it makes the whole message of the answer, and only its id is of use.
            message = await self.bot.do_api_request("sendMessage", asked)
        except TelegramError as error:
            raise await self._outcome(error) from error
        return str(message["message_id"])

    async def _edit(self, sending: Sending) -> str:
        """Change a text that went out; its buttons go."""
        await self._leave()
        remote_id = str(sending.payload["edit"])
        try:
            await self.bot.edit_message_text(
                shortened(sending.text, LONGEST),
                _chat(sending.recipient),
                int(remote_id),
                link_preview_options=NO_PREVIEW,
            )
        except TelegramError as error:
            if not (isinstance(error, BadRequest) and "not modified" in str(error)):
                raise await self._outcome(error) from error
        return remote_id

    async def _react(self, sending: Sending) -> str | None:
        """Put a sign under the contact's message; where that cannot be, say it."""
        await self._leave()
        emoji = sending.text if sending.text in list(ReactionEmoji) else REACTION
        try:
            await self.bot.set_message_reaction(
                _chat(sending.recipient), int(sending.payload["react_to"]), emoji
            )
        except BadRequest:
            return await self._say(sending)
        except TelegramError as error:
            raise await self._outcome(error) from error
        return None

    async def _answer_tap(self, sending: Sending) -> None:
        """End the wait of a tapped button, with a notice or without."""
        self._heed_pause()
        try:
            await self.bot.answer_callback_query(
                str(sending.payload["callback"]),
                shortened(sending.text, NOTICE) or None,
                show_alert=bool(sending.payload.get("alert")),
            )
        except BadRequest as error:
            log.info("a tap was too old to answer: %s", plain(error))
        except TelegramError as error:
            raise await self._outcome(error) from error

    def _keyboard(self, sending: Sending) -> InlineKeyboardMarkup | None:
        """Make the buttons of a row: the questions it offers, or "I have it" under an alert."""
        payload = sending.payload
        if payload.get("buttons") and sending.message is not None:
            rows = [
                [InlineKeyboardButton(question, callback_data=code_of(OfferTap(sending.message, index)))]
                for index, (_, question) in enumerate(payload["buttons"])
            ]
            return InlineKeyboardMarkup(rows)
        if payload.get("ack") is not None:
            brand = self._service.brand
            words = brand.wording.say("alert_ack", brand.language)
            button = InlineKeyboardButton(words, callback_data=code_of(AckTap(int(payload["ack"]))))
            return InlineKeyboardMarkup([[button]])
        return None

    async def _leave(self) -> None:
        """Let the request go at the bot's pace; raises Unsent in a pause."""
        self._heed_pause()
        await self._pace.leave()
        self._heed_pause()

    def _heed_pause(self) -> None:
        """Raise Unsent while Telegram wants silence, also where it said so after the turn was given."""
        left = self._pace.paused()
        if left > 0:
            raise Unsent("Telegram wants us to wait", left)

    async def _outcome(self, error: TelegramError) -> Exception:
        """Return what an error says of the row; asked for silence, the whole bot keeps it, restart or not."""
        match error:
            case Flooded():
                self._pace.pause(error.seconds)
                until = self._service.now() + timedelta(seconds=error.seconds)
                await self._service.write(lambda conn: save_pause(conn, until))
                return Unsent(plain(error), error.seconds)
            case NotSent():
                return Unsent(plain(error), AGAIN)
            case InvalidToken():
                log.error("Telegram no longer takes the token in MIMIN_TELEGRAM_TOKEN; messages wait")
                return Unsent("Telegram refuses the token", REFUSED)
            case Forbidden():
                return Rejected(f"403: {plain(error)}", blocked=True)
            case BadRequest() | ChatMigrated():
                return Rejected(f"400: {plain(error)}")
            case _:
                return Uncertain(plain(error))


def _chat(recipient: str) -> int | str:
    """Return a chat as the Bot API names it: by number, a public one also by name."""
    return int(recipient) if recipient.removeprefix("-").isdecimal() else recipient
