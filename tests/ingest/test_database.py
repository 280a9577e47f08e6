"""The answer of a database: a real PostgreSQL, and the way to SQL Server up to its door."""

from __future__ import annotations

import csv
import io
import os
import traceback
from collections.abc import Iterator

import pytest
import sqlalchemy

from pmf_analysis.errors import DeliveryError, ParameterError, PmfError
from pmf_analysis.ingest.database import fetch
from pmf_analysis.register.sources import DatabaseSource

WORD = "a-word-that-nobody-may-see"


def source(query: str) -> DatabaseSource:
    return DatabaseSource(
        name="monthly", title="Monthly indicators", source="Reporting database",
        layout="pmf_long", address_from="PMF_REPORTING_DATABASE", query=query,
    )  # fmt: skip


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def whole_story(error: BaseException) -> str:
    """Everything that a log could ever hold of an error."""
    return "".join(traceback.format_exception(error)) + repr(vars(error))


@pytest.fixture(scope="module")
def address() -> str:
    given = os.environ.get("PMF_TEST_DATABASE", "")
    if not given:
        pytest.skip("PMF_TEST_DATABASE names no PostgreSQL server to try on")
    return given


@pytest.fixture(scope="module")
def filled(address: str) -> Iterator[str]:
    """A table of every kind of cell, in a schema of its own."""
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        for statement in (
            "DROP SCHEMA IF EXISTS pmf_trial CASCADE",
            "CREATE SCHEMA pmf_trial",
            "CREATE TABLE pmf_trial.monthly (indicator text, service_area text, period text,"
            " numerator integer, denominator numeric(10, 2), seen date, at timestamp,"
            " final boolean)",
            "INSERT INTO pmf_trial.monthly VALUES"
            " ('REF', 'Ashmere', '2026-10', 41, 1200.50, '2026-10-31', '2026-10-31 09:30', true),"
            " ('REF', 'Beltham', '2026-10', NULL, 800, NULL, '2026-10-31 00:00', false),"
            " ('REF', 'a, \"quoted\" name:1', '2026-10', 7, 0.10, '2026-10-01', NULL, NULL)",
        ):
            connection.execute(sqlalchemy.text(statement.replace(":1", r"\:1")))
    yield address
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP SCHEMA pmf_trial CASCADE"))
    engine.dispose()


def test_every_kind_of_cell_becomes_text(filled):
    answer = fetch(source("SELECT * FROM pmf_trial.monthly"), filled)
    assert answer.rows == 3
    assert answer.file_name == "monthly.csv"
    assert rows_of(answer.content) == [
        ["indicator", "service_area", "period", "numerator", "denominator", "seen", "at", "final"],
        ["REF", "Ashmere", "2026-10", "41", "1200.50", "2026-10-31", "2026-10-31 09:30:00", "TRUE"],
        ["REF", "Beltham", "2026-10", "", "800.00", "", "2026-10-31", "FALSE"],
        ["REF", 'a, "quoted" name:1', "2026-10", "7", "0.10", "2026-10-01", "", ""],
    ]


def test_the_order_of_the_database_changes_no_byte(filled):
    up = fetch(source("SELECT * FROM pmf_trial.monthly ORDER BY numerator"), filled)
    down = fetch(source("SELECT * FROM pmf_trial.monthly ORDER BY numerator DESC"), filled)
    assert up.content == down.content


def test_a_colon_in_a_query_is_no_parameter(filled):
    answer = fetch(source("SELECT '2026-10-31 09:30'::timestamp AS at, ':name' AS said"), filled)
    assert rows_of(answer.content)[1] == ["2026-10-31 09:30:00", ":name"]


def test_a_query_that_writes_inside_a_select_is_refused_by_the_server(filled):
    hidden = "WITH gone AS (DELETE FROM pmf_trial.monthly RETURNING 1) SELECT * FROM gone"
    with pytest.raises(DeliveryError, match="refused the query"):
        fetch(source(hidden), filled)
    assert fetch(source("SELECT * FROM pmf_trial.monthly"), filled).rows == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM pmf_trial.absent", "UndefinedTable, 42P01"),
        ("SELECT CAST(service_area AS integer) FROM pmf_trial.monthly", "InvalidText"),
        ("SELECT 1 AS a, 2 AS \"A\"", "the column a twice"),
        ("SELECT * FROM pmf_trial.monthly WHERE false", "gave no row"),
        ("SELECT '\\x00'::bytea AS picture", "column picture: a bytes"),
        ("SELECT ARRAY[1, 2] AS several", "column several: a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_one_clear_error(filled, query, expected):
    with pytest.raises(DeliveryError, match=expected) as caught:
        fetch(source(query), filled)
    story = whole_story(caught.value)
    assert "Ashmere" not in story, "the text of a cell must not reach an error"
    assert sqlalchemy.make_url(filled).password not in story


def test_a_wrong_password_is_never_repeated(address):
    wrong = sqlalchemy.make_url(address).set(password=WORD).render_as_string(hide_password=False)
    with pytest.raises(DeliveryError, match="cannot be reached") as caught:
        fetch(source("SELECT 1"), wrong)
    assert WORD not in whole_story(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "PMF_REPORTING_DATABASE"),
        (f"no address {WORD}", "no address of a database"),
        (f"postgresql+psycopg://user:{WORD}@host:port/x", "no address of a database"),
        (f"oracle+unknown://user:{WORD}@host/x", "nothing is installed"),
        (f"postgresql+psycopg://user:{WORD}@127.0.0.1:1/x", "cannot be reached"),
        (f"mssql+pymssql://user:{WORD}@127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_a_bad_address_is_named_by_its_variable_alone(address, expected):
    with pytest.raises(PmfError, match=expected) as caught:
        fetch(source("SELECT 1"), address)
    assert WORD not in whole_story(caught.value)
    assert isinstance(caught.value, ParameterError | DeliveryError)


def test_rows_are_fetched_the_same_way_from_any_kind_of_database(tmp_path):
    place = tmp_path / "small.sqlite"
    engine = sqlalchemy.create_engine(f"sqlite:///{place}")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE t (a text, b real)"))
        connection.execute(sqlalchemy.text("INSERT INTO t VALUES ('y', 2.0), ('x', 1.5)"))
    engine.dispose()
    answer = fetch(source("SELECT a, b FROM t"), f"sqlite:///{place}")
    assert answer.content == b"a,b\nx,1.5\ny,2\n"
