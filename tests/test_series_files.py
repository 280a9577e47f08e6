"""A file of series: what is read of it, what is refused and how, and what is written."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis import series_files
from pmf_analysis.errors import ParameterError, PmfError, TableError, UnreadableFileError
from pmf_analysis.series_files import FORECAST_COLUMNS, TOLD_COLUMNS, read_series
from pmf_analysis.terms import Frequency, SeriesKind

HEADER = "series_id,t,value,freq,period,h,kind,lower,upper"
YEARLY = "yearly,1,3,count,0,"
MONTHLY = "monthly,12,2,percent,0,100"


def lines(name: str, values: list[object], rest: str = YEARLY, first: int = 1) -> list[str]:
    return [f"{name},{first + step},{value},{rest}" for step, value in enumerate(values)]


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture
def made(tmp_path):
    def make(content: str | bytes, name: str = "in.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def answered(made, tmp_path):
    """A file's forecasts and what is told of it, as rows of text."""

    def answer(content: str | bytes, name: str = "in.csv") -> tuple[list[dict], list[dict]]:
        out, told = tmp_path / "fc.csv", tmp_path / "told.csv"
        series_files.forecast_file(made(content, name), out, told)
        return rows_of(out), rows_of(told)

    return answer


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


# -- what is read ---------------------------------------------------------------------------


def test_every_field_of_a_series_is_read(made):
    rows = [
        "A,3,50,monthly,12,2,percent,0,100,40",
        "A,4,52.5,monthly,12,2,percent,0,100,",
    ]
    read = read_series(made(table(*rows, header=HEADER + ",denominator")))
    (one,) = read.series
    assert (one.name, one.season, one.horizon, one.kind) == ("A", 12, 2, SeriesKind.PERCENT)
    assert (one.lower, one.upper) == (0, 100)
    np.testing.assert_array_equal(one.values, [50, 52.5])
    np.testing.assert_array_equal(one.denominators, [40, np.nan])
    assert read.frequencies == (Frequency.MONTH,)


def test_a_series_without_any_denominator_has_none(made):
    rows = ["A,1,50,monthly,12,2,percent,0,100,40", "B,1,50,monthly,12,2,percent,0,100,"]
    read = read_series(made(table(*rows, header=HEADER + ",denominator")))
    assert read.series[0].denominators is not None
    assert read.series[1].denominators is None
    assert read_series(made(table(*GOOD))).series[0].denominators is None


def test_a_period_left_out_and_an_empty_value_are_gaps(made):
    rows = ["A,7,1," + YEARLY, "A,2,5," + YEARLY, "A,4,," + YEARLY, "A,3,6," + YEARLY]
    (one,) = read_series(made(table(*rows))).series
    np.testing.assert_array_equal(one.values, [5, 6, np.nan, np.nan, np.nan, 1])


def test_a_bound_left_empty_is_none(made):
    (one,) = read_series(made(table(*lines("A", [1, 2], "yearly,1,1,level,,")))).series
    assert np.isnan(one.lower) and np.isnan(one.upper)


def test_series_keep_the_order_of_the_file_and_their_names_as_text(made):
    rows = [*lines("010", [1, 2]), *lines("10", [3, 4]), *lines("-5", [5]), *lines("1e2", [6])]
    mixed = [rows[2], rows[0], rows[5], rows[3], rows[4], rows[1]]
    read = read_series(made(table(*mixed)))
    assert [one.name for one in read.series] == ["10", "010", "1e2", "-5"]
    np.testing.assert_array_equal(read.series[0].values, [3, 4])


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.rstrip("\n").encode() + b"\n\n\n",
        lambda text: "\n".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
        ).encode(),
    ],
    ids=["mark", "crlf", "semicolons", "utf-16", "blank lines", "quotes"],
)
def test_a_table_is_the_same_however_it_is_written(made, written):
    text = table(*lines("Ä 1", [1, 2, 3]), *lines("B", [4, 5]))
    plain, other = read_series(made(text)), read_series(made(written(text), "other.csv"))
    assert [one.name for one in other.series] == [one.name for one in plain.series]
    for one, same in zip(plain.series, other.series, strict=True):
        np.testing.assert_array_equal(one.values, same.values)


