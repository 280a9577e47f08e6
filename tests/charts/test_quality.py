from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.charts.quality import WORDS, draw_quality
from pmf_analysis.errors import ParameterError
from pmf_analysis.terms import Verdict

NAMES = {"X-1": "Visits on time", "X-2": "Plans over two years"}


def verdicts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["indicator", "characteristic", "verdict"])


def test_each_cell_has_a_word_and_what_was_not_checked_is_not_good() -> None:
    given = verdicts(("X-1", "accuracy", "green"), ("X-2", "validity", "red"))
    chart = draw_quality(given, title="Trust", subtitle="Dunwick", names=NAMES)
    table = chart.table.set_index("Indicator")
    assert table.loc["Visits on time", "Accuracy"] == "Good"
    assert table.loc["Plans over two years", "Validity"] == "No reliance"
    assert (table == "Not assessed").to_numpy().sum() == 10
    assert "Of 12 verdicts: 1 good, 0 care, 1 no reliance and 10 not assessed." in chart.alt
    assert "No reliance: Plans over two years (validity)." in chart.alt
    assert set(WORDS) == set(Verdict)


def test_of_two_verdicts_the_worse_counts() -> None:
    given = verdicts(("X-1", "accuracy", "red"), ("X-1", "accuracy", "green"))
    chart = draw_quality(given, title="Trust", subtitle="Dunwick", names=NAMES)
    assert chart.table.loc[0, "Accuracy"] == "No reliance"


def test_no_indicator_is_an_error() -> None:
    with pytest.raises(ParameterError, match="no indicator whose data quality"):
        draw_quality(verdicts(), title="Trust", subtitle="Dunwick", names={})
