"""All charts at once against the same rules written as a plain loop over series."""

from __future__ import annotations

from benchmarks import charts


def test_all_at_once_as_a_plain_loop_over_series():
    points = charts.invented(36)
    found = charts.at_once(points)
    assert charts.differing(found, charts.one_by_one(points)) == {"xmr": 0, "pp": 0, "runs": 0}
    # what is compared has something of everything
    said = set(found["xmr"]["cause"]) | set(found["pp"]["cause"])
    assert {"none", "above_limit", "below_limit", "shift_high", "shift_low"} <= said
    assert found["runs"]["signal"].any() and not found["runs"]["signal"].all()
    assert found["xmr"]["assurance"].nunique() == 3
