"""Texts cut to what a message holds: Telegram counts UTF-16 units, 4,096 of them. Pure."""

from itertools import accumulate

LONGEST = 4096
ASTRAL = 0xFFFF


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it; an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(text: str, limit: int = LONGEST) -> tuple[str, ...]:
    """Cut a text into pieces that fit: at the last line that does, else at a word, else where it must be.

    What separates two pieces is left out, and no piece is blank, since Telegram refuses blank texts.
    A character of two units is never cut in half; `limit` is 2 or more.
    """
    found = []
    while units(text) > limit:
        end = _fitting(text, limit)
        cut = _before_break(text, end)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return tuple(piece for piece in (*found, text) if piece.strip())


def shortened(text: str, limit: int) -> str:
    """Return the text, or as much of its beginning as fits with an ellipsis."""
    if units(text) <= limit:
        return text
    return f"{text[: _fitting(text, limit - 1)].rstrip()}…"


def cleaned(text: str) -> str:
    """Return the text without what no database or request can carry: halves of a character, and NUL."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of a text that is too long fit into so many units."""
    counts = accumulate(1 + (ord(char) > ASTRAL) for char in text[: limit + 1])
    return sum(count <= limit for count in counts)


def _before_break(text: str, end: int) -> int:
    """Return where to cut at or before `end`: a line's end, else a word's, else `end`."""
    line = text.rfind("\n", 1, end + 1)
    if line > 0 and text[:line].strip():
        return line
    for at in range(end, 0, -1):
        if text[at].isspace() and text[:at].strip():
            return at
    return end
