"""What the cells of a column look like: numbers, areas, periods, dates, marks.

For a table that no layout describes, so that a layout can be proposed. A profile holds
counts; it names cells only where they stand among numbers, as marks do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.cells import read_cell
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.ingest.written_periods import read_period
from pmf_analysis.register.layouts import Layout

SAMPLE = 2000
"""Different texts of a column that are looked at, the most frequent ones."""

_CODE = re.compile(r"[A-Z]{1,3}\d{4,}[A-Z]*|\d{3}", re.ASCII)  # E10000016, 886
_PERSON = re.compile(
    r"\b(child|children)( ?unique)?[ _]?(id|identifier|number|no|name)\b|^child$|\bla ?child ?id"
    r"|\b(dob|upn|nino|nhs[ _]?(no|number))\b|birth"
    r"|\b(fore|sur|first|last|family|full)[ _]?names?\b"
    r"|post[ _]?codes?\b|\b(home|contact|street)[ _]?address|person|\bpupil[ _]?(id|ref|name)"
    r"|\bworker\b|\bcase[ _]?(id|number|ref)|unique[ _]?(pupil|case|person|service|id)"
    r"|^ethnic(ity)?$",
    re.IGNORECASE,
)
_RULES = (
    "financial_quarter", "calendar_quarter", "month", "day", "financial_year",
    "academic_year", "calendar_year", "code",
)  # fmt: skip
POOL = re.compile(r"(?:19|20)\d\d(/\d\d)? ?[-–] ?\d\d(/\d\d)?")
"""Years taken together, such as ``2020/21 - 22/23`` and ``2020 - 22``."""

_YEARS = frozenset({"financial_year", "academic_year", "calendar_year"})
_MOST = 0.8
_LONGEST_MARK = 4
_LONGEST_STRANGE = 12


@dataclass(frozen=True)
class Profile:
    """One column of a table.

    Attributes
    ----------
    place : int
    name : str
    filled, different : int
        Cells that are not empty; different texts among them.
    numbers, areas, codes, dates : float
        Share of the filled cells that are numbers, that the register finds as units, that
        are written as codes of areas are, and that are dates.
    period : str
        Rule that reads most of the filled cells as periods; empty where none reads most.
    marks : dict
        Where most cells are numbers: the other texts, to how often they stand there.
    texts : tuple of str
        The most frequent texts below the header.
    """

    place: int
    name: str
    filled: int
    different: int
    numbers: float
    areas: float
    codes: float
    dates: float
    period: str
    marks: dict[str, int]
    texts: tuple[str, ...]

    @property
    def year_kind_open(self) -> bool:
        """Whether the cells name years and nothing says of which kind."""
        return self.period in _YEARS

    @property
    def holds_figures(self) -> bool:
        """Whether most filled cells are numbers or marks beside them."""
        return bool(self.filled) and (self.numbers > 0.5 or bool(self.marks))


def names_people(names: Sequence[str]) -> bool:
    """Whether the names of columns are those of a table about single people."""
    return any(_PERSON.search(name) for name in names)


def profile_column(
    name: str, place: int, column: Column, rows: NDArray[np.intp], register: FindsUnits,
    plain: Layout,
) -> Profile:  # fmt: skip
    """Look at a column's cells.

    Parameters
    ----------
    name : str
    place : int
    column : Column
    rows : ndarray of int
        Places of the rows below the header.
    register : Register
        Finds units.
    plain : Layout
        Reads numbers; without marks.

    Returns
    -------
    Profile
    """
    counts = np.bincount(column.codes[rows], minlength=len(column.texts))
    order = np.argsort(-counts, kind="stable")
    held = [(str(column.texts[at]), int(counts[at])) for at in order if counts[at]]
    filled = [(text, count) for text, count in held if text]
    total = sum(count for _, count in filled)
    sample = filled[:SAMPLE]
    looked = sum(count for _, count in sample) or 1

    def share(test) -> float:
        return sum(count for text, count in sample if test(text)) / looked

    def is_number(text: str) -> bool:
        return not read_cell(text, plain).reason

    numbers = share(is_number)
    marks = {text: count for text, count in sample if not is_number(text)}
    short = share(lambda text: len(text.strip("[]")) <= _LONGEST_MARK)
    figures = numbers > 0.5 or (numbers >= 0.2 and short > 0.9)
    strange = any(len(text) > _LONGEST_STRANGE for text in marks)
    found = {text: register.find_unit(text) is not None for text, _ in sample}
    rule = _period_rule(sample, looked)
    return Profile(
        place, name, total, len(filled), numbers,
        share(found.__getitem__),
        share(lambda text: _CODE.fullmatch(text) is not None),
        share(lambda text: read_period(text, "day") is not None),
        rule,
        marks if figures and not strange else {}, tuple(text for text, _ in sample),
    )  # fmt: skip


def _period_rule(sample: Sequence[tuple[str, int]], looked: int) -> str:
    if not sample:
        return ""
    shares = {
        rule: sum(
            count for text, count in sample
            if read_period(text, rule) or (rule in _YEARS and POOL.fullmatch(text))
        ) / looked
        for rule in _RULES
    }  # fmt: skip
    rule = max(_RULES, key=lambda each: shares[each])  # the first of equals
    if shares[rule] < _MOST:
        return ""
    if rule == "month" and not all(text.endswith("01") for text, _ in sample if _is_day(text)):
        return "day"
    return rule


def _is_day(text: str) -> bool:
    return read_period(text, "day") is not None
