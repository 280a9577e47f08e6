"""The few verbs that a notebook calls: open a run, then show a part of it.

    >>> from pmf_analysis import workbench
    >>> run = workbench.open_run("Kent")            # doctest: +SKIP
    >>> run.trend()                                 # doctest: +SKIP

Everything shown is read from the prepared tables; nothing is computed here, but the explained
forecast of a few indicators. By hand, the tables are prepared when they are not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from pmf_analysis import charts, findings, formats, periods
from pmf_analysis.analysis import explaining
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.prepared import Prepared, open_prepared, pick_indicators, prepare
from pmf_analysis.present import (
    explained,
    explained_forecast,
    forecasts,
    outlook,
    standing_out,
)
from pmf_analysis.present.actions import action_table, verdict_words, with_doubt
from pmf_analysis.present.actions import day as action_day
from pmf_analysis.present.actions import sentences as action_sentences
from pmf_analysis.present.html import rag_badge, verdict_badge
from pmf_analysis.present.named_parts import by_year
from pmf_analysis.present.six_fields import six_fields, variation_label
from pmf_analysis.register.models import Break, Indicator, Unit
from pmf_analysis.settings import settings
from pmf_analysis.store import open_store
from pmf_analysis.studies import screen
from pmf_analysis.tables import of_everyone
from pmf_analysis.terms import (
    Assurance,
    ChartKind,
    CheckStatus,
    Comparison,
    DirectionOfTravel,
    ProposalStatus,
    State,
    Structure,
    UnitKind,
    Variation,
)

__all__ = ["AreaRun", "Panel", "open_run"]


@dataclass(frozen=True)
class Panel:
    """What a cell shows: charts, tables and sentences, one below the other."""

    parts: tuple[object, ...]

    def _repr_html_(self) -> str:
        return "\n".join(part._repr_html_() for part in self.parts)

    def __repr__(self) -> str:
        return f"Panel of {len(self.parts)} parts"


def open_run(
    service_area: str = "",
    period: str = "",
    as_at: str = "",
    indicators: Sequence[str] = (),
    workspace: Path | None = None,
    structure: str = "",
) -> AreaRun:
    """Open the findings of one unit.

    Parameters
    ----------
    service_area : str
        Name or code; when empty the first unit of the workspace's reporting kinds that has
        a figure of the indicators, or else the whole.
    period : str
        Code of the last period to include; the latest when empty.
    as_at : str
        What had been published by this date, YYYY-MM-DD; all of it when empty.
    indicators : sequence of str
        Codes; all that the unit has when empty.
    workspace : Path, optional
        The nearest one upward when not given.
    structure : str
        ``as_now`` for figures of the past under the units of today; with the units as they
        were then when empty, or ``as_then``.

    Returns
    -------
    AreaRun

    Raises
    ------
    ParameterError
        Naming the nearest valid value.
    RunError
        If the workspace holds no delivery.
    """
    here = settings()
    store = open_store(workspace)
    on = periods.parse_date(as_at)
    units = _structure(structure)
    if here.prepared:
        prepared = open_prepared(store, here.prepared, on, period, units)
    else:
        prepared = prepare(store, on, period, units)
    picked = pick_indicators(prepared.register, list(indicators))
    unit = _unit(prepared, service_area, picked)
    return AreaRun(prepared, unit, picked)


def _structure(code: str) -> Structure:
    try:
        return Structure(code.replace("-", "_") or Structure.AS_THEN)
    except ValueError as error:
        raise ParameterError(
            f"There is no structure {code!r}",
            " or ".join(Structure),
            f"{Structure.AS_THEN}: {Structure.AS_THEN.label}; "
            f"{Structure.AS_NOW}: {Structure.AS_NOW.label}",
        ) from error


def _unit(prepared: Prepared, service_area: str, indicators: Sequence[str]) -> Unit:
    held = prepared.register
    if service_area:
        return held.unit(service_area)
    fact = prepared.table("fact")
    asked = fact["indicator"].isin(indicators) & fact["has_value"].astype(bool)
    for reported in (set(fact.loc[asked, "service_area"]), set(fact["service_area"])):
        kinds = (*held.workspace.report_kinds, held.units[held.county].kind)
        for unit in sorted(held.units.values(), key=lambda one: _order(one, kinds)):
            if unit.kind in kinds and unit.code in reported:
                return unit
    raise ParameterError("No unit reports here", "a unit with figures", "Name one: service_area")


def _order(unit: Unit, kinds: Sequence[UnitKind]) -> int:
    """Units of the kinds that report come first, in the order of the register."""
    return int(unit.kind not in kinds[:-1])


@dataclass(frozen=True)
class AreaRun:
    """The findings of one unit, ready to show.

    Attributes
    ----------
    prepared : Prepared
    unit : Unit
    indicators : tuple of str
        Codes asked for; those without a figure of the unit are left out.
    """

    prepared: Prepared
    unit: Unit
    indicators: tuple[str, ...]

    # -- tables, each read once ------------------------------------------------

    @cached_property
    def analysis(self) -> pd.DataFrame:
        """The unit's rows of the analysis table."""
        return self._of_unit("analysis")

    @cached_property
    def fact(self) -> pd.DataFrame:
        """The unit's latest row of each indicator."""
        return self._of_unit("fact")

    @cached_property
    def finding(self) -> pd.DataFrame:
        """The unit's findings."""
        return self._of_unit("finding")

    @cached_property
    def others(self) -> pd.DataFrame:
        """Latest rows of those the unit is held against: parts, whole, peers and benchmarks."""
        held, on = self.prepared.register, self.prepared.context.as_at
        codes = [*held.children_of(self.unit.code, on), *self._peers(), held.county]
        parent = held.parent_of(self.unit.code, on)
        codes += [parent] if parent else []
        region = held.region_of(self.unit.code)
        codes += [region] if region else []
        wanted = [code for code in dict.fromkeys(codes) if code != self.unit.code]
        return of_everyone(self.prepared.table("fact", wanted))

    def _peers(self) -> tuple[str, ...]:
        held = self.prepared.register
        if "neighbours" in held.workspace.benchmarks:
            return tuple(held.neighbours(self.unit.code))
        return held.peers_of(self.unit.code, self.prepared.context.as_at)

    def _of_unit(self, name: str) -> pd.DataFrame:
        table = self.prepared.table(name, [self.unit.code])
        if "cohort" in table.columns:
            table = of_everyone(table)
        return table[table["indicator"].isin(self.indicators)].reset_index(drop=True)

    def _each(self) -> Iterator[tuple[Indicator, pd.Series]]:
        for row in self.fact.to_dict("records"):
            yield self.prepared.register.indicator(row["indicator"]), pd.Series(row)

    # -- what a notebook shows -------------------------------------------------

    def _repr_html_(self) -> str:
        held, context = self.prepared.register, self.prepared.context
        parts = [
            f"{escape(self.unit.name)} ({escape(self.unit.kind.label)})",
            f"data as at {periods.format_date(context.as_at)}",
        ]
        if context.structure is Structure.AS_NOW:
            parts.append(context.structure.label)
        if self.prepared.period:
            parts.append(f"up to {escape(periods.parse(self.prepared.period).label)}")
        notice = f" {escape(held.workspace.notice)}" if held.workspace.notice else ""
        return f"<p><strong>{', '.join(parts)}.</strong>{notice}</p>"

    def __repr__(self) -> str:
        return f"{self.unit.name}: {len(self.fact)} indicators"

    def glance(self) -> Panel:
        """Every indicator in small, over the same dates."""
        if self.fact.empty:
            return self._nothing()
        return Panel((charts.small_multiples(self.analysis, self.prepared.context),))

    def trend(self) -> Panel:
        """Each indicator's chart over time, with what it says."""
        told = findings.load_catalogue().families_on("now")
        families = [family for family in told if family != "comparison"]
        parts: list[object] = []
        for indicator, row in self._each():
            chart = self._trend_chart(indicator, row)
            parts += [_heading(indicator.name), chart, self._sentences(indicator.code, families)]
        return Panel(tuple(parts)) if parts else self._nothing()

    def _trend_chart(self, indicator: Indicator, row: pd.Series) -> charts.Chart:
        """The indicator's chart with the unit's actions and its level since a confirmed change."""
        actions = self._actions_and_changes["impact"]
        return charts.trend_chart(
            self._series(indicator),
            self.prepared.context,
            actions=actions[actions["indicator"] == indicator.code],
            changes=self._actions_and_changes["screen"],
            doubt=str(row["claims_doubted"]),
        )

    @cached_property
    def _actions_and_changes(self) -> dict[str, pd.DataFrame]:
        return {name: self._of_unit(name) for name in ("impact", "screen")}

    def six_fields(self) -> Panel:
        """Status, distance from the target, polarity, direction, variation and assurance."""
        if self.fact.empty:
            return self._nothing()
        return Panel((six_fields(self.fact, self.prepared.register),))

    def variance(self) -> Panel:
        """Each indicator beside its benchmarks, parts and peers."""
        parts: list[object] = []
        for indicator, row in self._each():
            parts.append(_heading(indicator.name))
            if pd.notna(row["shown_value"]):
                rows = self._beside(indicator, row["period"])
                parts.append(charts.variance_chart(rows, self.prepared.context, self.unit.code))
            parts.append(self._sentences(indicator.code, ("status", "comparison")))
        return Panel(tuple(parts)) if parts else self._nothing()

    def funnels(self) -> Panel:
        """Each indicator's figure among those of all units of its kind, by their size.

        A unit without enough peers, such as the whole, shows the funnel of those below it.
        """
        parts: list[object] = []
        absent: dict[str, list[str]] = {}
        for indicator, row in self._each():
            rows = self._in_funnel(indicator, row["period"])
            if rows.empty:
                absent.setdefault(row["funnel_reason"], []).append(indicator.label)
                continue
            focus = self.unit.code if self.unit.code in set(rows["service_area"]) else ""
            chart = charts.funnel_chart(rows, self.prepared.context, focus)
            parts += [_heading(indicator.name), chart]
        rules = dict.fromkeys(self.fact.get("funnel_rule", pd.Series(dtype="str")).dropna())
        parts += [_paragraph(f"Rule used: {rule}.") for rule in rules if parts]
        parts += [
            _paragraph(f"No funnel of {formats.listed(names)}: {_lower_first(reason)}")
            for reason, names in absent.items()
        ]
        return Panel(tuple(parts)) if parts else self._nothing()

    def _in_funnel(self, indicator: Indicator, period: str) -> pd.DataFrame:
        """Units of the unit's own kind at one period, or of the largest kind below it."""
        every = self._every_fact
        rows = every[(every["indicator"] == indicator.code) & (every["period"] == period)]
        rows = rows[rows["funnel_baseline"].notna()]
        held, on = self.prepared.register, self.prepared.context.as_at
        if self.unit.code in set(rows["service_area"]):
            peers = {self.unit.code, *held.peers_of(self.unit.code, on)}
            return rows[rows["service_area"].isin(peers)]
        if self.unit.code != held.county:
            return rows.iloc[:0]
        kinds = rows["service_area"].map(lambda code: held.units[code].kind.value)
        most = rows.groupby(kinds[kinds.ne(UnitKind.TEAM.value)])["funnel_units"].max()
        return rows[kinds == most.sort_index().idxmax()] if len(most) else rows.iloc[:0]

    @cached_property
    def _every_fact(self) -> pd.DataFrame:
        return of_everyone(self.prepared.table("fact"))

    def explained(self) -> Panel:
        """Where the change of each indicator, and its distance to the target, come from."""
        parts: list[object] = []
        for indicator, _ in self._each():
            change, target = (
                rows[rows["indicator"] == indicator.code] for rows in self._of_changes
            )
            shown: list[object] = [
                self._carried(rows, indicator, beyond) for rows, beyond in explained.splits(change)
            ]
            if not shown and (reason := explained.why_not_split(change)):
                shown = [_paragraph(reason)]
            table = explained.target_table(target, indicator)
            shown += [_folded("The distance to the target", table)] if table else []
            said = self._sentences(indicator.code, ("explained",))
            if shown or said:
                parts += [_heading(indicator.name), said, *shown]
        return Panel(tuple(parts)) if parts else self._nothing()

    def _carried(self, rows: pd.DataFrame, indicator: Indicator, beyond: bool) -> object:
        """A change by its parts: drawn where it is more than chance, else folded as a table."""
        if beyond:
            return charts.contribution_chart(rows, self.prepared.context)
        table = charts.contribution_table(rows, self.prepared.context)
        since = periods.in_sentence(str(rows["label_before"].iloc[0]))
        caption = f"{indicator.label}: the change since {since}, by part"
        return _folded(caption, table_html(table, caption, "Part", missing=""))

    @cached_property
    def _of_changes(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._of_unit("contribution"), self._of_unit("target_variance")

    def cohorts(self) -> Panel:
        """Each indicator with and without a named part of the children, year by year.

        Empty where the register names no part, or the part is all of the unit's children.
        """
        parts: list[object] = []
        for indicator, _ in self._each():
            table = by_year(self._of_every_cohort, indicator)
            parts += [_heading(indicator.name), table] if table else []
        return Panel((_heading("All children, and a part of them", 2), *parts) if parts else ())

    @cached_property
    def _of_every_cohort(self) -> pd.DataFrame:
        return self.prepared.table("analysis", [self.unit.code])

    def impact(self) -> Panel:
        """Each action of the unit: its figure before and since, and what speaks beside it."""
        parts: list[object] = []
        for row in self._actions.to_dict("records"):
            parts.append(_heading(f"{action_day(row['action_date'])}: {row['words']}"))
            parts += [*self._action_charts(row), _paragraph(action_sentences(row))]
        return Panel(tuple(parts)) if parts else Panel((_paragraph(_NO_ACTION),))

    def impact_table(self) -> Panel:
        """Every number on each action."""
        rows = action_table(self._actions, self.prepared.register)
        if not rows:
            return Panel((_paragraph(_NO_ACTION),))
        return _table(rows, "Actions, and what became of their figures", "Action")

    @cached_property
    def _actions(self) -> pd.DataFrame:
        """The unit's actions for these indicators, in order of their dates."""
        return with_doubt(self._of_unit("impact"), self.fact)

    def _action_charts(self, row: dict[str, object]) -> Iterator[object]:
        """The figure with the action, and the change among those of earlier dates."""
        series = self.analysis[self.analysis["indicator"] == row["indicator"]]
        if not (series["state"] != State.FORECAST).any():
            return
        codes = [one for one in str(row["compared_codes"]).split(";") if one]
        context = self.prepared.context
        others = of_everyone(self.prepared.table("analysis", codes)) if codes else None
        if others is not None:
            others = others[others["indicator"] == row["indicator"]]
        said = f"{context.register.indicator(str(row['indicator'])).label}: {verdict_words(row)}"
        yield charts.impact_chart(series, row, context, others, title=said)
        if row["earlier_changes"]:
            yield charts.earlier_chart(row, context)

    def forecast(self) -> Panel:
        """Each indicator's forecast, with its record on past figures."""
        parts: list[object] = []
        for indicator, _ in self._each():
            rows = self._series(indicator)
            parts.append(_heading(indicator.name))
            if (rows["state"] == State.FORECAST).any():
                due = self._due.get(indicator.code, "")
                parts.append(charts.forecast_chart(rows, self.prepared.context, due=due))
            parts += [self._sentences(indicator.code, (one,)) for one in ("forecast", "outlook")]
        return Panel(tuple(parts)) if parts else self._nothing()

    def explained_forecast(self) -> Panel:
        """Each indicator's forecast, and beside it one that a model explains; takes seconds each.

        Of more indicators than the rule set ``explained`` allows, the forecast alone.
        """
        context = self.prepared.context
        most = explaining.most_at_once(context)
        if len(self.fact) > most:
            told = f"To have a forecast explained, name its indicator; at most {most} at once."
            return Panel((*self.forecast().parts, _paragraph(told)))
        parts = list(self.forecast().parts)
        for indicator, _ in self._each():
            rows, own = self._series(indicator), self._actions["indicator"] == indicator.code
            found = explaining.explain(rows, context, explaining.steps_of(self._actions[own]))
            parts.append(_heading(f"{indicator.name}: the forecast explained"))
            if not found.reason:
                title = explained_forecast.title(rows, found, context)
                parts.append(charts.explained_chart(rows, found, context, title=title))
                title = f"{indicator.label}: what the model takes for its level"
                parts.append(charts.components_chart(rows, found, context, title=title))
            said = explained_forecast.sentences(rows, found, context)
            parts.append(_paragraph(" ".join(said)))
        return Panel(tuple(parts))

    @cached_property
    def _due(self) -> dict[str, str]:
        """The coming period that speaks of the target's date, by indicator."""
        rows = self._outlook[self._outlook["scenario"] == 0]
        return dict(zip(rows["indicator"], rows["due_period"], strict=True))

    def findings(self) -> Panel:
        """Every sentence on the unit, in the order of the page."""
        parts: list[object] = []
        for indicator, _ in self._each():
            families = findings.load_catalogue().families
            parts += [
                _heading(indicator.name),
                self._sentences(indicator.code, families),
                *self._of_parts(indicator.code, families),
            ]
        return Panel(tuple(parts)) if parts else self._nothing()

    def about(self) -> Panel:
        """What each indicator counts, over what, and who answers for it."""
        return Panel(tuple(self._about(indicator) for indicator, _ in self._each()))

    def breaks(self) -> Panel:
        """Breaks and rebases that the register holds for the unit, and restarts proposed."""
        rows = [
            _break_row(indicator, found)
            for indicator, _ in self._each()
            for found in self.prepared.register.breaks_of(indicator.code, self.unit.code)
        ]
        parts: list[object] = [_paragraph("No break is registered.")]
        if rows:
            parts = list(_table(rows, "Registered breaks and rebases", "Indicator").parts)
        proposed = self._of_unit("proposal")
        if len(proposed):
            told = self._proposed(proposed)
            parts += _table(told, "Restarts of limits proposed", "Indicator").parts
            parts.append(_paragraph("A person decides; until then the limits stay as they are."))
        return Panel(tuple(parts))

    def _proposed(self, proposed: pd.DataFrame) -> list[dict[str, object]]:
        return [
            {
                "Indicator": self.prepared.register.indicator(row.indicator).name,
                "From": periods.parse(row.period).label,
                "Evidence": row.reason,
                "Standing": ProposalStatus(row.status).label,
                "Rule set": row.rule_set,
            }
            for row in proposed.itertuples(index=False)
        ]

    def trend_table(self) -> Panel:
        """What the control charts say, with the rule set that was used."""
        rows = []
        for indicator, row in self._each():
            tested = row["variation"] != Variation.NOT_TESTED
            rows.append(
                {
                    "Indicator": indicator.name,
                    "Latest": _full_text(row),
                    "Points": row["chart_points"],
                    "Chart": ChartKind(row["chart_kind"]).label,
                    "Process limits": _limits(row, indicator),
                    "Variation": variation_label(
                        Variation(row["variation"]), str(row["claims_doubted"])
                    )
                    if tested
                    else row["chart_reason"],
                    "Will it meet the target?": Assurance(row["assurance"]).label,
                    "Time of year": row["seasonal_note"],
                    "Rule set": row["rule_set"],
                }
            )
        return _table(rows, "Control charts: limits and verdicts", "Indicator")

    def status_table(self) -> Panel:
        """Status against target and floor."""
        rows = [
            {
                "Indicator": indicator.name,
                "Figure": _full_text(row),
                "Target": row["levels_text"] or "none set",
                "Status": row["rag"],
                "Why": row["rag_reason"],
                "Data": row["verdict"],
            }
            for indicator, row in self._each()
        ]
        return _table(rows, "Latest figures against target and minimum", "Indicator")

    def direction_table(self) -> Panel:
        """Direction of travel by each named rule."""
        rows = []
        for indicator, row in self._each():
            p_value = row["dot_regression_p"]
            rows.append(
                {
                    "Indicator": indicator.name,
                    "Against the period before": DirectionOfTravel(row["dot_previous"]).label,
                    "Change": _signed(row["dot_previous_change"], indicator),
                    "Over the whole window": DirectionOfTravel(row["dot_regression"]).label,
                    "Points": row["dot_regression_points"],
                    "Chance of such a slope without a trend": ""
                    if pd.isna(p_value)
                    else f"{p_value:.3f}",
                    "Latest five periods": DirectionOfTravel(row["dot_recent"]).label,
                    "Mann and Kendall": DirectionOfTravel(row["dot_kendall"]).label,
                    "Median change in one period": _signed(row["dot_kendall_slope"], indicator),
                }
            )
        rules = [
            str(text)
            for name in (
                "dot_rule_previous",
                "dot_rule_regression",
                "dot_rule_recent",
                "dot_rule_kendall",
            )
            for text in dict.fromkeys(self.fact.get(name, pd.Series(dtype="str")).dropna())
        ]
        return Panel(
            (
                *_table(rows, "Direction of travel", "Indicator").parts,
                *(_paragraph(f"Rule used: {rule}.") for rule in rules),
            )
        )

    def screen(self) -> Panel:
        """What stands out over everything, of the unit and all that is below it."""
        context = self.prepared.context
        table = standing_out.with_doubt(self.prepared.table("screen"), self.prepared.table("fact"))
        inside = standing_out.with_parts([self.unit.code], context)
        own = table["service_area"].isin(inside) & table["indicator"].isin(self.indicators)
        rows = standing_out.screen_table(table[own], context).to_dict("records")
        rules = context.register.rule_set(screen.RULE_SET)
        if not rows:
            return self._nothing()
        parts = _table(rows, "Every series, those that stand out first", "Indicator").parts
        said = (screen.statement(table, rules), f"Rule set: {rules.label}.")
        return Panel((*(_paragraph(one) for one in said), *parts))

    def comparison_table(self) -> Panel:
        """The unit beside the whole, its region and its statistical neighbours."""
        held = self.prepared.register
        whole = held.units[held.county].name
        region = held.region_of(self.unit.code)
        rows = []
        for indicator, row in self._each():
            found = {
                "Indicator": indicator.name,
                "Figure": _full_text(row),
                "Against its target": _compared(row, "vs_target"),
                whole: findings.number_text(row["england"], indicator),
                f"Against {whole}": _compared(row, "vs_england"),
            }
            if region:
                name = held.units[region].name
                found[name] = findings.number_text(row["region"], indicator)
                found[f"Against {name}"] = _compared(row, "vs_region")
            if "neighbours" in held.workspace.benchmarks:
                found["Neighbours' median"] = findings.number_text(
                    row["neighbour_median"], indicator
                )
                found["Against neighbours"] = _compared(row, "vs_neighbours")
            rows.append(found)
        rules = dict.fromkeys(self.fact.get("comparison_rule", pd.Series(dtype="str")).dropna())
        return Panel(
            (
                *_table(rows, "Benchmarks", "Indicator").parts,
                *(_paragraph(f"Rule used: {rule}.") for rule in rules),
            )
        )

    def forecast_skill_table(self) -> Panel:
        """How each forecast did on past figures."""
        codes, held = list(self.fact["indicator"]), self.prepared.register
        rows = forecasts.skill_rows(self.analysis, codes, held)
        shown = _table(rows, "Forecasts tried on past figures", "Indicator").parts
        made = forecasts.method_rows(self.analysis, codes, held)
        if not made:
            return Panel(shown)
        table = _table(made, "How each forecast was made", "Indicator").parts[0]
        return Panel((*shown, _folded("How each forecast was made", table)))

    def forecast_table(self) -> Panel:
        """Every forecast figure with its ranges and chances."""
        codes, held = list(self.fact["indicator"]), self.prepared.register
        rows = forecasts.forecast_rows(self.analysis, self.unit.code, codes, held)
        if not rows:
            return Panel((_paragraph("No indicator here has a forecast."),))
        table = _table(rows, "Forecast figures", "Indicator").parts[0]
        return Panel((_folded(f"The {len(rows)} forecast figures", table),))

    def outlook_table(self) -> Panel:
        """What each forecast means for its target: chances, what is needed, and the pace."""
        rows = outlook.outlook_rows(self._outlook, self.prepared.register)
        if not rows:
            return self._nothing()
        parts = _table(rows, "What the forecast means for each target", "Indicator").parts
        return Panel((*parts, _paragraph(f"Rule set: {self._outlook['rule_set'].iloc[0]}.")))

    def what_if_table(self) -> Panel:
        """What more cases than are forecast would do, where they mean more work."""
        rows = outlook.what_if_rows(self._outlook, self.prepared.register)
        if not rows:
            return Panel((_paragraph("Of no indicator here would more cases mean more work."),))
        parts = _table(rows, "What if more cases came?", "Indicator").parts
        return Panel((*parts, _paragraph(outlook.NO_MORE_COUNT)))

    def forecast_record_table(self) -> Panel:
        """The latest figures beside what was forecast for them one period before."""
        rows = outlook.record_rows(self._outlook, self.prepared.register)
        if not rows:
            return Panel((_paragraph("No latest figure here was forecast before."),))
        return _table(rows, "The latest figures beside their forecasts", "Indicator")

    @cached_property
    def _outlook(self) -> pd.DataFrame:
        """What the forecasts of the unit mean, in the order of the indicators."""
        table = self._of_unit("outlook")
        order = table["indicator"].map({code: at for at, code in enumerate(self.fact["indicator"])})
        return table.iloc[order.argsort(kind="stable")]

    def quality(self) -> Panel:
        """The verdict by indicator and characteristic of good data."""
        if self._verdicts.empty:
            return self._nothing()
        return Panel((charts.quality_chart(self._verdicts, self.prepared.context),))

    def verdict_table(self) -> Panel:
        """The verdict on each indicator, with its reasons and counts."""
        rows = [
            {
                "Indicator": self.prepared.register.indicator(row["indicator"]).name,
                "Verdict": row["verdict"],
                "Why": row["reason"],
                "Passed": row["passed"],
                "Failed": row["failed"],
                "Not assessed": row["not_assessed"],
                "Could not run": row["could_not_run"],
            }
            for row in self._verdicts.to_dict("records")
        ]
        return _table(rows, "Data-quality verdicts", "Indicator")

    @cached_property
    def _verdicts(self) -> pd.DataFrame:
        return self._of_unit("verdict")

    @cached_property
    def _checks(self) -> pd.DataFrame:
        """Results on the unit's own figures, and on the tables that feed them."""
        checks = self.prepared.table("check")
        own = checks["service_area"].isin([self.unit.code, ""])
        return checks[own & checks["indicator"].isin([*self.indicators, ""])]

    def check_table(self) -> Panel:
        """Checks in which something was found, worst first; how many of the rest passed."""
        checks = self._checks
        if checks.empty:
            return Panel((_paragraph("No check was made on these figures."),))
        told = checks["status"].isin([CheckStatus.FAIL, CheckStatus.COULD_NOT_RUN])
        told |= checks["failed"] > 0
        told = checks["rule_id"].isin(checks.loc[told, "rule_id"])
        found = [_found_row(group) for _, group in checks[told].groupby("rule_id", sort=True)]
        found.sort(key=lambda row: row.pop("order"))
        return Panel(
            (
                *_table(found, "Checks in which something was found", "What was found").parts,
                *_table(_check_counts(checks), "All checks made, counted", "Checks of").parts,
            )
        )

    def delivery_table(self) -> Panel:
        """What was delivered, by hash."""
        table = self.prepared.table("delivery")
        rows = [
            {
                "File": row["file_name"],
                "Table": row["table"],
                "Published": f"{row['published']} ({row['published_basis']})",
                "Rows": row["rows_in_file"],
                "Read": row["rows_read"],
                "Refused": row["rows_refused"],
                "Cells unread": row["cells_unread"],
                "SHA-256 (first 16)": row["sha256"][:16],
            }
            for row in table.to_dict("records")
        ]
        return _table(rows, "Deliveries", "File")

    def figures(self) -> Panel:
        """Every figure of the unit with its interval and state."""
        rows = []
        given = self.analysis[self.analysis["state"] != State.FORECAST]
        for row in given.to_dict("records"):
            indicator = self.prepared.register.indicator(row["indicator"])
            rows.append(
                {
                    "Period": periods.parse(row["period"]).label,
                    "Indicator": indicator.name,
                    "Numerator": _count(row["numerator"]),
                    "Denominator": _count(row["denominator"]),
                    "Value": findings.number_text(row["value"], indicator)
                    or State(row["state"]).label,
                    "95% interval": _interval(row, indicator),
                    "State": State(row["state"]).label,
                }
            )
        return _table(rows, "Every figure", "Period")

    # -- parts -----------------------------------------------------------------

    def _series(self, indicator: Indicator) -> pd.DataFrame:
        return self.analysis[self.analysis["indicator"] == indicator.code]

    def _beside(self, indicator: Indicator, period: str) -> pd.DataFrame:
        """The unit and the others at one period."""
        rows = pd.concat([self.fact, self.others], ignore_index=True)
        return rows[(rows["indicator"] == indicator.code) & (rows["period"] == period)]

    def _sentences(self, indicator: str, families: Iterable[str]) -> Html:
        rows = self.finding[self.finding["indicator"] == indicator]
        said = [s for family in families for s in rows[rows["family"] == family]["sentence"]]
        return _paragraph(" ".join(said)) if said else Html("")

    def _of_parts(self, indicator: str, families: Iterable[str]) -> Iterator[Html]:
        """Sentences on named parts of the indicator, each part a paragraph; they name it."""
        told = self.prepared.table("finding", [self.unit.code])
        rows = told[(told["indicator"] == indicator) & (told["cohort"] != "all")]
        for _, own in rows.groupby("cohort", sort=True):
            said = [s for family in families for s in own[own["family"] == family]["sentence"]]
            yield _paragraph(" ".join(said))

    def _about(self, indicator: Indicator) -> Html:
        facts = {
            "What it counts": indicator.description or indicator.name,
            "Which way is good": indicator.polarity.label,
            "Owner": indicator.owner,
            "Origin": indicator.origin,
            "Shown as": indicator.data_period.label,
        }
        items = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
        return Html(f"{_heading(indicator.name)}<dl>{items}</dl>")

    def _nothing(self) -> Panel:
        return Panel(
            (_paragraph(f"No figure of these indicators was delivered for {self.unit.name}."),)
        )


def _heading(text: str, level: int = 3) -> Html:
    return Html(f"<h{level}>{escape(text)}</h{level}>")


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


_NO_ACTION = "No action for a figure of this unit is recorded."


def _folded(summary: str, content: object) -> Html:
    """What a reader opens who wants it; its words are found and read out all the same."""
    return Html(f"<details><summary>{escape(summary)}</summary>\n{escape(content)}\n</details>")


def _paragraph(text: str) -> Html:
    return Html(f"<p>{escape(text)}</p>")


_BADGES = {"Status": rag_badge, "Data": verdict_badge, "Verdict": verdict_badge}


def _table(rows: list[dict[str, object]], caption: str, row_header: str) -> Panel:
    if not rows:
        return Panel((_paragraph(f"{caption}: nothing to show."),))
    shown = pd.DataFrame(rows)
    cells = {name: write for name, write in _BADGES.items() if name in shown}
    return Panel((table_html(shown, caption, row_header, cells=cells, missing=""),))


def _full_text(row: pd.Series) -> str:
    text = row["shown_text"] or State(row["shown_state"] or row["state"]).label
    return f"{text}, {row['shown_label']}"


def _limits(row: pd.Series, indicator: Indicator) -> str:
    if pd.isna(row["lower_limit"]):
        return "none drawn"
    least, most = indicator.bounds
    # as the charts show them: within what is possible
    lower, upper = max(row["lower_limit"], least), min(row["upper_limit"], most)
    return formats.interval(lower, upper, indicator.unit, indicator.decimals)


def _signed(change: float, indicator: Indicator) -> str:
    if pd.isna(change):
        return ""
    size = formats.difference(change, indicator.unit, indicator.decimals)
    return size if change == 0 else f"{'+' if change > 0 else '-'}{size}"


def _compared(row: pd.Series, name: str) -> str:
    """A verdict with its level: ``worse (99.8%)``."""
    level = f" ({row[f'{name}_level']})" if row[f"{name}_level"] else ""
    return f"{Comparison(row[name]).label}{level}"


def _count(value: float) -> str:
    return "" if pd.isna(value) else formats.number(value)


def _interval(row: dict[str, object], indicator: Indicator) -> str:
    if pd.isna(row["lower"]):
        return ""
    return formats.interval(row["lower"], row["upper"], indicator.unit, indicator.decimals)


def _worst(statuses: Iterable[str]) -> str:
    held = set(statuses)
    order = (CheckStatus.FAIL, CheckStatus.COULD_NOT_RUN, CheckStatus.PASS)
    return next((s.value for s in order if s in held), CheckStatus.NOT_ASSESSED.value)


_WORST_FIRST = (CheckStatus.FAIL, CheckStatus.COULD_NOT_RUN, CheckStatus.PASS)


def _found_row(group: pd.DataFrame) -> dict[str, object]:
    """What one check found of a unit's figures and records."""
    first, status = group.iloc[0], CheckStatus(_worst(group["status"]))
    failed, evaluated = int(group["failed"].sum()), int(group["evaluated"].sum())
    passed = status is CheckStatus.PASS
    return {
        "order": (_WORST_FIRST.index(status), -failed / max(evaluated, 1), first["rule_id"]),
        "What was found": first["reason"],
        "Characteristic": str(first["characteristic"]).capitalize(),
        "Result": "Within tolerance" if passed else status.label,
        "Failed": formats.number(failed),
        "Of": formats.number(evaluated),
        "Severity": first["severity"],
        "Check": first["rule_id"],
    }


def _check_counts(checks: pd.DataFrame) -> list[dict[str, object]]:
    """How many checks of each table passed, failed or said nothing, by characteristic."""
    each = checks.groupby(["suite", "rule_id"], sort=True).agg(
        characteristic=("characteristic", "first"), status=("status", _worst)
    )
    named = each.reset_index().assign(
        table=lambda rows: rows["suite"].str.rsplit(" ", n=1).str[0].str.replace("_", " ")
    )
    counts = named.groupby(["table", "characteristic", "status"], sort=True).size()
    wide = counts.unstack("status", fill_value=0).reset_index()
    return [
        {
            "Checks of": row["table"].capitalize(),
            "Characteristic": str(row["characteristic"]).capitalize(),
            **{one.label.capitalize(): row.get(one.value, 0) for one in CheckStatus},
        }
        for row in wide.to_dict("records")
    ]


def _break_row(indicator: Indicator, found: Break) -> dict[str, object]:
    return {
        "Indicator": indicator.name,
        "From": periods.parse(found.period).label,
        "Kind": found.kind.label,
        "Reason": found.reason,
        "Recorded by": f"{found.recorded_by}, {periods.format_date(found.recorded_on)}",
    }
