"""Plain delimited text as columns: what the standard reader makes of it, or nothing."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.store.csv_columns import cells_in_first_line, read_plain_columns

CELLS = st.sampled_from(
    [
        "",
        "a",
        " a",
        "a ",
        "1",
        "1.0",
        "-",
        "null",
        "é",
        "\xa0x",
        "\u2028",
        "\x0b",
        "\x85y",
        "\ufeff",
    ]
)


def cells_of(columns):
    return [list(row) for row in zip(*(c.texts[c.codes] for c in columns), strict=True)]


@settings(max_examples=200, deadline=None)
@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(
        st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)),
    st.sampled_from([",", "\t", ";", "|"]), st.sampled_from(["\n", "\r\n"]), st.booleans(),
)  # fmt: skip
def test_cells_are_those_of_the_standard_reader_without_blanks(rows, mark, end, ended):
    text = end.join(mark.join(row) for row in rows) + (end if ended else "")
    expected = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    ]
    found = read_plain_columns(text, mark)
    if text.startswith("\ufeff"):
        assert found is None
        return
    assert cells_of(found) == expected
    for place, column in enumerate(found):
        seen = list(dict.fromkeys(row[place] for row in expected))
        assert column.texts.tolist() == seen  # each once, as they come


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('a,b\n"1",2\n', ","), ("a,b\n1,2\n\n", ","), ("a,b\r\n1,2\r\n\r\n", ","),
        ("a,b\n\n1,2\n", ","), ("a,b\r1,2\n", ","), ("a,b\n1\n", ","), ("a,b\n1,2,3\n", ","),
        ("a\n1\n", ","), ("\na,b\n", ","), ("a:b\n1:2\n", ":"), ("", ","), ("a,b\n \n", ","),
        (f"a,b\n1,{'x' * 140_000}\n", ","),
    ],
)  # fmt: skip
def test_where_there_is_any_doubt_nothing_is_read(text, mark):
    assert read_plain_columns(text, mark) is None


def test_more_than_one_block_is_read_as_one():
    lines = ["key,word", *(f"{number},{number % 3}" for number in range(600_000))]
    key, word = read_plain_columns("\r\n".join(lines), ",")
    assert key.texts.tolist() == ["key", *map(str, range(600_000))]
    assert word.texts.tolist() == ["word", "0", "1", "2"]
    assert word.texts[word.codes[-1]] == str(599_999 % 3)


@pytest.mark.parametrize(("text", "cells"), [("a,b\n1", 2), ("a,b,c", 3), ("", 1), ("\n,", 1)])
def test_the_cells_of_the_first_line_are_counted(text, cells):
    assert cells_in_first_line(text, ",") == cells
