"""Books kept of what should have been said and what was: lost, doubled, unexpected, out of order. Pure."""

from collections import Counter
from collections.abc import Sequence


def compare(what: str, expected: Sequence[str], found: Sequence[str]) -> Counter[str]:
    """Count what differs. A text that comes twice is doubled, and only its first place counts for order.

    Each expected text is another one: where two were the same, one that is lost would hide behind one that
    is doubled.
    """
    first = list(dict.fromkeys(found))
    outcome = Counter[str]()
    outcome[f"{what} doubled"] = len(found) - len(first)
    outcome[f"{what} lost"] = len(set(expected) - set(found))
    outcome[f"{what} unexpected"] = len(set(found) - set(expected))
    met = [text for text in first if text in set(expected)]
    outcome[f"{what} out of order"] = int([text for text in expected if text in set(found)] != met)
    return outcome
