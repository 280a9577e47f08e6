"""Assessments: who does them, how long they take, and what they end in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.cases import (
    DISABLED,
    DISTRICTS,
    TRANSFER,
    Cases,
    Dates,
    Flags,
    Places,
)
from pmf_analysis.synthetic.draws import days_at
from pmf_analysis.synthetic.returning import LONGEST
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import vacancy_by_month
from pmf_analysis.synthetic.workdays import working_days

LIMIT = 45
"""Working days within which an assessment is to be completed."""
MIX, MIX_FROM = "mix", np.datetime64("2025-11-01")
"""Story and the day from which the disabled children's service assesses many more."""
VACANCIES_FROM = {"dunwick": np.datetime64("2026-07-01")}
"""Months whose vacancies have no effect here: what they do to lateness is a story."""
UNASSESSED_FOR, IN_TIME_FOR = 14, 100
"""Days for which a case without an assessment, and one with an assessment in time, is open."""
NO_SERVICE, CHILD_IN_NEED, SECTION_47 = "no_service", "child_in_need", "section_47"


@dataclass(frozen=True)
class Intended:
    """What is drawn of each case's assessment before it is known whose it is.

    Attributes
    ----------
    assessed : ndarray of bool, shape (n,)
    outcome : ndarray of str, shape (n,)
    busy : ndarray of int, shape (n,)
        Days for which the case is open at most, in a district's hands.
    disabled : ndarray of bool, shape (n,)
        Whether the case's child, were it the first case of one, is disabled.
    """

    assessed: Flags
    outcome: NDArray[np.str_]
    busy: NDArray[np.int64]
    disabled: Flags


@dataclass(frozen=True)
class Assessments:
    """One item a case; of cases without an assessment they mean nothing.

    Attributes
    ----------
    by_disabled : ndarray of bool, shape (n,)
        Done by the disabled children's service, not by a district.
    done : ndarray of datetime64[D], shape (n,)
    """

    by_disabled: Flags
    done: Dates


def intended(setting: Setting, cases: Cases) -> Intended:
    """Which cases are assessed, and to what end."""
    assessed, enquired, service, disabled = cases.drawn(setting, "assessment", 4)
    in_time = _times(setting, cases)[0]
    ordinary = cases.ordinary
    lowest = _levels(cases) - volumes.MOST_BY_VACANCIES
    done = np.where(ordinary, assessed < volumes.ASSESSED, cases.kind != TRANSFER)
    section_47 = ~ordinary | (enquired < volumes.ENQUIRED)
    other = np.where(service < volumes.NO_SERVICE, NO_SERVICE, CHILD_IN_NEED)
    share = volumes.DISABLED_HELD + volumes.DISABLED_MORE
    return Intended(
        assessed=done,
        outcome=np.where(section_47, SECTION_47, other),
        busy=np.select([~done, in_time < lowest], [UNASSESSED_FOR, IN_TIME_FOR], LONGEST),
        disabled=np.where(cases.kind == DISABLED, True, disabled < share),
    )


def assessments(
    setting: Setting, made: Mapping[str, pd.DataFrame], cases: Cases, plan: Intended,
    owner: Places,
) -> Assessments:  # fmt: skip
    """Who assesses and when it is done, before lateness is planted.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``post`` and ``person``, if vacancies are to delay assessments.
    cases : Cases
    plan : Intended
    owner : ndarray of int, shape (n,)
        First case of each case's child.
    """
    drawn = cases.drawn(setting, "assessment", 4)[3]
    in_time, took, theirs_in_time, theirs_took = _times(setting, cases)
    held = (cases.kind == DISABLED) | (cases.ordinary & (drawn[owner] < volumes.DISABLED_HELD))
    done = _done(cases.day, in_time < _level_then(setting, made, cases), took)
    theirs = _done(cases.day, theirs_in_time < volumes.IN_TIME_DISABLED, theirs_took)
    more = cases.ordinary & plan.disabled[owner] & (plan.outcome != SECTION_47)
    taken = held | (more & (theirs >= MIX_FROM) & setting.planted(MIX))
    return Assessments(taken, np.where(taken, theirs, done))


def _times(setting: Setting, cases: Cases) -> NDArray[np.float64]:
    """Uniforms of lateness and length; a family with a conference has one assessment's."""
    drawn = cases.drawn(setting, "assessment time", 4)
    return np.where(cases.ordinary, drawn, drawn[:, cases.first])


def _done(started: Dates, in_time: Flags, drawn: NDArray[np.float64]) -> Dates:
    days = np.where(
        in_time,
        days_at(drawn, volumes.ASSESSED_WITHIN),
        days_at(drawn, volumes.ASSESSED_AFTER),
    )
    return np.maximum(working_days().after(started, days), started)


def _levels(cases: Cases) -> NDArray[np.float64]:
    usual = volumes.IN_TIME_USUAL
    return np.array([volumes.IN_TIME.get(code, usual) for code in DISTRICTS])[cases.district]


def _level_then(
    setting: Setting, made: Mapping[str, pd.DataFrame], cases: Cases
) -> NDArray[np.float64]:
    """Share in time where the vacancies of two months before the time limit are as they were."""
    level = _levels(cases)
    if "post" not in made:
        return level
    vacant = vacancy_by_month(setting, made)
    starts = setting.starts[:-1]
    limit = working_days().after(cases.day, np.full(len(cases), LIMIT))
    month = np.searchsorted(starts, limit, side="right") - 1 - 2
    for place, code in enumerate(DISTRICTS):
        shares = np.where(starts < VACANCIES_FROM.get(code, starts[-1] + 1), vacant[code],
                          volumes.VACANT)  # fmt: skip
        effect = np.clip(
            volumes.BY_VACANCIES * (shares - volumes.VACANT),
            -volumes.MOST_BY_VACANCIES, volumes.MOST_BY_VACANCIES,
        )  # fmt: skip
        mine = (cases.district == place) & (month >= 0) & (month < len(starts))
        level[mine] -= effect[month[mine]]
    return level
