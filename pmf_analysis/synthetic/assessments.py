"""Assessments: who does them, how long they take, and what they end in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import structure, volumes
from pmf_analysis.synthetic.cases import (
    DISABLED,
    DISTRICTS,
    MONTHS_BEFORE,
    TRANSFER,
    Cases,
    Dates,
    Flags,
    Places,
    month_starts,
    season_of,
)
from pmf_analysis.synthetic.draws import Lags, chances, days_at, weekday
from pmf_analysis.synthetic.households import CHILDHOOD
from pmf_analysis.synthetic.returning import LONGEST
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import vacancy_by_month
from pmf_analysis.synthetic.workdays import working_days

LIMIT = 45
"""Working days within which an assessment is to be completed."""
MIX, MIX_FROM = "mix", np.datetime64("2025-11-01")
"""Story and the day from which the disabled children's service assesses many more."""
VACANCIES_UNTIL = {
    "dunwick": np.datetime64("2026-07-01"), "harstow": np.datetime64(structure.BEGINNING),
}  # fmt: skip
"""Where vacancies have no effect from a day on: stories change them there."""
UNASSESSED_FOR, IN_TIME_FOR = 14, 100
"""Days for which a case without an assessment, and one with an assessment in time, is open."""
UNTIL_ENQUIRY = 7
"""Days from an assessment to the enquiry that it leads to, at most."""
MOST_BY_TIME = 1.4
"""Factor by which the chance of lateness moves from month to month, at most."""
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
    lowest = 1 - (1 - _levels(cases) + volumes.MOST_BY_VACANCIES) * MOST_BY_TIME
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
    setting: Setting, made: Mapping[str, pd.DataFrame], cases: Cases, meant: Intended,
    owner: Places,
) -> Assessments:  # fmt: skip
    """Who assesses and when it is done, before lateness is planted.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``post`` and ``person``, if vacancies are to delay assessments.
    cases : Cases
    meant : Intended
    owner : ndarray of int, shape (n,)
        First case of each case's child.
    """
    drawn = cases.drawn(setting, "assessment", 4)[3]
    in_time, took, theirs_in_time, theirs_took = _times(setting, cases)
    held = (cases.kind == DISABLED) | (cases.ordinary & (drawn[owner] < volumes.DISABLED_HELD))
    level, factors = _level_then(setting, made, cases), _factors(setting)
    done = _done(setting, cases.day, in_time, level, took, factors)
    usual = volumes.IN_TIME_DISABLED
    theirs = _done(setting, cases.day, theirs_in_time, usual, theirs_took, factors)
    more = cases.ordinary & meant.disabled[owner] & (meant.outcome != SECTION_47)
    taken = held | (more & (theirs >= MIX_FROM) & setting.planted(MIX))
    return Assessments(taken, np.where(taken, theirs, done))


def of_children(meant: Intended, done: Dates, born: Dates) -> Intended:
    """No enquiry about anyone who would be of age by then: help as of a child in need instead.

    Parameters
    ----------
    meant : Intended
    done : ndarray of datetime64[D], shape (n,)
        Ends of the assessments.
    born : ndarray of datetime64[D], shape (n,)
        When each case's child was.
    """
    grown_up = done + UNTIL_ENQUIRY >= born + CHILDHOOD
    of_age = (meant.outcome == SECTION_47) & grown_up
    return replace(meant, outcome=np.where(of_age, CHILD_IN_NEED, meant.outcome))


def _times(setting: Setting, cases: Cases) -> NDArray[np.float64]:
    """Uniforms of lateness and length; a family with a conference has one assessment's."""
    drawn = cases.drawn(setting, "assessment time", 4)
    return np.where(cases.ordinary, drawn, drawn[:, cases.first])


def _done(
    setting: Setting, started: Dates, drawn: NDArray[np.float64], level: ArrayLike,
    took: NDArray[np.float64], factors: NDArray[np.float64],
) -> Dates:  # fmt: skip
    """When each is completed, so that of each month's completions the share ``level`` is in time.

    Late ones began earlier than those in time of the same month: after a busy spring more of
    them would be completed than belong to a summer's month, were the chance always the same.
    """
    within = _after(started, days_at(took, volumes.ASSESSED_WITHIN))
    beyond = _after(started, days_at(took, volumes.ASSESSED_AFTER))
    month = np.searchsorted(month_starts(setting, MONTHS_BEFORE), beyond, side="right") - 1
    known = (month >= 0) & (month < len(factors))
    factor = np.where(known, factors[np.clip(month, 0, len(factors) - 1)], 1.0)
    return np.where(drawn < 1 - (1 - np.asarray(level)) * factor, within, beyond)


def _after(started: Dates, days: ArrayLike) -> Dates:
    return np.maximum(working_days().after(started, days), started)


def _factors(setting: Setting) -> NDArray[np.float64]:
    """By month with ordinary cases: completions were all in time, over those were all late."""
    starts = month_starts(setting, MONTHS_BEFORE)
    within, beyond = (
        _expected(starts, table) for table in (volumes.ASSESSED_WITHIN, volumes.ASSESSED_AFTER)
    )
    factors = np.clip(within / np.maximum(beyond, 1e-9), 1 / MOST_BY_TIME, MOST_BY_TIME)
    # before the records the flow of cases only begins
    return np.where(np.arange(len(factors)) < MONTHS_BEFORE, 1.0, factors)


def _expected(starts: Dates, table: Lags) -> NDArray[np.float64]:
    """Completions by month, were all to take as long as a table says; 1 in a mean month."""
    days = np.arange(starts[0], starts[-1])
    weights = np.array(volumes.REFERRAL_WEEKDAYS)[weekday(days)]
    month = np.searchsorted(starts, days, side="right") - 1
    weights *= (season_of(starts[:-1]) / np.bincount(month, weights))[month]
    found = np.zeros(len(starts) - 1)
    for lag, chance in zip(*chances(table), strict=True):
        done = np.searchsorted(starts, _after(days, np.full(len(days), lag)), side="right") - 1
        inside = done < len(found)
        found += chance * np.bincount(done[inside], weights[inside], minlength=len(found))
    return found


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
        shares = np.where(starts < VACANCIES_UNTIL.get(code, starts[-1] + 1), vacant[code],
                          volumes.VACANT)  # fmt: skip
        effect = np.clip(
            volumes.BY_VACANCIES * (shares - volumes.VACANT),
            -volumes.MOST_BY_VACANCIES, volumes.MOST_BY_VACANCIES,
        )  # fmt: skip
        mine = (cases.district == place) & (month >= 0) & (month < len(starts))
        level[mine] -= effect[month[mine]]
    return level
