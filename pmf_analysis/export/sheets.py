"""The further pages of the whole county: what comes next, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pmf_analysis.export import calibration_page, forecast_page
from pmf_analysis.export.document import CountyDocument, Section, SheetDocument
from pmf_analysis.prepared import Prepared
from pmf_analysis.tables import of_everyone

COUNTY_PAGE = "index.html"
KICKER = "All service areas"


def county_sheets(
    prepared: Prepared, county: CountyDocument, fact: pd.DataFrame, links: Mapping[str, str]
) -> dict[str, SheetDocument]:
    """The further pages of a run, by file name.

    Parameters
    ----------
    prepared : Prepared
    county : CountyDocument
        The county page, which they lead back to.
    fact : pandas.DataFrame
        Latest rows of every series of the run's indicators, without named parts.
    links : mapping of str to str
        Pages of the units of the run, by code.

    Returns
    -------
    dict of str to SheetDocument
        No name is that of a unit's page.
    """
    held = prepared.register
    county_alone = held.county not in links and (fact["service_area"] == held.county).any()
    units = [*([held.county] if county_alone else []), *links]
    calibration = of_everyone(prepared.table("calibration"))
    calibration = calibration[calibration["indicator"].isin(fact["indicator"].unique())]
    made = {
        forecast_page.FORECAST_PAGE: (
            forecast_page.TITLE,
            *forecast_page.forecast_sections(prepared, fact, units, links),
        ),
        calibration_page.CALIBRATION_PAGE: (
            calibration_page.TITLE,
            *calibration_page.calibration_sections(calibration, held),
        ),
    }
    return {_free(name, links.values()): _sheet(county, *parts) for name, parts in made.items()}


def _sheet(
    county: CountyDocument, title: str, headline: str, sections: tuple[Section, ...]
) -> SheetDocument:
    return SheetDocument(
        title=f"{title}: {county.period_label}",
        kicker=KICKER,
        as_at=county.as_at,
        headline=headline,
        sections=sections,
        provenance=county.provenance,
        notice=county.notice,
        county_name=county.county_name,
        county_link=COUNTY_PAGE,
    )


def _free(name: str, taken: Iterable[str]) -> str:
    """The name of a page, another where a unit's page has it."""
    names = set(taken)
    while name in names:
        name = f"county-{name}"
    return name
