"""Pictures and files that came by a page of ours: kept in a folder, under names that say nothing."""

import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.signatures import KINDS, START, TEXT, Kind, TextCheck, recognise

PIECE = 256 * 1024
MEGABYTE = 1024 * 1024
LONGEST_NAME = 80
LEFT_FREE = 500 * MEGABYTE  # of the disk, for the database must always be able to write
KEPT_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder, and how many bytes one file may have; 0 takes none."""

    folder: Path
    largest: int

    def prepare(self) -> None:
        """Make the folder; raises OSError where that cannot be, or nothing can be written in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")

    def keep(self, file: BinaryIO, called: str) -> dict[str, Any] | None:
        """Keep a file for good and return what a message says of it; None where it is no kind we take.

        Raises OSError where it cannot be kept, the disk being all but full among other things.
        """
        kind = _kind_of(file)
        if kind is None:
            return None
        self.prepare()
        size = file.seek(0, os.SEEK_END)
        if shutil.disk_usage(self.folder).free < LEFT_FREE + size:
            raise OSError(28, "too little room is left on the disk")
        upload = secrets.token_hex(16)
        path = self.folder / upload
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
                file.seek(0)
                shutil.copyfileobj(file, kept, PIECE)
                kept.flush()
                os.fsync(kept.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        name = readable(called, kind)
        return {
            "kind": kind.name, "caption": "", "upload": upload, "name": name, "type": kind.type, "size": size,
        }  # fmt: skip

    def find(self, upload: object) -> Path | None:
        """Return where a file is, if it is there."""
        if not isinstance(upload, str) or not KEPT_NAME.fullmatch(upload):
            return None
        path = self.folder / upload
        return path if path.is_file() else None

    def delete(self, uploads: Iterable[object]) -> None:
        """Delete files; one that is gone already is no fault."""
        for upload in uploads:
            if (path := self.find(upload)) is not None:
                path.unlink(missing_ok=True)

    def sweep(self, known: Set[str], before: datetime) -> None:
        """Delete files from before that instant which are not `known`: those of messages that never came
        to be, as when the process was killed in between.
        """
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            is_ours = KEPT_NAME.fullmatch(path.name) and path.name not in known
            if is_ours and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)


def uploads_of(media: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Return under which names the files of a message are kept; those of other channels are not."""
    return [one["upload"] for one in media or () if "upload" in one]


def readable(called: str, kind: Kind) -> str:
    """Return a name that people can read and no system takes for a path or another kind of file."""
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in called)
    last = re.split(r"[/\\]", plain)[-1]
    stem = " ".join(re.sub(r'[<>:"|?*]', " ", last).split()).strip(". ")
    name, dot, ending = stem.rpartition(".")
    if dot and ending.lower() in kind.endings:
        stem = name
    else:
        ending = kind.endings[0]
    return f"{stem[:LONGEST_NAME].strip('. ') or kind.name}.{ending.lower()}"


def kind_named(type_: object) -> Kind | None:
    """Return the kind of a stored type."""
    return next((kind for kind in KINDS if kind.type == type_), None)


def _kind_of(file: BinaryIO) -> Kind | None:
    file.seek(0)
    start = file.read(START)
    if not start or (found := recognise(start)) is not None:
        return found if start else None
    check, piece = TextCheck(), start
    while piece and check.is_text:
        check.feed(piece)
        piece = file.read(PIECE)
    check.feed(b"", is_last=True)
    return TEXT if check.is_text else None
