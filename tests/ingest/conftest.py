"""A register and layouts for tests of receiving."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pytest

from pmf_analysis import register
from pmf_analysis.ingest import Extract, load_layouts, read_delivery
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout

Rows = Sequence[Sequence[object]]


@pytest.fixture(scope="session")
def national(root: Path) -> Register:
    """The shipped national register."""
    return register.load(root / "data" / "reference")


@pytest.fixture(scope="session")
def layouts(root: Path) -> dict[str, Layout]:
    """The shipped layouts."""
    return load_layouts(root / "data" / "reference" / "layouts")


@pytest.fixture
def read(tmp_path: Path, national: Register, layouts: dict[str, Layout]) -> Callable[..., Extract]:
    """Write a file with some content, and read it."""

    def read(content: str | bytes, name: str = "figures.csv", **options: object) -> Extract:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_delivery(path, national, layouts, **options)

    return read


@pytest.fixture
def read_as(tmp_path: Path, national: Register) -> Callable[..., Extract]:
    """Write a file with some content, and read it by a layout of its own."""

    def read(layout: dict | list[dict], content: str, name: str = "a.csv", **said) -> Extract:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        given = [layout] if isinstance(layout, dict) else layout
        usual = {"version": "1", "title": "A table", "source": "A test"}
        made = [Layout(**{**usual, **each}) for each in given]
        return read_delivery(path, national, {each.name: each for each in made}, **said)

    return read


def write_workbook(path: Path, sheets: dict[str, Rows]) -> Path:
    """A workbook as Excel writes it, as far as reading needs."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    with zipfile.ZipFile(path, "w") as archive:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{types}.worksheet+xml"/>'
            for n in numbers
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f"{parts}</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        named = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
            for n, name in zip(numbers, sheets, strict=True)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{named}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{rel}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        for n, rows in zip(numbers, sheets.values(), strict=True):
            body = "".join(
                f'<row r="{at}">{"".join(_excel_cell(c, at, i) for i, c in enumerate(row))}</row>'
                for at, row in enumerate(rows, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return path


def _excel_cell(value: object, row: int, place: int) -> str:
    if value == "":
        return ""
    at = f"{chr(65 + place)}{row}"
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def write_open_document(path: Path, sheets: dict[str, Rows]) -> Path:
    """A spreadsheet in the open document format."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{space}:office:1.0" '
            f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


def _open_cell(value: object) -> str:
    if value == "":
        return "<table:table-cell/>"
    if isinstance(value, str):
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


@pytest.fixture(scope="session")
def workbook() -> Callable[[Path, dict[str, Rows]], Path]:
    """Write a workbook: name of a sheet to its rows."""
    return write_workbook


@pytest.fixture(scope="session")
def open_document() -> Callable[[Path, dict[str, Rows]], Path]:
    """Write an open document: name of a sheet to its rows."""
    return write_open_document
