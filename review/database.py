"""The review database: SQLite by default, PostgreSQL by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, create_engine, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ensembles.errors import ConfigError, SkysiftError
from review.tables import ABOUT, METADATA, SCHEMA_VERSION

NO_DATABASE = "none"
"""Instead of a URL: nothing is kept."""
WAIT_SECONDS = 5
"""For another process that writes, and for a database to answer a connection."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+pg8000"}


class StoreError(SkysiftError):
    """The review database cannot be read or written."""


class Database:
    """A connection to the tables, made when it is first needed.

    Args:
        url: `sqlite:///file` or `postgresql://user@host/name`.

    Raises:
        ConfigError: The URL is none, or of another kind of database.
    """

    def __init__(self, url: str) -> None:
        self.url = _known(url)
        self._engine = _engine(self.url)
        self._ready = False

    @contextmanager
    def begin(self, *, writes: bool = True) -> Iterator[Connection]:
        """Give a transaction: all of the block is kept, or nothing.

        Args:
            writes: Whether it may change anything; one that only reads waits for nobody.

        Raises:
            StoreError: The database cannot be reached, read or written.
        """
        try:
            if not self._ready:
                self._prepare()
            with self._engine.execution_options(writes=writes).begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(
                f"the review database {self.url.render_as_string()}: {cause}; SKYSIFT_DATABASE "
                "says where it is"
            ) from error

    def insert_new(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
        """Insert rows, leave alone what is there already, and return how many were new."""
        if not rows:
            return 0
        local = self._engine.dialect.name == "sqlite"
        made = sqlite.insert(table) if local else postgresql.insert(table)
        # One statement for each row: SQLAlchemy takes far longer to write one for all of them.
        counted = connection.execution_options(preserve_rowcount=True)
        return counted.execute(made.on_conflict_do_nothing(), rows).rowcount

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    def _prepare(self) -> None:
        if self.url.database and self.url.get_backend_name() == "sqlite":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        with self._engine.begin() as connection:
            METADATA.create_all(connection)
            found = connection.scalar(select(ABOUT.c.schema_version))
            if found is None:
                connection.execute(insert(ABOUT).values(schema_version=SCHEMA_VERSION))
            elif found != SCHEMA_VERSION:
                raise StoreError(
                    f"the review database {self.url.render_as_string()} has tables of version "
                    f"{found}, but this Skysift knows version {SCHEMA_VERSION}"
                )
        self._ready = True


def _known(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError:
        raise ConfigError(
            f"SKYSIFT_DATABASE: {url!r} is no URL; use sqlite:///FILE or postgresql://HOST/NAME"
        ) from None
    if made.get_backend_name() not in DRIVERS:
        raise ConfigError(
            f"SKYSIFT_DATABASE: {made.get_backend_name()!r} is not supported; use "
            "sqlite:///FILE or postgresql://HOST/NAME"
        )
    if "+" in made.drivername:
        return made
    return made.set(drivername=DRIVERS[made.get_backend_name()])


def _engine(url: URL) -> Engine:
    local = url.get_backend_name() == "sqlite"
    arguments = {"timeout": WAIT_SECONDS}
    try:
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=not local)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            f"SKYSIFT_DATABASE: {error}; PostgreSQL needs skysift[postgres]"
        ) from error
    if local:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_at_once)
    return engine


def _set_up_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401, ARG001 - SQLAlchemy's signature
    """Let readers and a writer work side by side, and keep what was committed."""
    connection.isolation_level = None  # else the driver begins by itself, and too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={WAIT_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_at_once(connection: Connection) -> None:
    """Wait for other writers at the start: SQLite does not let a reader become one later."""
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
