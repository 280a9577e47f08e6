"""How names, patterns and open questions are written in a layout file."""

from __future__ import annotations

import re

TO_COMPLETE = "# TO COMPLETE"
"""Stands where only a person can say what the layout needs."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ./()-]*[A-Za-z0-9_)]|[A-Za-z]")


def quoted(text: str) -> str:
    """A text as YAML reads it back, in quotation marks only where it needs them."""
    words = ("yes", "no", "true", "false", "null", "on", "off", "y", "n")
    if _PLAIN.fullmatch(text) and text.casefold() not in words:
        return text
    return always_quoted(text)


def always_quoted(text: str) -> str:
    """A text in quotation marks, on one line."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def escaped(text: str) -> str:
    """A pattern that only this text matches, for single quotation marks."""
    return re.escape(text).replace(r"\ ", " ").replace("'", "''")


def shape_of(text: str) -> str:
    """A pattern of texts written like this one: other digits, other letters."""
    shape = ""
    for piece in re.findall(r"\d+|[A-Za-z]+|.", text):
        if piece.isdigit():
            shape += r"\d+" if len(piece) < 3 else rf"\d{{{len(piece)}}}"
        elif piece.isalpha():
            shape += piece if len(piece) == 1 else "[A-Za-z]+"
        else:
            shape += re.escape(piece)
    return shape.replace(r"\ ", " ").replace(r"\-", "-")
