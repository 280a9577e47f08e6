"""XML into sheets: one for each kind of element that holds values."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.sheets import Document

RETURN = """<?xml version="1.0" encoding="utf-8"?>
<Message xmlns="urn:a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="x">
  <Children>
    <Child id="1">
      <Details><UPN>A1</UPN><Flag/></Details>
      <Plan><Start>2024-01-01</Start><Need>N1</Need><Need>N2</Need></Plan>
      <Plan><Start unit="d">2024-02-01</Start><End>2024-03-01</End></Plan>
    </Child>
    <Child>Smith<Details><UPN>B2</UPN></Details>
      <Plan><Need>N4</Need></Plan><!-- note --><?page break?>
    </Child>
  </Children>
</Message>
"""


def cells(document: Document, name: str) -> list[list[str]]:
    (sheet,) = [each for each in document.sheets if each.name == name]
    return [list(sheet.header or ()), *(sheet.row(place) for place in range(len(sheet)))]


def test_elements_with_values_are_rows_that_can_be_joined(deliver):
    document = deliver("a.xml", RETURN.encode())
    assert document.format == "xml" and document.encoding == ""
    assert [sheet.name for sheet in document.sheets] == [
        "Message/Children/Child",
        "Message/Children/Child/Details",
        "Message/Children/Child/Plan",
    ]
    assert cells(document, "Message/Children/Child") == [
        ["#Message", "#Children", "@id"],
        ["1", "1", "1"],
    ]
    assert cells(document, "Message/Children/Child/Details") == [
        ["#Message", "#Children", "#Child", "UPN", "Flag"],
        ["1", "1", "1", "A1", ""],
        ["1", "1", "2", "B2", ""],
    ]
    assert cells(document, "Message/Children/Child/Plan") == [
        ["#Message", "#Children", "#Child", "Start", "Need", "Start@unit", "End"],
        ["1", "1", "1", "2024-01-01", "N1;N2", "", ""],
        ["1", "1", "1", "2024-02-01", "", "d", "2024-03-01"],
        ["1", "1", "2", "", "N4", "", ""],
    ]
    assert list(document.sheets[2].lines) == [1, 2, 3]


def test_stray_text_is_told_by_its_place_and_never_quoted(deliver):
    document = deliver("a.xml", RETURN.encode())
    assert document.remarks == (
        "Text stands between the elements of Message/Children/Child "
        "(places: 1, first in line 9); it was not read.",
    )


def test_an_element_inside_its_own_kind_is_numbered_by_its_path(deliver):
    document = deliver("a.xml", b"<a><b><a><v>1</v></a></b></a>")
    assert cells(document, "a/b/a") == [["#a", "#b", "v"], ["1", "1", "1"]]
    document = deliver("a.xml", b"<a><a><b><v>1</v></b></a></a>")
    assert cells(document, "a/a/b")[0] == ["#a", "#a/a", "v"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-1"])
def test_the_encoding_is_the_one_that_the_document_says(deliver, encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><a><r><v>é</v></r></a>'
    assert cells(deliver("a.xml", content.encode(encoding)), "a/r")[1] == ["1", "é"]


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">' + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 20)
)
BROKEN = {
    "laughs.xml": (LAUGHS + b"]><a><b><c>&l19;</c></b></a>", "document type"),
    "outside.xml": (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b"<a><b>&x;</b></a>", "document type",
    ),
    "dtd.xml": (b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><a/>', "document type"),
    "truncated.xml": (RETURN.encode()[:-30], "truncated or damaged.* line 11"),
    "crossed.xml": (b"<a><b><c>Smith</b></c></a>", "mismatched tag"),
    "blank.xml": (b"<a></a>", "is empty"),
    "deep.xml": (b"<a>" * 100_000, "deep"),
    "kinds.xml": (b"<a>" + b"".join(b"<b%d/>" % n for n in range(5_000)) + b"</a>", "kinds"),
    "named.xml": (b"<a><" + b"b" * 10_000 + b">1</" + b"b" * 10_000 + b"></a>", "10,000 char"),
    "wide.xml": (
        b"<a>" + b"".join(b'<b><c v%d="1">1</c></b>' % n for n in range(17_000)) + b"</a>",
        "million cells",
    ),
    "encoding.xml": (b'<?xml version="1.0" encoding="nonsense"?><a/>', "an encoding"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_hostile_or_broken_document_is_one_clear_error(deliver, name):
    content, message = BROKEN[name]
    with pytest.raises(UnreadableFileError, match=message) as caught:
        deliver(name, content)
    assert "\n" not in str(caught.value) and "Smith" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_value_may_stand_very_often_in_one_element(deliver):
    document = deliver("a.xml", b"<a><r>" + b"<v>12</v>" * 20_000 + b"</r></a>")
    assert cells(document, "a/r")[1] == ["1", ";".join(["12"] * 20_000)]
