"""The pages in a real browser: axe-core, no outside request, narrow screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmf_analysis.export.document import CountyDocument
from pmf_analysis.export.html import export

pytestmark = pytest.mark.browser
PAGES = ["area_document", "county_document", "empty_area", "empty_county"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, chromium: object, tmp_path: Path
) -> Iterator[tuple[object, list[str]]]:
    """A page opened from its file, and every address that it asked for outside."""
    document = request.getfixturevalue(request.param)
    kind = "county" if isinstance(document, CountyDocument) else "area"
    path = export(document, tmp_path / f"{kind}.html")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    outside: list[str] = []

    def hold(route: object) -> None:
        if route.request.url.startswith(("data:", "file:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", hold)
    page.goto(path.as_uri())
    yield page, outside
    page.close()


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_axe_reports_nothing_and_nothing_is_fetched(opened: tuple) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, outside = opened
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.response["violations"] == []
    assert found.response["passes"]
    assert outside == []


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_a_narrow_page_scrolls_one_way_only(opened: tuple) -> None:
    page, _ = opened
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("opened", ["area_document"], indirect=True)
def test_the_keyboard_reaches_the_findings_first_and_sees_where_it_is(opened: tuple) -> None:
    page, _ = opened
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.getAttribute('href')") == "#main"
    assert page.evaluate(f"{focused}.getBoundingClientRect().top") >= 0
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.id") == "main"


@pytest.mark.parametrize("opened", ["area_document"], indirect=True)
def test_every_picture_is_drawn(opened: tuple) -> None:
    page, _ = opened
    widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(widths) == 2
    assert all(width > 0 for width in widths)
