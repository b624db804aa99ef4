"""The configuration: config.toml and the environment, read once, every mistake named."""

from bot.settings.advice import warnings
from bot.settings.load import demo_config, find_config, load_settings
from bot.settings.model import (
    Approval,
    CrisisRules,
    Settings,
    SettingsError,
    Sop,
    StaffMember,
    Telegram,
)

__all__ = [
    "Approval",
    "CrisisRules",
    "Settings",
    "SettingsError",
    "Sop",
    "StaffMember",
    "Telegram",
    "demo_config",
    "find_config",
    "load_settings",
    "warnings",
]
