"""Every rule of every suite fails on a table that is broken in just that way, and no other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.quality import QualityResult, Suite, check
from pmf_analysis.register import Context
from pmf_analysis.terms import CheckStatus

Change = Callable[[pd.DataFrame], pd.DataFrame]


def put(**values: object) -> Change:
    """Put values into the first row."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        first = table.iloc[:1].assign(**values)
        return pd.concat([first, table.iloc[1:]], ignore_index=True)

    return change


def put_in(row: Change, at: Callable[[pd.DataFrame], pd.Series]) -> Change:
    """Change the first of the rows that a condition chooses."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        place = int(np.flatnonzero(at(table))[0])
        whole = [table.iloc[:place], row(table.iloc[[place]]), table.iloc[place + 1 :]]
        return pd.concat(whole, ignore_index=True)

    return change


def of(**wanted: object) -> Callable[[pd.DataFrame], pd.Series]:
    """Rows that hold these values."""
    return lambda table: np.logical_and.reduce(
        [table[name] == value for name, value in wanted.items()]
    )


def twice(table: pd.DataFrame) -> pd.DataFrame:
    """Give the first row twice."""
    return pd.concat([table, table.iloc[:1]], ignore_index=True)


def later_delivery(table: pd.DataFrame) -> pd.DataFrame:
    """Deliver all visits again, one count changed."""
    visits = table[table["table"] == "visits"].assign(delivery="d3")
    is_count = visits["column"] == "done"
    changed = visits.assign(value=visits["value"].where(~is_count, visits["value"] + 50))
    return pd.concat([table, changed], ignore_index=True)


def without_a_month(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out one month of one indicator in all units."""
    missing = (table["indicator"] == "C") & (table["period"] == "2023-05")
    return table[~missing].reset_index(drop=True)


def without_the_last(table: pd.DataFrame) -> pd.DataFrame:
    """One unit has not yet sent its last month."""
    missing = (table["service_area"] == "A") & (table["period"] == "2024-02")
    return table[~missing].reset_index(drop=True)


def copied(table: pd.DataFrame) -> pd.DataFrame:
    """Give the second month of calls the figures of the first, in all units."""
    numbers = ["numerator", "denominator", "value", "lower", "upper"]
    keys = ["indicator", "service_area"]
    first = table[table["period"] == "2023-01"].set_index(keys)[numbers]
    second = (table["period"] == "2023-02") & (table["indicator"] == "C")
    put_there = table[keys].join(first, on=keys)[numbers]
    kept = table[numbers].where(~second, put_there)
    return table.assign(**{name: kept[name] for name in numbers})


RATE = of(indicator="P", service_area="A")
COUNT = of(indicator="C", service_area="A")

RECEIPTS: dict[str, Change] = {
    "R-01": put(rows_read=0, rows_in_file=0),
    "R-02": put(rows_refused=1, rows_in_file=127),
    "R-03": put(cells_unread=1),
    "R-04": put(duplicates=1),
    "R-05": put(rows_in_file=130),
    "R-06": put(layout=""),
    "R-07": put(latest_period_end=""),
    "R-08": put(published="2024-02-01"),
    "R-09": put(published=""),
}
FIGURES: dict[str, Change] = {
    "F-01": put(cohort=None),
    "F-02": twice,
    "F-03": put(state="forecast"),
    "F-04": put(value=np.nan),
    "F-05": put(state="suppressed"),
    "F-06": put(value=-1.0),
    "F-07": put(period="2023-13"),
    "F-08": put(state="not_given", value=np.nan, text="12 approx"),
    "F-09": put(service_area="Narnia"),
    "F-10": later_delivery,
    "F-11": put_in(
        lambda row: row.assign(value=row["value"] + 1), of(table="calls", service_area="K")
    ),
}
MEASURES: dict[str, Change] = {
    "M-01": put_in(lambda row: row.assign(cohort=None), COUNT),
    "M-02": twice,
    "M-03": put(state="forecast"),
    "M-04": put_in(lambda row: row.assign(value=np.nan), COUNT),
    "M-05": put(state="suppressed"),
    "M-06": put_in(lambda row: row.assign(numerator=np.nan), RATE),
    "M-07": put_in(lambda row: row.assign(denominator=np.nan), RATE),
    "M-08": put_in(
        lambda row: row.assign(numerator=100.0, denominator=99.99, value=100.0, upper=100.0), RATE
    ),
    "M-09": put_in(lambda row: row.assign(value=100.01, lower=90.0, upper=101.0), RATE),
    "M-10": put_in(
        lambda row: row.assign(value=-5.0, numerator=-5.0, lower=-9.0, upper=0.0),
        of(indicator="C", service_area="A", period="2023-01"),
    ),
    "M-11": put(upper=1.0),
    "M-12": put_in(lambda row: row.assign(lower=np.nan, upper=np.nan), RATE),
    "M-13": put_in(lambda row: row.assign(value=row["value"] * 1.001), COUNT),
    "M-14": put_in(
        lambda row: row.assign(numerator=220.0, denominator=400.0, value=55.0, upper=56.0), RATE
    ),
    "M-15": without_a_month,
    "M-16": put_in(
        lambda row: row.assign(
            state="not_given", value=np.nan, numerator=np.nan, lower=np.nan, upper=np.nan
        ),
        of(indicator="C", service_area="K"),
    ),
    "M-17": without_the_last,
    "M-18": put(period_end="2023-02-28"),
    "M-19": copied,
    "M-20": put_in(
        lambda row: row.assign(numerator=row["numerator"] + 1, value=row["value"] + 1),
        of(indicator="C", service_area="K"),
    ),
    "M-21": put(indicator="UNKNOWN"),
}
# other rules that the same fault breaks, as it should
ALSO = {
    "F-06": {"F-11"},
    "F-10": {"F-11"},
    "M-08": {"M-13", "M-14", "M-20"},
    "M-09": {"M-13", "M-14"},
    "M-10": {"M-20"},
    "M-14": {"M-20"},
}
OF_THE_REGISTER = {"M-22", "M-23"}
OF_COUNTRIES = {"F-12"}  # see test_wholes.py
OF_COUNTED = {"M-24", "M-25", "M-26"}
KINDS = {"receipt": RECEIPTS, "figure": FIGURES, "measure": MEASURES}
CASES = [(kind, rule_id) for kind, changes in KINDS.items() for rule_id in changes]
STATUS = dict[tuple[str, str], dict[str, set[str]]]


