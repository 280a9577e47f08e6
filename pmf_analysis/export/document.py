"""What a page says, before anything is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pmf_analysis.markup import Html
from pmf_analysis.present.summary import Story
from pmf_analysis.terms import Rag

__all__ = [
    "Appendix", "AreaDocument", "AreaRow", "CountyDocument", "ExceptionRow", "Provenance",
    "Section", "SheetDocument", "Story",
]  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """Where a page comes from: printed at its foot.

    Attributes
    ----------
    run_id : str
    workbench : str
        Version of the program.
    rule_sets : tuple of str
        Names and versions.
    deliveries : tuple of (str, str)
        File name and SHA-256 of each delivery.
    neighbour_model : str
        Name and date; empty where none is used.
    """

    run_id: str
    workbench: str
    rule_sets: tuple[str, ...] = ()
    deliveries: tuple[tuple[str, str], ...] = ()
    neighbour_model: str = ""


@dataclass(frozen=True)
class Appendix:
    """What stands behind page one: an executed notebook, as a rule."""

    title: str
    body: Html


@dataclass(frozen=True)
class AreaDocument:
    """The document of one unit.

    Attributes
    ----------
    area_name, kind : str
        The unit's name, and what kind of unit it is.
    period_label : str
        The latest period that the page speaks of.
    as_at : str
        Date of the data, as a reader sees it.
    headline : str
        The message of the page.
    beside : str
        Figures without which the others invite the wrong action; empty where none is marked.
    stories : tuple of Story
        What asks for attention, the most urgent first.
    everything_else : str
        One sentence that accounts for all other indicators.
    trust : str
        What the figures rest on.
    questions : tuple of str
        What to ask.
    verdict : str
        Code of `terms.Verdict`: the worst of the unit.
    counts : mapping of str to int
        How many indicators have each status, by code of `terms.Rag`.
    overview : Html, optional
        Table of all indicators.
    glance : Html, optional
        All indicators in small, as a chart; empty where there is none.
    appendices : tuple of Appendix
    provenance : Provenance
    notice : str
        Stands above everything: that the data are invented, or why a red verdict was overridden.
    county_name, county_link : str
        The county page, where there is one.
    """

    area_name: str
    kind: str
    period_label: str
    as_at: str
    headline: str
    provenance: Provenance
    beside: str = ""
    stories: tuple[Story, ...] = ()
    everything_else: str = ""
    trust: str = ""
    questions: tuple[str, ...] = ()
    verdict: str = "not_assessed"
    counts: Mapping[str, int] = field(default_factory=dict)
    overview: Html | None = None
    glance: Html | None = None
    appendices: tuple[Appendix, ...] = ()
    notice: str = ""
    county_name: str = ""
    county_link: str = ""

    @property
    def title(self) -> str:
        """Name and period: the page's heading."""
        return f"{self.area_name}: {self.period_label}"


@dataclass(frozen=True)
class ExceptionRow:
    """One series that asks for attention, on the county page."""

    area_name: str
    link: str
    indicator_name: str
    rag: str
    sentence: str


@dataclass(frozen=True)
class AreaRow:
    """One unit on the county page: its link, its statuses, its data quality."""

    area_name: str
    link: str
    counts: Mapping[str, int]
    verdict: str
    note: str = ""
    """Why the unit has no document, when ``link`` is empty."""


@dataclass(frozen=True)
class CountyDocument:
    """The page of the whole county.

    Attributes
    ----------
    county_name, period_label, as_at, headline, beside, trust, notice : str
        As in an area's document.
    exceptions : tuple of ExceptionRow
        The most urgent first.
    exceptions_found : int
        How many there are in all, where the page has no room for every one.
    standing_out : Html, optional
        What stands out over everything.
    areas : tuple of AreaRow
        Every unit, in the order in which it is shown.
    provenance : Provenance
    overview : Html, optional
        Table of the whole county's own indicators, where it has no page of its own.
    quality : Html, optional
        Table or chart of data quality; empty where there is none.
    appendices : tuple of Appendix
    further : tuple of (str, str)
        File name and title of other pages of the whole county.
    """

    county_name: str
    period_label: str
    as_at: str
    headline: str
    provenance: Provenance
    beside: str = ""
    exceptions: tuple[ExceptionRow, ...] = ()
    exceptions_found: int = 0
    standing_out: Html | None = None
    areas: tuple[AreaRow, ...] = ()
    trust: str = ""
    overview: Html | None = None
    quality: Html | None = None
    appendices: tuple[Appendix, ...] = ()
    notice: str = ""
    further: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Name and period: the page's heading."""
        return f"{self.county_name}: {self.period_label}"

    @property
    def counts(self) -> dict[str, int]:
        """How many series have each status, over all units."""
        return {rag.value: sum(area.counts.get(rag.value, 0) for area in self.areas) for rag in Rag}


@dataclass(frozen=True)
class Section:
    """A part of a page under its own heading.

    Attributes
    ----------
    name : str
        Of the place in the page: letters and hyphens.
    title : str
    body : Html
    """

    name: str
    title: str
    body: Html


@dataclass(frozen=True)
class SheetDocument:
    """A page of the whole county that speaks of one thing.

    Attributes
    ----------
    title, kicker : str
        What the page is, and the line above it.
    as_at, headline, notice : str
        As in an area's document.
    sections : tuple of Section
    provenance : Provenance
    county_name, county_link : str
        The county page.
    """

    title: str
    kicker: str
    as_at: str
    headline: str
    sections: tuple[Section, ...]
    provenance: Provenance
    notice: str = ""
    county_name: str = ""
    county_link: str = ""
