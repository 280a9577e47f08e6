"""The answer of a database to a query, as the bytes of a CSV file.

From there on it is a delivery like any other: kept as delivered, read by a layout, named
by its hash. Address, user and password stand in the environment alone; they reach no file,
message or log, and neither does what the database says about a cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from pmf_analysis.errors import DeliveryError, ParameterError
from pmf_analysis.register.sources import DatabaseSource

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

LARGEST = 512 * 1024 * 1024
"""Bytes of text that are fetched at the most: a guard for the machine, as for files."""

_AT_A_TIME = 10_000
_CONNECT_SECONDS = 30

_LIMITS = {"postgresql": "connect_timeout", "mssql": "login_timeout"}
"""Dialect to the word that its driver has for how long to wait for the server."""


@dataclass(frozen=True)
class Answer:
    """What a database gave.

    Attributes
    ----------
    file_name : str
        ``<name of the source>.csv``.
    content : bytes
        CSV in UTF-8 with a header; rows in the order of their text, so that the same rows
        are the same bytes whatever order the database gave them in.
    rows : int
    """

    file_name: str
    content: bytes
    rows: int


def fetch(source: DatabaseSource, address: str) -> Answer:
    """Ask a database for the rows of a source.

    Parameters
    ----------
    source : DatabaseSource
    address : str
        As SQLAlchemy writes it, ``dialect+driver://user:password@host:port/database``.

    Returns
    -------
    Answer

    Raises
    ------
    ParameterError
        If the address is missing or is none; it is not repeated.
    DeliveryError
        If the database cannot be reached, refuses the query, answers without a row or with
        something that is no text, number, date or yes and no.
    """
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(source, _url(source, address))
    try:
        with engine.connect() as connection:
            header, rows = _ask(source, connection)
    except SQLAlchemyError as error:
        # the driver's own words may hold the address, or the text of a cell
        raise _refused(source, error) from None
    finally:
        engine.dispose()
    return Answer(f"{source.name}.csv", _as_csv(source, header, rows), len(rows))


def _url(source: DatabaseSource, address: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if not address:
        raise ParameterError(
            f"The address of the database source {source.name} is not known",
            f"the environment variable {source.address_from}",
            f"Set {source.address_from}, such as postgresql+psycopg://user:password@host/database",
        )
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise ParameterError(
            f"What {source.address_from} holds is no address of a database (it is not shown here)",
            "dialect+driver://user:password@host:port/database",
            f"Set {source.address_from} again",
        ) from None


def _engine(source: DatabaseSource, url: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    word = _LIMITS.get(url.get_backend_name())
    wait = {"connect_args": {word: _CONNECT_SECONDS}} if word else {}
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True, **wait)
    except (SQLAlchemyError, ImportError, TypeError):
        raise ParameterError(
            f"What {source.address_from} holds names the kind of database {url.drivername!r}, "
            "for which nothing is installed",
            "postgresql+psycopg or mssql+pymssql",
            f"Set {source.address_from} again, or install the driver",
        ) from None


def _ask(source: DatabaseSource, connection: Connection) -> tuple[list[str], list[list[str]]]:
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    # a colon in the query is a colon, not a parameter
    statement = text(source.query.replace(":", r"\:"))
    result = connection.execution_options(stream_results=True).execute(statement)
    header = [str(name) for name in result.keys()]  # noqa: SIM118 - not a dictionary
    rows: list[list[str]] = []
    size = 0
    for part in result.partitions(_AT_A_TIME):
        for row in part:
            cells = [_text(source, name, cell) for name, cell in zip(header, row, strict=True)]
            size += sum(map(len, cells))
            rows.append(cells)
        if size > LARGEST:
            raise DeliveryError(
                f"The database source {source.name} gives more than {LARGEST // 1024**2} MB",
                "an answer of figures or records", "Ask for less in its query; nothing was stored",
            )  # fmt: skip
    if not rows:
        raise DeliveryError(
            f"The database source {source.name} gave no row", "at least one row",
            "Look at its query; nothing was stored",
        )  # fmt: skip
    return header, rows


def _text(source: DatabaseSource, name: str, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0) and cell.tzinfo is None
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, int | date | time):
        return str(cell)
    raise DeliveryError(
        f"The database source {source.name}, column {name}: a {type(cell).__name__} cannot be "
        "kept as text",
        "text, numbers, dates, or yes and no", "Turn the column into text in the query",
    )  # fmt: skip


def _as_csv(source: DatabaseSource, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    folded = [name.casefold() for name in header]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise DeliveryError(
            f"The database source {source.name} gives the column {', '.join(twice)} twice",
            "every column named once", "Name it in the query with AS",
        )  # fmt: skip
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(sorted(rows))
    return stream.getvalue().encode("utf-8")


def _refused(source: DatabaseSource, error: Exception) -> DeliveryError:
    own = getattr(error, "orig", None)
    kind = type(own or error).__name__
    state = getattr(own, "sqlstate", None)
    named = f"{kind}, {state}" if state else kind
    reached = kind not in ("OperationalError", "InterfaceError", "ConnectionTimeout")
    return DeliveryError(
        f"The database source {source.name} "
        + (f"refused the query ({named})" if reached else f"cannot be reached ({named})"),
        "an answer to the query of "
        f"data/reference/sources/{source.name}.yml at the address in {source.address_from}",
        "Try the query in a client of the database; nothing was stored",
    )
