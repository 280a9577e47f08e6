"""What comes next in the whole county: early warnings first, refusals with their reasons last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks
from pmf_analysis.charts.spark import Fan, fanline
from pmf_analysis.export.document import Section
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.prepared import Prepared
from pmf_analysis.present.html import rag_badge
from pmf_analysis.present.prospects import headline, prospects, refusals, surprises
from pmf_analysis.present.summary import RULES as PAGE_RULES
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies.outlook import RULES as OUTLOOK_RULES
from pmf_analysis.tables import of_everyone
from pmf_analysis.terms import Likelihood, Prospect, State, UnitKind

TITLE = "What comes next"
FORECAST_PAGE = "forecast.html"

_TITLES = {
    Prospect.EARLY_WARNING: "Early warning: green now, unlikely to meet the target",
    Prospect.NO_RECOVERY: "Short of the target now, unlikely to meet it",
    Prospect.EVEN: "About even: may meet the target or miss it",
    Prospect.RECOVERY: "Short of the target now, likely to meet it",
    Prospect.KEEPS: "Green now, likely to meet the target",
    Prospect.NOT_RATED: "Not rated now, with a target to come",
    Prospect.NO_TARGET: "No target, or none that a chance can be told of",
}
_BANDS = (
    "shown_lower95", "shown_lower80", "shown_forecast", "shown_upper80", "shown_upper95",
)  # fmt: skip
_READ = (
    "indicator", "service_area", "period", "period_end", "shown_value", "era", "state", *_BANDS,
)  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """What the page is made from."""

    register: Register
    table: pd.DataFrame  # of `prospects`
    rows: Mapping[tuple[str, str], pd.DataFrame]  # of the analysis table
    links: Mapping[str, str]
    units: tuple[str, ...]
    years: int


def forecast_sections(
    prepared: Prepared, fact: pd.DataFrame, units: Sequence[str], links: Mapping[str, str]
) -> tuple[str, tuple[Section, ...]]:
    """The page of what comes next, over the units of a run.

    Parameters
    ----------
    prepared : Prepared
    fact : pandas.DataFrame
        Latest rows of every series of the run's indicators, without named parts.
    units : sequence of str
        Codes of the units that the page speaks of.
    links : mapping of str to str
        Pages of units, by code.

    Returns
    -------
    tuple of str and tuple of Section
        The headline, and the sections: prospects by what they ask, the chances of every unit
        and its districts, what surprised, what is not forecast, how to read it.
    """
    sheet = _sheet(prepared, fact, units, links)
    sections = [
        Section(one.value.replace("_", "-"), _TITLES[one], _figures(sheet, one))
        for one in _TITLES
        if (sheet.table["prospect"] == one.value).any()
    ]
    wider = _within(prepared, units)
    everyone = prospects(
        fact[fact["service_area"].isin(wider)], prepared.table("outlook", list(wider))
    )
    sections += [
        Section("chances", "Chance of meeting the target, by service area",
                _matrix(sheet, everyone, wider)),
        Section("surprises", "What surprised us", _surprised(sheet, everyone)),
        Section("not-forecast", "What is not forecast, and why", _refused(sheet)),
        Section("reading", "How to read this page", _reading(prepared)),
    ]  # fmt: skip
    return headline(sheet.table), tuple(sections)


def _sheet(
    prepared: Prepared, fact: pd.DataFrame, units: Sequence[str], links: Mapping[str, str]
) -> _Sheet:
    codes = list(units)
    own = fact[fact["service_area"].isin(codes)]
    rows = of_everyone(prepared.table("analysis", codes))
    rows = rows.reindex(columns=list(_READ)).sort_values("period_end", kind="stable")
    return _Sheet(
        register=prepared.register,
        table=prospects(own, prepared.table("outlook", codes)),
        rows=dict(tuple(rows.groupby(["indicator", "service_area"], sort=False))),
        links=links,
        units=tuple(codes),
        years=int(value_of(prepared.register.rule_set(PAGE_RULES), "glance_years")),
    )


def _within(prepared: Prepared, units: Sequence[str]) -> tuple[str, ...]:
    """The units, each followed by its districts."""
    held, on = prepared.register, prepared.context.as_at
    found: list[str] = []
    for code in units:
        below = held.children_of(code, on) if code != held.county else []
        parts = [one for one in below if held.units[one].kind is UnitKind.DISTRICT]
        found += [code, *(one for one in parts if one not in units)]
    return tuple(dict.fromkeys(found))


# --- the figures of one prospect ----------------------------------------------------------


def _figures(sheet: _Sheet, prospect: Prospect) -> Html:
    rows = sheet.table[sheet.table["prospect"] == prospect.value]
    lines = [_line(sheet, row) for row in rows.to_dict("records")]
    table = pd.DataFrame(lines)
    caption = f"{formats.number(len(rows))} figure{'' if len(rows) == 1 else 's'}"
    if (table["Chance of meeting the target"] == "").all():
        table = table.drop(columns="Chance of meeting the target")
    elif len(rows) > 1:
        caption += ", the least likely to meet its target first"
    return Html(f'<div class="fans">{table_html(table, caption, missing="")}</div>')


def _line(sheet: _Sheet, row: Mapping[str, object]) -> dict[str, object]:
    indicator = sheet.register.indicator(str(row["indicator"]))
    now = str(row["shown_text"]) or formats.state_text(str(row["shown_state"]))
    return {
        "Indicator": indicator.label,
        "Service area": _linked(sheet, str(row["service_area"])),
        "Past and forecast": _picture(sheet, row, indicator),
        "Now": Html(f"{escape(_short(now))} {rag_badge(row['rag'])}"),
        "Forecast, with its range of 4 chances in 5": _forecast_words(row, indicator),
        "Chance of meeting the target": str(row["target_chance_words"]),
        "On past figures": _skill_words(row),
    }


def _linked(sheet: _Sheet, code: str) -> Html:
    name, link = escape(sheet.register.units[code].name), sheet.links.get(code, "")
    return Html(f'<a href="{escape(link)}">{name}</a>') if link else name


def _forecast_words(row: Mapping[str, object], indicator: Indicator) -> Html:
    """The middle, the range, when, and a change that nobody registered: a line each."""
    middle = formats.with_unit(float(str(row["forecast"])), indicator.unit, indicator.decimals)
    between = str(row["outlook_range"]).replace(" and ", " to ", 1)
    lines = (middle, between, str(row["outlook_period"]), str(row["forecast_break"]))
    return Html("<br>".join(str(escape(one)) for one in lines if one))


def _skill_words(row: Mapping[str, object]) -> str:
    if row["no_skill_words"]:
        return f"no better than {row['no_skill_words']}"
    told = str(row["skill_words"] or row["forecast_reason"])
    return told.removeprefix("On past figures the forecast came ")


def _short(figure: str) -> str:
    """A figure without the counts behind it: ``80.6%`` of ``158 of 196 (80.6%)``."""
    return figure.partition("(")[2].rstrip(")") if figure.endswith("%)") else figure


def _picture(sheet: _Sheet, row: Mapping[str, object], indicator: Indicator) -> Html:
    rows = sheet.rows[str(row["indicator"]), str(row["service_area"])]
    is_coming = (rows["state"] == State.FORECAST.value).to_numpy()
    past = rows[~is_coming].drop_duplicates("period", keep="last")
    most = sheet.years * periods.season_length(indicator.frequency)
    both = pd.concat([past.tail(most), rows[is_coming]])
    first, last = (periods.parse(str(both["period"].iloc[at])) for at in (0, -1))
    span = [one.code for one in periods.sequence(first, last)]
    laid = both.set_index("period").reindex(span)
    bands = [marks.floats(laid, name) for name in _BANDS]
    values = np.where(np.isfinite(bands[2]), np.nan, marks.floats(laid, "shown_value"))
    target = float(str(row["target"]))
    every = np.concatenate([values, *bands[1:4], [target]])
    every = every[np.isfinite(every)]
    scale = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    era = marks.texts(laid, "era")
    words = (
        f"Line of {int(np.isfinite(values).sum())} figures, then "
        f"{int(np.isfinite(bands[2]).sum())} forecasts with their ranges"
    )
    return fanline(values, Fan(*bands), era, target, scale, words)


# --- by service area ----------------------------------------------------------------------


def _matrix(sheet: _Sheet, table: pd.DataFrame, units: Sequence[str]) -> Html:
    """Units down, indicators across: the chance of each target, in words and as a share."""
    told = table[table["target_chance"].notna()]
    if told.empty:
        return Html("<p>No chance of meeting a target can be told.</p>")
    codes = sorted(told["indicator"].unique())
    said = {
        (row["service_area"], row["indicator"]): _chance_cell(row)
        for row in told.to_dict("records")
    }
    lines = [
        {"Service area": _placed(sheet, unit)}
        | {sheet.register.indicator(code).label: said.get((unit, code), "") for code in codes}
        for unit in _with_figures(sheet, units, set(told["service_area"]))
    ]
    key = (
        "Each cell: the status now, the chance that the target is met at its date, and what that "
        "is called. An empty cell has no figure, no target or no forecast."
    )
    made = table_html(pd.DataFrame(lines), "Chance of meeting each target", missing="")
    return Html(f'<p>{escape(key)}</p><div class="matrix">{made}</div>')


def _with_figures(sheet: _Sheet, units: Sequence[str], given: set[str]) -> list[str]:
    """Units with a chance, and those whose districts have one."""
    kept: list[str] = []
    for at, unit in enumerate(units):
        below = []
        for one in units[at + 1 :]:
            if one in sheet.units:
                break
            below.append(one)
        if unit in given or (unit in sheet.units and given & set(below)):
            kept.append(unit)
    return kept


def _placed(sheet: _Sheet, unit: str) -> Html:
    """The unit's name; that of a district stands in."""
    name = _linked(sheet, unit)
    return name if unit in sheet.units else Html(f"&emsp;{name}")


