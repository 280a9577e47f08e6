"""Documents, executed notebooks and a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis.charts.chart import Chart
from pmf_analysis.export.document import (
    Appendix,
    AreaDocument,
    AreaRow,
    CountyDocument,
    ExceptionRow,
    Provenance,
    Story,
)
from pmf_analysis.export.fragments import fragment
from pmf_analysis.markup import table_html
from pmf_analysis.present.html import rag_badge, verdict_badge

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202eevil\u2066 {{ 7 * 7 }} '
LONG = "Eastmarsh" * 12
RTL = "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="576" height="240" viewBox="0 0 576 240">'
    b'<path id="same" d="M0 200L576 40" stroke="#12436D" stroke-width="3"/></svg>'
)

WriteNotebook = Callable[..., Path]


@pytest.fixture(scope="session")
def chart() -> Chart:
    table = pd.DataFrame({"Period": ["March 2025", "April 2025"], "Figure": [81.2, 80.6]})
    return Chart(SVG, "A line that rises from 81.2% to 80.6%.", "How to read it.", table, "Rising")


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write an executed notebook whose code cells show the given pieces of HTML."""

    def write(*shown: str, name: str = "trend.ipynb", **metadata: object) -> Path:
        cells: list[dict] = [
            {"cell_type": "markdown", "id": "m0", "metadata": {}, "source": "# Trend\n\nReal?\n"}
        ]
        for number, piece in enumerate(shown, start=1):
            cells.append(code_cell(number, piece))
        folder = tmp_path / "Dunwick"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(
            json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}),
            encoding="utf-8",
        )
        return path

    return write


def code_cell(number: int, piece: str) -> dict:
    """An executed cell that shows a piece of HTML, and has printed and warned."""
    return {
        "cell_type": "code",
        "id": f"c{number}",
        "metadata": {},
        "execution_count": number,
        "source": ["secret_input = 1\n", "run.show()"],
        "outputs": [
            {"output_type": "stream", "name": "stderr", "text": ["a warning\n"]},
            {"output_type": "stream", "name": "stdout", "text": ["a printed line\n"]},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": [piece], "text/plain": ["plain"]},
            },
        ],
    }


@pytest.fixture(scope="session")
def provenance() -> Provenance:
    return Provenance(
        run_id="3f9a1c0b7d52e6aa",
        workbench="0.1.0",
        rule_sets=("rag 1.0", "xmr 1.0"),
        deliveries=((f"{HOSTILE}.csv", "ab12" * 16), ("b.csv", "cd34" * 16)),
        neighbour_model="Statistical neighbours, 2025",
    )


@pytest.fixture(scope="session")
def area_document(chart: Chart, provenance: Provenance) -> AreaDocument:
    """One unit with the worst that names and numbers can do."""
    names = [f"Indicator {number} {HOSTILE if number == 3 else LONG}" for number in range(40)]
    rags = ["red", "amber", "green", "not_rated"] * 10
    overview = pd.DataFrame(
        {
            "Indicator": names,
            "Figure": ["158 of 196 (80.6%)"] * 40,
            "Status": rags,
            "Data": ["green", "amber", "red", "not_assessed"] * 10,
        }
    )
    body = fragment(
        f"<h1>Trend</h1><h3 id='same'>Deep</h3>{chart.html()}<p>{RTL}</p>",
        prefix="trend",
        top=3,
        where="trend",
    )
    stories = tuple(
        Story(
            indicator=f"X-{number}",
            name=names[number],
            rag=rags[number],
            now=("October: 31 of 52 (59.6%).", HOSTILE),
            where="Team 2: 12 of 31.",
            later=("About 3 in 4.",),
            trust="Four were entered late.",
            ask="How many have been seen?",
        )
        for number in range(4)
    )
    return AreaDocument(
        area_name=f"Dunwick {HOSTILE}{LONG}",
        kind="local authority",
        period_label="October 2026",
        as_at="6 November 2026",
        headline=f"Families are waiting longer. {RTL}",
        beside=f"Open cases: 398; Vacant posts {HOSTILE}: 12 of 84 (14.3%).",
        provenance=provenance,
        stories=stories,
        everything_else="9 Green.",
        trust="Complete.",
        questions=("How many?",),
        verdict="amber",
        counts={"red": 10, "amber": 10, "green": 10, "not_rated": 10},
        overview=table_html(
            overview, "All indicators", cells={"Status": rag_badge, "Data": verdict_badge}
        ),
        glance=chart.html(),
        appendices=(
            Appendix("Trend", body),
            Appendix(f"Variance {HOSTILE}", fragment("<h1>V</h1><p id='same'>x</p>", prefix="v",
                                                     top=3, where="v")),
        ),
        notice=f"Invented figures. {HOSTILE}",
        county_name="Medwold",
        county_link="index.html",
    )  # fmt: skip


@pytest.fixture(scope="session")
def empty_area(provenance: Provenance) -> AreaDocument:
    """A unit of which nothing is known."""
    return AreaDocument(
        "Fenby", "area", "no figures", "6 November 2026", "Nothing asks for a decision.", provenance
    )


@pytest.fixture(scope="session")
def county_document(provenance: Provenance) -> CountyDocument:
    return CountyDocument(
        county_name="Medwold",
        period_label="October 2026",
        as_at="6 November 2026",
        headline="Two figures ask for attention.",
        beside="Vacant posts: 71 of 512 (13.9%).",
        overview=table_html(pd.DataFrame({"Indicator": [HOSTILE], "Figure": ["8"]}), "All"),
        provenance=provenance,
        exceptions=(
            ExceptionRow("Dunwick", "dunwick.html", f"Visits {HOSTILE}", "red", HOSTILE),
            ExceptionRow(LONG, "", "Plans", "green", RTL),
        ),
        areas=(
            AreaRow("Dunwick", "dunwick.html", {"red": 2, "green": 3}, "amber"),
            AreaRow(f"Fenby {HOSTILE}", "", {}, "not_assessed", "its run failed"),
            AreaRow(LONG, "long.html", {"amber": 12}, "red"),
        ),
        trust="Of 20 figures, the data are good for 20.",
        notice="Invented figures.",
    )


@pytest.fixture(scope="session")
def empty_county(provenance: Provenance) -> CountyDocument:
    return CountyDocument("Medwold", "no figures", "6 November 2026", "Nothing.", provenance)
