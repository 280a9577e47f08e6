"""Lines of the period: in a column, in names of columns, or around the table."""

from __future__ import annotations

import re

from pmf_analysis.ingest.profiles import POOL, Profile
from pmf_analysis.ingest.proposing.header_periods import period_in_name
from pmf_analysis.ingest.proposing.sorting import Parts
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, quoted, shape_of
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.ingest.written_periods import read_period

_YEAR_KINDS = (
    "financial_year (ends on 31 March), calendar_year, academic_year (academic_year_ending "
    'where one year stands alone) or "day 09-30"'
)
_IN_TEXT = (
    (r"(?:19|20)\d\d[-/_]\d\d[-_ ,]*(?:Q|Qtr|Quarter)[-_ ]?[1-4]", "financial_quarter"),
    (r"(?:Q|Qtr|Quarter)[-_ ]?[1-4][-_ ,]*(?:19|20)\d\d[-/_]\d\d", "financial_quarter"),
    (r"[A-Z][a-z]{2,8}[- ](?:19|20)\d\d", "month"),
    (r"(?:19|20)\d\d(?:[-/_]?\d\d)?(?!\d)", ""),
)


def period_lines(table: Table, parts: Parts) -> list[str]:
    """Where the period stands, by what rule it is read, or what is open."""
    if parts.period is not None:
        rule = "" if parts.period.year_kind_open else parts.period.period
        lines = ["period:", f"  column: {quoted(parts.period.name)}"]
        return [*lines, *_pool_lines(parts.period), "  kinds:", _kind_line(rule)]
    if parts.across:
        found = [period_in_name(each.name) for each in parts.across]
        _, length, rule = max(found, key=lambda each: each[1])
        rule = "" if rule == "financial_year" else rule
        lines = ["period:", "  found_in: header"]
        if length > 1 and any(each[1] == 1 for each in found):
            match = r"(?P<period>\d{4}[-/]?\d+)(?: [A-Za-z ]+)?"
            lines += ["  patterns:", f"    - {{match: '{match}', rule: financial_year}}"]
        return [*lines, "  kinds:", _kind_line(rule)]
    return _named_period_lines(table) or [
        "period:", f"  column:         {TO_COMPLETE}: column with the period; or found_in: above "
        "(a title), header, sheet_name or file_name, with find", "  kinds:", _kind_line(""),
    ]  # fmt: skip


def _named_period_lines(table: Table) -> list[str]:
    """The period in the name of the sheet or file, or above the table."""
    texts = [("sheet_name", table.sheet), ("file_name", table.file_name)]
    texts += [("above", text) for text in table.above]
    for shape, rule in _IN_TEXT:
        for place, text in texts:
            found = re.search(shape, text)
            if found and (not rule or read_period(found[0], rule)):
                return [
                    "period:", f"  found_in: {place}", f"  # it stands as {found[0]}",
                    f"  find: '(?P<period>{shape_of(found[0])})'", "  kinds:", _kind_line(rule),
                ]  # fmt: skip
    return []


def _pool_lines(period: Profile) -> list[str]:
    """How pools of years are read, where some cells hold them."""
    lines = []
    for text in period.texts:
        found = POOL.fullmatch(text)
        if not found or read_period(text, "financial_year"):
            continue
        year, rule = (r"\d{4}/\d\d", "financial_year") if found[1] else (r"\d{4}", "calendar_year")
        last = r"\d\d/\d\d" if found[2] else r"\d\d"
        match = f"(?P<first>{year}) ?[-–] ?(?P<last>{last})"
        line = f"    - {{match: '{match}', rule: {rule}}}"
        lines += [line] if line not in lines else []
    return ["  patterns:   # pools of years", *lines] if lines else []


def _kind_line(rule: str) -> str:
    return f'    "": {rule}' if rule else f'    "":           {TO_COMPLETE}: {_YEAR_KINDS}'
