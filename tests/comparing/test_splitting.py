"""A change in parts that add up to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.comparing.comparison import PARTS
from pmf_analysis.comparing.splitting import DELIVERIES, also_by, split
from pmf_analysis.terms import Cause

STEPS = ("code", DELIVERIES, "definition", "structure", "code")
FIGURE = st.one_of(
    st.tuples(st.floats(-1e6, 1e6), st.just("final")),
    st.tuples(st.just(float("nan")), st.sampled_from(["suppressed", "not_given", ""])),
)
SERIES = st.lists(FIGURE, min_size=len(STEPS) + 1, max_size=len(STEPS) + 1)


def side_by_side(series: list[list[tuple[float, str]]]) -> pd.DataFrame:
    return pd.DataFrame(
        {f"value_{at}": [row[at][0] for row in series] for at in range(len(series[0]))}
        | {f"state_{at}": [row[at][1] for row in series] for at in range(len(series[0]))}
        | {f"rag_{at}": ["" for _ in series] for at in range(len(series[0]))}
    )


@settings(max_examples=40, deadline=None)
@given(series=st.lists(SERIES, min_size=1, max_size=6), young=st.booleans())
def test_parts_add_up_to_the_change_of_every_figure(series, young):
    late = np.full(len(series), young)
    parts = split(side_by_side(series), STEPS, late)
    for row, (_, split_up) in zip(series, parts.iterrows(), strict=True):
        change = row[-1][0] - row[0][0]
        if np.isnan(change):
            assert split_up[list(PARTS)].isna().all()
        else:
            assert sum(split_up[list(PARTS)]) == pytest.approx(change, rel=1e-9, abs=1e-9)
        if row[0][1] != row[-1][1]:
            assert split_up["cause"] in set(Cause)


@pytest.mark.parametrize(("young", "cause"), [(True, "late_entry"), (False, "correction")])
def test_what_was_delivered_is_late_entry_until_the_figure_matures(young, cause):
    numbers = [(80.0, "final")] * 2 + [(77.0, "final")] * 2 + [(79.0, "final")] * 2
    parts = split(side_by_side([numbers]), STEPS, np.array([young]))
    assert parts[cause].tolist() == [-3.0] and parts["structure"].tolist() == [2.0]
    assert parts["cause"].tolist() == [cause]
    assert also_by(parts).tolist() == ["change of units"]


def test_a_change_of_state_is_attributed_whole_to_the_step_that_made_it():
    none = (float("nan"), "suppressed")
    parts = split(side_by_side([[(8.3, "final")] * 3 + [none] * 3]), STEPS, np.array([False]))
    assert parts["cause"].tolist() == ["definition"]


def test_a_number_lost_by_one_step_and_found_by_the_next_is_the_change_of_the_next():
    numbers = [(5.0, "final")] * 2 + [(float("nan"), "not_given")] + [(7.0, "final")] * 3
    parts = split(side_by_side([numbers]), STEPS, np.array([False]))
    assert parts["definition"].tolist() == [2.0] and parts["correction"].tolist() == [0.0]
