"""A field of the record: what it is, holds or reaches, alone or beside another field.

``{field: grade, in: [good, outstanding]}``, ``{field: event_date, not_after: due_on}``,
``{field: previous_plans, at_least: 1}``, ``{field: child.uasc, is: no}``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.columns import word
from pmf_analysis.counting.conditions import Read
from pmf_analysis.register.models import Condition

_WORDS = ("text", "code", "yes_no", "whole")
_NUMBERS = ("whole", "number")
_DATES = ("date",)

Value = bool | int | str


class Rule(Condition):
    """One comparison, or several that must all hold."""

    field: str
    is_: Value | None = None
    in_: tuple[Value, ...] = ()
    not_in: tuple[Value, ...] = ()
    """Neither of these; an empty field is not known to be another."""
    at_least: float | None = None
    at_most: float | None = None
    filled: bool | None = None
    before: str = ""
    """Another date field: earlier than this one."""
    not_after: str = ""
    """Another date field: no later than this one."""


def problem(rule: Rule) -> str:
    """A field alone says nothing."""
    said = rule.model_fields_set - {"field"}
    return "" if said else "needs is, in, not_in, at_least, at_most, filled, before or not_after"


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """The field, and the one that it is held against."""
    if rule.is_ is not None or rule.in_ or rule.not_in:
        yield Read(table, rule.field, _WORDS)
    if rule.at_least is not None or rule.at_most is not None:
        yield Read(table, rule.field, _NUMBERS)
    for other in (rule.before, rule.not_after):
        if other:
            yield Read(table, rule.field, _DATES)
            yield Read(table, other, _DATES)
    if rule.filled is not None:
        yield Read(table, rule.field)


def holds(rule: Rule, cases: Cases) -> NDArray[np.bool_]:
    """Where every comparison holds."""
    met = np.ones(len(cases), dtype=bool)
    if rule.filled is not None:
        met &= cases.filled(rule.field) == rule.filled
    if rule.is_ is not None or rule.in_:
        wanted = {word(one) for one in (rule.is_, *rule.in_) if one is not None}
        met &= cases.texts(rule.field).chosen(lambda label: label in wanted)
    if rule.not_in:
        refused = {word(one) for one in rule.not_in}
        met &= cases.texts(rule.field).chosen(lambda label: label not in refused)
    with np.errstate(invalid="ignore"):
        if rule.at_least is not None:
            met &= cases.numbers(rule.field) >= rule.at_least
        if rule.at_most is not None:
            met &= cases.numbers(rule.field) <= rule.at_most
    if rule.before:
        met &= cases.dates(rule.field) < cases.dates(rule.before)
    if rule.not_after:
        met &= cases.dates(rule.field) <= cases.dates(rule.not_after)
    return met
