"""Wiring: from the configuration to the brand and the database."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine

from bot import schema
from bot.brand import Brand
from bot.database import open_engine, transaction
from bot.settings import Settings
from bot.wording import read_wording
from handoff import people
from handoff.entry import Entry
from handoff.policy import Role
from knowledge import store
from knowledge.article import Article, Choice
from knowledge.content import read_content
from knowledge.understanding import Understanding
from knowledge.words import Words, read_words, shipped_words

Progress = Callable[[int, int], None]


def build_brand(
    settings: Settings,
    articles: list[Article],
    cache: Path | None,
    progress: Progress | None = None,
    choices: Sequence[Choice] = (),
) -> Brand:
    """Learn the articles and put the brand's promises and words beside them."""
    understanding = Understanding.build(
        articles,
        language=settings.language,
        words=words_of(settings),
        crisis_terms=settings.crisis_terms,
        choices=choices,
        cache=cache,
        progress=progress,
    )
    return Brand(
        settings.brand,
        settings.language,
        settings.promises,
        understanding,
        read_wording(),
        _reaches(settings),
        settings.asks_customer,
        settings.satisfaction,
    )


def _reaches(settings: Settings) -> frozenset[str]:
    """Name the channels that staff are told on besides the desk."""
    second = settings.second
    ways = {"telegram": settings.telegram.token, "webhook": second.webhook, "email": second.mail}
    return frozenset(name for name, is_set_up in ways.items() if is_set_up)


def words_of(settings: Settings) -> Words:
    """Return the brand's word lists; raises WordsError with every mistake in its own ones."""
    return read_words(settings.words) if settings.words else shipped_words()


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Return where learnt models are kept; None where there is no home for them."""
    root = environ.get("XDG_CACHE_HOME") or (f"{environ['HOME']}/.cache" if environ.get("HOME") else "")
    return Path(root) / "mimin" if root else None


def open_database(settings: Settings) -> Engine:
    """Open the configured database in this version's shape; raises DatabaseError where that cannot be."""
    engine = open_engine(settings.database_url)
    schema.upgrade(engine)
    return engine


def fill(settings: Settings, engine: Engine) -> list[str]:
    """Put the configured staff and content into a database that has none; returns what was done.

    Afterwards the database rules: nothing in it is changed by the configuration.
    """
    done = []
    with transaction(engine) as conn:
        if settings.staff and not people.was_ever_staffed(conn):
            for member in settings.staff:
                people.add_staff(
                    conn, member.name, member.role, member.telegram, member.on_call, member.email
                )
            done.append(f"added {len(settings.staff)} people to the desk")
        if not store.was_ever_filled(conn) and has_content(settings.content):
            changes = store.publish(conn, read_content(settings.content, settings.language))
            done.append(f"published {len(changes.added)} articles")
    return done


def has_content(path: Path) -> bool:
    """Say whether there is anything to read: a folder that is still empty is no mistake."""
    return path.is_file() or (path.is_dir() and any(path.glob("**/*.toml")))


def differences(settings: Settings, conn: Connection, articles: list[Article]) -> list[str]:
    """Return where the configuration and a filled database disagree; the database rules."""
    lines = []
    at_desk = {person.name: person for person in people.list_staff(conn)}
    for member in settings.staff:
        person = at_desk.pop(member.name, None)
        if person is None:
            lines.append(f"staff {member.name}: in the configuration, not at the desk")
        elif (person.role, person.telegram) != (member.role, member.telegram):
            lines.append(f"staff {member.name}: role or telegram differs; the desk has {Role(person.role)}")
        elif (person.on_call, person.email) != (member.on_call, member.email):
            lines.append(
                f"staff {member.name}: on_call or email differs; `mimin staff change` changes the desk's"
            )
    lines += [f"staff {name}: at the desk, not in the configuration" for name in at_desk]
    published = {article.id: article for article in store.list_published(conn)}
    for article in articles:
        known = published.pop(article.id, None)
        if known != article:
            lines.append(f"article {article.id}: {'differs' if known else 'is not published'}")
    return lines + [f"article {article_id}: published, not in the content" for article_id in published]


def imported(changes: store.Changes) -> Entry:
    """Say that the published articles changed; a running process learns them anew."""
    data = {"added": len(changes.added), "changed": len(changes.changed), "retired": len(changes.retired)}
    return Entry("articles_imported", data=data)
