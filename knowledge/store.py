"""Articles in the database: every version is kept, one of them is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from knowledge.article import Article, Phrasing
from knowledge.tables import ARTICLES


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did, by article id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.retired)


def publish(conn: Connection, articles: Sequence[Article], *, only_these: bool = False) -> Changes:
    """Publish these articles, a new version of each that changed; `only_these` retires all others."""
    known = {row.article: row for row in _published(conn)}
    added: list[str] = []
    changed: list[str] = []
    for article in articles:
        before = known.get(article.id)
        if before is not None and _article(before) == article:
            continue
        (added if before is None else changed).append(article.id)
        _retire(conn, article.id)
        last = select(func.max(ARTICLES.c.version)).where(ARTICLES.c.article == article.id)
        version = (conn.execute(last).scalar_one() or 0) + 1
        conn.execute(insert(ARTICLES).values(version=version, status="published", **_values(article)))
    retired = sorted(set(known) - {article.id for article in articles}) if only_these else []
    for article_id in retired:
        _retire(conn, article_id)
    return Changes(tuple(added), tuple(changed), tuple(retired))


def list_published(conn: Connection) -> list[Article]:
    """Return every published article, by id."""
    return [_article(row) for row in _published(conn)]


def _published(conn: Connection) -> Sequence[Row[Any]]:
    published = select(ARTICLES).where(ARTICLES.c.status == "published").order_by(ARTICLES.c.article)
    return conn.execute(published).all()


def _retire(conn: Connection, article_id: str) -> None:
    mine = update(ARTICLES).where(ARTICLES.c.article == article_id, ARTICLES.c.status == "published")
    conn.execute(mine.values(status="retired"))


def _values(article: Article) -> dict[str, Any]:
    body = {
        "phrasings": [[phrasing.text, phrasing.language] for phrasing in article.phrasings],
        "answers": dict(article.answers),
        "tags": list(article.tags),
    }
    return {
        "article": article.id,
        "body": body,
        "valid_from": article.valid_from,
        "valid_until": article.valid_until,
    }


def _article(row: Row[Any]) -> Article:
    body: Mapping[str, Any] = row.body
    return Article(
        id=row.article,
        phrasings=tuple(Phrasing(text, language) for text, language in body["phrasings"]),
        answers=body["answers"],
        tags=tuple(body["tags"]),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def was_ever_filled(conn: Connection) -> bool:
    """Say whether an article was ever published, retired or not."""
    return conn.execute(select(ARTICLES.c.id).limit(1)).first() is not None