def _chance_cell(row: Mapping[str, object]) -> Html:
    share = formats.chance_share(float(str(row["target_chance"])))
    word = Likelihood(str(row["target_outlook"])).label
    strong = word if word != Likelihood.UNLIKELY.label else f"<strong>{word}</strong>"
    return Html(f"{rag_badge(row['rag'])} {escape(share)}, {strong}")


# --- what surprised, what is refused, how to read -----------------------------------------


def _surprised(sheet: _Sheet, table: pd.DataFrame) -> Html:
    words, rows = surprises(table)
    lead = f"<p>{escape(words)}</p>"
    if rows.empty:
        return Html(lead)
    lines = []
    for row in rows.to_dict("records"):
        indicator = sheet.register.indicator(row["indicator"])
        unit, decimals = indicator.unit, indicator.decimals
        lower, upper = float(row["before_lower95"]), float(row["before_upper95"])
        happened = float(row["happened"])
        lines.append(
            {
                "Indicator": indicator.label,
                "Service area": _linked(sheet, row["service_area"]),
                "Forecast one period before": formats.with_unit(row["before"], unit, decimals),
                "Range of 19 chances in 20": formats.interval(lower, upper, unit, decimals),
                "What happened": formats.with_unit(happened, unit, decimals),
                "Where": "above the range" if happened > upper else "below the range",
            }
        )
    table_ = table_html(pd.DataFrame(lines), "Latest figures outside their range", missing="")
    note = (
        "By chance alone about one figure in 20 lies outside. One surprise is a reason to look "
        "at the record and at the month; it is no trend."
    )
    return Html(f"{lead}{table_}<p>{escape(note)}</p>")