def test_a_packed_file_is_read(made):
    packed = gzip.compress(table(*lines("A", [1, 2])).encode())
    assert len(read_series(made(packed, "in.csv.gz")).series) == 1


def test_columns_that_nothing_is_read_from_are_named(made):
    rows = [f"{row},x" for row in lines("A", [1, 2])]
    assert read_series(made(table(*rows, header=HEADER + ",denominators"))).not_read == (
        "denominators",
    )


def test_a_very_long_name_is_kept(made):
    name = "n" * 20_000
    assert read_series(made(table(*lines(name, [1, 2])))).series[0].name == name


# -- what is refused ------------------------------------------------------------------------

GOOD = lines("A", [1, 2, 3])


def changed(column: str, text: str) -> str:
    """The good table with one cell of its third row another."""
    cells = GOOD[2].split(",")
    cells[HEADER.split(",").index(column)] = text
    return table(*GOOD[:2], ",".join(cells), *lines("B", [1]))


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("series_id", "", "is empty"),
        ("series_id", "=1+1", "'=1+1'"),
        ("series_id", "@sum", "'@sum'"),
        ("t", "", "is empty"),
        ("t", "1.5", "'1.5'"),
        ("t", "Jan", "'Jan'"),
        ("t", "1e30", "'1e30'"),
        ("t", "999999999", "'999999999'"),
        ("value", "c", "'c'"),
        ("value", "inf", "'inf'"),
        ("value", "-inf", "'-inf'"),
        ("value", "1e999", "'1e999'"),
        ("value", "nan", "'nan'"),
        ("value", "1_000", "'1_000'"),
        ("value", "=1+1", "'=1+1'"),
        ("value", "١", "'١'"),
        ("value", "-1", "'-1'"),
        ("freq", "weekly", "'weekly'"),
        ("freq", "", "is empty"),
        ("period", "7", "'7'"),
        ("period", "12", "'12'"),
        ("h", "0", "'0'"),
        ("h", "-3", "'-3'"),
        ("h", "2.5", "'2.5'"),
        ("h", "", "is empty"),
        ("h", "100000", "'100000'"),
        ("h", "4", "'4'"),
        ("kind", "ratio", "'ratio'"),
        ("kind", "level", "'level'"),
        ("lower", "1", "'1'"),
        ("upper", "2", "'2'"),
        ("lower", "low", "'low'"),
    ],
)
def test_a_cell_that_means_nothing_is_named(made, column, text, said):
    with pytest.raises(TableError) as caught:
        read_series(made(changed(column, text)))
    message = str(caught.value)
    assert message.startswith(f"in.csv, line 4, column {column}"), message
    assert said in message
    assert "Expected: " in message


