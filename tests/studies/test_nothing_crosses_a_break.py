"""What is said of a series after a declared break does not depend on any figure before it.

Every figure before the break is replaced by another one; every sentence of every family must stay
the same, to the letter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import analysis, findings, periods, register, studies
from pmf_analysis.register.models import Break
from pmf_analysis.register.registry import in_order
from pmf_analysis.store import create_workspace
from pmf_analysis.tables import MEASURE
from pmf_analysis.terms import BreakKind

BROKEN = "2024-05"
MONTHS = [periods.shift(periods.parse("2021-11"), step) for step in range(60)]
UNITS = ("medwold", "east", "dunwick", "easthythe")
SERIES = {
    # level before the break, for the first year after it, and since; cases a month
    "ASSESS-45": (60.0, 82.0, 90.0, 180),
    "CP-VISIT": (95.0, 91.0, 84.0, 150),
    "CPP-REPEAT": (45.0, 24.0, 24.0, 60),
    "VACANCY": (5.0, 14.0, 14.0, 40),
    "OPEN-CASES": (300.0, 420.0, 420.0, 0),
}


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> register.Register:
    folder = create_workspace(tmp_path_factory.mktemp("breaks") / "w", "medwold")
    return register.load(folder / "data" / "reference")


def rows_of(code: str, unit: str, seed: int) -> pd.DataFrame:
    """Five years of one series, of which only the figures before the break hang on the seed."""
    before, middle, since, cases = SERIES[code]
    codes = np.array([one.code for one in MONTHS])
    late = codes >= BROKEN
    level = np.where(late, np.where(codes >= "2025-08", since, middle), before + 10 * seed)
    noise = np.random.default_rng([len(code), UNITS.index(unit)]).standard_normal(60)
    other = np.random.default_rng([seed, len(code), UNITS.index(unit)]).standard_normal(60)
    spread = 100 * np.sqrt(0.1 / cases) if cases else 12.0
    value = level + spread * np.where(late, noise, other)
    of = np.where(late, cases, cases + 25 * seed).astype(float) if cases else np.full(60, np.nan)
    numerator = np.round(np.clip(value, 0, 100) * of / 100) if cases else np.round(value)
    figure = 100 * numerator / of if cases else numerator
    table = pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all", "period": codes,
            "vintage": "", "period_end": [one.end.isoformat() for one in MONTHS],
            "numerator": numerator, "denominator": of, "value": figure, "state": "final",
            "lower": figure - 4, "upper": figure + 4, "method": "", "quality": "green",
            "deliveries": "d", "shown_label": "",
        }
    )  # fmt: skip
    for name in ("numerator", "denominator", "value", "lower", "upper", "state"):
        table[f"shown_{name}"] = table[name]
    return table[[*MEASURE]]


def actions() -> pd.DataFrame:
    """One action in the month of the break, one most of a year after it."""
    table = pd.DataFrame(
        {
            "action_id": ["a", "b"], "indicator": ["ASSESS-45", "CP-VISIT"], "unit_code": "east",
            "event_date": pd.to_datetime(["2024-05-01", "2025-03-03"]), "withdrawn": False,
            "owner": "head of service", "words": "Something was done.", "sheet": "action",
        }
    )  # fmt: skip
    days = dict.fromkeys(("due_on", "done_on", "entered_at", "changed_at"), table["event_date"])
    return table.assign(**days, delivery="d", line=[2, 3])


def said(held: register.Register, seed: int, kind: BreakKind | None, *codes: str) -> pd.Series:
    """Every finding, with its sentence, where the series have such a break, or none."""
    if kind is not None:
        one = Break(
            indicator="*", unit="*", period=BROKEN, kind=kind, reason="a new case system",
            recorded_by="head of performance", recorded_on=date(2024, 4, 2), source="note 7",
        )  # fmt: skip
        held = replace(held, breaks=in_order([*held.breaks, one]))
    context = register.Context(held, date(2026, 12, 20))
    rows = pd.concat([rows_of(code, unit, seed) for code in codes or SERIES for unit in UNITS])
    analysed = analysis.analyse_all(rows, context)
    pairs = rows[["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict="green", reason="Complete", issues="")
    known = studies.Known(lambda: {"action": actions()}, verdicts)
    studied = studies.study_all(analysed, known, context)
    facts = findings.latest_facts(analysed, verdicts, context, studied=studied)
    found = findings.judge(facts, context)
    return found.set_index(["indicator", "service_area", "code"])["sentence"].sort_index()


@pytest.fixture(scope="module")
def declared(held) -> pd.Series:
    return said(held, 0, BreakKind.RECORDING)


def test_no_sentence_hangs_on_a_figure_before_a_declared_break(held, declared):
    other = said(held, 1, BreakKind.RECORDING)
    differ = declared.compare(other) if declared.index.equals(other.index) else None
    assert differ is not None, declared.index.symmetric_difference(other.index).tolist()
    assert differ.empty, differ.to_dict("index")


def test_the_figures_do_say_something_and_without_a_break_it_hangs_on_them(held, declared):
    """The test above would see a sentence that crosses."""
    codes = set(declared.index.get_level_values("code"))
    assert {"V-IMPROVED", "V-WORSENED", "B-BREAK", "C-HIGHER", "F-RANGE"} <= codes
    one = "ASSESS-45"
    assert not said(held, 0, None, one).equals(said(held, 1, None, one))


def test_every_kind_but_a_restart_stops_comparison_and_says_who_when_and_why(declared):
    assert [one for one in BreakKind if not one.stops_comparison] == [BreakKind.REBASE]
    sentence = declared["ASSESS-45", "east", "B-BREAK"]
    assert sentence == (
        "Registered break at May 2024 (change in recording): a new case system (recorded by the "
        "head of performance on 2 April 2024). Nothing here compares figures across it."
    )
