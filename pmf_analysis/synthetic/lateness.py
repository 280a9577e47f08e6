"""Stories in which a month's assessments are later than usual, to the very number.

Assessments that were completed in the month become late, or in time, without leaving it: what is
completed in a month stays as it was, and so does every other month. Those that lead to an enquiry
are left alone, and with them everything that follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pmf_analysis.synthetic import structure, volumes
from pmf_analysis.synthetic.assessments import LIMIT, SECTION_47, Assessments, Intended
from pmf_analysis.synthetic.cases import DISTRICTS, Cases, Dates, Flags
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

OVERTIME, WORST_MONTH = "overtime", "2026-03"
SOUTH = tuple(code for code in DISTRICTS if structure.area_of(code) == "south")
BELOW = 2.2
"""Standard errors by which the worst month lies below the level."""

VACANCIES = "vacancies"
DUNWICK = {"2026-09": 0.82, "2026-10": 0.77}
"""Share in time, by month of completion."""


def with_stories(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments
) -> Assessments:
    """Assessments with the late months of the stories planted."""
    if setting.planted(OVERTIME):
        found = _worst_month(setting, cases, meant, found)
    if setting.planted(VACANCIES):
        for month, share in DUNWICK.items():
            among = _of(cases, meant, found, ("dunwick",))
            found = _with_share(setting, cases, meant, found, among, month, share)
    return found


def _of(cases: Cases, meant: Intended, found: Assessments, districts: Sequence[str]) -> Flags:
    places = [DISTRICTS.index(code) for code in districts]
    return meant.assessed & ~found.by_disabled & np.isin(cases.district, places)


def _late(cases: Cases, done: Dates) -> Flags:
    return working_days().between(cases.day, done) > LIMIT


def _worst_month(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments
) -> Assessments:
    """One month is the worst of all; any other that chance made worse is made a little better."""
    counted = [str(month.start)[:7] for month in setting.counted]
    if WORST_MONTH not in counted:
        return found
    among = _of(cases, meant, found, SOUTH)
    level = volumes.IN_TIME[SOUTH[0]]
    number = _completed(found, among, WORST_MONTH).sum()
    worst = level - BELOW * np.sqrt(level * (1 - level) / max(number, 1))
    found = _with_share(setting, cases, meant, found, among, WORST_MONTH, worst)
    late = _late(cases, found.done)
    shares = {
        month: 1 - late[inside].mean()
        for month in counted
        if (inside := _completed(found, among, month)).any()
    }
    lowest = shares.get(WORST_MONTH, 1.0)
    for month, share in shares.items():
        if month != WORST_MONTH and share <= lowest + 0.002:
            found = _with_share(setting, cases, meant, found, among, month, lowest + 0.006)
    return found


def _completed(found: Assessments, among: Flags, month: str) -> Flags:
    begin = np.datetime64(month, "M")
    return among & (found.done.astype("datetime64[M]") == begin)


def _with_share(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments, among: Flags, month: str,
    share: float,
) -> Assessments:  # fmt: skip
    """As many of a month's completions late as leave a share in time."""
    drawn = cases.drawn(setting, "lateness", 2)
    begin = np.datetime64(month, "M").astype("datetime64[D]")
    end = (np.datetime64(month, "M") + 1).astype("datetime64[D]") - 1
    inside = _completed(found, among, month)
    late = _late(cases, found.done)
    limit = working_days().after(cases.day, np.full(len(cases), LIMIT))
    left = working_days().between(limit, np.full(len(cases), end))
    movable = inside & cases.ordinary & (meant.outcome != SECTION_47)
    wanted = round((1 - share) * int(inside.sum())) - int((inside & late).sum())
    if wanted >= 0:
        chosen = _some(movable & ~late & (left >= 1), drawn[0], wanted)
        more = 1 + np.floor(drawn[1] * np.clip(left, 1, 10)).astype(np.int64)
        done = working_days().after(limit, more)
    else:
        chosen = _some(movable & late & (limit >= begin), drawn[0], -wanted)
        done = limit
    return replace(found, done=np.where(chosen, done, found.done))


def _some(flags: Flags, drawn: np.ndarray, number: int) -> Flags:
    """As many of those flagged as wanted, in the order of a draw."""
    places = np.flatnonzero(flags)
    chosen = np.zeros(len(flags), dtype=bool)
    chosen[places[np.argsort(drawn[places], kind="stable")][:number]] = True
    return chosen
