"""Learning what replies of staff read as, from replies that were written for it. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array

from knowledge.impressions import KINDS, Impressions, Names, reply_names, with_clauses
from knowledge.judging import fitted
from knowledge.numbers import Flags, Floats, Ints
from knowledge.vocabulary import Reader

FINE = "fine"
ASKED = 0.7  # the chance from which on a reply is asked about; from 0.5 on it gets a hint
_SELDOM = 3  # texts that a name must stand in to be learnt
_SOFTNESS = 100.0
_GROUPS = 3  # of files: each is judged by what was learnt from the others
_SMOOTH = 0.1
# Shares of fine replies that get a hint, and that are asked about. A third was written to mislead; of
# ordinary ones far fewer are, fewest of those that could sound rude.
_LINES: Mapping[str, tuple[float, float]] = {"rude": (0.05, 0.02), "promise": (0.02, 0.007)}

Replies = Mapping[str, Sequence[str]]


def learn_impressions(files: Sequence[Replies], reader: Reader) -> Impressions:
    """Learn from the replies of several files, each with lists by kind.

    The lines are set where so many fine replies of files that were not learnt from are beyond them.
    """
    rows = _Rows.read(files, reader)
    names, counts = np.unique(np.concatenate([rows.named[at] for at in rows.wholes]), return_counts=True)
    names, counts = names[counts >= _SELDOM], counts[counts >= _SELDOM]
    total = 1 + len(rows.wholes)
    rarities, unknown = np.log(total / (1 + counts)) + 1, math.log(total) + 1
    table = _table(rows.named, names, rarities, unknown)
    weights, biases = {}, {}
    for kind in KINDS:
        judged = np.zeros(len(rows.named))
        for group in range(_GROUPS):
            others = rows.group != group
            say, bias = _learn(table, rows, kind, others)
            judged[~others] = table[~others] @ say + bias
        hinted, asked = np.quantile(rows.worst(judged, FINE), [1 - share for share in _LINES[kind]])
        scale = math.log(ASKED / (1 - ASKED)) / (asked - hinted)
        say, bias = _learn(table, rows, kind, np.ones(len(rows.named), dtype=bool))
        weights[kind], biases[kind] = say * scale, float((bias - hinted) * scale)
    return Impressions(names, rarities, unknown, weights, biases)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every reply and each of its clauses: of what kind and group, and of which reply; `wholes` are the
    replies themselves.
    """

    named: Sequence[Names]
    kind: Sequence[str]
    group: Ints
    reply: Ints
    wholes: Ints

    @classmethod
    def read(cls, files: Sequence[Replies], reader: Reader) -> "_Rows":
        named: list[Names] = []
        kinds: list[str] = []
        groups, replies, wholes = list[int](), list[int](), list[int]()
        for place, file in enumerate(files):
            for kind, text in ((kind, text) for kind, texts in file.items() for text in texts):
                wholes.append(len(named))
                for part in with_clauses(text):
                    named.append(reply_names(part, reader))
                    kinds.append(kind)
                    groups.append(place % _GROUPS)
                    replies.append(len(wholes) - 1)
        return cls(named, kinds, np.array(groups), np.array(replies), np.array(wholes))

    def worst(self, judged: Floats, kind: str) -> Floats:
        """Return the highest score of any part, for each reply of the kind."""
        highest = np.full(len(self.wholes), -np.inf)
        np.maximum.at(highest, self.reply, judged)
        return highest[[self.kind[at] == kind for at in self.wholes]]


def _learn(table: csr_array, rows: _Rows, kind: str, among: Flags) -> tuple[Floats, float]:
    """Learn a kind from whole replies; of what is fine each clause is fine by itself, too.

    A name weighs the more easily the more it leans to one side, as in a naive Bayes classifier.
    """
    is_whole = np.zeros(len(among), dtype=bool)
    is_whole[rows.wholes] = True
    used = among & (is_whole | np.array([one == FINE for one in rows.kind]))
    meant = np.array([one == kind for one in rows.kind])[used]
    part = table[used]
    yes, no = (np.asarray(part[side].sum(axis=0)).ravel() + _SMOOTH for side in (meant, ~meant))
    lean = np.abs(np.log((yes / yes.sum()) / (no / no.sum())))
    say, bias = fitted(csr_array(part @ diags_array(lean)), meant, _SOFTNESS)
    return say * lean, bias


def _table(named: Sequence[Names], names: Names, rarities: Floats, unknown: float) -> csr_array:
    columns, values = [], []
    for row in named:
        place = np.minimum(np.searchsorted(names, row), len(names) - 1)
        known = place[names[place] == row]
        own = rarities[known]
        columns.append(known)
        values.append(own / (math.sqrt(float(own @ own) + (len(row) - len(known)) * unknown**2) or 1.0))
    starts = np.concatenate([[0], np.cumsum([len(known) for known in columns])])
    shape = (len(named), len(names))
    return csr_array((np.concatenate(values), np.concatenate(columns), starts), shape=shape)
