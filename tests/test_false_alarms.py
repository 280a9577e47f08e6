"""Stable series through the charts, by `python -m benchmarks.false_alarms`."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import false_alarms

KINDS = {kind.name: kind for kind in false_alarms.KINDS}


def shares(name: str, correlation: float, series: int = 200, length: int = 36) -> list[float]:
    kind, draws = KINDS[name], np.random.default_rng(8)
    held = false_alarms.context(**kind.indicator)
    made = kind.make(false_alarms.following(series, length, correlation, draws), draws)
    scale = held.register.indicators["T"].multiplier
    return list(false_alarms.flagged(false_alarms.measures_of(*made, scale), held))


@pytest.mark.parametrize("name", ["normal figures", "shares, 40 cases, 85%"])
def test_figures_that_follow_on_do_not_double_the_alarms(name):
    independent, following = shares(name, 0.0), shares(name, 0.3)
    assert following[0] <= 2 * independent[0]
    assert following[1] <= 0.04 and independent[1] <= 0.03


@pytest.mark.parametrize("name", ["counts, mean 0.4", "shares, 6 cases, 90%"])
def test_rare_events_are_quiet_where_they_follow_on_too(name):
    independent, following = shares(name, 0.0), shares(name, 0.6)
    assert following[0] <= 1.5 * independent[0]
    assert independent[1] <= 0.03 and following[1] <= 0.06


def test_rolling_figures_have_no_verdict_at_all():
    assert false_alarms.rolling_flagged(20, 40) == 0
