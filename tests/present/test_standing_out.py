"""What stands out over everything, on the county page and as a table."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present import standing_out as page
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register


@pytest.fixture(scope="module")
def context(root) -> Context:
    own = Indicator(
        code="I", name="Visits <on> time", objective="o", kind="proportion", unit="percent",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        polarity="high", frequency="month", data_period="M", applies_to=["team"], owner="role",
        origin="test",
    )  # fmt: skip
    parents = {"C": "", "A": "C", "B": "C", "A1": "A", "OTHER": ""}
    units = {
        code: Unit(code=code, name=f"Unit {code}", kind="area", parent=parent)
        for code, parent in parents.items()
    }
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="C", report_kinds=["area"]),
        indicators={"I": own}, units=units,
        rule_sets=load(root / "data" / "reference").rule_sets,
    )  # fmt: skip
    return Context(held, date(2026, 6, 1))


def table(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Units with verdict, rank and story."""
    made = pd.DataFrame(rows, columns=["service_area", "screen_verdict", "screen_rank", "story"])
    ranked = "A change; a statutory duty. Unit C stands out in the same way: one story."
    return made.assign(
        indicator="I", cohort="all", period="2026-04", level_words="Since May it has been 1",
        rank_reason=np.where(made["screen_rank"].notna(), ranked, ""),
        screen_reason="No more than chance", adjusted_chance=0.0004,
    )  # fmt: skip


def facts(of: pd.DataFrame, doubt: str = "", mix: str = "") -> pd.DataFrame:
    keys = of[["indicator", "service_area", "cohort"]]
    return keys.assign(claims_doubted=doubt, mix_carries=mix)


STORY = (
    ("C", "concern", 1.0, 1.0), ("A1", "improvement", 2.0, 2.0), ("A", "concern", 3.0, 1.0),
    ("B", "none", np.nan, np.nan), ("OTHER", "concern", 4.0, 4.0),
)  # fmt: skip


def test_each_story_stands_once_with_its_others(context):
    of = table(*STORY)
    html = str(page.standing_out(of, facts(of), ["C"], {"C": "index.html"}, context))
    assert html.count("<li>") == 2
    assert html.startswith("<p>5 series were tested. About 0 would look unusual at 1 in 20")
    assert "3 of them here." in html and "Unit OTHER" not in html
    assert '<a href="index.html">Unit C</a>: Visits &lt;on&gt; time' in html
    assert "A change; a statutory duty. The same story: Unit A.</p>" in html
    assert "Rule set: screen 1.0." in html


def test_a_change_in_doubt_is_not_called_one_for_the_better(context):
    of = table(*STORY)
    html = str(page.standing_out(of, facts(of, "dates were moved"), ["A1"], {}, context))
    assert "But dates were moved, so nothing is said about a change." in html
    assert "A change;" not in html
    shown = page.screen_table(page.with_doubt(of, facts(of, "dates were moved")), context)
    assert shown["What the screen says"].tolist()[:2] == [
        "stands out: worse than before", "stands out; nothing is said about a change",
    ]  # fmt: skip
    assert shown["Why"][1] == "dates were moved"


def test_a_change_that_the_mix_of_work_explains_says_so(context):
    of = table(*STORY)
    mix = "of the fall of 2.1 points, 1.9 come"
    html = str(page.standing_out(of, facts(of, mix=mix), ["C"], {}, context))
    assert "a statutory duty. Of the fall of 2.1 points, 1.9 come from a different mix" in html
    assert html.count("different mix") == 1


def test_no_more_stories_than_the_page_holds(context):
    most = context.register.rule_set("page-budgets").values["most_screened"]
    of = table(*(("C", "concern", place, place) for place in range(1, most + 4)))
    of["cohort"] = [f"c{place}" for place in range(len(of))]
    html = str(page.standing_out(of, facts(of), ["C"], {}, context))
    assert html.count("<li>") == most
    assert f"The {most} weightiest of {most + 3} stories:" in html


def test_where_nothing_stands_out_no_list_is_shown(context):
    of = table(("B", "none", np.nan, np.nan))
    html = str(page.standing_out(of, facts(of), ["C"], {}, context))
    assert "none stands out" in html and "<ol" not in html


def test_a_table_says_why_not(context):
    of = table(("B", "none", np.nan, np.nan), ("A", "concern", 1.0, 1.0))
    shown = page.screen_table(page.with_doubt(of, facts(of)), context)
    assert shown["Why"].tolist()[0] == "No more than chance"
    assert shown["Change"].tolist() == ["", "Since May it has been 1"]
    assert shown["Chance, allowing for all series"].tolist() == ["below 0.001"] * 2
    assert shown["Place"].tolist() == ["", "1"]
