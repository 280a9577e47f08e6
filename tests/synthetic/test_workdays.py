"""The working days of the county."""

import numpy as np

from pmf_analysis.synthetic.workdays import working_days


def test_the_holidays_of_the_shipped_rules_count():
    days = working_days()
    # Thursday before Easter 2026 to the Tuesday after it: Good Friday and Monday are holidays
    assert days.between(["2026-04-02"], ["2026-04-07"])[0] == 1
    assert days.after(np.array(["2026-12-24"]), 1)[0] == np.datetime64("2026-12-29")
