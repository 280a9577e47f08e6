"""The screen over everything: which series have changed, when all of them are looked at.

Every series of every indicator and unit is held against its own past (see
`methods.level_change`), and the chances are adjusted for how many series there are, so that of
those that stand out at most a known share is expected to be chance. What stands out is put in the
order of its consequence, with the reasons. The rule set ``screen`` says how far back and how
strictly.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.methods.multiplicity import adjusted
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import Known, _consequence, _scanned
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Polarity, ScreenVerdict

RULE_SET = "screen"

COLUMNS = (
    *SERIES,
    "period",            # of the newest figure that was read
    "screen_verdict",    # terms.ScreenVerdict
    "screen_reason",     # why it stands out, does not, or was not tested
    "level_words",       # the clearest change, in words
    "since",             # first period of the change
    "slides",            # whether it is a steady rise or fall, and not a step
    "before", "after",   # in the indicator's unit
    "chance",            # of a change as clear where nothing changed, whenever it began
    "adjusted_chance",   # by Benjamini and Hochberg, over all series tested
    "figures", "latest",  # figures read, and how many of them the change spans
    "autocorrelation",   # that the chance allows for
    "screen_rank", "consequence", "rank_reason",
    "story",             # rank of the first series of the same story
    "series_tested", "rule_set",
)  # fmt: skip

_NUMBERS = ("before", "after", "chance", "figures", "latest", "autocorrelation")

FACTS = {
    "screen_verdict": "",
    "screen_reason": "",
    "screen_series": "",
    "level_since": "",
    "level_words": "",
    "screen_rank": np.nan,
}


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Screen every series.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table. Read are final figures since the limits last restarted, adjusted for
        the time of year as charted.
    known : Known
        Not read.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each series, with `COLUMNS`: those that stand out first, in the order of
        their consequence.
    """
    del known
    rules = context.register.rule_set(RULE_SET)
    series, figures = _scanned.series_of(analysed, context)
    table = series.assign(
        **dict.fromkeys(_NUMBERS, np.nan),
        **dict.fromkeys(("period", "since", "level_words"), ""),
        slides=False, gone=False,
        screen_reason=series["why"].map(_scanned.NOT_TESTED).fillna(""),
    )  # fmt: skip
    for frequency, rows in figures.groupby(
        series["frequency"].to_numpy()[figures["number"]], sort=True
    ):
        found = _one_frequency(rows, str(frequency), rules, context)
        table.loc[found.index, list(found.columns)] = found
    table = _judged(table, rules, context)
    table = _consequence.ranked(table, analysed, rules, context)
    order = ["screen_rank", *SERIES]
    table = table.sort_values(order, kind="stable", ignore_index=True, na_position="last")
    return table.assign(rule_set=rules.label)[list(COLUMNS)]


def _one_frequency(
    rows: pd.DataFrame, frequency: str, rules: RuleSet, context: Context
) -> pd.DataFrame:
    """What the scan says of the series of one frequency, by their number."""
    scale = _scanned.laid_out(rows, int(value_of(rules, "window")[frequency]), context)
    found = _scanned.scan(scale, frequency, rules)
    change = found.change
    before, after = _scanned.ends(scale, found)
    still = value_of(rules, "still_there")
    kept = _scanned.still_there(scale, found, int(still["figures"]), float(still["share"]))
    numbers = scale.rows.drop_duplicates("line").sort_values("line")["number"].to_numpy()
    table = pd.DataFrame(
        {
            "before": before, "after": after, "chance": change.p_value,
            "figures": change.points.astype(float), "latest": change.latest.astype(float),
            "autocorrelation": found.autocorrelation, "slides": change.slides, "gone": ~kept,
            "period": scale.rows.groupby("line")["period"].last().to_numpy(),
        },
        index=numbers,
    )  # fmt: skip
    table["since"] = _since(scale.rows, change.latest)
    said = _scanned.untested(scale, change, frequency, rules)
    table["screen_reason"] = [said.get(number, "") for number in numbers.tolist()]
    empty = table["screen_reason"] != ""
    table.loc[empty, ["before", "after", "chance", "latest", "autocorrelation"]] = np.nan
    table.loc[empty, "since"] = ""
    table["level_words"] = _level_words(table, scale.rows, numbers, context)
    return table


def _since(rows: pd.DataFrame, latest: np.ndarray) -> list[str]:
    """The period of the first figure that each change spans."""
    codes = rows.sort_values(["line", "position"], kind="stable").groupby("line")["period"]
    return [
        str(own.iloc[len(own) - int(count)]) if count else ""
        for (_, own), count in zip(codes, latest, strict=True)
    ]


