"""A unit and its parts in small: what asks most first, one scale along a row."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods, register
from pmf_analysis.export.glance import glance
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register

DISTRICTS = [f"d{number}" for number in range(9)]
MONTHS = [one.code for one in periods.sequence(periods.month(2022, 1), periods.month(2024, 12))]


@pytest.fixture(scope="module")
def held(root) -> Register:
    def indicator(code: str, **given: object) -> Indicator:
        return Indicator(
            **{
                "code": code, "name": f"Name of {code}", "objective": "o", "kind": "proportion",
                "source": {"published": {"table": "t", "numerator": ["n"],
                                         "denominator": {"column": "d"}}},
                "unit": "percent", "polarity": "high", "frequency": "month",
                "data_period": "M", "applies_to": ["service", "district"], "owner": "role",
                "origin": "t", **given,
            }
        )  # fmt: skip

    units = [Unit(code="A", name="The county", kind="county"),
             Unit(code="s", name="East <Social> Work", kind="service", parent="A"),
             Unit(code="alone", name="Alone", kind="service", parent="A"),
             Unit(code="t", name="Team One", kind="team", parent="d0")]  # fmt: skip
    units += [Unit(code=c, name=f"District {c}", kind="district", parent="s") for c in DISTRICTS]
    return Register(
        workspace=Workspace(title="T", register_name="t", county="A", report_kinds=["service"]),
        indicators={"ONE": indicator("ONE"), "TWO": indicator("TWO")},
        units={one.code: one for one in units}, breaks=(),
        rule_sets=register.load(root / "data" / "reference").rule_sets,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sheet(held):
    """A glance at a unit, with 41 months of each district and more attention for some."""

    def made(unit="s", urgent=("d7",), doubt="", **changed):
        rows = pd.DataFrame({"period": MONTHS}).assign(
            period_end=[periods.parse(code).end.isoformat() for code in MONTHS], cohort="all",
            value=80 + np.arange(len(MONTHS)) % 7.0, shown_value=80.0, target=85.0, era="1",
            state="final",
            **{"variation": ["common_cause"] * (len(MONTHS) - 1) + ["concern_low"], **changed},
        )  # fmt: skip
        units = ["s", *DISTRICTS, "t", "alone"]
        analysis = pd.concat(
            [rows.assign(indicator=code, service_area=one) for code in ("ONE", "TWO")
             for one in units]
        )  # fmt: skip
        fact = analysis.groupby(["indicator", "service_area"], as_index=False).tail(1)
        fact = fact.assign(shown_text="8 of 10 (80.0%)", shown_state="final", rag="amber",
                           claims_doubted=doubt)  # fmt: skip
        finding = fact[["indicator", "service_area", "cohort"]].assign(code="S-GREEN")
        more = finding["service_area"].isin(urgent) & finding["indicator"].eq("TWO")
        finding["code"] = finding["code"].where(~more, "S-RED")
        context = Context(held, periods.parse_date("2025-01-15"))
        prepared = SimpleNamespace(
            register=held, context=context,
            table=lambda _, codes: analysis[analysis["service_area"].isin(codes)],
        )  # fmt: skip
        return glance(prepared, held.units[unit], fact, finding)

    return made


def headers(table: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', table)


def test_what_asks_most_comes_first_and_the_rest_is_named(sheet):
    html = str(sheet())
    first, second = re.findall(r"<table.*?</table>", html, re.S)
    assert headers(first)[1:3] == ["East &lt;Social&gt; Work", "District d7"]
    assert len(headers(first)) == 1 + 1 + 6
    assert "Not shown here, since they ask for less: District d5, District d6" in html
    rows = re.findall(r'<th scope="row">([^<]*)</th>', first)
    assert rows == ["Name of TWO", "Name of ONE"]
    assert headers(second) == ["Indicator", "Team One"]


def test_every_picture_has_words_and_every_status_its_word(sheet):
    html = str(sheet())
    pictures = html.count("<img ")
    assert pictures == 2 * 7 + 2 * 1
    assert html.count('alt="Line of 36 figures, 1 of them unlikely to be chance, the latest a') == (
        pictures
    )
    assert html.count("Amber</span>") == pictures and "80.0%" in html


def test_an_improvement_in_doubt_is_no_improvement(sheet):
    marked = "unlikely to be chance, the latest"
    assert f"{marked} an improvement" in str(sheet(variation="improvement_high"))
    html = str(sheet(variation="improvement_high", doubt="dates were moved"))
    assert f"{marked} in doubt" in html and f"{marked} an improvement" not in html


def test_a_unit_without_parts_has_no_sheet(sheet):
    assert sheet("alone") is None
