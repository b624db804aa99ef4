"""The readable word lists: what ships with the product, and what a brand adds to it."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rapidfuzz import process

from knowledge.article import LANGUAGES

CRISIS_KINDS = ("fraud", "safety", "legal", "media", "viral", "hacked", "self_harm")
GUARD_KINDS = (
    "rude",
    "money",
    "goods",
    "free",
    "giving",
    "certain",
    "hedge",
    "price",
    "offer",
    "time",
)
TERM_FILES = ("human", "thanks", "greeting", "abuse", "status", "spam")
_EXAMPLES = "examples_complaint"
_CRISES = "examples_crisis"
_CONCEPTS = "concepts"  # long, so that it may stand in several files: concepts.toml, concepts_goods.toml ...
_KEY = re.compile(r"\w+(?:'\w+)*")
_MEMBER = re.compile(r"[^\W_]+\*?")
_PARTS = ("terms", "unless", "examples", "ordinary")
_FILES = (
    "lexicon",
    _CONCEPTS,
    "weak",
    _EXAMPLES,
    "crisis",
    _CRISES,
    "language",
    "negation",
    "guard",
    *TERM_FILES,
)


class WordsError(ValueError):
    """Every mistake found in the word lists, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class TermList:
    """Phrases that fire a signal, phrases that veto them, examples, and ordinary texts that are none.

    In a phrase `*` at a word's end stands for any ending, and ` .. ` between words for up to four words.
    """

    terms: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """All word lists of one brand: the shipped ones and its own."""

    lexicon: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    concepts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    complaint: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    crisis: Mapping[str, TermList] = field(default_factory=lambda: MappingProxyType({}))
    guard: Mapping[str, TermList] = field(default_factory=lambda: MappingProxyType({}))
    signals: Mapping[str, TermList] = field(default_factory=lambda: MappingProxyType({}))
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    negation: tuple[str, ...] = ()
    filler: tuple[str, ...] = ()
    light: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()


def parse_phrase(text: str) -> str:
    """Return a phrase as the lists hold it; raises ValueError with what is allowed."""
    words = text.split()
    starred = any("*" in word[:-1] or word == "*" for word in words)
    spoken = all(word == ".." or any(letter.isalnum() for letter in word) for word in words)
    if not words or ".." in (words[0], words[-1]) or starred or not spoken:
        raise ValueError("a phrase is made of words; * ends a word, and .. stands between words")
    return text


@cache
def shipped_words() -> Words:
    """Return the lists that come with the product."""
    return _read(Path(__file__).parent / "words", Words())


def read_words(folder: Path) -> Words:
    """Return the shipped lists with the brand's own of the same file names laid over them.

    A lexicon pair replaces the shipped one of the same key, all else is added. Raises WordsError with
    every mistake at once.
    """
    if not folder.is_dir():
        raise WordsError([f"{folder}: no such folder; allowed is one with lists such as lexicon.toml"])
    return _read(folder, shipped_words())


