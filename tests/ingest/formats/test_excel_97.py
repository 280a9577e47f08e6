"""Old Excel workbooks into sheets."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from pmf_analysis.errors import UnreadableFileError

# Sheet "Old" with text in A3:B3 and 886, 9.37, a date, TRUE and a formula in row 4; sheet
# "Hid", hidden, with x in A1. Written by xlwt 1.3.0.
WORKBOOK = zlib.decompress(base64.b64decode(
    "eNrtWE1oE1EQ/t7u5q82fzUVGzGEglVrexAvXtpVqdZLavTiD4K2TQ6lJZHQg/ZiteYoCJ4UL4WKeKl68QcV9CB4"
    "ECqKCAUh0aMnQcFDm3Xe7K5NqkIDtpDyvuXNmzdvZt/szryf3bdz0dL0g3gZy9ALHRUrAG+VTFAJuI0IqN+yJOvW"
    "fiqWQkMh4KdAej14GnzjkzGU8S5Dw33jJVHgM5XTOIeBfC6bXEMcYB8GhfShRxiUexpuUQmhjf1qYTrMdCPTe6z7"
    "jOk+llxl2kO6JXEKc+ZA514nj09o7dwXIirwiG3mWbIbrXgt8/jiNWHrerC/MDI41mAdCaMZM6CQ9mdz2YJsh3Eb"
    "TcBJQncq1d3XV0KMwj2DH1YS+O7O6xdJJV9buQDJf9bKff+Q+ymIy+XXNQOYhHVWyGQuYgNihuzRcWQsI5sfPDIx"
    "dBweySxgKzHgQkrD+UyWciRdyE9kc+OUQeeb5BrPa0KkZk0I8kxpJppBmPkoz5cIubRw99u71FDaPMOSSd4H7N1i"
    "m3QNFi5JCzIOsQZ7R4kKdHJ7F9PLfNctzMeZxkiH6o50q8McmmKdK9zbQePsYbw3t1fxO4gvfj36OFH8Yu4kfra/"
    "PBGb/WhOo512rwzZy2sKXaJL3Lwh8cR0a+GsK5+Ytv2xxvi1CNcaLGdLDGORZpWURVlgt+TbEY6+zs+6pP8cm1kW"
    "xXxQ0jshuZrFX2lk59H81KeztZdDZRCvs6nl3MKHhECCotKrteChHJmWuyWsdgDdHps2YgBt32sDCA6I1OC3ir+9"
    "VQUFBQUFBQWFdQHBp9nfHwR8KvfyKdP+r7NIpaJ+k6xbHEOernH6pDyIHNUFXKgrfzbBI9x7iRXauP8LJY7T6AWM"
    "Yoj9GK07f+m4L6qfZ8WGkf83heodv1KPn6s8/i8YoP2B"
))  # fmt: skip


def test_stored_values_become_text(deliver):
    document = deliver("a.xls", WORKBOOK)
    old, hid = document.sheets
    assert document.format == "xls" and (old.name, hid.name) == ("Old", "Hid")
    assert [old.row(2), old.row(3)] == [
        ["code", "Prozent", "", ""],
        ["886", "9.37", "2024-03-31", "TRUE"],
    ]
    assert list(old.lines) == [1, 2, 3, 4] and not any(old.row(0))
    assert document.remarks == ("The sheet Hid is hidden in the workbook; it was read.",)


def test_a_cell_far_off_is_refused_before_the_memory_is_filled(deliver):
    cell = WORKBOOK.index(struct.pack("<HHHH", 0x00FD, 10, 2, 0))
    far = WORKBOOK[: cell + 4] + struct.pack("<HH", 65_535, 16_000) + WORKBOOK[cell + 8 :]
    with pytest.raises(UnreadableFileError, match="reaches over 65,536 rows and 16,001 columns"):
        deliver("far.xls", far)


def test_a_damaged_workbook_is_one_clear_error(deliver):
    for at in range(0, len(WORKBOOK), 127):
        blow = bytearray(WORKBOOK)
        blow[at : at + 3] = b"\xff\xfe\x7f"
        for content in (WORKBOOK[:at], bytes(blow)):
            try:
                assert deliver("a.xls", content).sheets
            except UnreadableFileError as error:
                assert "\n" not in str(error)
