"""From articles to a model: one pass over everything that is learnt about matching. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from knowledge.features import Flags, Floats, Ints
from knowledge.model import (
    EXACT,
    SAMPLE,
    Confidence,
    Kernel,
    choose_mix,
    clues,
    kernel,
    learn_confidence,
    leave_out,
    solve,
)
from knowledge.overlap import Mix, Overlap

_SKETCH = 1024  # numbers that a text is sketched with where there are too many to weigh all
_RIVALS = 160  # texts of others that an article is weighed against then
CHOICE = 500  # texts that the mix is chosen from, at most


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the texts taught: the mix, each text's say on each article, and the confidence."""

    mix: Mix
    say: Floats
    centres: Floats
    confidence: Confidence


def learn(overlap: Overlap, owners: Ints, asked: Flags, articles: int, tick: Callable[[], None]) -> Learnt:
    """Learn from the texts; `owners` is each one's article, `asked` marks phrasings, not answers."""
    some = whole_articles(owners, EXACT if len(owners) <= EXACT else SAMPLE)
    likenesses = kernel(overlap, some, tick if len(owners) <= EXACT else _nothing)
    few = np.flatnonzero(np.isin(some, some[whole_articles(owners[some], CHOICE)]))
    mix, softness = choose_mix(part(likenesses, few), owners[some][few], asked[some][few])
    likeness = likenesses.mixed(mix)
    confidence = _confidence(overlap, likeness, softness, owners, asked, mix, some)
    if len(owners) <= EXACT:
        say = solve(likeness, softness, owners, articles)
        sums = likeness @ (owners[:, None] == np.arange(articles)[None, :]).astype(float)
        squares = np.array([sums[owners == a, a].sum() for a in range(articles)])
    else:
        say, squares = _solve_near(overlap, mix, softness, owners, articles, tick)
    centres = np.zeros((len(owners), articles), dtype=say.dtype)
    centres[np.arange(len(owners)), owners] = 1 / (np.sqrt(squares[owners]) + 1e-12)
    return Learnt(mix, say, centres, confidence)


def _nothing() -> None:
    """Report no progress: the texts of the sample are met again."""


def _solve_near(
    overlap: Overlap, mix: Mix, softness: float, owners: Ints, articles: int, tick: Callable[[], None]
) -> tuple[Floats, Floats]:
    """Return what `solve` would, each article being weighed against the texts nearest to its own only.

    With thousands of texts that is nearly all there is to weigh, and its cost grows with the texts, not
    with their cube. Likeness is taken from sketches of the texts, which keeps it that of real vectors.
    """
    sketches = overlap.sketches(mix, _SKETCH)
    say: Floats = np.zeros((len(owners), articles))
    squares = np.ones(articles)
    for article in range(articles):
        own = np.flatnonzero(owners == article)
        if not len(own):
            continue
        reach = (sketches[own] @ sketches.T).max(axis=0)
        reach[own] = np.inf
        inside = np.sort(np.argpartition(-reach, len(own) + _RIVALS)[: len(own) + _RIVALS])
        near = sketches[inside]
        system = near @ near.T + softness * np.eye(len(inside), dtype=np.float32)
        mine = owners[inside] == article
        say[inside, article] = np.linalg.solve(system, mine.astype(np.float32))
        squares[article] = system[np.ix_(mine, mine)].sum() - softness * mine.sum()
        for _ in own:
            tick()
    return say, squares


def _confidence(
    overlap: Overlap, likeness: Floats, softness: float, owners: Ints, asked: Flags, mix: Mix, texts: Ints
) -> Confidence:
    chosen = whole_articles(owners[texts], SAMPLE)
    some = texts[chosen]
    names, held = np.unique(owners[some], return_inverse=True)
    inside = likeness[np.ix_(chosen, chosen)]
    trial = leave_out(inside, softness, held)
    covers = covered(overlap, some, held, mix)
    centres = _centres(inside, held)
    sizes = np.bincount(held)
    judged = np.flatnonzero(asked[some] & (sizes[held] > 2))
    best = trial.alone.argmax(axis=1)
    seen = clues(trial.alone, covers, centres, best)
    strange = clues(trial.foreign, covers, centres, trial.foreign.argmax(axis=1))
    right = best == held
    return learn_confidence(
        list(seen[judged[right[judged]]]),
        list(seen[judged[~right[judged]]]),
        strange[np.flatnonzero(asked[some])] if len(names) > 1 else np.zeros((0, seen.shape[1])),
    )


def covered(overlap: Overlap, texts: Ints, owners: Ints, mix: Mix) -> Floats:
    """Return how much of each text's weight the words of each article know, without the text itself."""
    articles = int(owners.max()) + 1
    order = np.argsort(owners, kind="stable")
    sizes = np.array([len(overlap.words[int(texts[i])]) for i in order])
    words = np.concatenate([np.zeros(0, dtype=np.int64), *(overlap.words[int(texts[i])] for i in order)])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    blocks = np.searchsorted(owners[order], np.arange(articles))
    weights = np.array([token.weight for token in overlap.tokens])
    place = np.empty(len(texts), dtype=np.int64)
    place[order] = np.arange(len(texts))
    lengths = overlap.lengths(mix)
    best: dict[int, Floats] = {}
    result = np.zeros((len(texts), articles))
    filled = sizes > 0
    for text in range(len(texts)):
        own = overlap.words[int(texts[text])]
        total = weights[own].sum()
        if not total:
            continue
        rows = np.zeros((len(own), len(texts)))
        for at, word in enumerate(own):
            if int(word) not in best:
                by_text = np.zeros(len(texts))
                by_text[filled] = np.maximum.reduceat(
                    overlap.kinship(int(word), mix, lengths)[words], starts[filled]
                )
                best[int(word)] = by_text
            rows[at] = best[int(word)]
        rows[:, place[text]] = 0.0
        result[text] = weights[own] @ np.maximum.reduceat(rows, blocks, axis=1) / total
    return result


def _centres(likeness: Floats, owners: Ints) -> Floats:
    """Return the cosine of each text with each article's centre, its own without itself."""
    articles = int(owners.max()) + 1
    own = (owners[:, None] == np.arange(articles)[None, :]).astype(float)
    rows = np.arange(len(owners))
    sums = likeness @ own
    squares = np.array([sums[owners == a, a].sum() for a in range(articles)])
    itself = np.diag(likeness)
    bare = sums - own * itself[:, None]
    result = bare / (np.sqrt(squares) + 1e-12)
    left = squares[owners] - 2 * sums[rows, owners] + itself
    result[rows, owners] = bare[rows, owners] / np.sqrt(np.maximum(left, 1e-9))
    return np.asarray(result)


def whole_articles(owners: Ints, most: int) -> Ints:
    """Return the texts of as many articles as `most` allows, spread evenly over all of them."""
    articles = int(owners.max()) + 1
    step = max(1, -(-len(owners) // most))
    chosen = np.isin(owners, np.arange(0, articles, step)) if articles >= step else owners >= 0
    return np.flatnonzero(chosen)


def part(kernel: Kernel, texts: Ints) -> Kernel:
    """Return the likeness among some of the texts."""
    square = np.ix_(texts, texts)
    shared = type(kernel.shared)(
        kernel.shared.spelling[square],
        kernel.shared.meaning[square],
        kernel.shared.worded[square],
        kernel.shared.conceived[square],
    )
    return Kernel(
        shared, kernel.spelling[texts], kernel.meaning[texts], kernel.worded[texts], kernel.conceived[texts]
    )
