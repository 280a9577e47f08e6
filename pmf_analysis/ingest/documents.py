"""A delivered file into a ``Document``: its bytes, and the sheets of cells in them."""

from __future__ import annotations

import stat
from pathlib import Path

from pmf_analysis.errors import UnreadableFileError, harmless
from pmf_analysis.ingest.formats import choosing, limits
from pmf_analysis.ingest.formats.limits import Allowance, too_large
from pmf_analysis.ingest.formats.wording import shown
from pmf_analysis.ingest.sheets import Document
from pmf_analysis.store import sha256_of


def read_document(path: str | Path) -> Document:
    """Read a delivered file, whatever it was written in.

    Parameters
    ----------
    path : str or Path
        Its ending says the format, and its bytes must agree. A symbolic link is followed.

    Returns
    -------
    Document
        Nothing is written to disk, no formula is worked out, nothing outside the file is
        looked at.

    Raises
    ------
    UnreadableFileError
        If there is no such file, no format has its ending, its bytes are of another
        format, it is empty, truncated, damaged or locked, or larger than `limits` allow.
    """
    path = Path(path)
    name = shown(path.name)
    if path.name != harmless(path.name):
        raise UnreadableFileError(
            f"The file name {name} cannot be kept: it holds what does not print",
            "a plain file name", "Rename the file and deliver it again",
        )  # fmt: skip
    if not choosing.ending_of(path.name):
        raise UnreadableFileError(
            f"{name} is no kind of file that can be received",
            f"a name ending in {choosing.endings_in_words()}", choosing.SAVE_AS,
        )  # fmt: skip
    content = _bytes_of(path, name)
    contents = choosing.read_contents(content, name, choosing.stem_of(path.name), Allowance())
    return Document(
        name=path.name, sha256=sha256_of(content), size=len(content), format=contents.format,
        encoding=contents.encoding, sheets=contents.sheets, remarks=contents.remarks,
    )  # fmt: skip


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        # before it is opened: opening a pipe waits for its other end
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFileError(f"{name} is no file", "a file, not a device or a pipe")
        with path.open("rb") as stream:
            content = stream.read(limits.LARGEST + 1)
    except FileNotFoundError as error:
        raise UnreadableFileError(
            f"There is no file {name}", f"a file that ends in {choosing.endings_in_words()}",
            "Look at the spelling",
        ) from error  # fmt: skip
    except OSError as error:
        raise UnreadableFileError(
            f"{name} cannot be opened ({error.strerror or type(error).__name__})",
            "a file that this account may read",
        ) from error
    if len(content) > limits.LARGEST:
        raise too_large(name)
    return content
