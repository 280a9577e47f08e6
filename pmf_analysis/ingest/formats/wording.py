"""Names from delivered files in messages, and the messages that several formats share."""

from __future__ import annotations

import unicodedata

from pmf_analysis.errors import UnreadableFileError

MOST_SHOWN = 100
"""Characters of a name that are shown."""


def shown(name: str, most: int = MOST_SHOWN) -> str:
    r"""A name from outside as one harmless line: its end is kept, its middle left out.

    Parameters
    ----------
    name : str
    most : int
        Characters that are shown at the most, before escapes.

    Returns
    -------
    str
        Control characters, and marks that turn the direction of writing, as ``\u202e``.
    """
    if len(name) > most:
        tail = most // 3
        name = f"{name[: most - tail - 1]}…{name[-tail:]}"
    return "".join(_escaped(character) for character in name)


def _escaped(character: str) -> str:
    if unicodedata.category(character)[0] in "CZ" and character != " ":
        return character.encode("unicode_escape").decode("ascii")
    return character


def damaged(name: str, whole: str) -> UnreadableFileError:
    """The error for a file that cannot be read to its end.

    Parameters
    ----------
    name : str
        Of the file.
    whole : str
        What it should have been, such as ``a whole gzip file``.
    """
    return UnreadableFileError(
        f"{name} is truncated or damaged: it cannot be unpacked to its end",
        whole, "Ask for the file again; nothing was stored",
    )  # fmt: skip


def empty(name: str) -> UnreadableFileError:
    """The error for a file without a filled cell."""
    return UnreadableFileError(
        f"{name} is empty", "a header line and at least one row",
        "Ask for the file again; nothing was stored",
    )  # fmt: skip


def locked(name: str) -> UnreadableFileError:
    """The error for a file that only a password opens."""
    return UnreadableFileError(
        f"{name} is locked with a password", "a file that opens without one",
        "Save it without the password and deliver it again",
    )  # fmt: skip
