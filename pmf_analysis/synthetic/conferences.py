"""Section 47 enquiries, the conferences that follow them, and the plans that conferences begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmf_analysis.synthetic import structure, volumes
from pmf_analysis.synthetic.assessments import SECTION_47, Assessments, Intended
from pmf_analysis.synthetic.cases import (
    CONFERENCE,
    DISABLED,
    DISTRICTS,
    TRANSFER,
    Cases,
    Dates,
    Places,
)
from pmf_analysis.synthetic.draws import days_at
from pmf_analysis.synthetic.households import CHILDHOOD
from pmf_analysis.synthetic.prospects import Prospects
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

LIMIT = 15
"""Working days from the strategy discussion within which a conference is to be held."""
HUB, HUB_FROM = "conference_hub", np.datetime64("2025-07-01")
EAST = [place for place, code in enumerate(DISTRICTS) if structure.area_of(code) == "east"]
NEVER = np.datetime64("NaT", "D")
SHORTEST_PLAN = 14
"""Days a plan lasts at least, even where the child turns 18."""


@dataclass(frozen=True)
class Conferences:
    """One item a case.

    Attributes
    ----------
    strategy : ndarray of datetime64[D], shape (n,)
        Strategy discussion with which an enquiry begins, or notice of a move; NaT where none.
    held : ndarray of datetime64[D], shape (n,)
        Conference; NaT where none.
    plan_end : ndarray of datetime64[D], shape (n,)
        NaT where no plan begins.
    """

    strategy: Dates
    held: Dates
    plan_end: Dates


def conferences(
    setting: Setting, cases: Cases, meant: Intended, found: Assessments, prospects: Prospects,
    born: Dates, owner: Places,
) -> Conferences:  # fmt: skip
    """When enquiries begin, conferences are held and plans end."""
    drawn = cases.drawn(setting, "conference", 3)
    # a family has one strategy discussion, and one day for those of its conferences in time
    lag, in_time, took = drawn[0][cases.first], drawn[1], drawn[2][cases.first]
    lag = np.where(cases.ordinary, drawn[0], lag)
    moved_in = cases.kind == TRANSFER
    begins = np.where(moved_in, cases.day, found.done)
    days = np.where(moved_in, 1, np.floor(lag * 3).astype(np.int64))
    strategy = np.maximum(working_days().after(begins, days), begins)
    strategy = np.where(
        moved_in | (meant.assessed & (meant.outcome == SECTION_47)), strategy, NEVER
    )
    held = _held(setting, cases, strategy, in_time, took)
    end = np.maximum(held + prospects.lasts.astype("timedelta64[D]"), held + SHORTEST_PLAN)
    end = np.minimum(end, born[owner] + CHILDHOOD)
    rolled = working_days().after(np.where(np.isnat(end), cases.day, end), 0)
    return Conferences(strategy, held, np.where(np.isnat(end) | ~prospects.planned, NEVER, rolled))


def _held(setting: Setting, cases: Cases, strategy: Dates, in_time, took) -> Dates:
    known = ~cases.ordinary
    limit = working_days().after(strategy[known], np.full(int(known.sum()), LIMIT))
    kinds, homes = cases.kind[known], cases.district[known]
    hub = (limit >= HUB_FROM) & setting.planted(HUB)
    east = np.where(hub, volumes.CONFERENCE_IN_TIME_HUB, volumes.CONFERENCE_IN_TIME_EAST)
    level = np.select(
        [kinds == DISABLED, kinds == TRANSFER, (kinds == CONFERENCE) & np.isin(homes, EAST)],
        [volumes.CONFERENCE_IN_TIME_DISABLED, volumes.CONFERENCE_IN_TIME_TRANSFER, east],
        volumes.CONFERENCE_IN_TIME_USUAL,
    )
    days = np.where(
        in_time[known] < level,
        days_at(took[known], volumes.CONFERRED_WITHIN),
        days_at(took[known], volumes.CONFERRED_AFTER),
    )
    held = np.full(len(cases), NEVER)
    held[known] = working_days().after(strategy[known], days)
    return held
