"""The tables of the knowledge room: articles, every version of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, text
from sqlmodel import Field, SQLModel


class ArticleRow(SQLModel, table=True):
    """One version of an article. `body` holds its phrasings, answers and tags; one version is published."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("one_published", "article", unique=True, sqlite_where=text("status = 'published'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    article: str = Field(max_length=80, index=True)
    version: int
    status: str = Field(max_length=10)
    body: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    valid_from: date | None = None
    valid_until: date | None = None


ARTICLES: Table = ArticleRow.__table__  # type: ignore[attr-defined]
