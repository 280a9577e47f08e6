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
    of_children,
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
    meant = intended(setting, cases)
    owner = children(
        setting, cases, owner, born, may_return(cases, expected), meant.busy, meant.disabled
    )
    found = with_stories(setting, cases, meant, assessments(setting, made, cases, meant, owner))
    meant = of_children(meant, found.done, born[owner])
    met = conferences(setting, cases, meant, found, expected, born, owner)
    rows = _rows(setting, cases, meant, found, met).assign(
        child=owner, planned=expected.planned & ~cases.ordinary,
        category=expected.category, previous_plans=before,
    )  # fmt: skip
    kept = rows[_matters(setting, cases, meant, found, met)]
    kept = kept.sort_values("referred_on", kind="stable", ignore_index=True)
    owners = np.unique(kept["child"])
    told = child_table(setting, cases, born, meant.disabled, owners).set_index(owners)
    return kept.assign(number=np.arange(1, len(kept) + 1)), told


def _matters(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments, met: Conferences
) -> NDArray[np.bool_]:
    """Referred within the records, or with something still open when they begin."""
    first = setting.first_day
    assessed = meant.assessed & (found.done >= first)
    return (cases.day >= first) | assessed | (met.held >= first) | (met.plan_end >= first)


def _rows(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments, met: Conferences
) -> pd.DataFrame:
    teams = cases.drawn(setting, "team", 3)
    home = np.array(DISTRICTS)[cases.district]
    disabled = found.by_disabled | (cases.kind == DISABLED)
    return pd.DataFrame(
        {
            "kind": cases.kind,
            "home_district": home,
            "referred_on": cases.day.astype("datetime64[s]"),
            **_front_door(setting, cases, meant),
            "assessed": meant.assessed,
            "outcome": meant.outcome,
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


def _front_door(setting: Setting, cases: Cases, meant: Intended) -> dict[str, NDArray]:
    """Where referrals came from, and what was decided."""
    source, decision, days = cases.drawn(setting, "front door", 3)
    names = np.array(list(volumes.SOURCES))
    came = names[choose(source, list(volumes.SOURCES.values()))]
    decided = np.maximum(
        working_days().after(cases.day, choose(days, volumes.DECIDED_AFTER)), cases.day
    )
    return {
        "source": np.where(cases.kind == TRANSFER, FROM_ELSEWHERE, came),
        "decision": decisions(setting, cases.day, meant, cases.kind == TRANSFER, decision),
        "decided_on": np.minimum(decided, setting.last_day).astype("datetime64[s]"),
    }


def decisions(
    setting: Setting, days: Dates, meant: Intended, moved_in: NDArray[np.bool_],
    drawn: NDArray[np.float64],
) -> NDArray[np.str_]:  # fmt: skip
    """What was recorded as decided; the work that followed is the same however it was recorded."""
    unassessed = ~meant.assessed & ~moved_in
    slight = meant.assessed & (meant.outcome == NO_SERVICE) & (drawn < volumes.NOT_IN_NEED)
    once = setting.planted(RECORDING_CHANGE) & (days < CHANGED_FROM)
    return np.select(
        [(unassessed | slight) & once, slight, unassessed & (drawn < volumes.UNASSESSED_NFA),
         unassessed & (drawn < volumes.UNASSESSED_ADVICE)],
        ["no_further_action", "not_in_need", "no_further_action", "advice"],
        np.where(unassessed, "not_in_need", "service"),
    )  # fmt: skip
