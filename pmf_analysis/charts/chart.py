"""A chart: the picture, what it shows in words, and the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pmf_analysis.charts.lean import address, lean
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import Html, escape, table_html

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "The figures behind this chart"


@dataclass(frozen=True, eq=False)
class Chart:
    """One picture, complete without being seen.

    Attributes
    ----------
    svg : bytes
        The picture; the same for the same input.
    alt : str
        What the picture shows, in sentences.
    caption : str
        How to read it; stands below it.
    table : pandas.DataFrame
        The figures that were drawn; its first column names the rows.
    title : str
        The message, as printed in the picture.
    """

    svg: bytes
    alt: str
    caption: str
    table: pd.DataFrame
    title: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip() or not self.caption.strip():
            raise ParameterError(
                f"The chart {self.title!r} says nothing in words",
                "an alternative text and a caption",
            )

    def html(self) -> Html:
        """The chart as a figure of a page, with its figures folded below it.

        The picture is an address of its own data, so that the names inside two pictures of
        one page cannot clash, and nothing is fetched.
        """
        name = escape(f"Chart: {self.title or self.caption}")
        picture = address(lean(self.svg))
        table = table_html(self.table, f"{SUMMARY}: {self.title or self.caption}")
        return Html(
            f'<figure class="chart">\n'
            f'<div class="picture" role="region" tabindex="0" aria-label="{name}">'
            f'<img alt="{escape(self.alt)}" src="{picture}"></div>\n'
            f"<figcaption>{escape(self.caption)}</figcaption>\n"
            f"<details><summary>{SUMMARY}</summary>\n{table}\n</details>\n</figure>"
        )

    def _repr_html_(self) -> str:
        return str(self.html())
