"""Keeping what libraries say of each request out of the log."""

import logging


def quiet_loggers(*names: str) -> None:
    """Let these loggers pass on warnings only: their lines hold addresses with tokens in them, and texts."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
