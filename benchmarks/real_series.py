"""Real series through the whole analysis: ``python -m benchmarks.real_series FOLDER``.

FOLDER is ``../shared/data``, or one like it. Read are the monthly series of accident and
emergency departments with the national standard of four hours, those of child and adolescent
mental health services in Scotland with theirs, and Kent, its neighbours and England for every
indicator of the national register. Printed is how many series get which chart, which verdict and
which reason. It exits with 1 where a verdict stands without limits, a limit is no number, or a
row has no reason. ``--pages OUT`` draws some dozens of the charts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from pmf_analysis import analysis, ingest, measures, register
from pmf_analysis.charts.trend import draw_trend
from pmf_analysis.register import Context, Register
from pmf_analysis.register.layouts import Layout
from pmf_analysis.register.models import Indicator
from pmf_analysis.settings import shipped
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Assurance, State, Variation

KENT, ENGLAND = "E10000016", "E92000001"
FULL_YEARS = 36
"""Months of a complete series of the emergency departments."""

Layouts = Mapping[str, Layout]

_LIMITS = ["centre", "lower_limit", "upper_limit"]


def _made(code: str, name: str, table: str, numerator: str, denominator: str, **more: object):
    """An indicator of a monthly table that is in no register."""
    source = {"table": table, "numerator": [numerator]}
    if denominator:
        source["denominator"] = {"column": denominator}
    given = {
        "code": code, "name": name, "objective": "real-series", "frequency": "month",
        "data_period": "M", "applies_to": ["authority"], "owner": "analyst", "origin": "published",
        "kind": "proportion", "unit": "percent", "polarity": "high",
    }  # fmt: skip
    return Indicator(**{**given, "source": {"published": source}, **more})


HOSPITALS = [
    _made(
        f"AE-{kind.upper()}", f"Seen within four hours ({label})", "nhs_ae", "within",
        "attendances",
        target=[{"value": 95, "from": "2010-06"}, {"value": 76, "from": "2023-04"},
                {"value": 78, "from": "2025-04"}],
    )
    for kind, label in (("1", "major departments"), ("2", "single specialty"), ("other", "other"))
]  # fmt: skip

SCOTLAND = [
    _made("CAMHS-18", "Started treatment within 18 weeks", "camhs_seen",
          "NumberOfPatientsSeen0To18Weeks", "TotalPatientsSeen",
          target={"value": 90, "from": "2014-12"}),
    _made("CAMHS-52", "Started treatment after more than a year", "camhs_seen",
          "NumberOfPatientsSeenOver52Weeks", "TotalPatientsSeen", polarity="low"),
    _made("CAMHS-REF", "Referrals received", "camhs_referrals", "ReferralsReceived", "",
          kind="count", unit="count", polarity="neutral"),
    _made("CAMHS-DNA", "First appointments not attended", "camhs_not_attended", "DidNotAttends",
          "FirstContactAppointments", polarity="low"),
    _made("CAMHS-WAIT", "Waiting at the end of the month", "camhs_waiting",
          "TotalPatientsWaiting", "", kind="count", unit="count", polarity="neutral", stock=True,
          data_period="MS"),
]  # fmt: skip


@dataclass(frozen=True)
class Real:
    """One group of series: their analysis, and what they were analysed under."""

    name: str
    analysed: pd.DataFrame
    context: Context


def groups(folder: Path) -> Iterator[Real]:
    """Every group of series that the folder holds."""
    held = register.load(shipped() / "data" / "reference")
    layouts = ingest.load_layouts(shipped() / "data" / "reference" / "layouts")
    yield _hospitals(folder, held, layouts)
    yield _scotland(folder, held, layouts)
    yield _nation(folder, held, layouts)


def _hospitals(folder: Path, held: Register, layouts: Layouts) -> Real:
    path = folder / "nhs_ae_monthly" / "ae_attendances.csv"
    extract = ingest.read_delivery(path, held, layouts, published="2019-04-11")
    figures = extract.figures
    # the table gives breaches; those seen in time are the rest of the attendances
    key = [name for name in figures.columns if name not in ("column", "value", "state", "text")]
    both = figures[figures["column"].isin(["attendances", "breaches"])]
    wide = both.pivot(index=key, columns="column", values="value").reset_index()
    within = wide.assign(column="within", value=wide["attendances"] - wide["breaches"],
                         state=State.FINAL.value, text="")  # fmt: skip
    figures = pd.concat([figures, within[figures.columns]], ignore_index=True)
    months = within.groupby(["service_area", "breakdown"])["period"].transform("nunique")
    complete = within.loc[months == FULL_YEARS, ["service_area", "breakdown"]].drop_duplicates()
    figures = figures.merge(complete, on=["service_area", "breakdown"])
    parts = []
    for indicator in HOSPITALS:
        kind = indicator.code.removeprefix("AE-").lower()
        own = figures[figures["breakdown"] == kind].assign(breakdown="")
        context = _context(held, [indicator], date(2019, 4, 11))
        parts.append(measures.build(own, [extract.receipt.as_dict()], context))
    context = _context(held, HOSPITALS, date(2019, 4, 11))
    measured = pd.concat(parts, ignore_index=True)
    return Real("Emergency departments", analysis.analyse_all(measured, context), context)


def _scotland(folder: Path, held: Register, layouts: Layouts) -> Real:
    names = ("adjusted-patients-seen", "adjusted-patients-waiting", "didnotattends", "referrals")
    extracts = [
        ingest.read_delivery(folder / "camhs_scotland_monthly" / f"camhs-{name}.csv", held,
                             layouts, published="2025-06-03")
        for name in names
    ]  # fmt: skip
    context = _context(held, SCOTLAND, date(2025, 6, 3))
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    measured = measures.build(figures, [one.receipt.as_dict() for one in extracts], context)
    return Real("Scotland", analysis.analyse_all(measured, context), context)


def _nation(folder: Path, held: Register, layouts: Layouts) -> Real:
    tables = ("dfe_cin_2025", "dfe_cin_2024", "dfe_cla_2025")
    paths = [path for name in tables for path in sorted((folder / name).glob("*.csv*"))]
    paths = [path for path in paths if "published_2024" not in path.name
             and "indicator_map" not in path.name and "headline" not in path.name]  # fmt: skip
    paths += [*sorted((folder / "dfe_workforce").glob("*_2025.csv"))]
    extracts = [ingest.read_delivery(path, held, layouts) for path in paths]
    tool = folder / "lait" / "bds_long_0.parquet"
    extracts.append(ingest.read_delivery(tool, held, layouts, published="2026-04-08"))
    context = Context(held, date(2026, 4, 8))
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    model = held.neighbour_models[held.workspace.neighbour_model]
    wanted = {KENT, ENGLAND, *model.neighbours[KENT]}
    figures = figures[figures["service_area"].isin(wanted)]
    measured = measures.build(figures, [one.receipt.as_dict() for one in extracts], context)
    return Real("Kent, its neighbours, England", analysis.analyse_all(measured, context), context)


def _context(held: Register, indicators: Sequence[Indicator], as_at: date) -> Context:
    named = {one.code: one for one in indicators}
    return Context(replace(held, indicators=named, breaks=(), target_rows=()), as_at)


def faults(real: Real) -> list[str]:
    """What no row may have: a verdict without limits, half a limit, or no reason."""
    rows = real.analysed[real.analysed["state"] != State.FORECAST.value]
    tested = rows["variation"] != Variation.NOT_TESTED.value
    limits = rows[_LIMITS].notna()
    return [
        f"{real.name}: {int(wrong.sum())} rows {words}"
        for wrong, words in (
            (tested & ~limits.all(axis=1), "with a verdict and without limits"),
            (limits.any(axis=1) & ~limits.all(axis=1), "with some of their limits"),
            ((rows["assurance"] != Assurance.NOT_TESTED.value) & ~limits.all(axis=1),
             "with assurance and without limits"),
            (rows["chart_reason"] == "", "without a reason"),
            (rows["chart_kind_reason"] == "", "without a reason for their chart"),
        )
        if wrong.any()
    ]  # fmt: skip


def last_rows(real: Real) -> pd.DataFrame:
    """The latest row of each series with a figure."""
    rows = real.analysed[real.analysed["state"] != State.FORECAST.value]
    return rows[rows["value"].notna()].groupby([*SERIES], sort=True).tail(1)


def _told(rows: pd.DataFrame) -> Iterator[str]:
    for column in ("chart_kind", "variation", "assurance"):
        counted = rows.groupby("indicator")[column].value_counts().unstack(fill_value=0)
        whole = counted.sum().to_frame("all").T
        yield f"\n{column}\n{pd.concat([counted, whole]).to_string()}"
    # numbers and periods of a reason differ from series to series
    plain = rows["chart_reason"].str.replace(r"\d[\d,.]*", "#", regex=True)
    plain = plain.str.replace(r"(January|February|March|April|May|June|July|August|September|"
                              r"October|November|December) ", "", regex=True)  # fmt: skip
    for name, texts in (("chart_kind_reason", rows["chart_kind_reason"]), ("chart_reason", plain)):
        lines = [f"{count:5d}  {text}" for text, count in texts.value_counts().head(12).items()]
        yield "\n".join(["", name, *lines])


def draw(real: Real, out: Path, most: int) -> int:
    """Charts of series spread evenly over the group, as SVG pages; gives how many."""
    out.mkdir(parents=True, exist_ok=True)
    last = last_rows(real)
    chosen = last.iloc[:: max(1, len(last) // most)].head(most)
    for place, (code, unit, cohort) in enumerate(chosen[[*SERIES]].itertuples(index=False)):
        rows = real.analysed
        rows = rows[(rows["indicator"] == code) & (rows["service_area"] == unit)
                    & (rows["cohort"] == cohort)]  # fmt: skip
        indicator = real.context.register.indicators[code]
        chart = draw_trend(rows, indicator, title=indicator.label, area=unit)
        latest = chosen.iloc[place]
        words = f"<p>{latest['chart_reason']}</p><p>{latest['chart_kind_reason']}</p>"
        words += f"<p>{latest['variation']}, {latest['assurance']}; {chart.alt}</p>"
        page = f"<meta charset='utf-8'><body style='width:900px'>{chart.svg.decode()}{words}"
        (out / f"{code}-{unit}.html").write_text(page, encoding="utf-8")
    return len(chosen)


def main(given: Sequence[str] | None = None) -> int:
    """Print what the real series get; 1 where a row breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="real data, as ../shared/data")
    parser.add_argument("--pages", type=Path, help="draw charts into this folder")
    parser.add_argument("--most", type=int, default=24, help="charts of each group at the most")
    options = parser.parse_args(given)
    wrong: list[str] = []
    for real in groups(options.folder):
        last = last_rows(real)
        print(f"\n== {real.name}: {len(last)} series, {last['indicator'].nunique()} indicators")
        for text in _told(last):
            print(text)
        wrong += faults(real)
        if options.pages:
            print(f"\n{draw(real, options.pages, options.most)} charts in {options.pages}")
    for fault in wrong:
        print(f"FAULT {fault}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
