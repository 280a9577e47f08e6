"""How much of a delivered file is unpacked and read at the most.

These guard the machine against files made to exhaust it. They are no rule of the data: no
delivery that is known comes near them.
"""

from __future__ import annotations

from pmf_analysis.errors import UnreadableFileError

LARGEST = 512 * 1024 * 1024
"""Bytes of a file as delivered, and bytes of all that is unpacked from it: some 300 times the
largest file that is known, and still held in memory at once."""
MOST_RATIO = 200
"""How many times its packed size a file unpacks to. Tables pack to a tenth or a thirtieth;
a file of nothing but one byte to a thousandth."""
RATIO_FROM = 32 * 1024 * 1024
"""Unpacked bytes from which ``MOST_RATIO`` counts: below, a small table of repeated lines may
pack as well as it likes."""
MOST_MEMBERS = 10_000
"""Files in an archive. A workbook has some five for each sheet."""
MOST_COLUMNS = 16_384
"""Columns of a sheet: as many as a workbook can have."""
MOST_CELLS = 100_000_000
"""Cells of all sheets of a file, empty ones among them: four bytes each when read."""
MOST_GRID = 20_000_000
"""Cells of one sheet of a workbook, from its first filled to its last: its reader holds the
whole rectangle at 32 bytes a cell, and stops the program where there is no memory for it."""
MOST_DEPTH = 64
"""Elements of an XML document within each other; statutory returns have seven."""
MOST_PATHS = 2_000
"""Different paths of elements in an XML document; statutory returns have some thirty."""
LONGEST_NAME = 255
"""Characters of the name of a member, sheet or element; file systems stop there too."""


class Allowance:
    """What may still be unpacked and read of one delivered file, whatever is packed in it.

    Attributes
    ----------
    left : int
        Bytes that may still be unpacked.
    cells : int
        Cells that may still be read.
    """

    def __init__(self) -> None:
        self.left = LARGEST
        self.cells = MOST_CELLS

    def spend(self, count: int, name: str) -> None:
        """Take bytes off what is left.

        Raises
        ------
        UnreadableFileError
            If there are not so many left.
        """
        if count > self.left:
            raise too_large(name)
        self.left -= count

    def spend_cells(self, rows: int, columns: int, name: str) -> None:
        """Take the cells of a sheet off what is left; see ``check_grid`` for errors."""
        self.check_grid(rows, columns, name)
        self.cells -= rows * columns

    def holds(self, rows: int, columns: int) -> bool:
        """Whether a sheet of so many rows and columns may be read."""
        return columns <= MOST_COLUMNS and rows * columns <= self.cells

    def check_grid(self, rows: int, columns: int, name: str) -> None:
        """Whether a sheet of so many rows and columns may be read.

        Raises
        ------
        UnreadableFileError
            If it has too many columns or cells.
        """
        if columns > MOST_COLUMNS:
            raise UnreadableFileError(
                f"{name} has a row of {columns:,} columns", f"at most {MOST_COLUMNS:,} columns",
                "Look whether it is the right file",
            )  # fmt: skip
        if rows * columns > self.cells:
            raise too_many_cells(name)


def too_large(name: str) -> UnreadableFileError:
    """The error for a file of more than ``LARGEST`` bytes."""
    return UnreadableFileError(
        f"{name} is larger than {LARGEST // 1024**2} MB when unpacked",
        "a file of figures", "Deliver it in parts",
    )  # fmt: skip


def too_many_cells(name: str) -> UnreadableFileError:
    """The error for a sheet of more cells than are read."""
    return UnreadableFileError(
        f"{name} has more than {MOST_CELLS // 10**6} million cells, filled and empty",
        "a table of figures", "Look for one row that is far too wide, or deliver it in parts",
    )  # fmt: skip


def check_ratio(packed: int, unpacked: int, name: str) -> None:
    """Refuse a file that unpacks to many times its size.

    Parameters
    ----------
    packed, unpacked : int
        Bytes.
    name : str
        Of the file, for the message.

    Raises
    ------
    UnreadableFileError
    """
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * packed:
        raise UnreadableFileError(
            f"{name} unpacks to more than {MOST_RATIO} times its size",
            "a table, which packs to a tenth or a thirtieth",
            "Deliver it unpacked if it is what it should be",
        )
