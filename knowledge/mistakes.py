"""What is wrong with a brand's files, a line each: where, what, what is allowed, the nearest name. Pure."""

from collections.abc import Iterable, Sequence
from unicodedata import category

from rapidfuzz import fuzz, process

from knowledge.article import LANGUAGES

ID_LENGTH = 80

_SHOWN = 60
_NEAR = 55


class ContentError(ValueError):
    """The content cannot be used; `problems` names every mistake in a line of its own."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Mistakes:
    """The mistakes found so far, so that one reading reports them all."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, wrong: str, allowed: str, nearest: str | None = None) -> None:
        """Note one mistake; `where` is the file, with its line where it has one."""
        suggestion = f'; did you mean "{nearest}"?' if nearest else ""
        self.lines.append(f"{where}: {wrong}; allowed is {allowed}{suggestion}")

    def unknown(self, where: str, kind: str, name: str, known: Sequence[str]) -> None:
        """Note a name that is none of the known ones, with the nearest of them."""
        self.add(where, f"unknown {kind} {shown(name)}", ", ".join(known), nearest(name, known))

    def bad_id(self, where: str, value: str) -> None:
        """Note a text that is no id."""
        allowed = f"a text of 1 to {ID_LENGTH} characters without control characters"
        self.add(where, f"{shown(value)} is no article id", allowed)

    def bad_language(self, where: str, value: str) -> None:
        """Note a language that Mimin does not speak."""
        self.unknown(where, "language", value, LANGUAGES)

    def bad_text(self, where: str, what: str, value: str) -> None:
        """Note a text that is not whole."""
        wrong = f"{what} {shown(value)} holds a broken character"
        self.add(where, wrong, "any text of whole Unicode characters")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one most resembles, None where none comes near."""
    found = process.extractOne(name.lower(), list(known), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None


def shown(value: object) -> str:
    """Return a value as it can stand in one line of text: quoted, its signs escaped, cut short."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, lists within lists without end
        text = f"a very long {type(value).__name__}"
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: _SHOWN + 1])
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f'"{text}"' if isinstance(value, str) else text


def is_id(value: str) -> bool:
    """Say whether the text may be an article's id."""
    return (
        bool(value.strip())
        and len(value) <= ID_LENGTH
        and not any(category(sign) in {"Cc", "Cs"} for sign in value)
    )


def is_whole(text: str) -> bool:
    """Say whether the text can be stored and sent: a database takes no NUL, UTF-8 no half of a pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
