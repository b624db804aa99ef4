"""Searching what was said: what is found and in which order, and an index that follows what is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select, update

from bot import contacts, erasure, migrating, schema, search
from bot.database import METADATA, open_engine, reading, transaction
from bot.search import PAGE, Found
from bot.search_index import purge
from bot.search_words import BEGINS, ENDS, LONGEST, Wanted, parts, wanted
from bot.tables import CONTACTS, CONVERSATIONS, MESSAGES
from handoff.tables import TICKETS
from tests.cast import small_brand
from tests.databases import new_memory

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
INDEX = "SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'search%' ORDER BY name"


@pytest.fixture
def conn() -> Iterator[Connection]:
    with transaction(new_memory()) as opened:
        yield opened


def meet(conn: Connection, name: str) -> int:
    return contacts.find_or_add(conn, "web", f"visitor-{name}", name, NOW).id


def say(conn: Connection, conversation: int, text: str, **more: object) -> int:
    given = {"direction": "in", "author": "contact", "source": "text", "at": NOW, "text": text, **more}
    return contacts.add_message(conn, conversation, **given)


def file_ticket(conn: Connection, conversation: int) -> int:
    values = {"conversation_id": conversation, "status": "waiting", "category": "complaint", "opened_at": NOW}
    ticket: int = conn.execute(insert(TICKETS).values(values).returning(TICKETS.c.id)).scalar_one()
    return ticket


def look(conn: Connection, typed: str, before: int | None = None) -> Found:
    return search.find(conn, wanted(typed), before)


def texts(conn: Connection, typed: str) -> list[str]:
    return ["".join(text for text, _ in hit.said) for hit in look(conn, typed).hits]


def is_sound(conn: Connection) -> bool:
    """Say whether the index holds what the tables hold; SQLite raises where it does not."""
    conn.exec_driver_sql("INSERT INTO search (search) VALUES ('integrity-check')")
    conn.exec_driver_sql("INSERT INTO search_names (search_names) VALUES ('integrity-check')")
    return True


@pytest.mark.parametrize(
    "typed",
    [
        "dekoder mati",
        "MATI dekoder",
        "deko",
        "dekoder total ma",
        '"mati total"',
        "décoder",
        "siti mati",
        "Pusat",
    ],
)
def test_all_words_are_found_whatever_their_order_case_and_accents(conn: Connection, typed: str) -> None:
    siti = meet(conn, "Siti")
    say(conn, siti, "Décoder dan dekoder saya mati total di Jakarta-Pusat")
    say(conn, meet(conn, "Bowo"), "selamat pagi")
    assert len(look(conn, typed).hits) == 1


@pytest.mark.parametrize("typed", ["dekoder hidup", '"total mati"', "ekoder", '"deko"', "siti", "siti bowo"])
def test_what_lacks_a_word_is_not_found(conn: Connection, typed: str) -> None:
    say(conn, meet(conn, "Siti"), "dekoder saya mati total")
    assert look(conn, typed).hits == []


def test_the_newest_stands_first_and_the_rest_on_further_pages(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    said = [say(conn, ani, f"halo {number}") for number in range(2 * PAGE + 5)]
    pages: list[list[int]] = []
    before = None
    while not pages or before is not None:
        found = look(conn, "halo", before)
        pages.append([hit.message for hit in found.hits])
        before = found.older
    assert [len(page) for page in pages] == [PAGE, PAGE, 5]
    assert [message for page in pages for message in page] == said[::-1]


def test_hits_are_marked_and_long_texts_are_cut_around_them(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    say(conn, ani, "kata " * 200 + "<b>decoder</b> mati " + "kata " * 200)
    (hit,) = look(conn, "decoder").hits
    assert [text for text, is_hit in hit.said if is_hit] == ["decoder"]
    assert sum(len(text) for text, _ in hit.said) < 300
    say(conn, ani, "x" * 4_000 + " lama " + "y" * 4_000)
    (hit,) = look(conn, "lama").hits
    assert ("lama", True) in hit.said
    assert sum(len(text) for text, _ in hit.said) < 300


def test_a_ticket_is_found_by_its_number_and_narrows_what_is_looked_for(conn: Connection) -> None:
    ani, bowo = meet(conn, "Ani"), meet(conn, "Bowo")
    ticket = file_ticket(conn, ani)
    mine = [say(conn, ani, text, ticket_id=ticket) for text in ("dekoder mati", "halo?")]
    say(conn, bowo, "dekoder saya juga")
    number = say(conn, bowo, "nomor pesanan #98765 kak")
    found = look(conn, f"#{ticket}")
    assert (found.ticket, [hit.message for hit in found.hits]) == (ticket, mine[::-1])
    assert [hit.message for hit in look(conn, f"dekoder #{ticket}").hits] == mine[:1]
    found = look(conn, "#98765")
    assert (found.ticket, [hit.message for hit in found.hits]) == (None, [number])


def test_followers_are_found_by_their_names_and_so_are_files(conn: Connection) -> None:
    ani = meet(conn, "Ani Wijaya")
    assert look(conn, "wij").people == [ani]
    assert look(conn, "wij").hits == []
    media = [{"kind": "document", "caption": "ini kak", "name": "Tagihan November.pdf"}]
    sent = say(conn, ani, "ini kak", media=media)
    (hit,) = look(conn, "ani tagihan").hits
    assert (hit.message, "".join(text for text, _ in hit.file)) == (sent, "Tagihan November.pdf")


def test_notes_and_what_the_bot_said_are_found_too(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    say(conn, ani, "pelanggan lama sekali", direction="note", author="staff", source="note")
    say(conn, ani, "sudah lama ya, Kak", direction="out", author="bot", source="answer")
    assert [hit.direction for hit in look(conn, "lama").hits] == ["out", "note"]


def test_the_index_follows_what_is_changed_renamed_and_deleted(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    message = say(conn, ani, "harga lama")
    contacts.change_message(conn, message, status="sent", deleted_at=NOW)
    assert look(conn, "harga").hits[0].is_deleted
    contacts.change_message(conn, message, text="harga baru")
    assert texts(conn, "lama") == []
    assert texts(conn, "baru") == ["harga baru"]
    contacts.find_or_add(conn, "web", "visitor-Ani", "Anisa", NOW)
    assert texts(conn, "anisa harga") == ["harga baru"]
    assert look(conn, '"ani"').people == []
    assert is_sound(conn)
    conn.execute(delete(MESSAGES))
    assert texts(conn, "harga") == []
    assert is_sound(conn)


def test_what_was_undone_was_never_in_it() -> None:
    engine = new_memory()
    with reading(engine) as conn:
        say(conn, meet(conn, "Ani"), "rahasia")
        assert texts(conn, "rahasia") == ["rahasia"]
        conn.rollback()
    with reading(engine) as conn:
        assert texts(conn, "rahasia") == []


def test_of_who_is_erased_nothing_is_left_in_the_file(tmp_path: Path) -> None:
    """The words are looked for as bytes: an index keeps beginnings apart, so their ends are what counts."""
    file = tmp_path / "mimin.db"
    engine = open_engine(f"sqlite:///{file}")
    METADATA.create_all(engine)
    with transaction(engine) as conn:
        ani, bowo = meet(conn, "Qqzxwvani"), meet(conn, "Bowo")
        for number in range(300):
            say(conn, ani, f"sandi saya kkqwxzjrahasia{number}")
            say(conn, bowo, f"biasa saja nomor {number}")
    assert has_words(engine, file)
    with transaction(engine) as conn:
        erasure.erase(conn, small_brand(), contacts.get(conn, ani), NOW)
        assert look(conn, "sandi") == look(conn, "qqzxwvani") == Found([], None, [], None)
    begins = is_left = True
    while is_left:
        with transaction(engine) as conn:
            is_left, begins = purge(conn, begins=begins), False
    assert not has_words(engine, file)
    with transaction(engine) as conn:
        assert len(look(conn, "biasa").hits) == PAGE
        assert is_sound(conn)


def has_words(engine: Engine, file: Path) -> bool:
    with engine.connect() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = file.read_bytes()
    return b"zxwvani" in held or b"qwxzjrahasia" in held


def test_the_migration_fills_the_index_and_makes_the_same_one(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/mimin.db")
    schema.upgrade(engine)
    with transaction(engine) as conn:
        for name in (
            conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        ):
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in ("DROP TABLE search", "DROP TABLE search_names", "DROP VIEW search_source"):
            conn.exec_driver_sql(statement)
        conn.exec_driver_sql("DROP INDEX inbound_bundles")  # which came later
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0012'")
        say(conn, meet(conn, "Ani"), "sudah lama di sini", media=None)
    schema.upgrade(engine)
    with transaction(engine) as conn:
        assert texts(conn, "ani lama") == ["sudah lama di sini"]
        assert is_sound(conn)
        assert migrating.drift(conn) == []
        migrated = index_of(conn)
    with reading(new_memory()) as conn:
        assert index_of(conn) == migrated


def test_a_trigger_that_was_lost_is_a_drift(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/mimin.db")
    schema.upgrade(engine)
    with transaction(engine) as conn:
        conn.exec_driver_sql("DROP TRIGGER search_contact_renamed")
        assert [str(one).split()[2] for one in migrating.drift(conn)] == ["search_contact_renamed"]


def index_of(conn: Connection) -> list[tuple[object, ...]]:
    squeeze = str.maketrans("", "", " \n")
    return [(kind, name, (sql or "").translate(squeeze)) for kind, name, sql in conn.exec_driver_sql(INDEX)]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "empty"),
        (" \x00\t ", "empty"),
        ('"""', "no_words"),
        ("🙏 *", "no_words"),
        ("a" * 10_000, "too_long"),
    ],
)
def test_what_cannot_be_searched_for_has_a_name(conn: Connection, typed: str, problem: str) -> None:
    assert wanted(typed) == Wanted(problem=problem)
    assert look(conn, typed) == Found()