def _read(folder: Path, under: Words) -> Words:
    mistakes: list[str] = []
    tables: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in _FILES and not path.stem.startswith(f"{_CONCEPTS}_"):
            mistakes.append(f"{path}: no such word list{_nearest(path.stem, _FILES, '.toml')}")
            continue
        try:
            tables[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            mistakes.append(f"{path}: not readable as TOML: {fault}")
    reader = _Reader(folder, mistakes)
    lexicon = dict(under.lexicon)
    lexicon.update(reader.pairs("lexicon", tables.get("lexicon", {})))
    concepts = dict(under.concepts)
    for file in (name for name in tables if name.split("_")[0] == _CONCEPTS):
        for name, members in reader.pairs(file, tables[file]):
            for member in members.split():
                if not _MEMBER.fullmatch(member):
                    allowed = "a member is one word of letters and digits; * may end it"
                    reader.note(file, name, f'"{member}": {allowed}')
            concepts[name] = _joined(concepts.get(name, ()), members.split())
    examples = reader.lists(_EXAMPLES, tables.get(_EXAMPLES, {}), ("complaint", "question"))
    languages = reader.lists("language", tables.get("language", {}), LANGUAGES)
    negation = reader.lists("negation", tables.get("negation", {}), ("words",))
    weak = reader.lists("weak", tables.get("weak", {}), ("filler", "light", "asking"))
    crisis = dict(reader.kinds("crisis", tables.get("crisis", {}), CRISIS_KINDS))
    for kind, listed in reader.kinds(_CRISES, tables.get(_CRISES, {}), CRISIS_KINDS):
        crisis[kind] = _laid(crisis.get(kind), listed)
    signals = {name: reader.terms(name, name, tables.get(name, {})) for name in TERM_FILES}
    guard = dict(reader.kinds("guard", tables.get("guard", {}), GUARD_KINDS))
    if mistakes:
        raise WordsError(mistakes)
    return Words(
        lexicon=MappingProxyType(lexicon),
        concepts=MappingProxyType(concepts),
        complaint=_joined(under.complaint, examples["complaint"]),
        question=_joined(under.question, examples["question"]),
        crisis=MappingProxyType({k: _laid(under.crisis.get(k), crisis.get(k)) for k in CRISIS_KINDS}),
        guard=MappingProxyType({k: _laid(under.guard.get(k), guard.get(k)) for k in GUARD_KINDS}),
        signals=MappingProxyType({k: _laid(under.signals.get(k), signals[k]) for k in TERM_FILES}),
        languages=MappingProxyType({k: _joined(under.languages.get(k, ()), languages[k]) for k in LANGUAGES}),
        negation=_joined(under.negation, negation["words"]),
        filler=_joined(under.filler, weak["filler"]),
        light=_joined(under.light, weak["light"]),
        asking=_joined(under.asking, weak["asking"]),
    )


def _laid(under: TermList | None, over: TermList | None) -> TermList:
    under, over = under or TermList(), over or TermList()
    return TermList(*(_joined(getattr(under, part), getattr(over, part)) for part in _PARTS))


def _joined(under: Sequence[str], over: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*under, *over)))


def _nearest(name: str, known: Sequence[str], ending: str = "") -> str:
    found = process.extractOne(name, known, score_cutoff=60)
    return f'; did you mean "{found[0]}{ending}"?' if found else f"; known are {', '.join(known)}"


class _Reader:
    """Reads checked values out of parsed tables and notes each mistake as one line."""

    def __init__(self, folder: Path, mistakes: list[str]) -> None:
        self.folder = folder
        self.mistakes = mistakes

    def note(self, file: str, key: str, fault: str) -> None:
        self.mistakes.append(f"{self.folder / file}.toml: {key}: {fault}")

    def pairs(self, file: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for theme, entries in table.items():
            if not isinstance(entries, dict):
                self.note(file, theme, 'a pair stands in a themed table, as in [question] brp = "berapa"')
                continue
            for slang, standard in entries.items():
                if slang != slang.lower() or not _KEY.fullmatch(slang):
                    self.note(file, f"{theme}.{slang}", "the key is one word in lower case")
                elif not isinstance(standard, str) or not standard.strip():
                    self.note(file, f"{theme}.{slang}", "the value is what it stands for, as text")
                else:
                    yield slang, standard.lower()

    def lists(self, file: str, table: Mapping[str, Any], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
        for key in table:
            if key not in known:
                self.note(file, key, f"no such key{_nearest(key, known)}")
        return {key: self.texts(file, key, table.get(key, [])) for key in known}

    def texts(self, file: str, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.note(file, key, 'a list of texts is wanted, as in ["satu", "dua"]')
            return ()
        return tuple(value)

    def terms(self, file: str, key: str, table: Mapping[str, Any]) -> TermList:
        prefix = "" if key == file else f"{key}."
        for part in table:
            if part not in _PARTS:
                self.note(file, f"{prefix}{part}", f"no such key{_nearest(part, _PARTS)}")
        found = {part: self.texts(file, f"{prefix}{part}", table.get(part, [])) for part in _PARTS}
        for part in ("terms", "unless"):
            for phrase in found[part]:
                try:
                    parse_phrase(phrase)
                except ValueError as error:
                    self.note(file, f"{prefix}{part}", f'"{phrase}": {error}')
        return TermList(**found)

    def kinds(
        self, file: str, table: Mapping[str, Any], known: Sequence[str]
    ) -> Iterator[tuple[str, TermList]]:
        for kind, entries in table.items():
            if kind not in known:
                self.note(file, kind, f"no such kind{_nearest(kind, known)}")
            elif not isinstance(entries, dict):
                self.note(file, kind, f"a table is wanted, as in [{kind}] terms = [...]")
            else:
                yield kind, self.terms(file, kind, entries)
