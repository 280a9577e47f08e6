"""Courses: one row a referral, with all that came of it, from which the tables are written."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.assessments import (
    NO_SERVICE,
    Assessments,
    Intended,
    assessments,
    intended,
)
from pmf_analysis.synthetic.cases import DISABLED, DISTRICTS, TRANSFER, Cases, Dates, arrivals
from pmf_analysis.synthetic.conferences import Conferences, conferences
from pmf_analysis.synthetic.draws import choose
from pmf_analysis.synthetic.households import births, child_table
from pmf_analysis.synthetic.lateness import with_stories
from pmf_analysis.synthetic.prospects import prospects
from pmf_analysis.synthetic.returning import children, known_families, may_return
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.teams_then import DISABLED_CHILDREN
from pmf_analysis.synthetic.workdays import working_days

RECORDING_CHANGE, CHANGED_FROM = "recording_change", np.datetime64("2023-04-01")
FROM_ELSEWHERE = "5C"
"""Source of a child who moves in: another council."""
_LIKE_NFA = volumes.NFA_RECORDED - (1 - volumes.ASSESSED) * volumes.ORDINARY / volumes.REFERRALS
"""Of all referrals: those assessed, needing no service, and once recorded as no further action."""
_NOT_IN_NEED = (
    _LIKE_NFA
    * volumes.REFERRALS
    / (
        (volumes.ASSESSMENTS - volumes.WITH_CONFERENCE)
        * (1 - volumes.ENQUIRED)
        * volumes.NO_SERVICE
    )
)


def courses(
    setting: Setting, made: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every course that matters for the records, and the children in them.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``post`` and ``person``, if vacancies are to delay assessments.

    Returns
    -------
    tuple of (DataFrame, DataFrame)
        Courses by date of referral, numbered from 1 in ``number``; children, whose index is
        the ``child`` of courses. Dates may lie after the records; ``enquiry_on``,
        ``conference_on`` and ``plan_ends_on`` are missing where there is none.
    """
    cases = arrivals(setting)
    expected = prospects(setting, cases)
    born = births(setting, cases, expected.before > 0)
    owner, before = known_families(cases, born, expected)
    plan = intended(setting, cases)
    owner, again = children(
        setting, cases, owner, born, may_return(cases, expected), plan.busy, plan.disabled
    )
    found = with_stories(setting, cases, plan, assessments(setting, made, cases, plan, owner))
    met = conferences(setting, cases, plan, found, expected, born, owner)
    rows = _rows(setting, cases, plan, found, met).assign(
        child=owner, again=again, planned=expected.planned & ~cases.ordinary,
        category=expected.category, previous_plans=before,
    )  # fmt: skip
    kept = rows[_matters(setting, cases, plan, found, met)]
    kept = kept.sort_values("referred_on", kind="stable", ignore_index=True)
    owners = np.unique(kept["child"])
    told = child_table(setting, cases, born, plan.disabled, owners).set_index(owners)
    return kept.assign(number=np.arange(1, len(kept) + 1)), told


def _matters(
    setting: Setting, cases: Cases, plan: Intended, found: Assessments, met: Conferences
) -> NDArray[np.bool_]:
    """Referred within the records, or with something still open when they begin."""
    first = setting.first_day
    assessed = plan.assessed & (found.done >= first)
    return (cases.day >= first) | assessed | (met.held >= first) | (met.plan_end >= first)


def _rows(
    setting: Setting, cases: Cases, plan: Intended, found: Assessments, met: Conferences
) -> pd.DataFrame:
    teams = cases.drawn(setting, "team", 3)
    home = np.array(DISTRICTS)[cases.district]
    disabled = found.by_disabled | (cases.kind == DISABLED)
    return pd.DataFrame(
        {
            "kind": cases.kind,
            "home_district": home,
            "referred_on": cases.day.astype("datetime64[s]"),
            **_front_door(setting, cases, plan),
            "assessed": plan.assessed,
            "outcome": plan.outcome,
            "held_by": np.where(disabled, DISABLED_CHILDREN, home),
            "done_on": found.done.astype("datetime64[s]"),
            "enquiry_on": met.strategy.astype("datetime64[s]"),
            "conference_on": met.held.astype("datetime64[s]"),
            "plan_ends_on": met.plan_end.astype("datetime64[s]"),
            "front_door_team": teams[0],
            "assessment_team": teams[1],
            # brothers and sisters have one team
            "protection_team": np.where(cases.ordinary, teams[2], teams[2][cases.first]),
        }
    )


def _front_door(setting: Setting, cases: Cases, plan: Intended) -> dict[str, NDArray]:
    """Where referrals came from, and what was decided."""
    source, decision, days = cases.drawn(setting, "front door", 3)
    names = np.array(list(volumes.SOURCES))
    came = names[choose(source, list(volumes.SOURCES.values()))]
    decided = np.maximum(
        working_days().after(cases.day, choose(days, (0.35, 0.55, 0.07, 0.03))), cases.day
    )
    return {
        "source": np.where(cases.kind == TRANSFER, FROM_ELSEWHERE, came),
        "decision": decisions(setting, cases.day, plan, cases.kind == TRANSFER, decision),
        "decided_on": np.minimum(decided, setting.last_day).astype("datetime64[s]"),
    }


def decisions(
    setting: Setting, days: Dates, plan: Intended, moved_in: NDArray[np.bool_],
    drawn: NDArray[np.float64],
) -> NDArray[np.str_]:  # fmt: skip
    """What was recorded as decided; the work that followed is the same however it was recorded."""
    unassessed = ~plan.assessed & ~moved_in
    slight = plan.assessed & (plan.outcome == NO_SERVICE) & (drawn < _NOT_IN_NEED)
    once = setting.planted(RECORDING_CHANGE) & (days < CHANGED_FROM)
    share = volumes.NFA * volumes.REFERRALS / (volumes.ORDINARY * (1 - volumes.ASSESSED))
    return np.select(
        [(unassessed | slight) & once, slight, unassessed & (drawn < share),
         unassessed & (drawn < 0.6)],
        ["no_further_action", "not_in_need", "no_further_action", "advice"],
        np.where(unassessed, "not_in_need", "service"),
    )  # fmt: skip
