"""Whether a brand's articles can be told apart: each phrasing is judged as if nobody had written it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.article import Article
from knowledge.features import learn_features
from knowledge.learning import CHOICE, part, whole_articles
from knowledge.model import EXACT, choose_mix, kernel, leave_out
from knowledge.overlap import Overlap
from knowledge.training import articles_texts
from knowledge.vocabulary import Reader
from knowledge.words import Words

ENOUGH = 3  # phrasings that an article needs to be told apart at all


@dataclass(frozen=True, slots=True)
class Collision:
    """A phrasing that would be taken for another article's if it were not written down."""

    article: str
    phrasing: str
    taken_for: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """An article that `by` takes several phrasings from."""

    article: str
    by: str
    phrasings: int


@dataclass(frozen=True, slots=True)
class Selftest:
    """What leaving each phrasing out showed.

    `thin` names the articles that need more phrasings: fewer than ENOUGH, or less than half found again.
    A brand of thousands of phrasings is judged by an even share of its articles, `judged` phrasings in all.
    """

    judged: int
    right: int
    collisions: tuple[Collision, ...]
    shadows: tuple[Shadow, ...]
    thin: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of phrasings that were found again; 1 where there was none to judge."""
        return self.right / self.judged if self.judged else 1.0


def self_test(articles: Sequence[Article], words: Words) -> Selftest:
    """Leave each phrasing out in turn, and say which article the others would give it to."""
    ordered = sorted(articles, key=lambda a: a.id)
    thin = {article.id for article in ordered if len({p.text for p in article.phrasings}) < ENOUGH}
    reader = Reader(words)
    texts, owners, asked = articles_texts(ordered, reader)
    if len(set(owners.tolist())) < 2:
        return Selftest(0, 0, (), (), tuple(sorted(thin)))
    features, vocabulary, bags = learn_features(texts, reader.concepts, reader.light)
    overlap = Overlap(vocabulary, bags, features)
    some = whole_articles(owners, EXACT)
    likenesses = kernel(overlap, some, _nothing)
    names, held = np.unique(owners[some], return_inverse=True)
    few = whole_articles(held, CHOICE)
    mix, softness = choose_mix(part(likenesses, few), held[few], asked[some][few])
    best = names[leave_out(likenesses.mixed(mix), softness, held).alone.argmax(axis=1)]
    spoken = [
        text
        for a in ordered
        for text in (*sorted({p.text for p in a.phrasings}), *sorted(set(a.answers.values())))
    ]
    judged: Counter[str] = Counter()
    collisions: list[Collision] = []
    for text, found in zip(some.tolist(), best.tolist(), strict=True):
        own = ordered[int(owners[text])].id
        if not asked[text]:
            continue
        judged[own] += 1
        if found != owners[text]:
            collisions.append(Collision(own, spoken[text], ordered[found].id))
    missed = Counter(c.article for c in collisions)
    thin |= {article for article, count in missed.items() if count * 2 > judged[article]}
    pairs = Counter((c.article, c.taken_for) for c in collisions)
    shadows = tuple(
        Shadow(a, by, n) for (a, by), n in sorted(pairs.items(), key=lambda p: (-p[1], p[0])) if n > 1
    )
    total = sum(judged.values())
    return Selftest(total, total - len(collisions), tuple(collisions), shadows, tuple(sorted(thin)))


def _nothing() -> None:
    """Report no progress."""
