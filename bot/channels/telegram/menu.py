"""The menu of commands that Telegram shows: for followers in both languages, for staff in their group."""

import hashlib
import logging

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import TelegramError

from bot.channels.telegram.commands import menu
from bot.channels.telegram.marks import load_menu, save_menu
from bot.channels.telegram.outcomes import plain
from bot.service import Service
from bot.wording import LANGUAGES

log = logging.getLogger(__name__)
STAFF = ("ambil", "janji", "tunggu", "lepas", "selesai", "bot")


async def offer_menu(service: Service, bot: Bot) -> None:
    """Tell Telegram the commands, unless it knows them as they are; without them everything works, too."""
    brand, group = service.brand, service.settings.telegram.group
    menus = [(language, menu(brand, language)) for language in LANGUAGES]
    staff = [(name, brand.wording.say(f"staff_menu_{name}", brand.language)) for name in STAFF]
    mark = hashlib.sha256(repr((menus, staff, group, brand.language)).encode()).hexdigest()
    if await service.read(load_menu) == mark:
        return
    try:
        for language, commands in menus:
            for code in (language, None) if language == brand.language else (language,):
                await bot.set_my_commands(
                    [BotCommand(*command) for command in commands],
                    BotCommandScopeAllPrivateChats(),
                    language_code=code,
                )
        if group is not None:
            await bot.set_my_commands([BotCommand(*one) for one in staff], BotCommandScopeChat(group))
    except TelegramError as error:
        log.warning("the menu of commands could not be told: %s", plain(error))
        return
    await service.write(lambda conn: save_menu(conn, mark))
