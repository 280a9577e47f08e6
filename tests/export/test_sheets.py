"""The further pages of the whole county: what comes next, and how far that can be trusted."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods, register
from pmf_analysis.export.document import CountyDocument, Provenance, SheetDocument
from pmf_analysis.export.html import county_page, sheet_page
from pmf_analysis.export.sheets import county_sheets
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import calibration, outlook

MONTHS = [one.code for one in periods.sequence(periods.month(2022, 1), periods.month(2024, 12))]
AHEAD = [one.code for one in periods.sequence(periods.month(2025, 1), periods.month(2025, 12))]
HOSTILE = "East <script>alert(1)</script> & Social"
LINKS = {"s": "east.html", "late": "late.html"}


@pytest.fixture(scope="module")
def held(root) -> Register:
    one = Indicator(
        code="ONE", name="Name <b>of</b> one", objective="o", kind="proportion", unit="percent",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        polarity="high", frequency="month", data_period="M", applies_to=["service"],
        owner="role", origin="t",
    )  # fmt: skip
    units = [
        Unit(code="A", name="The county", kind="county"),
        Unit(code="s", name=HOSTILE, kind="service", parent="A"),
        Unit(code="late", name="Late", kind="service", parent="A"),
        Unit(code="d1", name="District one", kind="district", parent="s"),
    ]
    return Register(
        workspace=Workspace(title="T", register_name="t", county="A", report_kinds=["service"]),
        indicators={"ONE": one}, units={each.code: each for each in units}, breaks=(),
        rule_sets=register.load(root / "data" / "reference").rule_sets,
    )  # fmt: skip


def series(unit: str, rag: str, chance: float, forecast: bool = True) -> dict[str, pd.DataFrame]:
    """Rows of one series in every table."""
    key = {"indicator": "ONE", "service_area": unit, "cohort": "all"}
    values = 80 + np.arange(len(MONTHS)) % 7.0
    past = pd.DataFrame({"period": MONTHS, "shown_value": values, "state": "final"})
    coming = pd.DataFrame({"period": AHEAD, "shown_forecast": 82.0, "state": "forecast"}).assign(
        shown_lower95=70.0, shown_lower80=75.0, shown_upper80=88.0, shown_upper95=92.0
    )
    rows = pd.concat([past, coming] if forecast else [past])
    ends = [periods.parse(code).end.isoformat() for code in rows["period"]]
    likely = "likely" if chance > 0.58 else "unlikely"
    fact = {
        **key, "period": "2024-12", "rag": rag, "shown_text": "8 of 10 (80.0%)",
        "shown_state": "final", "shown_value": 80.0, "target": 85.0, "forecast_break": "",
        "target_outlook": likely if forecast else "",
        "target_chance": chance if forecast else np.nan, "floor_chance": 0.1,
        "target_chance_words": f"about ({100 * chance:.0f}%)" if forecast else "",
        "outlook_period": "March 2025", "outlook_range": "75.0% and 88.0%", "skill_words": "",
        "no_skill_words": "last month's value" if forecast else "",
        "forecast_reason": "" if forecast else "Only 5 monthly figures <i>",
        "forecast_record": "outside" if forecast else "not_told",
    }  # fmt: skip
    told = dict.fromkeys(outlook.COLUMNS, np.nan) | key | {
        "scenario": 0.0, "forecast": 82.0 if forecast else np.nan, "due_period": "2025-03",
        "before": 80.0, "before_lower95": 70.0, "before_upper95": 90.0, "happened": 95.0,
    }  # fmt: skip
    return {
        "analysis": rows.assign(**key, period_end=ends, era="1"),
        "fact": pd.DataFrame([fact]),
        "outlook": pd.DataFrame([told]),
    }


def record(unit: str) -> pd.DataFrame:
    random = np.random.default_rng(2)
    chance = random.random(80)
    made = pd.DataFrame(dict.fromkeys(calibration.COLUMNS, np.nan), index=range(80))
    return made.assign(
        indicator="ONE", service_area=unit, cohort="all", kind="percent", frequency="month",
        few_cases=False, horizon=np.arange(80) % 12 + 1, inside80=1.0, inside95=1.0,
        away=2.0, naive_away=1.0, seasonal_away=3.0, target_chance=chance,
        target_met=(random.random(80) < chance).astype(float), rule_set="calibration 1.0",
    )  # fmt: skip


@pytest.fixture(scope="module")
def sheets(held):
    def made(*given, links=LINKS, calibrated=("s", "late")) -> dict[str, SheetDocument]:
        parts = [series(*one) for one in given]
        tables = {
            name: pd.concat([part[name] for part in parts], ignore_index=True)
            for name in ("analysis", "fact", "outlook")
        }
        empty = pd.DataFrame(columns=list(calibration.COLUMNS))
        tables["calibration"] = pd.concat([record(one) for one in calibrated] or [empty])

        def table(name, areas=()):
            rows = tables[name]
            return rows[rows["service_area"].isin(list(areas))] if areas else rows

        prepared = SimpleNamespace(
            register=held, context=Context(held, date(2025, 1, 15)), table=table
        )
        county = CountyDocument(
            "The county", "December 2024", "15 January 2025", "h", Provenance("x", "0"),
            notice="Invented.",
        )  # fmt: skip
        return county_sheets(prepared, county, tables["fact"], links)

    return made


@pytest.fixture(scope="module")
def usual(sheets):
    return sheets(("s", "green", 0.2), ("d1", "red", 0.9), ("late", "red", 0.5, False))


def page_of(document: SheetDocument) -> str:
    return sheet_page(document)


def test_early_warnings_lead_and_refusals_end_with_their_reason(usual):
    document = usual["forecast.html"]
    assert document.headline == (
        "Of 1 figure with a target and a forecast, 1 meets it now and is unlikely to at its "
        "date, if nothing changes."
    )
    assert [one.name for one in document.sections] == [
        "early-warning", "chances", "surprises", "not-forecast", "reading",
    ]  # fmt: skip
    page = page_of(document)
    assert "Only 5 monthly figures &lt;i&gt;" in page
    assert "no better than last month&#x27;s value" in page
    assert '<a href="east.html">' in page
    assert "82.0%<br>75.0% to 88.0%<br>March 2025" in page


def test_the_matrix_names_districts_below_their_service(usual):
    (body,) = [str(one.body) for one in usual["forecast.html"].sections if one.name == "chances"]
    assert body.index("East") < body.index("&emsp;District one")
    assert "20%, <strong>unlikely</strong>" in body
    assert "90%, likely" in body
    assert "Late" not in body


def test_every_picture_has_words_and_no_number_that_is_none(usual):
    page = page_of(usual["forecast.html"])
    assert re.findall(r'<img alt="([^"]+)"', page) == [
        "Line of 36 figures, then 12 forecasts with their ranges"
    ]
    assert "nan" not in re.sub(r"<[^>]+>", " ", page).casefold().split()


def test_names_stay_names(usual):
    for document in usual.values():
        assert "<script>alert" not in page_of(document)


def test_both_pages_lead_back_and_carry_the_notice(usual):
    for document in usual.values():
        page = page_of(document)
        assert '<a href="index.html">The county</a>' in page
        assert "Invented." in page
        assert "December 2024" in document.title


def test_the_calibration_page_says_what_falls_short(usual):
    document = usual["calibration.html"]
    assert document.sections[0].title == "Where they fall short"
    assert "no better than the last figure" in str(document.sections[0].body)
    page = page_of(document)
    assert "100% further off" in page
    assert "too few to judge" in page
    assert "calibration 1.0" in page


def test_without_a_past_forecast_it_says_so(sheets):
    document = sheets(("s", "green", 0.2), calibrated=())["calibration.html"]
    assert "nothing can be judged yet" in document.headline
    assert "Brier" not in page_of(document)


def test_without_any_forecast_the_page_gives_the_reasons(sheets):
    document = sheets(("s", "green", 0.2, False))["forecast.html"]
    assert document.headline.startswith("No figure has a target and a forecast")
    assert "No chance of meeting a target can be told" in page_of(document)


def test_a_unit_that_has_the_name_keeps_it(sheets):
    taken = {"s": "forecast.html", "late": "calibration.html"}
    found = sheets(("s", "green", 0.2), links=taken)
    assert set(found) == {"county-forecast.html", "county-calibration.html"}


def test_the_county_page_names_them(usual):
    county = CountyDocument(
        "The county", "p", "d", "h", Provenance("x", "0"),
        further=tuple((name, one.title) for name, one in usual.items()),
    )  # fmt: skip
    page = county_page(county)
    assert '<a href="forecast.html">What comes next: December 2024</a>' in page
    assert '<a href="calibration.html">' in page
