"""`mimin run`: everything in one process."""

import os

from bot.commands.context import ConfigOption, note, out, settings_of
from bot.run import run as run_service
from bot.run import set_up_logging
from bot.settings import warnings


def run(config: ConfigOption = None) -> None:
    """Start Mimin: channels, pages, deadlines, deliveries. Prints `ready` once it is."""
    settings = settings_of(config)
    set_up_logging()
    for warning in warnings(settings):
        note(f"warning: {warning}")
    run_service(settings, os.environ, out)
