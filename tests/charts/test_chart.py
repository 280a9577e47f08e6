from __future__ import annotations

import subprocess
import sys
from urllib.parse import unquote

import pandas as pd
import pytest

from pmf_analysis.charts.chart import SUMMARY, Chart
from pmf_analysis.errors import ParameterError

TABLE = pd.DataFrame({"Period": ["March 2025"], "Figure": [81.25]})


def test_a_figure_carries_picture_words_and_figures() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><path style="fill: #123456"/></svg>'
    html = Chart(svg, 'Up, "really"', "How to read it", TABLE, "Up <b>")._repr_html_()
    assert 'alt="Up, &quot;really&quot;"' in html
    assert "<path style='fill:#123456'/>" in unquote(html.split('src="')[1].split('"')[0])
    assert "<figcaption>How to read it</figcaption>" in html
    assert f"<summary>{SUMMARY}</summary>" in html
    assert '<th scope="row">March 2025</th><td class="number">81.25</td>' in html
    assert "Up &lt;b&gt;" in html


@pytest.mark.parametrize(("alt", "caption"), [("", "caption"), ("alt", " ")])
def test_a_chart_without_words_is_an_error(alt: str, caption: str) -> None:
    with pytest.raises(ParameterError, match="says nothing in words"):
        Chart(b"<svg/>", alt, caption, TABLE)


def test_importing_the_room_loads_no_drawing_library() -> None:
    program = (
        "import sys, pmf_analysis.charts as c; assert 'matplotlib' not in sys.modules; "
        "assert 'trend_chart' in c.__all__"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
