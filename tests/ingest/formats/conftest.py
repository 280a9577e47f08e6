"""Small files of every format, written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.sheets import Document

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
# in pieces: a name of a vocabulary, where nothing is fetched
_SCHEMAS = "http:" + "//schemas.openxmlformats.org"


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[[str, bytes], Document]:
    """Write a file, and read it."""

    def deliver(name: str, content: bytes) -> Document:
        path = tmp_path / name
        path.write_bytes(content)
        return read_document(path)

    return deliver


def pack(members: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@pytest.fixture
def packed() -> Callable[[Mapping[str, bytes | str]], bytes]:
    """A zip file of some members."""
    return pack


@pytest.fixture
def xlsx() -> Callable[..., bytes]:
    """A workbook from the XML of its rows, by the title of each sheet."""

    def xlsx(sheets: Mapping[str, str], hidden: str = "", **more: str) -> bytes:
        main = f'xmlns="{_SCHEMAS}/spreadsheetml/2006/main"'
        links, named, parts = [], [], {}
        for place, (title, rows) in enumerate(sheets.items(), 1):
            state = ' state="hidden"' if title == hidden else ""
            named.append(f'<sheet name="{title}" sheetId="{place}"{state} r:id="r{place}"/>')
            links.append((place, "worksheet", f"worksheets/sheet{place}.xml"))
            parts[f"xl/worksheets/sheet{place}.xml"] = (
                f"{_HEAD}<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
            )
        links += [(98, "styles", "styles.xml"), (99, "sharedStrings", "sharedStrings.xml")]
        kind = f"{_SCHEMAS}/officeDocument/2006/relationships"
        package = f"{_SCHEMAS}/package/2006"
        return pack(
            {
                "[Content_Types].xml": f'{_HEAD}<Types xmlns="{package}/content-types"/>',
                "_rels/.rels": f'{_HEAD}<Relationships xmlns="{package}/relationships">'
                f'<Relationship Id="r1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/>'
                "</Relationships>",
                "xl/workbook.xml": f'{_HEAD}<workbook {main} xmlns:r="{kind}">'
                f"<sheets>{''.join(named)}</sheets></workbook>",
                "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{package}/'
                'relationships">'
                + "".join(
                    f'<Relationship Id="r{n}" Type="{kind}/{what}" Target="{target}"/>'
                    for n, what, target in links
                )
                + "</Relationships>",
                # 0 as it is, 1 a date, 2 a date with time, 3 a length of time
                "xl/styles.xml": f'{_HEAD}<styleSheet {main}><numFmts count="1">'
                '<numFmt numFmtId="170" formatCode="[h]:mm:ss"/></numFmts><cellXfs>'
                '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/>'
                "</cellXfs></styleSheet>",
                "xl/sharedStrings.xml": f"{_HEAD}<sst {main}>{more.pop('shared', '')}</sst>",
                **parts,
                **more,
            }
        )

    return xlsx


@pytest.fixture
def ods() -> Callable[[str], bytes]:
    """An OpenDocument spreadsheet from the XML of its tables."""

    def ods(tables: str, manifest: str = "") -> bytes:
        names = "".join(
            f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for name in ("office", "table", "text")
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            kind = "application/vnd.oasis.opendocument.spreadsheet"
            archive.writestr(zipfile.ZipInfo("mimetype"), kind)
            archive.writestr("META-INF/manifest.xml", f"{_HEAD}<manifest>{manifest}</manifest>")
            archive.writestr(
                "content.xml",
                f"{_HEAD}<office:document-content{names}><office:body><office:spreadsheet>"
                f"{tables}</office:spreadsheet></office:body></office:document-content>",
            )
        return stream.getvalue()

    return ods