def _refused(sheet: _Sheet) -> Html:
    found = refusals(sheet.table)
    if found.empty:
        return Html("<p>Every figure has a forecast.</p>")
    held = sheet.register
    lines = pd.DataFrame(
        {
            "Indicator": [held.indicator(code).label for code in found["indicator"]],
            "Why not": [reason or "no reason was given" for reason in found["forecast_reason"]],
            "Service areas": [
                formats.listed([held.units[code].name for code in codes])
                for codes in found["units"]
            ],
        }
    )
    return table_html(lines, "Figures without a forecast", missing="")


def _reading(prepared: Prepared) -> Html:
    rules = prepared.register.rule_set(OUTLOOK_RULES)
    likely, unlikely = (
        formats.with_unit(100 * float(value_of(rules, name)), "percent", 0)
        for name in ("likely", "unlikely")
    )
    entries = {
        "If nothing changes": "A forecast carries on what the past figures did. It knows nothing "
        "of a plan that has not yet shown in them.",
        "The picture": "The line is the past, the broken line the middle of what may come; about "
        "8 in 10 outcomes lie on the darker ground, about 19 in 20 on the lighter one. Dotted: "
        "the target. Each picture has a scale of its own.",
        "Chance of meeting the target": "Of the figure as it is shown and rated, at the date at "
        f"which the target falls due. Likely: {likely} or more; unlikely: below {unlikely}; "
        "about even between. How far such chances can be believed stands on the page beside "
        "this one.",
        "On past figures": "How much closer past forecasts came than the better of the last "
        "figure and the one a year before. Where it was no better, the range says more than "
        "the middle.",
    }
    said = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in entries.items()
    )
    label = escape(f"Rule set: {rules.label}.")
    return Html(f'<div class="reading"><dl>{said}</dl></div><p class="meta">{label}</p>')
