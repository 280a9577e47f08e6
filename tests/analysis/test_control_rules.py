"""Charts with limits that the register freezes, and by the control rules that a workspace names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pmf_analysis.analysis import spc
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.registry import Context

STABLE = [50.0, 52.0, 49.0, 51.0, 53.0, 48.0, 50.0, 51.0, 49.0, 52.0, 50.0, 48.0, 51.0, 50.0]
RAISED = [value + 4 for value in STABLE]


@pytest.fixture
def chart(make_context, make_indicator):
    def run(rows, *breaks, named="nhs-making-data-count", **changes):
        context = make_context(make_indicator(**changes), breaks=breaks)
        register = context.register
        place = register.workspace.model_copy(update={"control_rules": named})
        context = Context(replace(register, workspace=place), context.as_at)
        return spc.analyse(add_segments(rows, context), context)

    return run


@pytest.fixture
def frozen(make_break):
    def kept(period, points):
        return make_break(period).model_copy(update={"baseline_points": points})

    return kept


def test_frozen_limits_rest_on_the_first_figures_and_hold(chart, make_rows, frozen):
    rows = make_rows(STABLE + RAISED)
    first = chart(make_rows(STABLE)).iloc[-1]
    table = chart(rows, frozen("2020-04", 14))
    for line in ("centre", "lower_limit", "upper_limit"):
        assert set(table[line]) == {first[line]}
    assert table["special_cause"].iloc[-1] == "shift_high"
    words = "Limits from 14 monthly figures, April 2020 to May 2021, and kept since."
    assert table["chart_reason"].iloc[-1].startswith(words)
    # without the freeze they rest on all
    assert chart(rows)["centre"].iloc[-1] == first["centre"] + 2


def test_frozen_limits_and_a_restart_stand_together(chart, make_rows, make_break, frozen):
    rows = make_rows(STABLE + RAISED + STABLE)
    table = chart(rows, frozen("2020-04", 13), frozen("2021-06", 14), make_break("2022-08"))
    centre = table["centre"]
    assert centre[0] == pytest.approx(sum(STABLE[:13]) / 13)
    assert centre[14] == pytest.approx(sum(RAISED) / 14)
    assert centre[28] == pytest.approx(sum(STABLE) / 14)
    later = chart(make_rows(STABLE + RAISED + RAISED), frozen("2021-06", 14))
    assert later["centre"].iloc[-1] == pytest.approx(sum(RAISED) / 14)


def test_a_share_keeps_its_frozen_limits_and_its_own_number_of_cases(chart, make_rows, frozen):
    met = [40.0, 42, 39, 41, 43, 38, 40, 41, 39, 42, 40, 38, 41, 40]
    cases = [50.0] * 14 + [200.0] * 8
    events = [*met, *[170.0] * 8]
    rows = make_rows([100 * one / all_ for one, all_ in zip(events, cases, strict=True)])
    rows = rows.assign(numerator=events, denominator=cases)
    table = chart(rows, frozen("2020-04", 14), kind="proportion", unit="percent", multiplier=100)
    assert set(table["chart_kind"]) == {"pp"}
    assert set(table["centre"].round(9)) == {round(100 * sum(met) / 700, 9)}
    width = table["upper_limit"] - table["centre"]
    assert width[14] == pytest.approx(width[0] / 2)


def test_a_baseline_that_is_too_short_gives_no_verdict(chart, make_rows, frozen):
    table = chart(make_rows(STABLE + RAISED), frozen("2020-04", 6))
    assert set(table["variation"]) == {"not_tested"}
    words = "The limits are to rest on the first 6 monthly figures, and a control chart needs at"
    assert table["chart_reason"].iloc[-1].startswith(words)


def test_the_workspace_names_the_rules_that_are_in_force(chart, make_rows):
    rows = make_rows([*STABLE, 52.5, 52, 53, 52, 51.5, 52])
    seven, six = chart(rows), chart(rows, named="nhs-making-data-count-six")
    assert seven["special_cause"].iloc[-1] == "none"
    assert six["special_cause"].iloc[-1] == "shift_high"
    assert set(six["rule_set"]) == {"nhs-making-data-count-six 1.0"}
    with pytest.raises(RuleSetError, match="There is no rule set 'western-electric'"):
        chart(rows, named="western-electric")
