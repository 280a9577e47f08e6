"""Conditions of a rule, as data: which rows it looks at.

A condition is the stored JSON form of Great Expectations' ``Column(...)`` objects::

    {"type": "comparison", "column": {"name": "kind"}, "operator": "==", "parameter": "rate"}
    {"type": "nullity", "column": {"name": "value"}, "is_null": false}
    {"type": "and", "conditions": [...]}      also "or"

Text is never a condition: Great Expectations would execute it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_ .-]*")

_COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_FIELDS = {
    "comparison": {"type", "column", "operator", "parameter"},
    "nullity": {"type", "column", "is_null"},
    "and": {"type", "conditions"},
    "or": {"type", "conditions"},
}


def fault(condition: object) -> str:
    """Say what is wrong with a condition; empty when nothing is.

    Parameters
    ----------
    condition : object
        As read from JSON.

    Returns
    -------
    str
    """
    if isinstance(condition, str):
        return "the row condition is text, which would be executed"
    if not isinstance(condition, Mapping):
        return "the row condition is no object"
    kind = condition.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        return f"the row condition has the unknown type {kind!r}"
    if set(condition) != _FIELDS[kind]:
        return f"the {kind} condition does not have the fields {', '.join(sorted(_FIELDS[kind]))}"
    if kind in ("and", "or"):
        return _fault_of_group(kind, condition["conditions"])
    return _fault_of_column(condition["column"]) or (
        _fault_of_comparison(condition) if kind == "comparison" else _fault_of_nullity(condition)
    )


def columns(condition: Mapping | None) -> tuple[str, ...]:
    """Columns that a condition reads, sorted."""
    if condition is None:
        return ()
    if "conditions" in condition:
        return tuple(sorted({name for part in condition["conditions"] for name in columns(part)}))
    return (condition["column"]["name"],)


def compared(condition: Mapping | None) -> set[str]:
    """Columns whose values a condition compares, as against whether they are filled."""
    if condition is None:
        return set()
    if "conditions" in condition:
        return {name for part in condition["conditions"] for name in compared(part)}
    return {condition["column"]["name"]} if condition["type"] == "comparison" else set()


def selected(
    condition: Mapping | None, rows: pd.DataFrame, known: Collection[str] | None = None
) -> np.ndarray:
    """Which rows a condition selects.

    Parameters
    ----------
    condition : mapping or None
        None selects every row.
    rows : pandas.DataFrame, n rows
    known : collection of str, optional
        Columns to look at. A comparison of another column counts as met, so that the
        result says which rows *could* be selected, going by these columns alone.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    if condition is None:
        return np.ones(len(rows), dtype=bool)
    if "conditions" in condition:
        parts = [selected(part, rows, known) for part in condition["conditions"]]
        join = np.logical_and if condition["type"] == "and" else np.logical_or
        return join.reduce(parts)
    name = condition["column"]["name"]
    if known is not None and name not in known:
        return np.ones(len(rows), dtype=bool)
    column = rows[name]
    if condition["type"] == "nullity":
        return (column.isna() == condition["is_null"]).to_numpy(dtype=bool)
    return _compared(column, condition["operator"], condition["parameter"])


def _compared(column: pd.Series, sign: str, parameter: object) -> np.ndarray:
    if sign in ("IN", "NOT_IN"):
        inside = column.isin(list(parameter)).to_numpy(dtype=bool)
        return inside if sign == "IN" else ~inside
    return _COMPARISONS[sign](column, parameter).to_numpy(dtype=bool)


def _fault_of_group(kind: str, parts: object) -> str:
    if not isinstance(parts, list) or len(parts) < 2:
        return "a group of conditions holds fewer than two"
    if any(isinstance(part, Mapping) and part.get("type") == "or" for part in parts):
        return f"an {kind!r} condition holds an 'or', which Great Expectations cannot run"
    return next((found for part in parts if (found := fault(part))), "")


def _fault_of_column(column: object) -> str:
    if (
        not isinstance(column, Mapping)
        or set(column) != {"name"}
        or not isinstance(column["name"], str)
        or not NAME.fullmatch(column["name"])
    ):
        return "a condition names no plain column"
    return ""


def _fault_of_comparison(condition: Mapping) -> str:
    sign, parameter = condition["operator"], condition["parameter"]
    if sign in ("IN", "NOT_IN"):
        if not isinstance(parameter, list) or not parameter:
            return f"the operator {sign} needs a list"
        if not all(_is_plain(one) for one in parameter):
            return "a condition compares with something other than a number or plain text"
        return ""
    if not isinstance(sign, str) or sign not in _COMPARISONS:
        return f"the operator {sign!r} is unknown"
    if not _is_plain(parameter):
        return "a condition compares with something other than a number or plain text"
    return ""


def _fault_of_nullity(condition: Mapping) -> str:
    return "" if isinstance(condition["is_null"], bool) else "is_null is neither true nor false"


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return bool(_PLAIN_TEXT.fullmatch(value))
    return isinstance(value, int | float) and not isinstance(value, bool)
