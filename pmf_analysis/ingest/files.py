"""A delivered file's bytes into text: unpacked, with its encoding known."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from io import BytesIO
from pathlib import Path

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.paths import is_data_file
from pmf_analysis.store import sha256_of

LARGEST = 512 * 1024 * 1024
"""Bytes of text that are read at the most: a guard for the machine, not a rule of the data."""

_SAVE_AS = "Save it as CSV (UTF-8) and deliver it again"
_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip file; its name would end in .csv.gz"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class TextFile:
    """A delivered file as text.

    Attributes
    ----------
    name : str
        The file's name, without its folder.
    sha256 : str
        Of the bytes as delivered.
    size : int
        Bytes as delivered.
    encoding : str
        ``utf-8``, ``utf-8 with byte-order mark``, or ``windows-1252`` where the bytes
        are not UTF-8.
    text : str
    """

    name: str
    sha256: str
    size: int
    encoding: str
    text: str


def read_text(path: Path) -> TextFile:
    """Read a ``.csv`` or ``.csv.gz`` file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    TextFile

    Raises
    ------
    UnreadableFileError
        If there is no such file, it is empty, it is not what its name says, it is
        truncated or damaged, it is larger than ``LARGEST``, or it is no text.
    """
    content = _read_bytes(path)
    packed = path.name.casefold().endswith(".gz")
    plain = _unpacked(content, path.name) if packed else content
    if not plain.strip(b"\xef\xbb\xbf\r\n\t ,"):
        raise UnreadableFileError(
            f"{path.name} is empty", "a header line and at least one row",
            "Ask for the file again; nothing was stored",
        )  # fmt: skip
    text, encoding = _decoded(plain, path.name)
    return TextFile(path.name, sha256_of(content), len(content), encoding, text)


def _read_bytes(path: Path) -> bytes:
    if not is_data_file(path):
        raise UnreadableFileError(
            f"{path.name} is no kind of file that can be received",
            "a name ending in .csv or .csv.gz", _SAVE_AS,
        )  # fmt: skip
    try:
        if path.stat().st_size > LARGEST:
            raise _too_large(path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFileError(
            f"There is no file {path.name}", "a .csv or .csv.gz file", "Look at the spelling"
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name} cannot be opened ({error.strerror or type(error).__name__})",
            "a file that this account may read",
        ) from error


def _unpacked(content: bytes, name: str) -> bytes:
    if not content:
        return b""
    try:
        plain = GzipFile(fileobj=BytesIO(content)).read(LARGEST + 1)
    except (EOFError, BadGzipFile, zlib.error, OSError) as error:
        raise UnreadableFileError(
            f"{name} is truncated or damaged: it cannot be unpacked to its end",
            "a whole gzip file", "Ask for the file again; nothing was stored",
        ) from error  # fmt: skip
    if len(plain) > LARGEST:
        raise _too_large(name)
    return plain


def _too_large(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is larger than {LARGEST // 1024**2} MB when unpacked",
        "a file of figures", "Deliver it in parts",
    )  # fmt: skip


def _decoded(plain: bytes, name: str) -> tuple[str, str]:
    for start, kind in _KINDS:
        if plain.startswith(start):
            raise UnreadableFileError(
                f"{name} is not a CSV file: its bytes are those of {kind}", "text in CSV", _SAVE_AS
            )
    text, encoding = _text_of(plain, name)
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFileError(
            f"{name} is not a text file: line {line} holds the control character "
            f"0x{ord(found[0]):02x}", "text in CSV", _SAVE_AS,
        )  # fmt: skip
    return text, encoding


def _text_of(plain: bytes, name: str) -> tuple[str, str]:
    try:
        if plain.startswith(b"\xef\xbb\xbf"):
            return plain.decode("utf-8-sig"), "utf-8 with byte-order mark"
        return plain.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as utf8_error:
        at = utf8_error.start
    try:
        return plain.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, at) + 1
        raise UnreadableFileError(
            f"{name}, line {line}: the byte 0x{plain[at]:02x} is neither UTF-8 nor Windows-1252",
            "text in UTF-8", _SAVE_AS,
        ) from error  # fmt: skip
