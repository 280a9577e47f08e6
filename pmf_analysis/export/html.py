"""A document as one accessible HTML page that needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pmf_analysis.charts.palette import shipped_palette
from pmf_analysis.export.document import AreaDocument, AreaRow, CountyDocument, SheetDocument
from pmf_analysis.export.notebooks import TEMPLATES, export_notebook_body
from pmf_analysis.markup import Html, escape
from pmf_analysis.present.html import RAG_SHAPES, render, table_html, verdict_badge
from pmf_analysis.store import atomic_write
from pmf_analysis.terms import Rag

__all__ = [
    "area_page",
    "county_page",
    "export",
    "export_area",
    "export_county",
    "export_notebook_body",
    "export_sheet",
    "sheet_page",
]

ORDER = (Rag.RED, Rag.AMBER, Rag.GREEN, Rag.NOT_RATED)
"""How statuses are listed: what asks for attention first."""
_BETWEEN_TAGS = re.compile(r"[ \t]*\n\s*\n")


def export(document: AreaDocument | CountyDocument, path: Path) -> Path:
    """Write a document as a page.

    Parameters
    ----------
    document : AreaDocument or CountyDocument
    path : Path
        An existing file is replaced, in one step.

    Returns
    -------
    Path
    """
    if isinstance(document, CountyDocument):
        return export_county(document, path)
    return export_area(document, path)


def export_area(document: AreaDocument, path: Path) -> Path:
    """Write the document of one unit; see `export`."""
    return atomic_write(path, area_page(document).encode())


def export_county(document: CountyDocument, path: Path) -> Path:
    """Write the page of the county; see `export`."""
    return atomic_write(path, county_page(document).encode())


def export_sheet(document: SheetDocument, path: Path) -> Path:
    """Write a page of the whole county that speaks of one thing; see `export`."""
    return atomic_write(path, sheet_page(document).encode())


def area_page(document: AreaDocument) -> str:
    """The document of one unit: page one, all indicators, and the notebooks behind."""
    return _page("area.html.j2", document)


def county_page(document: CountyDocument) -> str:
    """The page of the county: exceptions, every unit, what the data rest on, how to read it."""
    return _page("county.html.j2", document, areas=_areas(document.areas))


def sheet_page(document: SheetDocument) -> str:
    """A page of the whole county that speaks of one thing: its sections under their headings."""
    return _page("sheet.html.j2", document)


def _page(
    template: str, document: AreaDocument | CountyDocument | SheetDocument, **values: object
) -> str:
    style = render(TEMPLATES, "page.css.j2", palette=shipped_palette())
    made = render(TEMPLATES, template, document=document, style=Html(style), order=ORDER, **values)
    return _BETWEEN_TAGS.sub("\n", made)


def _areas(areas: Sequence[AreaRow]) -> Html:
    """Units by status, each linked to its document."""
    if not areas:
        return Html("")
    linked = [_link(area) for area in areas]
    columns: dict[str, object] = {"Service area": list(range(len(areas)))}
    for rag in ORDER:
        columns[f"{RAG_SHAPES[rag]} {rag.label}"] = [a.counts.get(rag.value, 0) for a in areas]
    columns["Data quality"] = [area.verdict for area in areas]
    return table_html(
        pd.DataFrame(columns),
        "Indicators of each service area by status",
        "Service area",
        cells={"Service area": linked.__getitem__, "Data quality": verdict_badge},
    )


def _link(area: AreaRow) -> Html:
    name = escape(area.area_name)
    if area.link:
        return Html(f'<a href="{escape(area.link)}">{name}</a>')
    return Html(f"{name} ({escape(area.note)})") if area.note else name
