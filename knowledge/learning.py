"""Learning to tell a brand's articles apart: each from the texts that are easily taken for it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, vstack

from knowledge.confidence import Confidence, Trial, clues, learn_confidence
from knowledge.logistic import Fitted, fit
from knowledge.numbers import Flags, Floats, Ints, Small

RIVALS = 60  # texts of other articles that an article is told from: the nearest
STRANGERS = 40  # texts about nothing the brand wrote that it is told from: the nearest
SAMPLE = 1200  # texts that the confidence is learnt from, at most
_OWN = 8.0  # how much an article's own text counts, beside one of the many others
_SOFTNESS = 0.003
_FAR = -1e6


@dataclass(frozen=True)
class Texts:
    """Texts as the learner sees them: sparse features and a direction each, both of length 1.

    `mix` is what features and direction are multiplied by, so that a text is like itself by 1. `known` is the
    share of a text's weight that the brand's other texts know, `known_apart` the share that other articles
    know.
    """

    features: csr_array
    directions: Small
    known: Floats
    known_apart: Floats
    mix: tuple[float, float] = (1.0, 0.0)

    def __len__(self) -> int:
        return len(self.directions)

    @cached_property
    def by_feature(self) -> csr_array:
        """Return the features turned, so that other texts can be laid against them."""
        return self.features.T.tocsr()

    def mixed(self, meaning: float) -> "Texts":
        """Return the texts with the direction weighed against the features."""
        return replace(self, mix=mixture(meaning))

    def some(self, places: Ints) -> "Texts":
        """Return some of the texts."""
        known, apart = self.known[places], self.known_apart[places]
        return Texts(self.features[places], self.directions[places], known, apart, self.mix)

    def likeness(self, others: "Texts") -> Floats:
        """Return how like each of these texts is to each of the others."""
        by_words, by_direction = self.mix
        shared = (self.features @ others.by_feature).toarray()
        near = self.directions @ others.directions.T
        return np.asarray(shared * by_words**2 + near * by_direction**2, dtype=np.float64)

    def spoken(self, say: Floats) -> tuple[Floats, Floats]:
        """Return the features and the direction that speak, the texts having this say."""
        by_words, by_direction = self.mix
        return (self.features.T @ say) * by_words, (say @ self.directions) * by_direction

    def scores(self, weights: Floats, direction: Floats) -> Floats:
        """Return what features and a direction say of each of these texts."""
        by_words, by_direction = self.mix
        said = self.features @ weights * by_words + self.directions @ direction * by_direction
        return np.asarray(said, dtype=np.float64)


def mixture(meaning: float) -> tuple[float, float]:
    """Return what features and direction are multiplied by where the direction has the weight `meaning`."""
    full = float(np.sqrt(1 + meaning**2))
    return 1 / full, meaning / full


@dataclass(frozen=True, slots=True)
class Said:
    """What was learnt of one article: the features that speak for and against it, its direction, its bias."""

    places: Ints
    values: Floats
    direction: Floats
    bias: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the texts taught: of each article, and how sure a match is.

    `alone` are the texts that were judged as if they were new, `taken_for` the article that each would go to.
    """

    said: Sequence[Said]
    confidence: Confidence
    alone: Ints
    taken_for: Ints


def learn(
    texts: Texts,
    owners: Ints,
    asked: Flags,
    strangers: Texts,
    chosen: tuple[Texts, Ints],
    spans: Ints,
    kept: int,
    tick: Callable[[], None],
) -> Learnt:
    """Learn from the texts; `owners` is each one's article, `asked` marks phrasings, not answers.

    `strangers` are texts that no article answers. `chosen` are followers' own texts with the articles that
    they said they meant: they teach how sure a match is, not what tells the articles apart. `kept` is how
    many features an article speaks through, at most. `spans` has the first and the last day of each article,
    as numbers: articles that are never valid on the same day are no rivals. `tick` is called after each.
    """
    articles = len(spans)
    judged = whole_articles(owners, SAMPLE)
    witnesses, meant_by = chosen
    labels = np.concatenate([owners, np.full(len(strangers) + len(witnesses), -1)])
    tried = np.concatenate([judged, np.arange(len(texts), len(labels))])
    judged_texts = _together(texts.some(judged), strangers, witnesses)
    alone = np.zeros((len(tried), articles))
    foreign = np.zeros((len(tried), articles))
    said = []
    for article in range(articles):
        own = np.flatnonzero(owners == article)
        if not len(own):
            said.append(Said(own, np.zeros(0), np.zeros(texts.directions.shape[1]), _FAR))
            alone[:, article] = foreign[:, article] = _FAR
            tick()
            continue
        rivals, far = _near(texts, own, _never_beside(article, spans)[owners], strangers)
        near = np.concatenate([rivals, len(texts) + far])
        learnt = _together(texts.some(rivals), strangers.some(far))
        meant = labels[near] == article
        fitted = fit(learnt.likeness(learnt), meant, np.where(meant, _OWN, 1.0), _SOFTNESS)
        weights, direction = learnt.spoken(fitted.say)
        said.append(_said(weights, direction, fitted.bias, kept))
        scores = judged_texts.scores(weights, direction) + fitted.bias
        alone[:, article], foreign[:, article] = scores, scores
        _unlearn(alone[:, article], foreign[:, article], tried, near, labels, fitted)
        tick()
    foreign[np.arange(len(judged)), owners[judged]] = _FAR
    _part_in_time(alone, foreign, owners[judged], spans)
    seen = len(tried) - len(witnesses)
    trial = _trial(alone[:seen], foreign[:seen], labels[tried[:seen]], asked, tried[:seen], judged_texts)
    confidence = learn_confidence(trial, _heard(alone[seen:], meant_by, witnesses))
    return Learnt(said, confidence, judged, alone[: len(judged)].argmax(axis=1))


