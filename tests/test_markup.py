from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import TableError
from pmf_analysis.markup import Html, escape, table_html


class Text(HTMLParser):
    """The text and the tags of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_no_text_becomes_a_tag_or_leaves_an_attribute(text: str) -> None:
    read = Text()
    read.feed(f'<p title="{escape(text)}">{escape(text)}</p>')
    read.close()
    assert read.tags == ["p"]


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_ordinary_text_comes_through_whole(text: str) -> None:
    kept = "".join(
        "\ufffd" if "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" else c for c in text
    )
    kept = kept.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    read = Text()
    read.feed(str(escape(text)))
    read.close()
    assert read.text == kept


def test_letters_that_turn_the_page_round_are_replaced() -> None:
    assert str(escape("a\u202eb\u2066c\ud800d\x00")) == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert str(escape("\u05e9\u05dc\u05d5\u05dd")) == "\u05e9\u05dc\u05d5\u05dd"


def test_our_own_markup_is_not_escaped_again() -> None:
    made = Html("<b>1</b>")
    assert escape(made) is made
    assert made._repr_html_() == made.__html__() == "<b>1</b>"


def test_a_table_names_itself_its_columns_and_its_rows() -> None:
    rows = pd.DataFrame({"Area": ["<Dunwick>", "Fenby"], "Cases": [1234, 5], "Rate": [1.5, np.nan]})
    made = table_html(rows, "Cases & rates")
    assert "<caption><span>Cases &amp; rates</span></caption>" in made
    assert 'role="region" tabindex="0" aria-label="Cases &amp; rates"' in made
    assert '<th scope="col">Area</th><th scope="col" class="number">Cases</th>' in made
    assert '<th scope="row">&lt;Dunwick&gt;</th><td class="number">1,234</td>' in made
    assert '<td class="number">not given</td>' in made


def test_a_column_can_be_written_by_a_function() -> None:
    rows = pd.DataFrame({"Area": ["A"], "Status": ["red"]})
    made = table_html(rows, "Status", cells={"Status": lambda code: Html(f"<b>{code}</b>")})
    assert "<td><b>red</b></td>" in made
    plain = table_html(rows, "Status", cells={"Status": lambda code: f"<b>{code}</b>"})
    assert "<td>&lt;b&gt;red&lt;/b&gt;</td>" in plain


def test_a_badge_stays_a_badge_inside_a_table() -> None:
    rows = pd.DataFrame([{"Area": "A", "Status": Html("<b>red</b>")}])
    assert "<td><b>red</b></td>" in table_html(rows, "Status")


def test_another_column_may_name_the_rows() -> None:
    rows = pd.DataFrame({"Status": ["red"], "Area": ["A"]})
    assert '<td>red</td><th scope="row">A</th>' in table_html(rows, "Status", "Area")


@pytest.mark.parametrize(
    ("values", "printed"),
    [([1.0, 2.0], "1"), ([1.5, 2.0], "1.5"), ([1.25, 2.0], "1.25"), ([1 / 3, 1.0], "0.3333")],
)
def test_numbers_show_the_decimals_that_they_have(values: list[float], printed: str) -> None:
    rows = pd.DataFrame({"Area": ["A", "B"], "Rate": values})
    assert f'<td class="number">{printed}</td>' in table_html(rows, "Rates")


@pytest.mark.parametrize(
    ("rows", "caption", "says"),
    [
        (pd.DataFrame({"": ["x"]}), "Named", "a column has no name"),
        (pd.DataFrame({"A": ["x"]}), " ", "it has no caption"),
        (pd.DataFrame(), "Named", "it has no column"),
        (pd.DataFrame([[1, 2]], columns=["A", "A"]), "Named", "two columns have one name"),
    ],
)
def test_a_table_without_names_is_an_error(rows: pd.DataFrame, caption: str, says: str) -> None:
    with pytest.raises(TableError, match=says):
        table_html(rows, caption)


def test_an_unknown_row_header_is_an_error() -> None:
    with pytest.raises(TableError, match="no column 'B' to name its rows"):
        table_html(pd.DataFrame({"A": ["x"]}), "Named", "B")
