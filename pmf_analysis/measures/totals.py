"""Counts of parts added up to a whole: each part once, and only where all are there.

A whole may be added up only of counts that add up. Where one child can be counted in two
parts, their sum counts the child twice, so that there is no total without the records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import Structure, UnitKind

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


def below_under_structure(context: Context) -> Membership:
    """Membership by parent: of the day, or of the as-at date for units as they are now."""
    upward = directly_below(context.register)
    if context.structure is Structure.AS_THEN:
        return upward
    now = upward(context.as_at)
    return lambda _: now


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
    all_registered: bool,
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
    all_registered : bool
        Whether a total needs every part that the register knows on that day, or only those
        for which there is a row in some period.

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
    belongs = _belonging(rows["period"].unique(), membership)
    given = rows[[*keys, "service_area", number]].merge(belongs, on=_PART, how="inner")
    held = _without_doubles(given, list(keys), number, joint)
    sums = held.groupby([*keys, "whole"], sort=True).agg(
        total=(number, "sum"), rows=(number, "size"), numbered=(number, "count"),
        units=("service_area", "nunique"), parts=("stands_for", "sum"),
    )  # fmt: skip
    alone = belongs[~belongs["service_area"].isin(joint)]
    if all_registered:
        wanted = alone.groupby(["period", "whole"]).size()
        needed = wanted.reindex(sums.index.droplevel([one for one in keys if one != "period"]))
    else:
        needed = _ever_given(given, list(keys), alone, joint).reindex(sums.index)
    complete = (sums["rows"] == sums["numbered"]) & (sums["rows"] == sums["units"])
    complete &= sums["parts"].to_numpy() == needed.to_numpy()
    return sums.loc[complete, ["total", "parts"]]


def _belonging(codes: Sequence[str], membership: Membership) -> pd.DataFrame:
    """Whole of each unit in each period."""
    found: list[tuple[str, str, str]] = []
    for code in codes:
        period = periods.try_parse(str(code))
        if period is not None:
            found += [(str(code), unit, whole) for unit, whole in membership(period.end).items()]
    return pd.DataFrame(found, columns=[*_PART, "whole"], dtype="str")


def _ever_given(
    given: pd.DataFrame, keys: list[str], alone: pd.DataFrame, joint: Mapping[str, tuple[str, ...]]
) -> pd.Series:
    """How many parts each whole has in each period, of those with a row in any period."""
    of_series = [one for one in keys if one != "period"]
    members = given["service_area"].map(lambda code: joint.get(code, (code,)))
    ever = given[of_series].assign(service_area=members).explode("service_area")
    ever = ever.astype({"service_area": "str"}).drop_duplicates()
    return ever.merge(alone, on="service_area").groupby([*keys, "whole"]).size()


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
