from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.charts.chart import Chart
from pmf_analysis.errors import ExportError
from pmf_analysis.export.notebooks import export_notebook_body, exporter

Write = Callable[..., Path]


def test_text_and_outputs_come_and_nothing_else(write_notebook: Write, chart: Chart) -> None:
    body = export_notebook_body(write_notebook(f"<h3>Visits</h3>{chart.html()}", "<p>two</p>"))
    assert re.search(r"<h3[^>]*>Trend</h3>", str(body))
    assert "<h4>Visits</h4>" in body
    assert "Real?" in body
    assert chart.alt in body
    assert "<p>two</p>" in body
    for absent in (
        "secret_input",
        "a warning",
        "a printed line",
        "plain</",
        "In [",
        "Out[",
        "http",
    ):
        assert absent not in re.sub(r"'http://www.w3.org/[0-9a-z/]+'", "", str(body)), absent


def test_a_picture_reaches_the_page_whole(write_notebook: Write, chart: Chart) -> None:
    picture = re.search(r'src="([^"]+)"', str(chart.html()))
    assert picture is not None
    assert picture[1] in export_notebook_body(write_notebook(str(chart.html())))


def test_the_title_can_be_left_to_the_page(write_notebook: Write) -> None:
    body = export_notebook_body(write_notebook("<h3>Visits</h3>"), title=False)
    assert "Trend" not in body
    assert "Real?" in body
    assert "<h3>Visits</h3>" in body


def test_two_notebooks_on_one_page_share_no_name(write_notebook: Write) -> None:
    first = export_notebook_body(write_notebook("<p id='x'>a</p>"), prefix="trend")
    second = export_notebook_body(write_notebook("<p id='x'>a</p>"), prefix="variance")
    names = re.findall(r'id="([^"]+)"', f"{first}{second}")
    assert "trend-x" in names
    assert len(names) == len(set(names))


def test_a_picture_takes_its_words_from_output_or_cell(write_notebook: Write) -> None:
    path = write_notebook("<p>x</p>")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    svg = {"image/svg+xml": ["<svg xmlns='http://www.w3.org/2000/svg'", "/>"], "text/plain": "x"}
    output = {"output_type": "display_data", "data": svg, "metadata": {}}
    notebook["cells"][1]["outputs"] = [output]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(ExportError, match="cell 2: a picture has no alternative text"):
        export_notebook_body(path)
    notebook["cells"][1]["metadata"] = {"alt": "It rises from 1 to 2"}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert 'alt="It rises from 1 to 2"' in export_notebook_body(path)


def test_the_exporter_is_made_once(write_notebook: Write) -> None:
    path = write_notebook("<p>x</p>")
    assert export_notebook_body(path) == export_notebook_body(path)
    assert exporter() is exporter()


def test_a_notebook_that_failed_is_refused(write_notebook: Write) -> None:
    with pytest.raises(ExportError, match=r"Dunwick/trend\.ipynb: its run failed"):
        export_notebook_body(write_notebook("<p>x</p>", papermill={"exception": True}))


def test_a_notebook_cannot_forge_the_place_of_an_output(write_notebook: Write) -> None:
    path = write_notebook("<p>shown once</p>")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# Trend\n\n<p>\ue000output-0</p>\n\n\ue000output-7"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert str(export_notebook_body(path)).count("shown once") == 1
