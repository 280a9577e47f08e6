"""Children with two services: what the services add up to."""

from datetime import date

import pandas as pd
import pytest

from pmf_analysis.findings.counted_once import counted_once
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register


def said(figures, adds_up="distinct_children", kind="count"):
    counted = {"kind": kind, "unit": "count" if kind == "count" else "percent"}
    indicator = Indicator(
        code="OPEN", name="Open cases", objective="o", polarity="neutral", frequency="month",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        data_period="MS", stock=True, adds_up=adds_up, applies_to=["county", "service"],
        owner="role", origin="t", **counted,
    )  # fmt: skip
    units = [Unit(code="whole", name="Whole", kind="county")]
    units += [Unit(code=f"s{n}", name=f"S{n}", kind="service", parent="whole") for n in (1, 2)]
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="whole", report_kinds=["service"]),
        indicators={"OPEN": indicator}, units={one.code: one for one in units}, breaks=(),
        rule_sets={},
    )  # fmt: skip
    rows = pd.DataFrame(
        [
            {"indicator": "OPEN", "service_area": unit, "cohort": "all", "period": period,
             "shown_value": value}
            for unit, period, value in figures
        ]
    )  # fmt: skip
    return list(counted_once(rows, Context(held, date(2026, 11, 6))))


def test_children_of_two_services_are_named_once_in_the_county():
    text, *rest = said([("whole", "2026-10", 954.0), ("s1", "2026-10", 600.0),
                        ("s2", "2026-10", 400.0)])  # fmt: skip
    assert text.startswith("The services add up to 1,000, 46 more, because children")
    assert rest == ["", ""]


@pytest.mark.parametrize(
    ("second", "options"),
    [
        (("s2", "2026-10", 354.0), {}),  # nobody twice
        (("s2", "2026-10", float("nan")), {}),  # a service without a figure
        (("s2", "2026-09", 400.0), {}),  # or with one of another month
        (("s2", "2026-10", 400.0), {"adds_up": True}),
        (("s2", "2026-10", 400.0), {"kind": "proportion"}),
    ],
)
def test_nothing_is_said_otherwise(second, options):
    rows = [("whole", "2026-10", 954.0), ("s1", "2026-10", 600.0), second]
    assert said(rows, **options) == ["", "", ""]
