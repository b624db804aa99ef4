"""A Mimin for each test of the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.house import Mimin


@pytest.fixture
def mimin(tmp_path: Path) -> Iterator[Mimin]:
    """A Mimin of its own for one test."""
    running = Mimin(tmp_path)
    yield running
    running.stop()
