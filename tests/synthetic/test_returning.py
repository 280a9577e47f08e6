"""Which child each case is of."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.assessments import intended
from pmf_analysis.synthetic.cases import arrivals
from pmf_analysis.synthetic.households import births
from pmf_analysis.synthetic.prospects import prospects
from pmf_analysis.synthetic.returning import _matched, children, known_families, may_return
from pmf_analysis.synthetic.setting import Setting

HOMES = st.lists(st.integers(0, 3), max_size=30)


@given(HOMES, HOMES, st.integers(0, 99))
def test_cases_are_matched_within_a_district_and_no_child_twice(wanted, known, seed) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    district = np.array([*wanted, *known], dtype=np.int64)
    places = np.arange(len(district))
    ours, theirs = _matched(rng, places[: len(wanted)], places[len(wanted) :], district)
    assert (district[ours] == district[theirs]).all()
    assert len(set(ours.tolist())) == len(ours) == len(set(theirs.tolist()))
    both = [min(wanted.count(home), known.count(home)) for home in range(4)]
    assert len(ours) == sum(both)


def test_the_share_of_children_come_back_is_exact_but_for_chance() -> None:
    """Within three standard errors, and every one of them was referred in the 12 months before."""
    setting = Setting.of(5, scale=0.1)
    cases = arrivals(setting)
    expected = prospects(setting, cases)
    born = births(setting, cases, expected.before > 0)
    owner, before = known_families(cases, born, expected)
    meant = intended(setting, cases)
    owner = children(
        setting, cases, owner, born, may_return(cases, expected), meant.busy, meant.disabled
    )
    order = np.lexsort((cases.day, owner))
    gaps = np.diff(cases.day[order]).astype(np.int64)
    same = owner[order][1:] == owner[order][:-1]
    recent = np.zeros(len(cases), dtype=bool)
    recent[order[1:][same & (gaps <= 365)]] = True
    counted = cases.day >= setting.starts[12]
    error = np.sqrt(0.216 * 0.784 / counted.sum())
    assert abs(recent[counted].mean() - volumes.REFERRED_AGAIN) < 3 * error
    assert (before[owner != np.arange(len(cases))] >= 0).all()
    assert (cases.district[owner] == cases.district).all()


def test_a_family_known_before_has_the_children_it_had() -> None:
    setting = Setting.of(5, scale=0.2)
    cases = arrivals(setting)
    expected = prospects(setting, cases)
    owner, before = known_families(cases, births(setting, cases, expected.before > 0), expected)
    back = owner != np.arange(len(cases))
    assert back.sum() > 20
    assert (cases.size[owner[back]] == cases.size[back]).all()
    assert (cases.kind[owner[back]] == cases.kind[back]).all()
    assert (before[back] > expected.before[owner[back]]).all()
