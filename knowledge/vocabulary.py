"""How a brand's texts become words: its lexicon, its concepts, and what says little. Pure."""

from collections.abc import Sequence

from knowledge.concepts import Concepts
from knowledge.text import MATCHED, normalise, tokens
from knowledge.words import Words

_MANNER = 2  # words' worth of whether a text asks or states
_NAME = 2  # words up to which a text only names a thing


class Reader:
    """Turns texts into words and words into what is known of them."""

    def __init__(self, words: Words) -> None:
        self.lexicon = words.lexicon
        self.concepts = Concepts(
            {
                name: [self.lexicon.get(member, member) for member in members]
                for name, members in words.concepts.items()
            }
        )
        self.filler = frozenset(words.filler)
        self.asking = frozenset(words.asking)
        self.light = frozenset((*words.light, *words.filler))
        lists = (words.negation, words.light, words.filler)
        listed = (*words.concepts.values(), *words.languages.values(), *lists)
        spoken = {word for pair in words.lexicon.values() for word in pair.split()}
        self.standard = frozenset(spoken.union(*listed))

    def words(self, text: str) -> list[str]:
        """Return the words of the part of a text that matching reads."""
        return tokens(normalise(text[:MATCHED]), self.lexicon)

    def all_words(self, text: str) -> list[str]:
        """Return the words of the whole text, for the signals."""
        return tokens(normalise(text), self.lexicon)

    def asks(self, text: str, words: Sequence[str]) -> bool:
        """Say whether a text asks, by its question mark or by a word at its edges."""
        return "?" in text or any(word in self.asking for word in (*words[:3], *words[-1:]))

    def with_manner(self, text: str, words: Sequence[str]) -> list[str]:
        """Return the words of the whole text with a mark, of some weight: it asks, states or only names.

        "paket hilang diganti berapa?" and "paket saya hilang" share their words, not their manner.
        """
        manner = "~asks" if self.asks(text, words) else "~names" if len(words) <= _NAME else "~states"
        return [*words, *([manner] * _MANNER)] if words else []

    def manner(self, text: str) -> list[str]:
        """Return all words of a text with the mark of its manner."""
        return self.with_manner(text, self.all_words(text))

    def is_listed(self, word: str) -> bool:
        """Say whether the lists know the word, so that it is right as it stands."""
        return word in self.standard or bool(self.concepts.of(word))

    def describe(self, word: str) -> tuple[tuple[str, ...], bool]:
        """Return the word's concepts, and whether it says little."""
        return self.concepts.of(word), word in self.light
