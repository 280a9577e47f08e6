"""One way to write JSON and one way to hash, so that the same content has the same bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path

from pmf_analysis.errors import TableError


def canonical_json(content: object, indent: int | None = 2) -> bytes:
    """Content as JSON: keys sorted, UTF-8, one new line at the end.

    Parameters
    ----------
    content : object
        Dictionaries, lists, texts, numbers, dates, frozen dataclasses. A set is sorted.
    indent : int or None
        None for one line.

    Returns
    -------
    bytes

    Raises
    ------
    TableError
        If a number is not finite, or a value has no form in JSON.
    """
    separators = (",", ": ") if indent else (",", ":")
    try:
        text = json.dumps(
            content, sort_keys=True, ensure_ascii=False, indent=indent, separators=separators,
            allow_nan=False, default=_plain,
        )  # fmt: skip
        return f"{text}\n".encode()
    except (ValueError, TypeError) as error:
        raise TableError(
            f"This cannot be written as JSON: {error}",
            "texts, finite numbers, dates, lists and dictionaries with text keys",
        ) from error


def sha256_of(source: bytes | str | Path) -> str:
    """SHA-256 of bytes, or of the bytes of a file, in hexadecimal digits."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with Path(source).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a NumPy number
        return value.item()
    if hasattr(value, "items"):  # a read-only mapping
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
