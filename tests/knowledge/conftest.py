"""What the tests of the knowledge room share: files of content, and the mistakes in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.content import ContentError, read_content

Put = Callable[[str, str | bytes], Path]
Problems = Callable[[Path], list[str]]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Return a writer of files into an empty folder."""

    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """Return a reader of the mistakes at a path, each without the name of the empty folder."""

    def read(path: Path) -> list[str]:
        with pytest.raises(ContentError) as caught:
            read_content(path)
        lines = [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]
        assert all(line.isprintable() for line in lines), "a line each"
        assert str(caught.value).count("\n") == len(lines) - 1
        return lines

    return read
