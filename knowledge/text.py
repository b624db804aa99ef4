"""Texts as followers type them, brought to the words that articles use. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

MATCHED = 400  # characters that article matching reads; signals read the whole text

_ROOM = 20_000  # words whose spelling is kept
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
_LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_]{3,})2([^\W\d_]*)")
_HYPHENED = re.compile(r"\b([^\W\d_]{2,})-\1")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ＇", "'"))
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("ing", ""),
    ("ed", ""),
    ("es", ""),
    ("s", ""),
    ("ly", ""),
)
_CONTRACTED = {"t": "not", "s": "", "re": "", "ve": "", "m": "", "ll": "will", "d": "would"}


def normalise(text: str) -> str:
    """Return the text in lower case and in one spelling of its signs.

    Invisible format characters go, so that a zero-width space inside a word hides nothing, and accents
    stay, since they tell words apart.
    """
    if _NOT_PLAIN.search(text):
        text = unicodedata.normalize("NFKC", text)
        text = "".join(" " if c in "\n\t\r\v\f" else c for c in text if c.isprintable() or c.isspace())
        text = text.translate(_APOSTROPHES)
    return text.lower()


def words_in(text: str) -> list[str]:
    """Return the words of a normalised text as they were written."""
    return _WORD.findall(text)


def tokens(text: str, lexicon: Mapping[str, str]) -> list[str]:
    """Return the words of a normalised text, chat spelling replaced by the lexicon's.

    Doubling by "2" or a hyphen ("nyampe2", "pecah-pecah") and lengthened letters ("bangeeet") are
    taken back before the lexicon is asked. A lexicon value may be several words.
    """
    if "-" in text:
        text = _HYPHENED.sub(r"\1", text)
    found: list[str] = []
    for word in _WORD.findall(text):
        standard = lexicon.get(word)
        if standard is not None:
            found.extend(standard.split())
        elif word.isascii() and word.isalpha() and not _LENGTHENED.search(word):
            found.append(word)
        else:
            found.extend(_respell(word, lexicon))
    return found


def _respell(word: str, lexicon: Mapping[str, str]) -> list[str]:
    """Take back what chat does to a word that the lexicon does not hold."""
    if "'" in word:
        stem, _, ending = word.partition("'")
        if ending == "t" and stem.endswith("n"):
            stem = stem[:-1] or stem
            stem = {"ca": "can", "wo": "will", "sha": "shall"}.get(stem, stem)
        ending = _CONTRACTED.get(ending, ending)
        return [part for piece in (stem, ending) if piece for part in lexicon.get(piece, piece).split()]
    if doubled := _DOUBLED.fullmatch(word):
        word = doubled[1] + doubled[2]
    word = _LENGTHENED.sub(r"\1", word)
    return lexicon.get(word, word).split()


def plain(text: str) -> str:
    """Return styled letters as plain ones ("𝐏𝐑𝟎" and "ｐｒ０" alike), for spam that hides behind them."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(
        c for c in decomposed if not unicodedata.combining(c) and (c.isprintable() or c.isspace())
    ).lower()


@lru_cache(maxsize=_ROOM)
def stem(word: str) -> str:
    """Return the word without the endings that change little, English plurals and the Indonesian -nya.

    Only words are compared by it, never shown: "arriving" and "arrives" meet in "arriv".
    """
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("nya") and len(word) > 6:
        word = word[:-3]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: len(word) - len(ending)] + instead
            if ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if len(word) > 3 and word.endswith("e"):
        return word[:-1]
    if len(word) > 3 and word.endswith("y"):
        return word[:-1] + "i"
    return word


@lru_cache(maxsize=_ROOM)
def grams(word: str) -> tuple[str, ...]:
    """Return the runs of three and four letters that spell the word, its edges marked, in order."""
    marked = f"<{word}>"
    return tuple(sorted({marked[i : i + n] for n in (3, 4) for i in range(len(marked) - n + 1)}))
