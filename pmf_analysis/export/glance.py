"""A unit and its parts on one sheet: every indicator of each in small, the same dates across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks
from pmf_analysis.charts.spark import sparkline
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.prepared import Prepared
from pmf_analysis.present.html import rag_badge
from pmf_analysis.present.summary import RULES, attention
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit
from pmf_analysis.tables import of_everyone
from pmf_analysis.terms import MeasureKind, State

NAME = "Indicator"
_READ = (
    "indicator", "service_area", "period", "period_end", "value", "shown_value", "target", "era",
    "variation",
)  # fmt: skip
_PRINTED = (
    "indicator", "service_area", "shown_text", "shown_state", "rag", "claims_doubted",
)  # fmt: skip

_MARKED = {
    "improvement": "an improvement", "concern": "a concern", "neutral": "an unusual figure",
    marks.DOUBTED: "in doubt",
}  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """What a sheet is drawn from: rows of all units that it may show."""

    context: Context
    fact: pd.DataFrame
    rows: Mapping[tuple[str, str], pd.DataFrame]
    urgency: Mapping[tuple[str, str], float]
    most: int
    years: int


def glance(
    prepared: Prepared, unit: Unit, fact: pd.DataFrame, finding: pd.DataFrame
) -> Html | None:
    """A unit beside its parts, and the parts of these, each on a sheet of its own.

    Parameters
    ----------
    prepared : Prepared
    unit : Unit
    fact, finding : pandas.DataFrame
        Rows of every unit, without named parts of the children.

    Returns
    -------
    Html or None
        Rows are indicators and columns units, those that ask most for attention first; nothing
        where the unit has no parts with figures.
    """
    held, on = prepared.register, prepared.context.as_at
    reported = set(fact["service_area"])
    parts = [code for code in held.children_of(unit.code, on) if code in reported]
    below = [one for code in parts for one in held.children_of(code, on) if one in reported]
    if not parts:
        return None
    sheet = _sheet(prepared, [unit.code, *parts, *below], fact, finding)
    made = [_grid(sheet, [unit.code], parts, f"{unit.name} and its parts")]
    if below:
        made.append(_grid(sheet, [], below, f"Within the parts of {unit.name}"))
    key = (
        "Each line shows single figures over the same dates. Each row has one scale, so that "
        "heights compare along it; counts have one each. Dotted: the target. A triangle is an "
        "improvement, a diamond a worsening, a square an unusual figure: unlikely to be chance. "
        "Where the record is in doubt, an improvement is a square too. Below stand the latest "
        "figure as rated, and its status. What asks most for attention "
        "comes first."
    )
    return Html(f'<div class="glance"><p>{escape(key)}</p>{"".join(map(str, made))}</div>')


def _sheet(
    prepared: Prepared, codes: Sequence[str], fact: pd.DataFrame, finding: pd.DataFrame
) -> _Sheet:
    rows = of_everyone(prepared.table("analysis", list(codes)))
    rows = rows.loc[rows["state"] != State.FORECAST.value, list(_READ)]
    rows = rows.sort_values("period_end", kind="stable")
    scored = attention(finding[finding["service_area"].isin(list(codes))])
    keys = zip(scored["indicator"], scored["service_area"], strict=True)
    budget = prepared.register.rule_set(RULES).values
    return _Sheet(
        context=prepared.context,
        fact=fact.loc[fact["service_area"].isin(list(codes)), list(_PRINTED)],
        rows=dict(tuple(rows.groupby(["indicator", "service_area"], sort=False))),
        urgency=dict(zip(keys, scored["attention"], strict=True)),
        most=int(budget["most_glance_parts"]),
        years=int(budget["glance_years"]),
    )


def _grid(sheet: _Sheet, first: Sequence[str], codes: Sequence[str], caption: str) -> Html:
    """One sheet: the units given first, then as many of the others as it holds."""
    units = sheet.context.register.units
    own = sheet.fact[sheet.fact["service_area"].isin([*first, *codes])]
    ranked = sorted(codes, key=lambda code: (-_urgent(sheet, "service_area", code), code))
    shown = [*first, *ranked[: sheet.most]]
    figures = {
        (row["indicator"], row["service_area"]): row
        for row in own[own["service_area"].isin(shown)].to_dict("records")
    }
    indicators = sorted(
        dict.fromkeys(code for code, _ in figures),
        key=lambda code: (-sum(sheet.urgency.get((code, one), 0.0) for one in shown), code),
    )
    lines = [_line(sheet, code, shown, figures) for code in indicators]
    table = table_html(pd.DataFrame(lines), caption, NAME, missing="")
    rest = [units[code].name for code in ranked[sheet.most :]]
    note = f"Not shown here, since they ask for less: {formats.listed(rest)}." if rest else ""
    return Html(f"{table}<p>{escape(note)}</p>" if note else str(table))


def _urgent(sheet: _Sheet, field: str, code: str) -> float:
    place = 0 if field == "indicator" else 1
    return sum(weight for key, weight in sheet.urgency.items() if key[place] == code)


def _line(
    sheet: _Sheet, code: str, shown: Sequence[str], figures: Mapping[tuple[str, str], dict]
) -> dict[str, object]:
    register = sheet.context.register
    indicator = register.indicator(code)
    span = _span(sheet, indicator)
    parts = {
        one: sheet.rows[code, one].drop_duplicates("period", keep="last").set_index("period")
        .reindex(span)
        for one in shown if (code, one) in figures
    }  # fmt: skip
    every = list(parts.values())
    own = indicator.kind is MeasureKind.COUNT
    line: dict[str, object] = {NAME: indicator.label}
    for one in shown:
        row = figures.get((code, one))
        name = register.units[one].name
        if row is None:
            line[name] = ""
            continue
        scale = _scale(indicator, [parts[one]] if own else every)
        line[name] = _cell(row, parts[one], indicator, scale)
    return line


def _span(sheet: _Sheet, indicator: Indicator) -> list[str]:
    """The latest years of an indicator, up to its newest period, as codes."""
    ends = [
        (str(rows["period_end"].iloc[-1]), str(rows["period"].iloc[-1]))
        for (code, _), rows in sheet.rows.items()
        if code == indicator.code
    ]
    newest = periods.parse(max(ends)[1])
    steps = sheet.years * periods.season_length(indicator.frequency) - 1
    return [one.code for one in periods.sequence(periods.shift(newest, -steps), newest)]


def _scale(indicator: Indicator, parts: Sequence[pd.DataFrame]) -> tuple[float, float]:
    given = [marks.floats(part, name) for part in parts for name in (_column(indicator), "target")]
    every = np.concatenate([np.array([0.0])[:0], *given])
    every = every[np.isfinite(every)]
    return (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)


def _column(indicator: Indicator) -> str:
    """What the line shows: single figures where they can be charted, or as shown."""
    return "shown_value" if indicator.overlapping else "value"


def _cell(
    row: Mapping[str, object], part: pd.DataFrame, indicator: Indicator, scale: tuple[float, float]
) -> Html:
    values = marks.floats(part, _column(indicator))
    doubt = str(row["claims_doubted"])
    kinds = [marks.meaning(code, doubt) for code in marks.texts(part, "variation")]
    targets = marks.floats(part, "target")
    given = targets[np.isfinite(targets)]
    marked = [kind for kind, value in zip(kinds, values, strict=True) if kind and value == value]
    words = f"Line of {int(np.isfinite(values).sum())} figures"
    if marked:
        latest = _MARKED[marked[-1]]
        words += f", {len(marked)} of them unlikely to be chance, the latest {latest}"
    picture = sparkline(
        values, kinds, marks.texts(part, "era"), given[-1] if len(given) else np.nan, scale,
        words,
    )  # fmt: skip
    figure = str(row["shown_text"]) or formats.state_text(str(row["shown_state"]))
    return Html(f"{picture}{escape(_short(figure))} {rag_badge(row['rag'])}")


def _short(figure: str) -> str:
    """A figure without the counts behind it: ``80.6%`` of ``158 of 196 (80.6%)``."""
    return figure.partition("(")[2].rstrip(")") if figure.endswith("%)") else figure