def _part_in_time(alone: Floats, foreign: Floats, owners: Ints, spans: Ints) -> None:
    """Leave out of each text's scores the articles that are never valid when its own is."""
    for row, owner in enumerate(owners.tolist()):
        never = _never_beside(owner, spans)
        alone[row, never] = foreign[row, never] = _FAR


def _never_beside(article: int, spans: Ints) -> Flags:
    """Return which articles are never valid on the same day as this one."""
    first, last = spans[article]
    return np.asarray((spans[:, 0] > last) | (spans[:, 1] < first))


def _together(*parts: Texts) -> Texts:
    return Texts(
        vstack([part.features for part in parts]).tocsr(),
        np.concatenate([part.directions for part in parts]),
        np.concatenate([part.known for part in parts]),
        np.concatenate([part.known_apart for part in parts]),
        parts[0].mix,
    )


def _heard(scores: Floats, meant: Ints, witnesses: Texts) -> Trial:
    """Return a trial of what followers said they meant."""
    best = scores.argmax(axis=1)
    return Trial(clues(scores, witnesses.known, best), best == meant, np.zeros(len(best), dtype=bool))


def _near(texts: Texts, own: Ints, never: Flags, strangers: Texts) -> tuple[Ints, Ints]:
    """Return an article's own texts, the rivals and the strangers that it is told from."""
    article = texts.some(own)
    reach = article.likeness(texts).max(axis=0)
    reach[own] = np.inf
    reach[never] = -np.inf
    rivals = _highest(reach, len(own) + RIVALS)
    rivals = rivals[~never[rivals]]
    reach = article.likeness(strangers).max(axis=0)
    return rivals, _highest(reach, STRANGERS)


def _highest(values: Floats, most: int) -> Ints:
    if len(values) > most:
        return np.sort(np.argpartition(-values, most - 1)[:most])
    return np.arange(len(values))


def _said(weights: Floats, direction: Floats, bias: float, kept: int) -> Said:
    places = np.flatnonzero(weights)
    if len(places) > kept:
        places = np.sort(places[np.argpartition(-np.abs(weights[places]), kept)[:kept]])
    return Said(places, weights[places], direction, bias)


def _unlearn(alone: Floats, foreign: Floats, tried: Ints, near: Ints, labels: Ints, fitted: Fitted) -> None:
    """Put in the scores of texts that were learnt from as if they, or their whole articles, had not been."""
    place = np.full(len(labels), -1)
    place[near] = np.arange(len(near))
    at = place[tried]
    learnt = at >= 0
    unlearnt = fitted.unlearnt()
    alone[learnt] = unlearnt[at[learnt]]
    foreign[learnt] = unlearnt[at[learnt]]
    row = np.full(len(labels), -1)
    row[tried] = np.arange(len(tried))
    for other in np.unique(labels[near]):
        if other < 0:
            continue
        block = np.flatnonzero(labels[near] == other)
        rows = row[near[block]]
        if (rows >= 0).any() and len(block) > 1:
            foreign[rows[rows >= 0]] = fitted.without(block)[rows >= 0]


def _trial(alone: Floats, foreign: Floats, labels: Ints, asked: Flags, tried: Ints, texts: Texts) -> Trial:
    """Return a trial of the phrasings of articles with three texts or more, and of all as strangers."""
    sizes = np.bincount(labels[labels >= 0], minlength=alone.shape[1])
    own = labels >= 0
    is_asked = np.zeros(len(labels), dtype=bool)
    is_asked[own] = asked[tried[own]]
    familiar = np.flatnonzero(is_asked & (sizes[labels] > 2))
    best = alone.argmax(axis=1)
    strange = np.flatnonzero(~own | (is_asked & (alone.shape[1] > 1)))
    wrong = foreign.argmax(axis=1)
    return Trial(
        clues=np.concatenate([
            clues(alone[familiar], texts.known[familiar], best[familiar]),
            clues(foreign[strange], texts.known_apart[strange], wrong[strange]),
        ]),
        right=np.concatenate([best[familiar] == labels[familiar], np.zeros(len(strange), dtype=bool)]),
        foreign=np.concatenate([np.zeros(len(familiar), dtype=bool), np.ones(len(strange), dtype=bool)]),
    )  # fmt: skip


def whole_articles(owners: Ints, most: int) -> Ints:
    """Return the texts of as many articles as `most` allows, spread evenly over all of them."""
    articles = int(owners.max()) + 1
    step = max(1, -(-len(owners) // most))
    chosen = np.isin(owners, np.arange(0, articles, step)) if articles >= step else owners >= 0
    return np.flatnonzero(chosen)
