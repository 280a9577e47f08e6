"""Database sources: read from files, refused when they could change anything."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pmf_analysis.errors import ParameterError, RegisterError
from pmf_analysis.register.sources import load_sources, pick_source

SOURCE = """\
name: monthly
title: Monthly indicators
source: The case system's reporting database
layout: pmf_long
address_from: PMF_REPORTING_DATABASE
query: {query}
"""


def written(folder: Path, query: str = "SELECT a, b FROM monthly", name: str = "monthly") -> Path:
    folder.mkdir(exist_ok=True)
    text = SOURCE.format(query="|-\n" + textwrap.indent(query, "  "))
    (folder / f"{name}.yml").write_text(text, "utf-8")
    return folder


def test_a_source_is_read(tmp_path):
    source = pick_source(load_sources(written(tmp_path / "sources")), "monthly")
    assert (source.layout, source.address_from) == ("pmf_long", "PMF_REPORTING_DATABASE")


@pytest.mark.parametrize(
    "query",
    [
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "select 1;",
        "-- monthly; by team\nSELECT 1",
        "SELECT ';' AS semicolon",
        "/* ; */ SELECT 1",
    ],
)
def test_a_query_that_reads(tmp_path, query):
    assert load_sources(written(tmp_path / "sources", query))["monthly"].query.strip() == query


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM monthly",
        "SELECT 1; DROP TABLE monthly",
        "-- SELECT\nUPDATE monthly SET a = 1",
        "SELECT '--'; DROP TABLE monthly",
        "SELECT '/*'; DROP TABLE monthly --*/",
        "EXEC xp_cmdshell 'dir'",
        "SELECT 1 -- '\n; DROP TABLE monthly --'",
    ],
)
def test_a_query_that_could_change_something_is_refused(tmp_path, query):
    with pytest.raises(RegisterError, match=r"sources/monthly\.yml"):
        load_sources(written(tmp_path / "sources", query))


def test_a_file_is_named_after_its_source(tmp_path):
    with pytest.raises(RegisterError, match="expected 'weekly'"):
        load_sources(written(tmp_path / "sources", name="weekly"))


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path):
    sources = load_sources(written(tmp_path / "sources"))
    with pytest.raises(ParameterError, match="monthly"):
        pick_source(sources, "montly")


def test_no_source_at_all(tmp_path):
    assert load_sources(tmp_path / "none") == {}
    with pytest.raises(RegisterError, match="data/reference/sources"):
        pick_source({}, "monthly")
