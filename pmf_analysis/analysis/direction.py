"""Direction of travel by two named rules: the period before, and regression over the window.

The first is arithmetic and may always be said. The second is a test, and is not reached
where successive figures share months or children.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._calendar import CalendarGrid, grid_of
from pmf_analysis.analysis._printed import last_digits
from pmf_analysis.analysis._regression import Lines, sliding_lines
from pmf_analysis.analysis._travel import NAMES, labels
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, require
from pmf_analysis.terms import DirectionOfTravel

RULES = "direction"

NOT_REACHED = {
    "dot_previous_reason": "A forecast is not tested.",
    "dot_regression_reason": "A forecast is not tested.",
}
"""What stands on the rows of coming periods."""


@dataclass(frozen=True)
class _Rows:
    """A measure table as columns of equal length."""

    measures: pd.DataFrame
    grid: CalendarGrid
    frequency: NDArray
    polarity: NDArray
    target: NDArray[np.float64]
    era: NDArray[np.float64]


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Direction of travel of every row, by both rules.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``era``.
    context : Context
        Its register holds the rule set ``direction``, which says ``previous.words``,
        ``previous.words_year_before``, ``previous.against_the_year_before``,
        ``regression.words``, ``regression.words_overlapping``, ``regression.significance``,
        ``regression.window`` and ``regression.minimum_points`` (by frequency).

    Returns
    -------
    pandas.DataFrame
        Key columns with, for the rule against the previous period (on shown figures as
        printed): ``dot_previous``, ``dot_previous_change``, ``dot_previous_period``,
        ``dot_previous_reason``, ``dot_rule_previous``; for the regression (on delivered
        figures): ``dot_regression``, ``dot_regression_slope`` (change for one period),
        ``dot_regression_points``, ``dot_regression_p``, ``dot_regression_reason``,
        ``dot_rule_regression``. A reason is empty where the rule gave a direction.

    References
    ----------
    Kent County Council (2020), Quarterly Performance Report, Quarter 1 2020/21, key.
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    rules = context.register.rule_set(RULES)
    targets, _ = _columns.levels(measures, context)
    rows = _Rows(
        measures=measures,
        grid=grid_of(measures),
        frequency=_columns.of_indicator(measures, context, lambda one: str(one.frequency)),
        polarity=_columns.polarities(measures, context),
        target=_columns.level_values(targets),
        era=_columns.numbers(measures, "era"),
    )
    return (
        measures[list(KEY)]
        .assign(**_previous(rows, context, rules))
        .assign(**_regression(rows, context, rules))
    )


def _previous(rows: _Rows, context: Context, rules: RuleSet) -> dict[str, object]:
    """Each shown figure, as printed, against the one of the period before."""
    decimals = _columns.of_indicator(rows.measures, context, lambda one: one.decimals)
    covers = _columns.of_indicator(rows.measures, context, lambda one: str(one.data_period))
    year_before = np.isin(covers, value_of(rules, "previous.against_the_year_before"))
    season = _columns.of_indicator(
        rows.measures, context, lambda one: periods.season_length(one.frequency)
    )
    steps = np.where(year_before, season, 1).astype(np.int64)

    digits = last_digits(_columns.figures(rows.measures, shown=True), decimals)
    before = rows.grid.back(rows.grid.lay_out(digits), steps)
    era_before = rows.grid.back(rows.grid.lay_out(rows.era), steps)
    scale = 10.0 ** np.asarray(decimals, dtype=float)
    reasons = np.select(
        [
            ~rows.grid.latest,
            np.isnan(digits),
            np.isnan(era_before),
            era_before != rows.era,
            np.isnan(before),
        ],
        [
            "An earlier version of this figure.",
            "This period has no number.",
            "The earlier period is missing.",
            "A registered break lies between the two periods.",
            "The earlier period has no number.",
        ],
        default="",
    )
    tested = reasons == ""
    words = labels(rows.polarity, rows.target, before / scale, digits / scale, digits - before)
    return {
        "dot_previous": np.where(tested, words, str(DirectionOfTravel.NOT_TESTED)),
        "dot_previous_change": np.where(tested, (digits - before) / scale, np.nan),
        "dot_previous_period": _earlier_codes(rows.measures["period"], steps),
        "dot_previous_reason": reasons,
        "dot_rule_previous": np.where(
            year_before,
            f"{rules.label}: {value_of(rules, 'previous.words_year_before')}",
            f"{rules.label}: {value_of(rules, 'previous.words')}",
        ),
    }


def _regression(rows: _Rows, context: Context, rules: RuleSet) -> dict[str, object]:
    """The line through the window that ends at each row, and the test of its slope."""
    lines = _lines_at_rows(rows, rules)
    overlapping = _columns.of_indicator(rows.measures, context, lambda one: one.overlapping)
    minimum: dict[str, int] = value_of(rules, "regression.minimum_points")
    frequencies, known = pd.factorize(rows.frequency)
    needed = np.array([minimum[one] for one in known], dtype=float)[frequencies]
    no_number = np.isnan(_columns.figures(rows.measures))
    reasons = np.select(
        [~rows.grid.latest, no_number, overlapping.astype(bool), lines.points < needed],
        [
            "An earlier version of this figure.",
            "This period has no number.",
            "Successive figures share months or children, so no test applies.",
            _too_few(np.nan_to_num(lines.points), needed),
        ],
        default="",
    )
    tested = reasons == ""
    words = labels(rows.polarity, rows.target, lines.start, lines.end, lines.slope)
    clear = lines.p_value < float(value_of(rules, "regression.significance"))
    verdict = np.where(clear, words, str(DirectionOfTravel.NO_CLEAR_TREND))
    return {
        "dot_regression": np.where(tested, verdict, str(DirectionOfTravel.NOT_TESTED)),
        "dot_regression_slope": np.where(no_number, np.nan, lines.slope),
        "dot_regression_points": np.where(no_number, 0, np.nan_to_num(lines.points)).astype(int),
        "dot_regression_p": np.where(tested, lines.p_value, np.nan),
        "dot_regression_reason": reasons,
        "dot_rule_regression": _regression_words(rows, overlapping, rules),
    }


def _too_few(points: NDArray[np.float64], needed: NDArray[np.float64]) -> NDArray[np.object_]:
    """In words how many figures the window of each row holds, and must hold."""
    pairs, row_of = np.unique(np.column_stack([points, needed]), axis=0, return_inverse=True)
    said = [
        f"Figures in the window: {int(held)}; at least {int(least)} are needed."
        for held, least in pairs
    ]
    return np.array(said, dtype=object)[row_of]


def _lines_at_rows(rows: _Rows, rules: RuleSet) -> Lines:
    """Lines over the window of each row's frequency, one for each row."""
    values = rows.grid.lay_out(_columns.figures(rows.measures))
    eras = rows.grid.lay_out(rows.era)
    windows: dict[str, int] = value_of(rules, "regression.window")
    found = np.full((5, len(rows.measures)), np.nan)
    for frequency in sorted(set(rows.frequency)):
        here = np.flatnonzero(rows.frequency == frequency)
        numbers, own = np.unique(rows.grid.series[here], return_inverse=True)
        width = int(rows.grid.step[here].max()) + 1
        lines = sliding_lines(
            values[numbers, :width], eras[numbers, :width], int(windows[frequency])
        )
        for place, part in enumerate(vars(lines).values()):
            found[place, here] = part[own, rows.grid.step[here]]
    return Lines(*found)


