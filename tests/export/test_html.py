from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pmf_analysis.export.document import AreaDocument, CountyDocument
from pmf_analysis.export.html import area_page, county_page, export

PAGES = ["area_document", "empty_area", "county_document", "empty_county"]


class Outline(HTMLParser):
    """What an accessible page is held to, as it is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.names: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.tables: list[Counter[str]] = []
        self.starts: Counter[str] = Counter()
        self.links: list[str] = []
        self.language = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.starts[tag] += 1
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.names.append(str(given["id"]))
        if tag == "html":
            self.language = str(given.get("lang"))
        if tag == "img":
            self.pictures.append(given)
        if tag == "a":
            self.links.append(str(given.get("href")))
        if tag == "table":
            self.tables.append(Counter())
        if tag == "caption":
            self.tables[-1]["caption"] += 1
        if tag == "th":
            self.tables[-1][str(given.get("scope"))] += 1
        assert not any(name.startswith("on") for name in given), given


@pytest.fixture
def page(request: pytest.FixtureRequest) -> str:
    document = request.getfixturevalue(request.param)
    return county_page(document) if isinstance(document, CountyDocument) else area_page(document)


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_a_page_can_be_found_through(page: str) -> None:
    outline = Outline(page)
    assert outline.language == "en-GB"
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(later - earlier <= 1 for earlier, later in steps), outline.headings
    assert [name for name, count in Counter(outline.names).items() if count > 1] == []
    inside = {link[1:] for link in outline.links if link.startswith("#")}
    assert inside <= set(outline.names)
    assert outline.starts["main"] == outline.starts["title"] == 1
    assert outline.links[0] == "#main"
    assert all(table["caption"] == 1 for table in outline.tables)
    assert all(table["col"] and table["row"] for table in outline.tables)
    assert all(len(str(picture["alt"])) > 20 for picture in outline.pictures)


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_nothing_in_the_data_runs_or_turns_the_page(page: str) -> None:
    outline = Outline(page)
    assert outline.starts["script"] == 0
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(page)
    assert "49" not in re.sub(r"data:image/[^\"]*", "", page)  # {{ 7 * 7 }} stays text
    assert not re.search(r"(src|href)=\"(?!#|data:|[\w.-]+\.html\")", page)
    assert "url(" not in page


def test_page_one_tells_what_asks_for_attention_and_what_it_rests_on(
    area_document: AreaDocument,
) -> None:
    page = area_page(area_document)
    order = [
        "Invented figures.", "Data as at 6 November 2026",
        "Families are waiting longer.", "Beside these figures: Open cases: 398",
        "What asks for attention", "Where.", "What next.",
        "Can we trust it?", "Ask:", "Can we trust the figures?", "Everything else:",
        "Behind this page", "All indicators", "Appendix 1: Trend", "3f9a1c0b7d52e6aa",
        "Statistical neighbours, 2025", "ab12ab12ab12",
    ]  # fmt: skip
    places = [page.index(text, page.index("<body>")) for text in order]
    assert places == sorted(places)
    assert "ab12" * 16 not in page  # the hash is shortened


def test_the_county_page_opens_with_the_exceptions_and_links_the_areas(
    county_document: CountyDocument,
) -> None:
    page = county_page(county_document)
    assert page.index("Beside these figures: Vacant posts") < page.index("Exceptions</h2>")
    assert page.index("Exceptions</h2>") < page.index("Every service area</h2>")
    assert page.index("Every service area</h2>") < page.index("The whole county</h2>")
    assert page.index("The whole county</h2>") < page.index("Can we trust the data?</h2>")
    assert page.index("Can we trust the data?</h2>") < page.index("How to read this page</h2>")
    assert '<th scope="row"><a href="dunwick.html">Dunwick</a></th>' in page
    assert '<td class="number">2</td>' in page
    assert "(its run failed)" in page


def test_nothing_to_tell_is_told(empty_area: AreaDocument, empty_county: CountyDocument) -> None:
    assert "Nothing was assessed." in area_page(empty_area)
    assert "Not assessed" in area_page(empty_area)
    assert "No figure asks for attention this time." in county_page(empty_county)
    assert "No service area has reported." in county_page(empty_county)


def test_a_page_is_written_whole_and_the_same_each_time(
    area_document: AreaDocument, county_document: CountyDocument, tmp_path: Path
) -> None:
    for document in (area_document, county_document):
        first = export(document, tmp_path / "a" / "page.html").read_bytes()
        assert export(document, tmp_path / "b" / "page.html").read_bytes() == first
        assert export(document, tmp_path / "a" / "page.html").read_bytes() == first
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["page.html", "page.html"]
