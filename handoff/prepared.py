"""Statements that are worked out once and then go straight to SQLite.

SQLAlchemy builds, looks up and wraps a statement for about ten times what SQLite needs to carry it out. Where
that happens for every message, the statement is written as everywhere else and made ready when it is
first used; types are converted by the same columns, and errors are SQLAlchemy's.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Executable, Select, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
DIALECT = sqlite.dialect(paramstyle="named")


class Prepared:
    """A statement whose changing values are `bindparam`s, given by name when it is carried out.

    `columns` are those that an insert or an update sets. Raises ValueError for what only SQLAlchemy can do:
    lists in `in_`, and defaults of columns that are not given.
    """

    def __init__(self, statement: Executable, *columns: str) -> None:
        self._statement = statement
        self._columns = columns

    def first(self, conn: Connection, **values: object) -> Any:
        """Return the first row, with columns as attributes, or None."""
        cursor = self._carry_out(conn, values)
        found = cursor.fetchone()
        cursor.close()  # what is half read would hold its state of the database
        return None if found is None else self._row(found)

    def all(self, conn: Connection, **values: object) -> list[Any]:
        """Return every row."""
        return list(self.each(conn, **values))

    def each(self, conn: Connection, **values: object) -> Iterator[Any]:
        """Give the rows one by one; those that nobody takes are not read."""
        cursor = self._carry_out(conn, values)
        try:
            yield from map(self._row, cursor)
        finally:
            cursor.close()

    def value(self, conn: Connection, **values: object) -> Any:
        """Return the first column of the first row, or None."""
        found = self.first(conn, **values)
        return None if found is None else found[0]

    def run(self, conn: Connection, **values: object) -> int:
        """Carry it out and return how many rows it changed."""
        return self._carry_out(conn, values).rowcount

    def run_all(self, conn: Connection, rows: Sequence[Mapping[str, object]]) -> int:
        """Carry it out once for each of the rows and return how many rows that changed."""
        cursor = _raw(conn).cursor()
        try:
            return cursor.executemany(self._sql, map(self._bound, rows)).rowcount
        except sqlite3.Error as error:
            raise _named(self._sql, error) from error

    def add(self, conn: Connection, **values: object) -> int:
        """Carry an insert out and return the new row's id."""
        return self._carry_out(conn, values).lastrowid or 0

    def _carry_out(self, conn: Connection, values: Mapping[str, object]) -> sqlite3.Cursor:
        try:
            return _raw(conn).execute(self._sql, self._bound(values))
        except sqlite3.Error as error:
            raise _named(self._sql, error) from error

    def _bound(self, values: Mapping[str, object]) -> dict[str, object]:
        bound = {**self._fixed, **values}
        for name, convert in self._binds:
            bound[name] = convert(bound[name])
        return bound

    def _row(self, found: Sequence[Any]) -> Any:
        row = list(found)
        for place, convert in self._results:
            row[place] = convert(row[place])
        return self._shape._make(row)

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled: SQLCompiler = self._statement.compile(  # type: ignore[attr-defined]
            dialect=DIALECT, column_keys=list(self._columns) or None
        )
        if compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError(f"this cannot be made ready: {compiled}")
        return compiled

    @cached_property
    def _sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        """Return the values that stand in the statement itself."""
        return {n: bind.effective_value for n, bind in self._compiled.binds.items() if not bind.required}

    @cached_property
    def _binds(self) -> list[tuple[str, Convert]]:
        processors = (
            (name, bind.type.dialect_impl(DIALECT).bind_processor(DIALECT))
            for name, bind in self._compiled.binds.items()
        )
        return [(name, processor) for name, processor in processors if processor is not None]

    @cached_property
    def _results(self) -> list[tuple[int, Convert]]:
        processors = (
            (place, column.type.dialect_impl(DIALECT).result_processor(DIALECT, None))
            for place, column in enumerate(self._shown())
        )
        return [(place, processor) for place, processor in processors if processor is not None]

    @cached_property
    def _shape(self) -> Any:
        return namedtuple("Row", [column.key for column in self._shown()])

    def _shown(self) -> Sequence[Any]:
        return list(self._statement.selected_columns) if isinstance(self._statement, Select) else ()


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """Undo what is done inside, and nothing else, where it raises; SQLAlchemy's own costs as much as the
    statements between.
    """
    raw = _raw(conn)
    raw.execute("SAVEPOINT mimin")
    try:
        yield
    except BaseException:
        raw.execute("ROLLBACK TO mimin")
        raw.execute("RELEASE mimin")
        raise
    raw.execute("RELEASE mimin")


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Say that a column holds one of a list of any length, which is given by this name."""
    listed = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return column.in_(select(listed.c.value))


def _raw(conn: Connection) -> sqlite3.Connection:
    raw: sqlite3.Connection = conn.connection.driver_connection  # type: ignore[assignment]
    return raw


def _named(statement: str, error: sqlite3.Error) -> DBAPIError:
    """Return SQLAlchemy's error for one of SQLite's, without the values: they may be somebody's words."""
    named = DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True)
    return named if isinstance(named, DBAPIError) else DBAPIError(statement, None, error)
