"""No sentence says that something improved or worsened unless a verdict bears it out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pmf_analysis.findings import load_catalogue
from pmf_analysis.findings.catalogue_files import CLAIM_COLUMNS, CLAIM_WORDS
from pmf_analysis.findings.conditions import holds
from pmf_analysis.findings.judge import judge
from pmf_analysis.studies import fact_names

CLOSED = {
    "closed_rag": "green", "closed_now_rag": "red", "closed_changes": 2.0,
    "closed_label": "12 months to August 2026", "closed_by": "the head of service",
    "closed_text": "82.0%", "closed_now_text": "78.0%",
}  # fmt: skip
ENTRIES = load_catalogue().entries
COLUMNS = [one for one in CLAIM_COLUMNS if one in ("signal", *fact_names())]
"""Columns of verdicts that there are."""


def possible_values() -> dict[str, list[object]]:
    """Every column that a condition names, with the values at which conditions turn."""
    found: dict[str, list[object]] = {}
    for condition in (one for entry in ENTRIES for one in entry.when):
        values = found.setdefault(str(condition["column"]), [])
        for operator, value in condition.items():
            if operator in ("is", "is_not"):
                values.append(value)
            elif operator == "in":
                values.extend(value)
            elif operator in ("above", "below", "at_least", "at_most"):
                values.extend([value - 1.0, float(value), value + 1.0, np.nan])
            elif operator == "given":
                values.append(None)
    for column in COLUMNS:
        verdicts = CLAIM_COLUMNS[column].values()
        found.setdefault(column, []).extend([*verdicts, "none", "not_tested"])
    return {column: list(dict.fromkeys(values)) for column, values in found.items()}


VALUES = possible_values()


@pytest.fixture(scope="module")
def drawn(facts) -> Callable[[int], pd.DataFrame]:
    """Random facts of a series with limits, by a seed."""
    base = facts[facts["signal"].eq("none") & facts["target"].notna()].head(1).assign(**CLOSED)
    return lambda seed: random_rows(base, seed)


@pytest.fixture(scope="module")
def judged(context) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Findings of some facts; a closure, since a failure prints what a test was given."""
    return lambda rows: judge(rows, context)


def random_rows(base: pd.DataFrame, seed: int, count: int = 100) -> pd.DataFrame:
    """The base with some possible value in each column that a condition names."""
    draw = np.random.default_rng(seed)
    rows = base.loc[base.index.repeat(count)].reset_index(drop=True)
    for column, values in VALUES.items():
        own = rows[column].iloc[0]
        text = isinstance(own, str)
        empty, filled = ("", "some words") if text else (np.nan, 1.0)
        there = own if own not in ("", None) and own == own else filled
        # a column of which is asked only whether it is there: with and without
        every = [one for value in values for one in ([there, empty] if value is None else [value])]
        rows[column] = [every[at] for at in draw.integers(0, len(every), count)]
    return rows.assign(service_area=[f"u{at}" for at in range(count)], break_kind="recording")


@settings(max_examples=5, phases=[Phase.generate], deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_the_facts_a_claim_has_its_verdict(drawn, judged, seed):
    rows = drawn(seed)
    held = rows.set_index("service_area")[list(COLUMNS)]
    found = judged(rows)
    speaks = found["sentence"].str.contains(CLAIM_WORDS)
    claimed = found["code"].map({entry.code: entry.claims for entry in ENTRIES})
    claiming = claimed.isin(["improved", "worsened"])
    assert claiming.any()
    assert not list(found.loc[speaks & ~claiming, "sentence"])
    for unit, claim in zip(found.loc[claiming, "service_area"], claimed[claiming], strict=True):
        verdicts = held.loc[unit].to_dict()
        assert any(CLAIM_COLUMNS[column][claim] == said for column, said in verdicts.items())


@settings(max_examples=5, phases=[Phase.generate], deadline=None)
@given(seed=st.integers(0, 2**32 - 1), silent=st.sampled_from(["none", "not_tested"]))
def test_common_cause_by_every_verdict_matches_no_claim(drawn, seed, silent):
    rows = drawn(seed).assign(**dict.fromkeys(COLUMNS, silent))
    for entry in ENTRIES:
        if entry.claims in ("improved", "worsened"):
            assert not holds(rows, entry.when).any(), entry.code
