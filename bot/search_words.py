"""What somebody searches for, read from what they typed, and how what was found is shown. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

LONGEST = 200
BEFORE, AFTER, LONGEST_HIT = 60, 160, 80  # letters shown of what was found
# Around each hit while it comes from the database: no text has a use for these two.
BEGINS, ENDS = "\ufdd0", "\ufdd1"
PIECE = re.compile(r'"([^"]*)"|([^\s"]+)')
TICKET = re.compile(r"#([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for. `words` stand in the order typed, one in quotation marks as it is; the last may
    be only a beginning, unless it was quoted. `problem` is the key of why nothing can be searched for.
    """

    words: Sequence[str] = ()
    is_whole: bool = True
    ticket: int | None = None
    problem: str | None = None

    def with_number(self) -> "Wanted":
        """Return the same where there is no such ticket: the number is a word then, such as an order's."""
        return replace(self, words=(str(self.ticket), *self.words), ticket=None)

    @property
    def everywhere(self) -> str:
        """Return the index's query for a name that has all words."""
        return " AND ".join(self._terms())

    @property
    def in_messages(self) -> str:
        """Return its query for a message: each word in it or in its contact's name, one at least in it."""
        return f"{self.everywhere} AND {{text file}} : ({' OR '.join(self._terms())})"

    def _terms(self) -> list[str]:
        """Quote every word, so that none is taken for an operator."""
        terms = ['"' + word.replace('"', '""') + '"' for word in self.words]
        return terms if self.is_whole else [*terms[:-1], f"{terms[-1]} *"]


def wanted(typed: str) -> Wanted:
    """Read what was typed; whatever it is, there is an answer or a problem that can be named."""
    plain = " ".join("".join(" " if unicodedata.category(s)[0] == "C" else s for s in typed).split())
    if len(plain) > LONGEST:
        return Wanted(problem="too_long")
    words: list[str] = []
    ticket, is_whole = None, True
    for phrase, word in PIECE.findall(plain):
        if ticket is None and word and (number := TICKET.fullmatch(word)):
            ticket = int(number[1])
        elif any(unicodedata.category(sign)[0] in "LN" for sign in phrase or word):
            words.append(phrase or word)
            is_whole = bool(phrase)
    if ticket is None and not words:
        return Wanted(problem="no_words" if plain else "empty")
    return Wanted(tuple(words), is_whole, ticket)


def parts(found: str) -> list[tuple[str, bool]]:
    """Return a text as pieces, each with whether it is a hit, cut to what can be read at a glance."""
    pieces: list[tuple[str, bool]] = []
    for piece in found.split(BEGINS):
        hit, is_closed, rest = piece.partition(ENDS)
        if not is_closed:
            hit, rest = "", piece
        pieces += [(hit, True)] if hit else []
        pieces += [(rest, False)] if rest else []
    if pieces and not pieces[0][1] and len(pieces) > 1 and len(pieces[0][0]) > BEFORE:
        pieces[0] = ("…" + pieces[0][0][-BEFORE:], False)
    shown: list[tuple[str, bool]] = []
    left = BEFORE + AFTER
    for text, is_hit in pieces:
        most = min(left, LONGEST_HIT) if is_hit else left
        shown.append((text if len(text) <= most else text[:most] + "…", is_hit))
        left -= min(len(text), most)
        if left <= 0:
            break
    return shown
