"""Delivered files of every format into documents."""

from __future__ import annotations

import os
import re
import socket
import time
from pathlib import Path

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.formats import choosing, limits

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
MISNAMED = {
    "csv.xlsx": (b"a,b\n1,2\n", "not an Excel workbook: its bytes are those of text"),
    "csv.parquet": (b"a,b\n1,2\n", "not a Parquet file: its bytes are those of text"),
    "csv.xml": (b"a,b\n1,2\n", "not an XML document: its bytes are those of text"),
    "csv.zip": (b"a,b\n1,2\n", "not a zip file: its bytes are those of text"),
    "csv.csv.gz": (b"a,b\n1,2\n", "not a gzip file: its bytes are those of text"),
    "csv.ods": (b"a,b\n1,2\n", "not an OpenDocument spreadsheet: its bytes are those of text"),
    "page.xls": (b"<html><table>", "not an old Excel workbook: its bytes are those of a web page"),
    "xml.csv": (b"<?xml version='1.0'?><a/>", "not a CSV file: its bytes are those of an XML"),
    "parquet.csv": (b"PAR1 PAR1", "not a CSV file: its bytes are those of a Parquet file"),
    "old.csv": (b"\xd0\xcf\x11\xe0" + bytes(600), "those of an old Excel workbook"),
    "utf16.xlsx": ("a,b\n".encode("utf-16"), "those of text in UTF-16"),
    "marked.tsv": ("a\tb\n".encode("utf-16-le"), "control character 0x00"),
    "picture.xlsx": (PNG, "those of no kind that is known"),
    "empty.xlsx": (b"", "is empty"),
    "empty.xml": (b"", "is empty"),
    "cut.zip": (b"PK\x03\x04abc", "truncated or damaged"),
    "cut.ods": (b"PK\x03\x04abc", "truncated or damaged"),
    "cut.csv.gz": (b"\x1f\x8b\x08", "truncated or damaged"),
    "notes.docx": (b"PK\x03\x04abc", "no kind of file that can be received"),
}


@pytest.mark.parametrize("name", MISNAMED)
def test_a_file_that_is_not_what_its_name_says_is_one_clear_error(tmp_path, name):
    content, message = MISNAMED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=message) as caught:
        read_document(path)
    assert name in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.expected and caught.value.do


def test_a_workbook_by_another_name_is_told_what_it_is(tmp_path, shared_workbook):
    for name in ("a.csv", "a.zip", "a.ods", "a.xls"):
        (tmp_path / name).write_bytes(shared_workbook)
        with pytest.raises(UnreadableFileError, match="those of an Excel workbook"):
            read_document(tmp_path / name)


@pytest.fixture
def shared_workbook() -> bytes:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


def test_a_link_that_is_named_is_followed(tmp_path):
    (tmp_path / "real.csv").write_bytes(b"a\n1\n")
    (tmp_path / "named.csv").symlink_to(tmp_path / "real.csv")
    document = read_document(tmp_path / "named.csv")
    assert (document.name, document.size, document.sheets[0].name) == ("named.csv", 4, "named")


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(tmp_path / "socket.csv"))
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(UnreadableFileError, match=path.name):
            read_document(path)


def test_a_name_with_control_characters_is_shown_escaped(tmp_path):
    path = tmp_path / "a\x1b[31m\n\u202egnp.csv"
    path.write_bytes(b"")
    with pytest.raises(UnreadableFileError) as caught:
        read_document(path)
    assert r"a\x1b[31m\n\u202egnp.csv cannot be kept" in str(caught.value)


def test_a_file_larger_than_is_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 1024)
    (tmp_path / "a.csv").write_bytes(b"1\n" * 1000)
    with pytest.raises(UnreadableFileError, match="larger than"):
        read_document(tmp_path / "a.csv")


def test_every_format_says_what_it_is():
    known = choosing.known()
    endings = [ending for module in known for ending in module.ENDINGS]
    assert len(endings) == len(set(endings))
    for module in known:
        assert all(re.fullmatch(r"\.[a-z]+", ending) for ending in module.ENDINGS)
        assert re.match(r"an? ", module.KIND) and callable(module.read)
    assert {".csv", ".csv.gz", ".ods", ".parquet", ".xls", ".xlsm", ".xlsx", ".xml", ".xml.gz",
            ".zip"} <= set(choosing.endings())  # fmt: skip


def test_the_same_bytes_give_the_same_document(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(b"<a>" + b"<r><v>1</v><w>2</w></r>" * 9 + b"</a>")
    first, second = read_document(path), read_document(path)
    assert first.sheets[0].header == second.sheets[0].header == ("#a", "v", "w")
    assert first.sha256 == second.sha256


SIZE = re.compile(r"^\| ([\w.-]+\.(?:csv|csv\.gz|parquet)) \|[^|]*\| ([\d,]+) x (\d+)", re.M)


@pytest.mark.shared
def test_every_table_has_the_rows_and_columns_that_its_page_says(shared):
    seen = 0
    for page in sorted((shared / "data").glob("*/README.md")):
        for name, rows, columns in SIZE.findall(page.read_text("utf-8")):
            (sheet,) = read_document(page.parent / name).sheets
            header = sheet.header is None
            found = (len(sheet) - header, len(sheet.columns))
            assert found == (int(rows.replace(",", "")), int(columns)), name
            seen += 1
    assert seen >= 50


@pytest.mark.shared
def test_workbooks_and_returns_have_the_sheets_that_their_pages_say(shared):
    def sizes(name: str) -> dict[str, tuple[int, int]]:
        sheets = read_document(shared / "data" / name).sheets
        return {sheet.name: (len(sheet), len(sheet.columns)) for sheet in sheets}

    lists = sizes("annex_a_fake/Annex_A.xlsx")
    assert len(lists) == 11 and lists["List 8"] == (6, 34)
    assert sizes("lait/la_code_list.xlsx") == {"Sheet1": (172, 4)}
    # the last column, and five rows below, hold formatting alone
    assert sizes("statistical_neighbours/sn_may_2025.xlsx") == {"LA SN Groups": (164, 25)}
    assert sizes("ssda903_fake/scp_ch_2025_fake.xlsx")["Providers"] == (2, 51)
    assert sizes("cin_census_fake/fake_CIN_data.xml")[
        "Message/Children/Child/ChildIdentifiers"
    ] == (332, 8)
    assert sizes("annex_a_fake/social_work_workforce_2022.xml")["Message/CSWWWorker"] == (30, 24)
    assert sizes("ssda903_fake/fake_903.xml")["EXPSSDA903/CHILD/EPISODE"] == (459, 14)


@pytest.mark.shared
def test_a_large_parquet_file_is_read_without_a_loop_over_its_rows(shared):
    path: Path = shared / "data" / "lait" / "bds_long_0.parquet"
    begun = time.process_time()
    (sheet,) = read_document(path).sheets
    assert time.process_time() - begun < 4
    assert "9.3699999999999992" in set(sheet.columns[sheet.header.index("Values")].texts)
