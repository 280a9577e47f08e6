"""gzip: one file, packed; the name before ``.gz`` says what it is."""

from __future__ import annotations

import zlib
from dataclasses import replace
from gzip import BadGzipFile, GzipFile
from io import BytesIO

from pmf_analysis.ingest.formats import limits
from pmf_analysis.ingest.formats.choosing import read_contents
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import damaged, empty

ENDINGS = (".gz",)
KIND = "a gzip file"
HOLDS = "one"


def is_of(content: bytes) -> bool:
    """Whether the bytes begin as gzip does."""
    return content.startswith(b"\x1f\x8b")


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Unpack, and read what is inside.

    Raises
    ------
    UnreadableFileError
        If it is truncated or damaged, too large, or what is inside cannot be read.
    """
    # no more than one byte past the least limit is ever unpacked
    most = min(allowance.left, max(limits.RATIO_FROM, limits.MOST_RATIO * len(content)))
    try:
        plain = GzipFile(fileobj=BytesIO(content)).read(most + 1)
    except (EOFError, BadGzipFile, zlib.error, OSError) as error:
        raise damaged(name, "a whole gzip file") from error
    limits.check_ratio(len(content), len(plain), name)
    allowance.spend(len(plain), name)
    if not plain:
        raise empty(name)
    inside = read_contents(plain, name[: -len(".gz")], title, allowance)
    return replace(inside, format=f"{inside.format} in gz")