def renamed(table: pd.DataFrame, rule_id: str) -> pd.DataFrame:
    """The table under names of its own, so that many can stand below each other."""
    suffix = rule_id.replace("-", "")
    names = {"P": f"P{suffix}", "C": f"C{suffix}", "visits": f"visits{suffix}"}
    names["calls"] = f"calls{suffix}"
    held = [name for name in ("indicator", "table") if name in table]
    return table.assign(**{name: table[name].map(lambda one: names.get(one, one)) for name in held})


@pytest.fixture(scope="module")
def found(
    suites: list[Suite], context_with: Callable[..., Context], make_clean: Callable[[], dict]
) -> STATUS:
    """Statuses by case and rule: every broken table in one check, each under its own names."""
    parts: dict[str, list[pd.DataFrame]] = {"receipt": [], "figure": [], "measure": []}
    indicators = []
    for kind, rule_id in CASES:
        clean = make_clean()
        broken = clean | {kind: KINDS[kind][rule_id](clean[kind])}
        for name in {kind, "figure"} if kind == "measure" else {kind}:
            parts[name].append(renamed(broken[name], rule_id))
        suffix = rule_id.replace("-", "")
        indicators += [
            {
                "code": f"P{suffix}",
                "kind": "proportion",
                "unit": "percent",
                "table": f"visits{suffix}",
            },
            {"code": f"C{suffix}", "kind": "count", "unit": "count", "table": f"calls{suffix}"},
        ]
    tables = {kind: pd.concat(found, ignore_index=True) for kind, found in parts.items()}
    results = check(tables, suites, context_with(*indicators)).results
    return {(kind, rule_id): of_case(results, kind, rule_id) for kind, rule_id in CASES}


def of_case(results: pd.DataFrame, kind: str, rule_id: str) -> dict[str, set[str]]:
    """Rules by status, in the rows of one broken table."""
    suffix = rule_id.replace("-", "")
    mine = results["suite"].str.startswith(kind)
    place = results["indicator"] + results["table"]
    mine &= place.str.endswith(suffix) | ((rule_id == "M-21") & (place == "UNKNOWN"))
    part = results[mine]
    return {str(status): set(rows["rule_id"]) for status, rows in part.groupby("status")}


def failed(result: QualityResult) -> set[str]:
    """Rules that fail anywhere."""
    return set(result.results.loc[result.results["status"] == CheckStatus.FAIL, "rule_id"])


def test_nothing_fails_where_nothing_is_wrong(clean_result: QualityResult):
    unsettled = clean_result.results[clean_result.results["status"] != CheckStatus.PASS]
    # nothing is withheld in these tables, and only then may a rule have nothing to look at
    assert set(unsettled["rule_id"]) == {"F-05", "M-05"}
    assert set(unsettled["status"]) == {CheckStatus.NOT_ASSESSED}


def test_every_rule_has_a_case(suites: list[Suite]):
    rules = {rule.rule_id for suite in suites if suite.records is None for rule in suite.rules}
    assert rules == {rule_id for _, rule_id in CASES} | OF_THE_REGISTER | OF_COUNTRIES | OF_COUNTED


@pytest.mark.parametrize(("kind", "rule_id"), CASES)
def test_a_broken_table_fails_just_its_rule(kind: str, rule_id: str, found: STATUS):
    of_rule = found[kind, rule_id]
    assert of_rule["fail"] == {rule_id} | ALSO.get(rule_id, set())
    assert "could_not_run" not in of_rule


def test_a_printed_column_is_held_against_the_value(
    suites: list[Suite], context: Context, clean: dict
):
    measures = clean["measure"].assign(printed=clean["measure"]["value"] + 0.2)
    result = check({"measure": measures}, suites, context)
    assert failed(result) == {"M-14"}


def test_an_indicator_without_purpose_or_target_fails(
    suites: list[Suite], clean: dict, context_with: Callable[..., Context]
):
    context = context_with(
        {
            "code": "P", "kind": "proportion", "unit": "percent", "table": "visits",
            "description": "",
        },
        {"code": "C", "kind": "count", "unit": "count", "table": "calls", "polarity": "high"},
    )  # fmt: skip
    suite = [one for one in suites if one.table_kind == "measure"]
    result = check({"measure": clean["measure"]}, suite, context)
    failing = result.results[result.results["status"] == CheckStatus.FAIL]
    assert set(zip(failing["rule_id"], failing["indicator"], strict=True)) == {
        ("M-22", "P"), ("M-23", "C"),
    }  # fmt: skip
    # that no target is agreed is for information only
    colours = result.verdicts.groupby("indicator")["relevance"].unique().map(list).to_dict()
    assert colours == {"P": ["amber"], "C": ["green"]}
