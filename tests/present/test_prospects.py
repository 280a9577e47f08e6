"""What a figure now and its chance of the target say together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present.prospects import headline, prospect_of, prospects, refusals, surprises
from pmf_analysis.terms import Likelihood, Prospect, Rag


@pytest.mark.parametrize(
    ("rag", "outlook", "prospect"),
    [
        ("green", "unlikely", Prospect.EARLY_WARNING),
        ("green", "likely", Prospect.KEEPS),
        ("red", "unlikely", Prospect.NO_RECOVERY),
        ("amber", "likely", Prospect.RECOVERY),
        ("green", "even", Prospect.EVEN),
        ("red", "even", Prospect.EVEN),
        ("not_rated", "likely", Prospect.NOT_RATED),
        ("green", "not_told", Prospect.NO_TARGET),
        ("not_rated", "", Prospect.NO_TARGET),
    ],
)
def test_the_prospect_of_a_figure(rag, outlook, prospect):
    assert prospect_of(rag, outlook, forecast=True) is prospect
    assert prospect_of(rag, outlook, forecast=False) is Prospect.NO_FORECAST


def test_every_pair_has_a_prospect():
    for rag in Rag:
        for outlook in Likelihood:
            assert prospect_of(rag.value, outlook.value, forecast=True) in Prospect


def tables(*rows: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Facts and outlook: unit, status, likelihood, chance, forecast, record."""
    fact = pd.DataFrame(
        [
            {
                "indicator": "T-01", "service_area": unit, "cohort": "all", "rag": rag,
                "target_outlook": outlook, "target_chance": chance, "forecast_record": record,
                "forecast_reason": "" if np.isfinite(middle) else "Too few figures",
            }
            for unit, rag, outlook, chance, middle, record in rows
        ]
    )  # fmt: skip
    outlook = fact[["indicator", "service_area", "cohort"]].assign(
        scenario=0.0, forecast=[row[4] for row in rows], due_period="2025-03", due_on="2025-03-31",
        before=80.0, before_lower95=70.0, before_upper95=90.0, happened=95.0,
    )  # fmt: skip
    more = outlook.assign(scenario=0.1, forecast=1.0)
    return fact, pd.concat([outlook, more], ignore_index=True)


MIXED = (
    ("keeps", "green", "likely", 0.9, 85.0, "inside_80"),
    ("none", "red", "", np.nan, np.nan, "not_told"),
    ("falls", "green", "unlikely", 0.3, 75.0, "outside"),
    ("worse", "green", "unlikely", 0.1, 70.0, "inside_95"),
    ("stays", "red", "unlikely", 0.0, 60.0, "inside_80"),
)


def test_early_warnings_come_first_the_least_likely_leading():
    table = prospects(*tables(*MIXED))
    assert list(table["service_area"]) == ["worse", "falls", "stays", "keeps", "none"]
    assert len(table) == 5


def test_the_headline_counts_what_can_be_judged():
    assert headline(prospects(*tables(*MIXED))) == (
        "Of 4 figures with a target and a forecast, 2 meet it now and are unlikely to at its "
        "date, 1 misses it now and is unlikely to recover and 1 meets it now and is likely to stay "
        "there, if nothing changes."
    )
    assert headline(prospects(*tables(MIXED[1]))).startswith("No figure has a target")


def test_surprises_are_counted_and_named():
    words, rows = surprises(prospects(*tables(*MIXED)))
    assert words == (
        "Of 4 latest figures, 2 (50%) lay inside the range that was to hold 80% of them and 3 "
        "(75%) inside the one that was to hold 95%."
    )
    assert list(rows["service_area"]) == ["falls"]
    words, rows = surprises(prospects(*tables(MIXED[1])))
    assert rows.empty
    assert "nothing can be compared" in words


def test_a_refusal_stands_once_with_its_series():
    found = refusals(prospects(*tables(MIXED[1], ("also", *MIXED[1][1:]), MIXED[0])))
    assert found.to_dict("records") == [
        {"indicator": "T-01", "forecast_reason": "Too few figures", "units": ("also", "none")}
    ]
    assert refusals(prospects(*tables(MIXED[0]))).empty
