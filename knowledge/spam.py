"""Spam, also where it hides behind styled letters, letters set apart and numbers for letters. Pure."""

import re
import unicodedata

from knowledge.text import plain

_APART = re.compile(r"(?<![^\W_])(?:[^\W_][ .\-_*|]+){3,}[^\W_](?![^\W_])")
_BETWEEN = re.compile(r"[ .\-_*|]+")
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"https?://|www\.|\b\w+\.(?:com|net|org|xyz|site|club|vip|link|me|ly|cc|io)\b")
_GAMBLING_NAME = re.compile(
    r"[a-z]{3,}(?:4d|toto|(?:slot|bet|jp|win)\d+)\d*|[a-z]{3,}(?:3d|4d|138|168|303|328|365|633|69|76|77|777|78|88|888|89|99|999)"
)
_LEET = str.maketrans("013457", "oieast")
APART = "letters set apart"
_MARKS = {
    "~styled": "styled letters among plain ones",
    "~apart": APART,
    "~name": "a gambling site's name",
}


def spam_words(text: str) -> list[str]:
    """Return the words of a text in plain letters, followed by marks of how it was dressed.

    `~styled` stands for signs that only look like letters among real ones, `~apart` for a word with its
    letters set apart, `~name` for a name as gambling sites bear it ("abc88"), `~link` for a link. A number
    inside a word is read as a letter as well.
    """
    marks = set()
    if not text.isascii() and _is_disguised(text):
        marks.add("~styled")
    bare = plain(text)
    if any(not run[0].isdigit() or not run.isdigit() for run in map(_joined, _APART.findall(bare))):
        marks.add("~apart")
        bare = _APART.sub(lambda found: _joined(found[0]), bare)
    if _LINK.search(bare):
        marks.add("~link")
    words: list[str] = []
    for word in _WORD.findall(bare):
        words.append(word)
        if not word.isalpha() and not word.isdigit():
            words.append(word.translate(_LEET))
        if _GAMBLING_NAME.fullmatch(word):
            marks.add("~name")
    return words + sorted(marks)


def dressed(words: list[str]) -> list[str]:
    """Return, in plain words, which marks alone are reason enough to call it spam."""
    return [_MARKS[word] for word in words if word in _MARKS]


def _joined(run: str) -> str:
    return _BETWEEN.sub("", run)


def _is_disguised(text: str) -> bool:
    """Say whether real letters stand beside look-alikes: styled ones, or those of another script in one word.

    A text styled as a whole is somebody's taste, and is judged by its words.
    """
    styled = sum(_is_styled(sign) for sign in text)
    real = sum(sign.isascii() and sign.isalpha() for sign in text)
    if styled >= 3 and real:
        return True
    return any(_is_mixed(word) for word in text.split())


def _is_styled(sign: str) -> bool:
    if ord(sign) < 0x2100:
        return False
    name = unicodedata.name(sign, "")
    return name.startswith(
        ("MATHEMATICAL", "FULLWIDTH", "CIRCLED", "NEGATIVE", "SQUARED", "PARENTHESIZED", "REGIONAL")
    )


def _is_mixed(word: str) -> bool:
    letters = [sign for sign in word if sign.isalpha() and not _is_styled(sign)]
    if all(sign < "\u0250" for sign in letters):
        return False
    scripts = {unicodedata.name(sign, "OTHER").split()[0] for sign in letters if not sign.isascii()}
    return bool(scripts & {"CYRILLIC", "GREEK", "CHEROKEE"}) and any(sign.isascii() for sign in letters)
