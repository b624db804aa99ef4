"""The event loop everything runs in."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module


def run_loop(main: Coroutine[object, object, None]) -> None:
    """Run until it ends, on uvloop where it is there; it is not made for every platform."""
    with asyncio.Runner(loop_factory=_factory()) as runner:
        runner.run(main)


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return factory
