"""`python -m bot` is `mimin`."""

from bot.cli import main

main()