ODD = [
    '"',
    "*",
    "NEAR(",
    "AND",
    "OR",
    "NOT",
    "^",
    ":",
    "-",
    "{text}",
    "(",
    ")",
    "'",
    "#",
    "#1",
    "\x00",
    "🙏",
    "a",
]


@given(st.text(max_size=LONGEST) | st.lists(st.sampled_from(ODD), max_size=60).map(" ".join))
@settings(deadline=None)
def test_whatever_is_typed_has_an_answer(typed: str) -> None:
    with one_message() as conn:
        look(conn, typed)
        look(conn, f'kata "{typed}')


@contextmanager
def one_message(engine: Engine = new_memory()) -> Iterator[Connection]:  # noqa: B008 - read only
    with reading(engine) as conn:
        yield conn


@pytest.mark.parametrize(
    "typed", ["mati AND hidup", "mati NOT", "NEAR(mati hidup)", "text: mati", "mati*", "^mati"]
)
def test_no_word_is_taken_for_an_operator(conn: Connection, typed: str) -> None:
    ani = meet(conn, "Ani")
    say(conn, ani, "mati")
    both = say(conn, ani, "text near mati and not hidup")
    assert both in [hit.message for hit in look(conn, typed).hits]


@given(st.text(alphabet=f"ab {BEGINS}{ENDS}", max_size=40))
def test_pieces_lose_no_letter_of_a_short_text(found: str) -> None:
    said = "".join(text for text, _ in parts(found))
    marks = str.maketrans("", "", BEGINS + ENDS)
    assert said.translate(marks) == found.translate(marks)


def test_the_messages_around_an_old_one_are_shown_and_the_newest_ones_as_always(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    said = [say(conn, ani, str(n), at=NOW + timedelta(seconds=n)) for n in range(500)]
    around = search.list_around(conn, ani, said[100])
    assert around is not None
    assert [row.id for row in around] == said[:151]
    assert search.list_around(conn, ani, said[-100]) is None
    assert search.list_around(conn, ani, 10**12) is None


def test_a_contact_without_messages_renames_and_goes(conn: Connection) -> None:
    ani = meet(conn, "Ani")
    conn.execute(update(CONTACTS).values(name="Ana"))
    assert look(conn, "ana").people == [ani]
    conn.execute(delete(CONVERSATIONS))
    conn.execute(delete(CONTACTS))
    assert conn.execute(select(CONTACTS)).first() is None
    assert is_sound(conn)
