"""Whether a brand's articles can be told apart: each phrasing is judged as if nobody had written it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.article import Article
from knowledge.primer import shipped_primer
from knowledge.training import learn_articles, phrased, spans_of
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
        """Return the share of phrasings that were found again; 0 where there was none to judge."""
        return self.right / self.judged if self.judged else 0.0


def self_test(articles: Sequence[Article], words: Words) -> Selftest:
    """Leave each phrasing out in turn, and say which article the others would give it to."""
    ordered = sorted(articles, key=lambda a: a.id)
    thin = {article.id for article in ordered if len({p.text for p in article.phrasings}) < ENOUGH}
    reader = Reader(words)
    own = phrased(ordered, reader)
    learnt = learn_articles(own, spans_of(ordered), reader, shipped_primer()).learnt
    if learnt is None or len(ordered) < 2:
        return Selftest(0, 0, (), (), tuple(sorted(thin)))
    judged: Counter[str] = Counter()
    collisions: list[Collision] = []
    for text, found in zip(learnt.alone.tolist(), learnt.taken_for.tolist(), strict=True):
        article = ordered[int(own.owners[text])].id
        if not own.asked[text]:
            continue
        judged[article] += 1
        if ordered[found].id != article:
            collisions.append(Collision(article, own.written[text], ordered[found].id))
    missed = Counter(c.article for c in collisions)
    thin |= {article for article, count in missed.items() if count * 2 > judged[article]}
    pairs = Counter((c.article, c.taken_for) for c in collisions)
    shadows = tuple(
        Shadow(a, by, n) for (a, by), n in sorted(pairs.items(), key=lambda p: (-p[1], p[0])) if n > 1
    )
    total = sum(judged.values())
    return Selftest(total, total - len(collisions), tuple(collisions), shadows, tuple(sorted(thin)))
