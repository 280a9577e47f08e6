"""A unit opened by hand, held against its whole, and an indicator with and without a named part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from pmf_analysis import periods, register, workbench
from pmf_analysis.register import Context, Register
from pmf_analysis.store import create_workspace


@dataclass(frozen=True)
class Known:
    """Prepared tables written by hand."""

    context: Context
    tables: dict[str, pd.DataFrame]

    @property
    def register(self) -> Register:
        return self.context.register

    def table(self, name: str, service_areas: Sequence[str] = ()) -> pd.DataFrame:
        rows = self.tables[name]
        return rows[rows["service_area"].isin(service_areas)] if service_areas else rows


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = create_workspace(tmp_path_factory.mktemp("cohorts") / "w", "medwold")
    return Context(register.load(folder / "data/reference"), date(2026, 11, 6))


def row(period: str, cohort: str = "all", **given: object) -> dict[str, object]:
    end = periods.parse(period).end.isoformat()
    return {
        "indicator": "ADOPT-SHARE", "service_area": "medwold", "cohort": cohort,
        "period": period, "period_end": end, "state": "final", "has_value": True,
        "shown_label": f"12 months to {periods.parse(period).label}",
        "shown_numerator": 66.0, "shown_denominator": 1100.0, "shown_value": 6.0, **given,
    }  # fmt: skip


def opened(context: Context, unit: str, rows: list[dict], *codes: str) -> workbench.AreaRun:
    table = pd.DataFrame(rows)
    fact = table[table["state"] != "forecast"].groupby(["service_area", "indicator", "cohort"])
    known = Known(context, {"analysis": table, "fact": fact.tail(1)})
    return workbench.AreaRun(known, context.register.units[unit], codes or ("ADOPT-SHARE",))


def test_a_named_part_stands_beside_all_year_by_year(context: Context) -> None:
    part = {"shown_denominator": 640.0, "shown_value": 10.3}
    html = (
        opened(
            context,
            "medwold",
            [
                row("2024-10", shown_label="12 months to October 2024"),
                row("2024-10", "without-uasc", **part),
                row("2026-09", shown_value=99.9),  # another month
                row("2026-10", shown_denominator=2950.0, shown_value=2.2),
                row("2026-10", "without-uasc", **part),
                row("2027-10", state="forecast", shown_value=1.0),
            ],
        )
        .cohorts()
        ._repr_html_()
    )
    cells = re.findall(r"<t[dh][^>]*>([^<]+)</t[dh]>", html)
    assert cells == [
        "Period", "All: number", "All: of", "All: figure",
        "Without unaccompanied children: number", "Without unaccompanied children: of",
        "Without unaccompanied children: figure",
        "12 months to October 2024", "66", "1,100", "6.0%", "66", "640", "10.3%",
        "12 months to October 2026", "66", "2,950", "2.2%", "66", "640", "10.3%",
    ]  # fmt: skip


def test_without_a_named_part_nothing_is_shown(context: Context) -> None:
    shown = opened(context, "medwold", [row("2026-10")]).cohorts()
    assert shown._repr_html_() == ""


@pytest.mark.parametrize(
    ("unit", "whole"),
    [
        ("ivelham", "south-social-work"),
        ("ivelham-assessment-1", "ivelham"),
        ("fostering", "medwold"),
    ],
)
def test_a_unit_is_held_against_its_whole(context: Context, unit: str, whole: str) -> None:
    rows = [
        row("2026-10", service_area=code, indicator="ASSESS-45")
        for code in (unit, whole, "medwold", "kelbourne-assessment-1")
    ]
    others = opened(context, unit, rows, "ASSESS-45").others
    assert set(others["service_area"]) == {whole, "medwold"}


@pytest.mark.parametrize(
    ("codes", "unit"),
    [
        (("ASSESS-45",), "west-social-work"),
        (("ADOPT-SHARE",), "medwold"),
        (("REREF", "ASSESS-45"), "front-door"),
        (("CL-EET",), "front-door"),  # nobody has it: any unit that reports
    ],
)
def test_opened_without_a_name_a_unit_that_has_the_figure_is_picked(
    context: Context, codes: tuple[str, ...], unit: str
) -> None:
    rows = [
        row("2026-10", service_area=place, indicator=code)
        for place, code in (
            ("medwold", "ADOPT-SHARE"), ("medwold", "ASSESS-45"), ("front-door", "REREF"),
            ("west-social-work", "ASSESS-45"), ("ashmere", "ASSESS-45"),
        )
    ]  # fmt: skip
    known = Known(context, {"fact": pd.DataFrame(rows)})
    assert workbench._unit(known, "", codes).code == unit