def _level_words(
    table: pd.DataFrame, rows: pd.DataFrame, numbers: np.ndarray, context: Context
) -> list[str]:
    """Each change in words: since when, from what, to what."""
    held = context.register.indicators
    last = rows.drop_duplicates("line", keep="last").set_index("number").loc[numbers]
    said = []
    for row, code, factor in zip(
        table.itertuples(), last["indicator"], last["seasonal_factor"], strict=True
    ):
        if not row.since:
            said.append("")
            continue
        unit, decimals = held[code].unit, held[code].decimals
        before, after = (formats.with_unit(v, unit, decimals) for v in (row.before, row.after))
        label = periods.parse(row.since).label
        since = periods.in_sentence(label)
        if row.slides:
            way = "risen" if row.after > row.before else "fallen"
            words = f"Since {since} this has {way} steadily, from {before} to {after}"
        elif row.latest == 1:
            words = f"{label[:1].upper()}{label[1:]} stands at {after}, against {before} before it"
        else:
            words = f"Since {since} the level has been {after}, against {before} before"
        adjusted_for = pd.notna(factor) and float(factor) != 1.0
        said.append(words + (", after allowing for the time of year" if adjusted_for else ""))
    return said


def _judged(table: pd.DataFrame, rules: RuleSet, context: Context) -> pd.DataFrame:
    """Adjust the chances for all series, and say which stand out, and why others do not."""
    chance = np.minimum(table["chance"].to_numpy(dtype=float), 1.0)
    q = adjusted(chance, "BH")
    tested = np.isfinite(chance)
    level = float(value_of(rules, "false_discovery_rate"))
    clear = tested & (np.nan_to_num(q, nan=1.0) <= level)
    gone = table["gone"].to_numpy(dtype=bool)
    held = context.register.indicators
    up = (table["after"] > table["before"]).to_numpy()
    way = np.array([str(held[code].polarity) for code in table["indicator"]], dtype=object)
    good = np.where(up, way == Polarity.HIGH.value, way == Polarity.LOW.value)
    rated = (way == Polarity.HIGH.value) | (way == Polarity.LOW.value)
    verdict = np.select(
        [~tested, ~clear | gone, ~rated, good],
        [
            ScreenVerdict.NOT_TESTED.value, ScreenVerdict.NONE.value,
            ScreenVerdict.NEUTRAL.value, ScreenVerdict.IMPROVEMENT.value,
        ],
        default=ScreenVerdict.CONCERN.value,
    )  # fmt: skip
    count = int(tested.sum())
    alone = float(value_of(rules, "alarm_chance"))
    among = f"{formats.number(count)} series tested together"
    words = np.select(
        [~tested, clear & gone, clear, tested & (chance <= alone)],
        [
            table["screen_reason"].to_numpy(dtype=object),
            f"It differed for a while, and the latest figures are back: {among}.",
            f"Unlikely to be chance, even among {among}.",
            f"Unusual if looked at alone; among {among} such changes come by chance.",
        ],
        default=f"No more than chance would give, among {among}.",
    )
    return table.assign(
        adjusted_chance=q, screen_verdict=verdict, screen_reason=words, series_tested=count
    )


def statement(table: pd.DataFrame, rules: RuleSet) -> str:
    """How many series were tested, how many chance alone would pick, and how many stand out.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `study`.
    rules : RuleSet
        The rule set ``screen``.
    """
    tested = int((table["screen_verdict"] != ScreenVerdict.NOT_TESTED).sum())
    if not tested:
        return "No series has enough final figures that do not overlap, so none was tested."
    found = int(table["screen_rank"].notna().sum())
    alone = float(value_of(rules, "alarm_chance"))
    by_chance = formats.number(tested * alone)
    series = "series was" if tested == 1 else "series were"
    said = (
        f"{formats.number(tested)} {series} tested. About {by_chance} would look unusual at "
        f"1 in {formats.number(1 / alone)} by chance alone"
    )
    if not found:
        return f"{said}; none stands out after allowing for that."
    stand = "stands" if found == 1 else "stand"
    most = found * float(value_of(rules, "false_discovery_rate"))
    false = "fewer than 1" if most < 1 else f"at most about {floor(most + 0.5)}"
    verb = "is" if most < 1.5 else "are"
    return (
        f"{said}; {formats.number(found)} {stand} out after allowing for that, of which {false} "
        f"{verb} expected to be chance."
    )


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What the screen says of each series, at its latest row."""
    del context
    keys = pd.MultiIndex.from_frame(latest[list(SERIES)])
    held = table.set_index(list(SERIES)).reindex(keys)
    stands_out = held["screen_rank"].notna()
    since = held["since"].where(stands_out, "").map(_label).to_numpy()
    texts: Mapping[str, object] = {
        "screen_verdict": held["screen_verdict"],
        "screen_reason": held["screen_reason"],
        "screen_series": held["series_tested"].map(formats.number, na_action="ignore"),
        "level_words": held["level_words"].where(stands_out, ""),
    }
    columns = {name: text.fillna("").astype("str").to_numpy() for name, text in texts.items()}
    columns["level_since"] = since.astype("str")
    columns["screen_rank"] = held["screen_rank"].to_numpy(dtype=float)
    return pd.DataFrame(columns, index=latest.index)


def _label(code: object) -> str:
    return periods.parse(code).label if isinstance(code, str) and code else ""
