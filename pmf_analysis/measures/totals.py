"""Counts of parts added up to a whole: each part once, and only where all are there.

A whole may be added up only of counts that add up. Where one child can be counted in two
parts, their sum counts the child twice, so that there is no total without the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import UnitKind

Membership = Callable[[date], Mapping[str, str]]
"""For a day, each unit that is a part, with the code of its whole."""

_PART = ["period", "service_area"]


def why_not_added(indicator: Indicator) -> str:
    """Why figures of an indicator's parts are not added up; empty where they are.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    str
    """
    if indicator.adds_up is True:
        return ""
    if indicator.adds_up == "distinct_children":
        return "not added up: a child counted in two units would be counted twice"
    return "not added up: the indicator says that its parts do not add up"


def directly_below(register: Register) -> Membership:
    """Membership by the parent that a unit has on the day."""

    def on_a_day(on: date) -> dict[str, str]:
        held = (code for code, unit in register.units.items() if unit.holds_on(on))
        return {code: whole for code in held if (whole := register.parent_of(code, on))}

    return on_a_day


def below_a(register: Register, whole: UnitKind, parts: Sequence[UnitKind]) -> Membership:
    """Membership of all units of some kinds in the nearest unit of another kind above them.

    Units that report together belong with the kind of their members. A unit of the same
    kind as its parent, such as one half of London, is no part: its parent is.
    """
    upward = directly_below(register)

    def on_a_day(on: date) -> dict[str, str]:
        above, kinds = upward(on), {code: unit.kind for code, unit in register.units.items()}
        found = {}
        for code, parent in above.items():
            kind = kinds[code]
            kind = UnitKind.AUTHORITY if kind is UnitKind.JOINT_AUTHORITY else kind
            if kind not in parts or kinds[parent] is kind:
                continue
            while parent and kinds[parent] is not whole:
                parent = above.get(parent, "")
            if parent:
                found[code] = parent
        return found

    return on_a_day


def add_up(
    rows: pd.DataFrame,
    keys: Sequence[str],
    number: str,
    membership: Membership,
    register: Register,
    *,
    all_expected: bool,
) -> pd.DataFrame:
    """Add the numbers of the parts of each whole.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``service_area``, ``period``, ``keys`` and the number; NaN where there is none.
        Other columns are not looked at, ended and coming units neither.
    keys : sequence of str
        What tells totals apart, ``period`` among them and ``service_area`` not.
    number : str
        Name of the column to add.
    membership : callable
        Who is part of what, on the last day of a period.
    register : Register
    all_expected : bool
        Whether a total needs every part that the register knows on that day, or only those
        that have a row.

    Returns
    -------
    pandas.DataFrame
        Index ``(*keys, whole)``; ``total``, and ``parts``, how many were added. No row where a
        part has no number, or has two.

    Notes
    -----
    Units that report together count where none of their members has a number, and then stand
    for each of them.
    """
    joint = {code: unit.members for code, unit in register.units.items() if unit.members}
    belongs = _belonging(rows["period"].unique(), membership, joint)
    held = rows[[*keys, "service_area", number]].merge(belongs, on=_PART, how="inner")
    held = _without_doubles(held, list(keys), number, joint)
    sums = held.groupby([*keys, "whole"], sort=True).agg(
        total=(number, "sum"), rows=(number, "size"), numbered=(number, "count"),
        units=("service_area", "nunique"), parts=("stands_for", "sum"),
        expected=("expected", "first"),
    )  # fmt: skip
    complete = (sums["rows"] == sums["numbered"]) & (sums["rows"] == sums["units"])
    if all_expected:
        complete &= sums["parts"] == sums["expected"]
    return sums.loc[complete, ["total", "parts"]]


def _belonging(
    codes: Sequence[str], membership: Membership, joint: Collection[str]
) -> pd.DataFrame:
    """Whole of each unit in each period, and how many parts that has, joint ones aside."""
    found: list[tuple[str, str, str, int]] = []
    for code in codes:
        period = periods.try_parse(str(code))
        if period is None:
            continue
        belongs = membership(period.end)
        parts = Counter(whole for unit, whole in belongs.items() if unit not in joint)
        found += [(str(code), unit, whole, parts[whole]) for unit, whole in belongs.items()]
    table = pd.DataFrame(found, columns=[*_PART, "whole", "expected"])
    return table.astype(dict.fromkeys((*_PART, "whole"), "str"))


def _without_doubles(
    held: pd.DataFrame, keys: list[str], number: str, joint: Mapping[str, tuple[str, ...]]
) -> pd.DataFrame:
    """Leave out joint units beside a member that has a number, else the members beside them."""
    is_joint = held["service_area"].isin(joint)
    alone = held[~is_joint].assign(stands_for=1)
    if not is_joint.any():
        return alone
    found = held[is_joint]
    found = found.assign(member=found["service_area"].map(joint), at=range(len(found)))
    of_members = found.explode("member").astype({"member": "str"})
    there = alone.loc[alone[number].notna(), [*keys, "service_area"]]
    there = there.rename(columns={"service_area": "member"}).drop_duplicates()
    beside = of_members.merge(there, on=[*keys, "member"])["at"]
    found = found[~found["at"].isin(beside)]
    counted = of_members.loc[~of_members["at"].isin(beside), [*keys, "member"]]
    counted = counted.rename(columns={"member": "service_area"}).assign(counted=True)
    alone = alone.merge(counted, on=[*keys, "service_area"], how="left")
    alone = alone[alone["counted"].isna()].drop(columns="counted")
    found = found.assign(stands_for=found["member"].map(len)).drop(columns=["member", "at"])
    return pd.concat([alone, found], ignore_index=True)
