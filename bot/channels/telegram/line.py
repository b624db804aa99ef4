"""Telegram as one connected line: the bot out, the intake in, and how its updates are handled."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import topics
from bot.channels.telegram.channel import PATIENCE, TelegramChannel
from bot.channels.telegram.hook import Hook
from bot.channels.telegram.intake import poll
from bot.channels.telegram.updates import Premises, reception
from bot.intake import Reception
from bot.service import Service

PACE = 0.5


@dataclass(frozen=True, slots=True)
class TelegramLine:
    """What a running process needs of Telegram."""

    service: Service
    channel: TelegramChannel
    reception: Reception
    hook: Hook | None = None

    async def take_in(self, on_first: Callable[[], None]) -> None:
        """Bring updates in until cancelled; `on_first` is called when the first request is under way.

        With a webhook that is when Telegram has taken its address.
        """
        if self.hook is not None:
            await self.hook.hang_on(on_first)
        else:
            await poll(self.service, self.channel.bot, self.reception, on_first)

    def works(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
        """Return what is done beside: telling the staff's group, where there is one."""
        group = self.service.settings.telegram.group
        return () if group is None else (partial(tell_group, self.service, group),)

    async def close(self) -> None:
        """Close the connections."""
        await self.channel.close()


async def tell_group(service: Service, group: int) -> None:
    """Keep the topics of the staff's group up to date until cancelled."""
    async for _ in service.pulse.beats(PACE):
        while await service.read(topics.is_behind):
            await service.write(lambda conn: topics.follow(conn, service.brand, group, service.now()))


async def connect(service: Service, patience: float = PATIENCE) -> TelegramLine:
    """Return the line of the configured bot; raises SettingsError where Telegram does not know the token."""
    settings = service.settings.telegram
    channel = TelegramChannel(service, patience)
    try:
        await channel.open()
    except BaseException:
        await channel.close()
        raise
    taken = reception(Premises(settings.group, settings.business))
    hook = Hook(service, channel.bot, taken) if settings.webhook else None
    return TelegramLine(service, channel, taken, hook)
