"""Statements that go straight to SQLite say the same as those that SQLAlchemy carries out."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.database import transaction
from bot.tables import CONTACTS, CONVERSATIONS, LOG, OUTBOX
from handoff.prepared import Prepared, among
from tests.cast import NOON
from tests.databases import new_memory

ADD = Prepared(insert(LOG), "at", "kind", "data")
BY_ID = Prepared(select(LOG).where(LOG.c.id == bindparam("row")))


@pytest.fixture
def conn() -> Iterator[Connection]:
    with transaction(new_memory()) as opened:
        yield opened


def test_a_row_comes_back_as_it_was_given_with_its_types(conn: Connection) -> None:
    new = ADD.add(conn, at=NOON, kind="said", data={"text": "halo"})
    row = BY_ID.first(conn, row=new)
    assert tuple(row) == tuple(conn.execute(select(LOG).where(LOG.c.id == new)).one())
    assert (row.at, row.data, row.ticket_id) == (NOON, {"text": "halo"}, None)


def test_many_rows_go_in_at_once_and_come_out_in_order(conn: Connection) -> None:
    rows = [{"at": NOON, "kind": f"k{n}", "data": {}} for n in range(3)]
    assert ADD.run_all(conn, rows) == 3
    kinds = Prepared(select(LOG.c.kind).order_by(LOG.c.id))
    assert [row.kind for row in kinds.all(conn)] == ["k0", "k1", "k2"]


def test_a_list_may_have_any_length(conn: Connection) -> None:
    ADD.run_all(conn, [{"at": NOON, "kind": f"k{n}", "data": {}} for n in range(4)])
    some = Prepared(select(LOG.c.kind).where(among(LOG.c.id, "rows")).order_by(LOG.c.id))
    for wanted in ([], [2], [1, 3], [4, 4, 99]):
        found = [row.kind for row in some.all(conn, rows=wanted)]
        assert found == sorted({f"k{n - 1}" for n in wanted if n < 5})


def test_what_is_not_there_is_none(conn: Connection) -> None:
    assert BY_ID.first(conn, row=17) is None
    assert Prepared(select(LOG.c.kind).where(LOG.c.id == bindparam("row"))).value(conn, row=17) is None
    assert Prepared(select(func.count().label("n")).select_from(LOG)).value(conn) == 0


def test_a_fixed_value_may_be_none_and_a_change_is_counted(conn: Connection) -> None:
    new = ADD.add(conn, at=NOON, kind="said", data={})
    change = Prepared(update(LOG).where(LOG.c.id == bindparam("row")).values(ticket_id=None), "kind")
    assert change.run(conn, row=new, kind="unsaid") == 1
    assert change.run(conn, row=new + 1, kind="unsaid") == 0
    assert BY_ID.first(conn, row=new).kind == "unsaid"


def test_it_is_part_of_the_transaction_it_is_carried_out_in() -> None:
    engine = new_memory()
    with engine.connect() as conn, conn.begin() as undone:
        ADD.run(conn, at=NOON, kind="said", data={})
        undone.rollback()
    with transaction(engine) as conn:
        assert conn.execute(select(LOG)).all() == []


def test_an_error_is_named_as_sqlalchemy_names_it_and_shows_no_value(conn: Connection) -> None:
    add = Prepared(insert(CONVERSATIONS), "id", "contact_id", "epoch", "quiet_epoch", "offers")
    rows = [{"id": 1, "contact_id": "secret", "epoch": 0, "quiet_epoch": 0, "offers": []}] * 2
    with pytest.raises(IntegrityError) as caught:
        add.run_all(conn, rows)
    assert "secret" not in str(caught.value)
    conn.exec_driver_sql("DROP TABLE log")
    with pytest.raises(OperationalError, match="no such table"):
        BY_ID.first(conn, row=1)


@pytest.mark.parametrize(
    "prepared",
    [
        Prepared(select(LOG).where(LOG.c.id.in_([1, 2]))),
        Prepared(insert(CONTACTS), "channel", "external_id", "name", "created_at"),
        Prepared(insert(OUTBOX), "cause"),
    ],
    ids=["a list", "defaults", "more defaults"],
)
def test_what_only_sqlalchemy_can_do_is_refused(conn: Connection, prepared: Prepared) -> None:
    with pytest.raises(ValueError, match="cannot be made ready"):
        prepared.run(conn)


def test_an_instant_without_a_zone_is_refused_here_too(conn: Connection) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        ADD.run(conn, at=NOON.replace(tzinfo=None), kind="said", data={})
