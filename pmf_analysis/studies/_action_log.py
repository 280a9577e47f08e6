"""The action log as delivered: what was begun when, for which figure, by which role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pmf_analysis.errors import ParameterError
from pmf_analysis.roles import checked_role

TABLE = "action"


@dataclass(frozen=True)
class Action:
    """One action; a date that is not given, or is none, is None.

    Attributes
    ----------
    key, indicator, unit : str
        Codes, as delivered.
    begun, due_on, done_on : date or None
    owner : str
        A role; empty where the log gives something else.
    words : str
        What was done, as written; never longer than the rule set allows.
    """

    key: str
    indicator: str
    unit: str
    begun: date | None
    due_on: date | None
    done_on: date | None
    owner: str
    words: str


def actions(records: Mapping[str, pd.DataFrame], longest: int) -> tuple[Action, ...]:
    """Every action of the log that was not withdrawn, in order of date and key.

    Parameters
    ----------
    records : mapping of str to pandas.DataFrame
        Tables of records by name.
    longest : int
        Characters of an action's words that are kept.

    Returns
    -------
    tuple of Action
        None where no log was delivered.
    """
    if TABLE not in records:
        return ()
    table = records[TABLE]
    if "withdrawn" in table:
        table = table[~table["withdrawn"].isin([True, "yes"])]
    found = _read(table, longest)
    return tuple(sorted(found, key=lambda one: (one.begun or date.max, one.key, one.unit)))


def _read(table: pd.DataFrame, longest: int) -> Iterator[Action]:
    for row in table.to_dict("records"):
        yield Action(
            key=plain(row.get("action_id"), longest),
            indicator=plain(row.get("indicator"), longest),
            unit=plain(row.get("unit_code"), longest),
            begun=_day(row.get("event_date")),
            due_on=_day(row.get("due_on")),
            done_on=_day(row.get("done_on")),
            owner=_role(plain(row.get("owner"), longest)),
            words=plain(row.get("words"), longest),
        )


def plain(given: object, longest: int) -> str:
    """A delivered text on one line, with what can be printed only, cut where it is too long."""
    if not isinstance(given, str):
        return ""
    text = "".join(one if one.isprintable() else " " for one in given)
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _day(given: object) -> date | None:
    found = pd.to_datetime(given, errors="coerce", format="ISO8601")  # type: ignore[call-overload]
    return None if pd.isna(found) else found.date()


def _role(given: str) -> str:
    try:
        return checked_role(given)
    except ParameterError:
        return ""