def _regression_words(rows: _Rows, overlapping: NDArray, rules: RuleSet) -> NDArray:
    level = f"{float(value_of(rules, 'regression.significance')) * 100:g}%"
    words = {
        frequency: value_of(rules, "regression.words").format(
            window=f"{window} {NAMES[frequency]}", level=level
        )
        for frequency, window in value_of(rules, "regression.window").items()
    }
    described = str(value_of(rules, "regression.words_overlapping"))
    frequencies, known = pd.factorize(rows.frequency)
    said = [f"{rules.label}: {one}" for one in (*(words[one] for one in known), described)]
    chosen = np.where(overlapping.astype(bool), len(known), frequencies)
    return np.array(said, dtype=object)[chosen]


def _earlier_codes(codes: pd.Series, steps: NDArray[np.int64]) -> NDArray[np.object_]:
    """Code of the period that each row is held against."""
    known, places = np.unique(steps, return_inverse=True)
    numbers, labels = pd.factorize(codes)
    pairs, row_of = np.unique(numbers * len(known) + places, return_inverse=True)
    earlier = [
        periods.shift(periods.parse(labels[number]), -int(known[place])).code
        for number, place in zip(*np.divmod(pairs, max(len(known), 1)), strict=True)
    ]
    return np.array(earlier, dtype=object)[row_of]
