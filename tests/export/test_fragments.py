from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import ExportError
from pmf_analysis.export.fragments import fragment


def made(given_html: str, prefix: str = "p", top: int = 3) -> str:
    return str(fragment(given_html, prefix=prefix, top=top, where="Dunwick/trend.ipynb"))


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<style>p{}</style><p style='x' onclick='y' class='c'>a</p>", '<p class="c">a</p>'),
        ("<iframe src='https://x'><p>in</p></iframe>b", "b"),
        ("<form action='https://x'><p>a</p></form>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href=' JavaScript:x'>a</a>", "<a>a</a>"),
        ("<a href='#here'>a</a>", '<a href="#p-here">a</a>'),
        ("<p>5 < 6 &amp; &lt;b&gt; &#60;i&#62;</p>", "<p>5 &lt; 6 &amp; &lt;b&gt; &lt;i&gt;</p>"),
        ("<!-- gone --><?php x ?>a", "a"),
        ("<svg onload=x><script>y</script><path/></svg>a", "a"),
        ("<p>a<br/>b<hr></p>", "<p>a<br>b<hr></p>"),
    ],
)
def test_only_what_may_pass_passes(given_html: str, kept: str) -> None:
    assert made(given_html) == kept


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ("1 2 3 2", "3 4 5 4"),
        ("1 3 3 2", "3 4 4 4"),
        ("3 1 2", "3 3 4"),
        ("1 2 3 4 5 6", "3 4 5 6 6 6"),
        ("2 2", "3 3"),
    ],
)
def test_headings_move_down_without_a_gap(levels: str, shown: str) -> None:
    html = made("".join(f"<h{level}>x</h{level}>" for level in levels.split()))
    assert " ".join(re.findall(r"<h(\d)>x</h\1>", html)) == shown


def test_names_are_unique_and_point_to_each_other() -> None:
    html = made('<p id="a">x</p><p id="a">y</p><td headers="a b">z</td>', prefix="trend")
    assert (
        html == '<p id="trend-a">x</p><p id="trend-a-2">y</p><td headers="trend-a trend-b">z</td>'
    )


def test_what_was_left_open_is_closed_and_strays_are_dropped() -> None:
    assert made("<div><p><b>x</div></section>y<ul><li>z") == (
        "<div><p><b>x</b></p></div>y<ul><li>z</li></ul>"
    )


@given(st.text(alphabet="<>/=\"'ab &;#x3script imgonsrcstyle!-"))
def test_nothing_runs_whatever_is_given(text: str) -> None:
    try:
        html = made(text)
    except ExportError:
        return
    assert not re.search(r"<(?!/?[abisu]>|/?[a-z]+[ >])", html)
    assert "<script" not in html
    assert not re.search(r"<[^>]* on\w+=", html)


PICTURE = "data:image/svg+xml;base64,PHN2Zy8+"


@pytest.mark.parametrize(
    ("given_html", "says"),
    [
        (f"<img src='{PICTURE}'>", "cell 4: a picture has no alternative text"),
        (f"<img alt='' src='{PICTURE}'>", "a picture has no alternative text"),
        (f"<img alt='Chart' src='{PICTURE}'>", "a picture has no alternative text"),
        (
            f"<img alt='No description has been provided for this image' src='{PICTURE}'>",
            "a picture has no alternative text",
        ),
        ("<img alt='It rises from 1 to 2' src='https://x/y.png'>", "lies outside the page"),
        ("<table><tr><td>1</td></tr></table>", "no caption and no column headers and no row"),
        (
            "<table><caption>c</caption><tr><th scope='col'>a</th></tr></table>",
            "a table has no row headers",
        ),
    ],
)
def test_what_not_everyone_could_read_stops_the_export(given_html: str, says: str) -> None:
    with pytest.raises(ExportError, match=says) as raised:
        made(f'<div data-cell="4">{given_html}</div>')
    assert "Dunwick/trend.ipynb, cell 4" in str(raised.value)


def test_a_picture_with_words_passes() -> None:
    html = made(f"<div data-cell='1'><img alt='It rises from 1 to 2' src='{PICTURE}'></div>")
    assert html == f'<div><img alt="It rises from 1 to 2" src="{PICTURE}"></div>'
