"""How a brand's texts become words: its lexicon, its concepts, and what says little. Pure."""

from knowledge.concepts import Concepts
from knowledge.text import MATCHED, normalise, tokens
from knowledge.words import Words


class Reader:
    """Turns texts into words and words into what is known of them."""

    def __init__(self, words: Words) -> None:
        self.lexicon = words.lexicon
        self.concepts = Concepts(words.concepts)
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

    def describe(self, word: str) -> tuple[tuple[str, ...], bool]:
        """Return the word's concepts, and whether it says little."""
        return self.concepts.of(word), word in self.light
