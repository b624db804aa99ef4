"""Telegram as one connected line: the bot out, the intake in, and how its updates are handled."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.telegram import PATIENCE, TelegramChannel
from bot.channels.telegram_intake import poll
from bot.channels.telegram_updates import RECEPTION
from bot.intake import Reception
from bot.service import Service


@dataclass(frozen=True, slots=True)
class TelegramLine:
    """What a running process needs of Telegram."""

    service: Service
    channel: TelegramChannel
    reception: Reception = RECEPTION

    async def poll(self, on_first: Callable[[], None]) -> None:
        """Bring updates in until cancelled; `on_first` is called when the first request is under way."""
        await poll(self.service, self.channel.bot, on_first)

    async def close(self) -> None:
        """Close the connections."""
        await self.channel.close()


async def connect(service: Service, patience: float = PATIENCE) -> TelegramLine:
    """Return the line of the configured bot; raises SettingsError where Telegram does not know the token."""
    channel = TelegramChannel(service, patience)
    try:
        await channel.open()
    except BaseException:
        await channel.close()
        raise
    return TelegramLine(service, channel)
