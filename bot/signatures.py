"""What a file is, by what stands in it and not by its name. Pure."""

import codecs
from dataclasses import dataclass

START = 64  # bytes from the beginning that say what a file is
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_MP4 = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})
_BLANKS = frozenset("\t\n\r\f")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken. `name` is what Telegram calls such a message; `endings` the usual first.

    What `is_shown` is a picture that every browser draws; everything else is only handed out.
    """

    name: str
    type: str
    endings: tuple[str, ...]
    is_shown: bool = False


JPEG = Kind("photo", "image/jpeg", ("jpg", "jpeg"), is_shown=True)
PNG = Kind("photo", "image/png", ("png",), is_shown=True)
GIF = Kind("photo", "image/gif", ("gif",), is_shown=True)
WEBP = Kind("photo", "image/webp", ("webp",), is_shown=True)
HEIC = Kind("photo", "image/heic", ("heic", "heif"))
MP4 = Kind("video", "video/mp4", ("mp4", "m4v"))
PDF = Kind("document", "application/pdf", ("pdf",))
TEXT = Kind("document", "text/plain", ("txt",))
KINDS = (JPEG, PNG, WEBP, GIF, PDF, TEXT, HEIC, MP4)


def recognise(start: bytes) -> Kind | None:
    """Return what a file is that begins so; None where it is plain text, or nothing that is taken."""
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if start.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    if start.startswith(b"%PDF-"):
        return PDF
    if start[4:8] == b"ftyp":
        length = min(int.from_bytes(start[:4]), START)
        brands = {start[8:12], *(start[n : n + 4] for n in range(16, length - 3, 4))}
        return HEIC if brands & _HEIC else MP4 if start[8:12] in _MP4 else None
    return None


class TextCheck:
    """Says of a file that is fed to it piece by piece whether it is text that people write: UTF-8, without
    control characters.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.is_text = True

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Read the next piece."""
        try:
            text = self._decoder.decode(piece, is_last)
        except UnicodeDecodeError:
            self.is_text = False
            return
        self.is_text = self.is_text and not any(
            (sign < " " and sign not in _BLANKS) or "\x7f" <= sign < "\xa0" for sign in text
        )
