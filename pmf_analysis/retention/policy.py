"""The rule set ``retention``, read and checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import Register
from pmf_analysis.terms import DataClass


@dataclass(frozen=True)
class Policy:
    """How long things are kept.

    Attributes
    ----------
    label : str
        Name and version of the rule set.
    keep_days : mapping of DataClass to int or None
        Days after the date of publication; None for no date of deletion.
    name_kept : frozenset of DataClass
        Classes whose file names stay in the record of a deletion.
    superseded_run_days : int
        Days after the as-at date of the later run.
    """

    label: str
    keep_days: Mapping[DataClass, int | None]
    name_kept: frozenset[DataClass]
    superseded_run_days: int

    def due(self, kind: DataClass, published: date) -> date | None:
        """First day on which a delivery is to be deleted; None for never."""
        days = self.keep_days[kind]
        return None if days is None else published + timedelta(days=days + 1)


def read_policy(held: Register) -> Policy:
    """The rule set ``retention`` of a register.

    Raises
    ------
    RuleSetError
        If it is missing, lacks a class of data, or holds what is no number of days.
    """
    rules = held.rule_set("retention")
    try:
        given = dict(rules.values["keep_days"])
        days = {kind: _days(given.pop(kind.value)) for kind in DataClass}
        names = frozenset(DataClass(name) for name in rules.values["name_kept"])
        runs = _days(rules.values["superseded_run_days"])
        if given or runs is None:
            raise ValueError(f"{', '.join(given) or 'superseded_run_days'} means nothing here")
    except (KeyError, TypeError, ValueError) as error:
        raise RuleSetError(
            f"The rule set {rules.label} cannot be used: {error}",
            "keep_days for each class of data, name_kept, superseded_run_days; "
            "days are whole numbers from 0",
            "Mend data/reference/rules/retention.yml",
        ) from error
    return Policy(rules.label, days, names, runs)


def _days(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no number of days")
    return value
