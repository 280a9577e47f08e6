"""Reasons for which rows were refused, alike ones together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pmf_analysis.ingest.receipt import Refusal

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_COUNT = re.compile(r"\b\d+ cells\b")


@dataclass(frozen=True)
class Reason:
    """Rows refused for one reason.

    Attributes
    ----------
    text : str
        The reason, with dots for what differs from row to row.
    rows : int
    first_line : int
    """

    text: str
    rows: int
    first_line: int


def group_refusals(refusals: Iterable[Refusal]) -> tuple[Reason, ...]:
    """Reasons, those of most rows first.

    What a row printed is replaced by dots, so that a reason says nothing of a person.
    """
    lines: dict[str, list[int]] = {}
    for refusal in refusals:
        text = _COUNT.sub("… cells", _QUOTED.sub("…", refusal.reason))
        lines.setdefault(text, []).append(refusal.line)
    reasons = [Reason(text, len(held), min(held)) for text, held in lines.items()]
    return tuple(sorted(reasons, key=lambda each: (-each.rows, each.text)))
