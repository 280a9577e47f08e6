"""Packed files: zip and gzip."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits

LONG = b"1" * 199 + b"\n"
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def test_members_become_sheets_and_others_are_told(deliver, packed, xlsx):
    document = deliver(
        "a.zip",
        packed(
            {
                "data/": b"",
                "data/b.csv": b"x\n1\n",
                "c.csv.gz": gzip.compress("é\n".encode("windows-1252"), mtime=0),
                "one/d.csv": b"1\n",
                "two/d.CSV": b"2\n",
                "data\\e.csv": b"3\n",
                "book.xlsx": xlsx({"book": ROW, "Blank": ""}),
                "README.md": b"read",
                "inner.zip": packed({"a.csv": b"1\n"}),
                "__MACOSX/b.csv": b"\x00",
                ".hidden.csv": b"\x00",
            }
        ),
    )
    assert document.format == "zip" and document.encoding == "utf-8, windows-1252"
    assert [sheet.name for sheet in document.sheets] == [
        "b", "c", "one/d.csv", "two/d.CSV", "e", "book/book",
    ]  # fmt: skip
    assert document.remarks == (
        "book: The sheet Blank is empty.",
        "Not read, being no data files, archives or links: .hidden.csv, README.md, "
        "__MACOSX/b.csv, inner.zip.",
    )


def test_a_gzip_file_is_read_by_the_name_inside(deliver, xlsx):
    document = deliver("a.csv.gz", gzip.compress(b"x,y\n1,2\n"))
    assert (document.format, document.sheets[0].name) == ("csv in gz", "a")
    assert deliver("a.xml.gz", gzip.compress(b"<a><r><v>1</v></r></a>")).format == "xml in gz"
    assert deliver("a.xlsx.gz", gzip.compress(xlsx({"One": ROW}))).format == "xlsx in gz"
    with pytest.raises(UnreadableFileError, match="no kind of file"):
        deliver("a.zip.gz", gzip.compress(b"PK\x03\x04"))


HOSTILE_NAMES = {
    "/etc/a.csv": "points out",
    "../a.csv": "points out",
    "x\\..\\..\\a.csv": "points out",
    "C:\\a.csv": "points out",
    "c:a.csv": "points out",
    "a\x1b[31m.csv": "control character",
    "a" * 10_000 + ".csv": "a name of 10,004 characters",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_no_honest_program_writes_is_refused(deliver, packed, tmp_path, name):
    with pytest.raises(UnreadableFileError, match=HOSTILE_NAMES[name]) as caught:
        deliver("a.zip", packed({name: b"x\n1\n"}))
    assert "\x1b" not in str(caught.value) and len(str(caught.value)) < 400
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_link_is_told_and_not_followed(deliver):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
        archive.writestr("a.csv", "x\n")
    document = deliver("a.zip", stream.getvalue())
    assert [sheet.name for sheet in document.sheets] == ["a"]
    assert "links: link.csv." in document.remarks[0]


def test_a_member_that_stands_twice_is_refused(deliver, packed):
    content = packed({"a.csv": b"1\n", "b.csv": b"2\n"}).replace(b"b.csv", b"a.csv")
    with pytest.raises(UnreadableFileError, match=r"a\.csv stands twice"):
        deliver("a.zip", content)


def test_a_locked_member_is_refused(deliver, packed):
    content = bytearray(packed({"a.csv": b"1\n"}))
    entry = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[entry + 8] |= 1
    with pytest.raises(UnreadableFileError, match="locked with a password"):
        deliver("a.zip", bytes(content))


def test_a_declared_size_that_lies_is_found(deliver, packed):
    content = packed({"a.csv": b"1\n" * 5_000})
    entry = content.index(b"PK\x01\x02")
    lie = struct.pack("<I", 10)
    small = content[:22] + lie + content[26 : entry + 24] + lie + content[entry + 28 :]
    with pytest.raises(UnreadableFileError, match="truncated or damaged"):
        deliver("a.zip", small)


def test_members_that_share_their_bytes_count_each(deliver, packed, monkeypatch):
    # every entry of the directory leads to the one stored member
    monkeypatch.setattr(limits, "LARGEST", 100_000)
    content = packed({"a.csv": b"1\n" * 30_000})
    entry, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = b"".join(
        content[entry:end].replace(b"a.csv", b"%c.csv" % letter) for letter in b"abcdef"
    )
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, 6, 6, len(entries))
    with pytest.raises(UnreadableFileError, match=r"larger than|truncated or damaged"):
        deliver("a.zip", content[:entry] + entries + bytes(tail))


def test_archives_that_unpack_without_end_are_stopped(deliver, packed):
    nothing = bytes(40 * 1024 * 1024)
    for name, content in {
        "bomb.csv.gz": gzip.compress(nothing),
        "bomb.zip": packed({"a.csv": nothing}),
        "bomb.xlsx": packed({"xl/workbook.xml": b"<a/>", "xl/b.xml": nothing}),
    }.items():
        with pytest.raises(UnreadableFileError, match="200 times its size"):
            deliver(name, content)


def test_all_members_together_are_held_against_one_limit(deliver, packed, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 1024 * 1024)
    with pytest.raises(UnreadableFileError, match="larger than 1 MB when unpacked"):
        deliver("a.zip", packed({f"{n}.csv": LONG * 1_000 for n in range(6)}))
    inner = gzip.compress(LONG * 1_000)
    with pytest.raises(UnreadableFileError, match="larger than 1 MB when unpacked"):
        deliver("b.zip", packed({f"{n}.csv.gz": inner for n in range(6)}))
    with pytest.raises(UnreadableFileError, match="larger than 1 MB when unpacked"):
        deliver("c.csv.gz", gzip.compress(LONG * 6_000))


def test_an_archive_of_very_many_members_is_refused(deliver, packed, monkeypatch):
    monkeypatch.setattr(limits, "MOST_MEMBERS", 100)
    with pytest.raises(UnreadableFileError, match="more than"):
        deliver("a.zip", packed({f"{n}.csv": b"1\n" for n in range(101)}))


def test_a_broken_member_is_named(deliver, packed):
    with pytest.raises(UnreadableFileError, match=r"a\.zip: b/c\.csv.*line 2 holds the control"):
        deliver("a.zip", packed({"b/c.csv": b"1\n\x00\n"}))
    with pytest.raises(UnreadableFileError, match="holds no data file"):
        deliver("a.zip", packed({"README": b"1\n"}))
    with pytest.raises(UnreadableFileError, match=r"holds no data file|damaged"):
        deliver("a.zip", packed({}))
