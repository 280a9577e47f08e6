"""Months that are later than usual, to the number."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.synthetic import lateness
from pmf_analysis.synthetic.assessments import SECTION_47, assessments, intended
from pmf_analysis.synthetic.cases import DISTRICTS, arrivals
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days


@pytest.mark.parametrize("story", ["overtime", "vacancies"])
def test_nothing_leaves_its_month_and_no_enquiry_moves(story: str) -> None:
    setting = Setting.of(8, scale=0.2, stories=[story])
    cases = arrivals(setting)
    meant = intended(setting, cases)
    plain = assessments(setting, {}, cases, meant, np.arange(len(cases)))
    told = lateness.with_stories(setting, cases, meant, plain)
    moved = plain.done != told.done
    assert 0 < moved.sum() < 60
    assert (plain.done.astype("M8[M]") == told.done.astype("M8[M]"))[moved].all()
    assert not (meant.outcome[moved] == SECTION_47).any()
    assert (told.done >= cases.day).all()
    homes = {DISTRICTS[place] for place in cases.district[moved]}
    assert homes <= {"dunwick", *lateness.SOUTH}


def test_dunwick_has_its_shares_to_the_case() -> None:
    setting = Setting.of(8, scale=0.3, stories=["vacancies"])
    cases = arrivals(setting)
    meant = intended(setting, cases)
    plain = assessments(setting, {}, cases, meant, np.arange(len(cases)))
    told = lateness.with_stories(setting, cases, meant, plain)
    for month, share in lateness.DUNWICK.items():
        theirs = (
            meant.assessed & ~told.by_disabled & (cases.district == DISTRICTS.index("dunwick"))
            & (told.done.astype("M8[M]") == np.datetime64(month))
        )  # fmt: skip
        late = working_days().between(cases.day[theirs], told.done[theirs]) > 45
        assert late.sum() == round((1 - share) * theirs.sum())
