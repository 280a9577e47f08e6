"""The suites on figures as the Department published them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import measures
from pmf_analysis.ingest import load_layouts, read_delivery
from pmf_analysis.quality import QualityResult, Suite, check
from pmf_analysis.register import Context, load

pytestmark = pytest.mark.shared
KENT, ENGLAND, YORKSHIRE_AND_THE_HUMBER = "E10000016", "E92000001", "E12000003"


@pytest.fixture(scope="module")
def published(shared: Path, root: Path, suites: list[Suite]) -> QualityResult:
    """Child protection plans of 2013 to 2025, checked as delivered."""
    register = load(root / "data" / "reference")
    (path,) = (shared / "data" / "dfe_cin_2025").glob("d3_*.csv")
    layouts = load_layouts(root / "data" / "reference" / "layouts")
    extract = read_delivery(path, register, layouts)
    stated = extract.receipt.as_dict()
    context = Context(register, date.fromisoformat(stated["published"]))
    receipt = {
        **stated, "delivery": stated["id"], "duplicates": len(stated["duplicates"]),
        "latest_period_end": "2025-03-31",
    }  # fmt: skip
    receipts = pd.DataFrame([receipt])
    measured = measures.build(extract.figures, [stated], context)
    tables = {"receipt": receipts, "figure": extract.figures, "measure": measured}
    return check(tables, suites, context)


def test_every_rule_runs(published: QualityResult):
    assert "could_not_run" not in set(published.results["status"])


def test_repeat_plans_of_kent_can_be_used(published: QualityResult):
    verdicts = published.verdicts.set_index(["indicator", "service_area"])
    kent = verdicts.loc[("CPP-REPEAT", KENT)]
    assert (kent["verdict"], kent["issues"]) == ("green", "M-23;R-09")
    assert kent["accuracy"] == "not_assessed"


def test_counts_add_up_once_the_rounding_is_allowed_for(published: QualityResult):
    parts = published.results[published.results["rule_id"] == "M-20"]
    assert parts["evaluated"].sum() > 100
    assert parts["failed"].sum() == 0


def test_a_printed_share_that_its_counts_do_not_give_is_found(published: QualityResult):
    # Year to March 2022: 14,550 of 64,390 is 22.6%, printed 22.7% for England. The plans of
    # Doncaster, whose repeat plans are marked u, are in the count of all and not in the share.
    printed = published.results[published.results["rule_id"] == "M-14"]
    wrong = printed[printed["failed"] > 0].set_index("service_area")["failed"].to_dict()
    assert wrong == {ENGLAND: 1, YORKSHIRE_AND_THE_HUMBER: 1}
    assert len(printed) > 150
