"""The configuration: config.toml and the environment, read once, every mistake named."""

from bot.settings.advice import warnings
from bot.settings.load import demo_config, find_config, load_settings
from bot.settings.model import (
    Approval,
    Mail,
    Second,
    Settings,
    SettingsError,
    StaffMember,
    Telegram,
    Tls,
)

__all__ = [
    "Approval",
    "Mail",
    "Second",
    "Settings",
    "SettingsError",
    "StaffMember",
    "Telegram",
    "Tls",
    "demo_config",
    "find_config",
    "load_settings",
    "warnings",
]