def test_how_many_more_cells_are_wrong_is_said(made):
    with pytest.raises(TableError, match="line 3, column value is 'x', and 2 rows more like it"):
        read_series(made(table(*lines("A", [1, "x", "x", "x"]))))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table(*GOOD, header=HEADER.replace("freq", "frequency")), "no column freq"),
        (table(*GOOD, header=HEADER.replace("value,freq", "freq,freq")), "no column value"),
        (table(*(f"{row},9" for row in GOOD), header=HEADER + ",value"), "two columns value"),
        (table(), "a header and no row"),
        (table(*GOOD, "A,4,5"), "line 5 has 3 cells"),
        (table(*GOOD, GOOD[1]), "lines 3 and 5, column t: the series A has two values for 2"),
        (table(*lines("A", [1], "yearly,1,3,count,5,2")), "column lower is '5'"),
        (table(*lines("A", [7], "yearly,1,3,count,0,5")), "nothing|within the bounds"),
        (table(*(f"{r},-1" for r in GOOD), header=HEADER + ",denominator"), "denominator is '-1'"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(made, content, said):
    with pytest.raises(TableError, match=said):
        read_series(made(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", b""),
        ("in.csv", b"\xef\xbb\xbf\n\n"),
        ("in.csv", bytes(range(256))),
        ("in.pdf", b"%PDF"),
        ("in.csv", (table(*GOOD) + '"A,1').encode()),
    ],
)
def test_what_is_no_table_is_refused(made, name, content):
    with pytest.raises(UnreadableFileError):
        read_series(made(content, name))


# -- what is written ------------------------------------------------------------------------


def test_each_period_ahead_of_each_series_has_a_row(answered):
    forecasts, told = answered(
        table(*lines("02", [40, 60, 55, 50] * 9, MONTHLY), *lines("1", [5, 6, 7, 8, 9, 10]))
    )
    assert list(forecasts[0]) == list(FORECAST_COLUMNS)
    assert [(row["series_id"], row["horizon"]) for row in forecasts] == [
        ("02", "1"), ("02", "2"), ("1", "1"), ("1", "2"), ("1", "3"),
    ]  # fmt: skip
    for row in forecasts:
        lo95, lo80, mean, hi80, hi95 = (
            float(row[name]) for name in ("lo95", "lo80", "mean", "hi80", "hi95")
        )
        assert 0 <= lo95 <= lo80 <= mean <= hi80 <= hi95
        assert row["series_id"] == "1" or hi95 <= 100
    assert [row["series_id"] for row in told] == ["02", "1"]
    assert list(told[0]) == list(TOLD_COLUMNS)
    assert told[0]["points"] == "36"
    assert "fewer than the" not in told[0]["reason"]
    assert "fewer than the 8 figures" in told[1]["reason"]
    assert all("forecast-methods" in row["rules"] for row in told)


def test_a_series_of_one_figure_gets_a_forecast_and_one_without_any_a_reason(answered):
    forecasts, told = answered(table(*lines("one", [7]), *lines("none", ["", ""])))
    assert all(float(row["lo95"]) <= 7 <= float(row["hi95"]) for row in forecasts[:3])
    assert all(row["mean"] == row["lo80"] == row["hi95"] == "" for row in forecasts[3:])
    assert len(forecasts) == 6
    assert told[1]["reason"] and told[1]["points"] == "0"


def test_a_forecast_that_is_no_better_than_naive_says_so(answered):
    straight = table(*lines("A", [10 + 3 * (step % 2) for step in range(12)], "yearly,1,1,level,,"))
    (row,) = answered(straight)[1]
    worse = float(row["skill"]) <= 0
    assert ("no better than" in row["reason"]) == worse


def test_the_same_file_gives_the_same_bytes(made, tmp_path):
    content = table(*lines("A", [1, 5, 2, 8, 3, 9, 4]), *lines("B", [50, 60] * 20, MONTHLY))
    outs = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for out in outs:
        series_files.forecast_file(made(content), out, out.with_suffix(".told"))
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert b"\r" not in outs[0].read_bytes()
    told = [out.with_suffix(".told").read_bytes() for out in outs]
    assert told[0] == told[1]


def test_nothing_is_written_where_something_is_wrong(made, tmp_path):
    source = made(changed("value", "x"))
    with pytest.raises(TableError):
        series_files.forecast_file(source, tmp_path / "fc.csv", tmp_path / "told.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_no_file_is_written_over_another(made, tmp_path):
    source = made(table(*GOOD))
    before = source.read_bytes()
    out = tmp_path / "fc.csv"
    for pair in ((source, None), (out, source), (out, tmp_path / "." / "fc.csv")):
        with pytest.raises(ParameterError, match="both name"):
            series_files.forecast_file(source, *pair)
    assert source.read_bytes() == before
    assert not out.exists()


def test_a_name_is_written_as_it_was_read(answered):
    name = 'a "quoted", name'
    doubled = name.replace('"', '""')
    content = table(*(f'"{doubled}",{step},{step},{YEARLY}' for step in range(1, 6)))
    forecasts, told = answered(content)
    assert {row["series_id"] for row in [*forecasts, *told]} == {name}


CELLS = st.sampled_from(["", "0", "1", "1.5", "-1", "x", "1e400", "=A1", "monthly", "99", '"'])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(st.lists(CELLS, min_size=8, max_size=10), max_size=4))
def test_any_table_is_read_or_refused_in_words(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("any") / "in.csv"
    path.write_text(table(*GOOD, *(",".join(row) for row in cells)), encoding="utf-8")
    try:
        read = read_series(path)
    except PmfError as error:
        assert error.expected
    else:
        assert read.series
