"""The way out to Telegram: one outbox row to its chat, and what became of it."""

import logging
import warnings
from datetime import timedelta

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.quiet import quiet_loggers
from bot.channels.telegram.marks import Account, load_pause, save_bot, save_pause
from bot.channels.telegram.menu import offer_menu
from bot.channels.telegram.outcomes import Flooded, NotSent, plain
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.request import open_request
from bot.channels.telegram.sends import Sends
from bot.channels.telegram.topics import Topics
from bot.cutting import shortened
from bot.service import Service
from bot.settings import SettingsError

log = logging.getLogger(__name__)
OFFICIAL = "https://api.telegram.org/bot"
OFFICIAL_FILES = "https://api.telegram.org/file/bot"
# A send that hangs has to show on the desk as uncertain within five seconds.
PATIENCE = 4.0
# The pool looks at every connection for every request; at 30 a second a few are enough.
CONNECTIONS = 16
LONG_POLL = 25
RATE = 30.0  # what Telegram takes of a bot in a second, where it is not paced by us
NOTICE = 200
MOMENT = 1.0
UNPACED = ("callback", "remove", "lift", "erase")
TYPED = ("answer", "clarify", "ack", "status")
AGAIN = 2.0
REFUSED = 30.0


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
        self.rate: float | None = settings.rate or RATE
        self._requests = (open_request(CONNECTIONS, patience), open_request(2, patience))
        self.bot = Bot(
            settings.token,
            base_url=settings.api or OFFICIAL,
            base_file_url=settings.file_api or OFFICIAL_FILES,
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._sends = Sends(service, self.bot)
        self._topics = Topics(service, self.bot, self._pace)

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
            me = await self.bot.get_me()
        except InvalidToken:
            raise SettingsError(
                "MIMIN_TELEGRAM_TOKEN: Telegram does not know this token; copy it again from @BotFather"
            ) from None
        except TelegramError as error:
            log.warning("Telegram does not answer yet (%s); messages wait until it does", plain(error))
            return
        account = Account(me.id, str(me.username))
        await self._service.write(lambda conn: save_bot(conn, account))
        await offer_menu(self._service, self.bot)

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()

    async def wait_turn(self, sending: Sending) -> None:
        """Wait for the pace of the bot and of the chat; the answer to a tap waits for a pause only.

        Whom it lets wait for words longer than a moment sees that the bot is writing.
        """
        chat = None if sending.kind in UNPACED else _paced(sending.recipient)
        if sending.kind in TYPED and self._pace.wait(chat) > MOMENT and not self._pace.paused():
            await self._sends.show_typing(sending)
        await self._pace.turn(chat)

    async def send(self, sending: Sending) -> str | None:
        """Send one row and return the message's id."""
        try:
            return await self._send(sending)
        except TelegramError as error:
            raise await self._outcome(error) from error

    async def _send(self, sending: Sending) -> str | None:
        if sending.kind == "callback":
            await self._answer_tap(sending)
            return None
        await self._leave()
        if "topic" in sending.payload:
            return await self._in_topic(sending)
        return await self._sends.do(sending)

    async def _in_topic(self, sending: Sending) -> str | None:
        """Send into the topic of a conversation in the staff's group."""
        match sending.kind:
            case "relay":
                return await self._topics.relay(sending)
            case "card":
                return await self._topics.show(sending)
            case "erase":
                await self._topics.erase(sending)
                return None
            case _:
                return await self._topics.say(sending)

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


def _paced(recipient: str) -> str:
    """Return whose pace a send is: of one person in an account's chat, of one group."""
    return recipient.partition("@")[0]
