"""Units whose parts were merged, divided or moved inside them.

The unit's own figures can be read across such a day, since all that changed stayed inside it;
those of the parts cannot. What reached beyond a unit is a registered boundary break of that
unit, and is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register import lineage
from pmf_analysis.register.models import Unit
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import Known
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import State, Structure, UnitKind

RULE_SET = "parts"

COLUMNS = (*SERIES, "changed_on", "parts_before", "parts_after", "words", "rule_set")

FACTS = {"parts_changed": ""}
"""What changed inside a unit of late, in words; empty where nothing did."""


class Change(NamedTuple):
    """Parts that became others, or came under another unit, on a day."""

    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    over: tuple[str, ...]
    """Units that held all of it before and after, the nearest first."""
    words: str


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Every series of a unit with parts that changed inside it and have figures of their own.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each series and change: ``changed_on`` (ISO text); ``parts_before`` and
        ``parts_after``, codes with ";" between them; ``words`` and ``rule_set``.
    """
    del known
    rules = context.register.rule_set(RULE_SET)
    measured = analysed[analysed["state"] != State.FORECAST.value]
    spans = measured.groupby(list(SERIES), sort=True)["period_end"].agg(["min", "max"])
    having = measured.groupby("indicator")["service_area"].agg(set).to_dict()
    found = changes(context)
    rows = [
        (*series, one.on.isoformat(), ";".join(one.before), ";".join(one.after), one.words)
        for series, first, last in spans.itertuples()
        for one in found
        if series[1] in one.over
        and having[series[0]] & {*one.before, *one.after}
        and _inside(one.on, first, last, int(value_of(rules, "months")))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS[:-1])).assign(rule_set=rules.label).astype("str")


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """For the latest row of each series, what changed inside its unit, the latest first."""
    named = int(value_of(context.register.rule_set(RULE_SET), "named"))
    units = context.register.units
    said = {
        series: f"{_told(part['words'].tolist()[::-1], named)}: figures of these units before and "
        f"after are not comparable; those of {units[series[1]].name} as a whole are"
        for series, part in table.sort_values("changed_on", kind="stable").groupby(list(SERIES))
    }
    keys = latest[list(SERIES)].itertuples(index=False, name=None)
    return pd.DataFrame({"parts_changed": [said.get(key, "") for key in keys]}, index=latest.index)


def changes(context: Context) -> list[Change]:
    """Every change of parts that stayed inside some unit, earliest first.

    As the units are now, figures of the past follow them: then only what was divided counts.
    """
    held, now = context.register, context.structure is Structure.AS_NOW
    found = [] if now else list(_moves(context))
    ended: dict[tuple[date, tuple[str, ...]], list[str]] = {}
    for code, unit in sorted(held.units.items()):
        if unit.valid_to is not None and len(unit.successors) > (1 if now else 0):
            ended.setdefault((unit.valid_to, unit.successors), []).append(code)
    for (last, after), before in ended.items():
        on = last + timedelta(days=1)
        over = _over([(one, last) for one in before] + [(one, on) for one in after], context)
        words = f"{_names(before, held.units)} became {_names(after, held.units)}"
        found.append(Change(on, tuple(before), after, over, f"{words} on {_day(on)}"))
    return sorted(one for one in found if one.over)


def _moves(context: Context) -> Iterable[Change]:
    held = context.register
    for move in held.unit_moves:
        to = held.parent_of(move.unit, move.moved_on)
        eve = move.moved_on - timedelta(days=1)
        over = _over([(move.unit, eve), (move.unit, move.moved_on)], context)
        words = (
            f"{held.units[move.unit].name} moved from {held.units[move.parent_before].name} to "
            f"{held.units[to].name} on {_day(move.moved_on)}"
        )
        yield Change(move.moved_on, (move.parent_before,), (to,), over, words)


def _over(parts: Sequence[tuple[str, date]], context: Context) -> tuple[str, ...]:
    """Units that stand above every part on its day; none of those that lost or gained it."""
    held = context.register
    above = [lineage.ancestors(code, held.moves_of, held.units, on) for code, on in parts]
    return tuple(
        one for one in above[0]
        if all(one in others for others in above)
        and held.units[one].kind is not UnitKind.JOINT_AUTHORITY
    )  # fmt: skip


def _inside(on: date, first: str, last: str, months: int) -> bool:
    """Whether a day lies inside a series, and not too long before its end."""
    earliest = periods.shift(periods.parse(last[:7]), -months).start
    return first < on.isoformat() <= last and on > earliest


def _told(words: Sequence[str], named: int) -> str:
    """The first of some changes, and how many more there were."""
    more = len(words) - named
    others = [] if more < 1 else [f"{more} more {'change' if more == 1 else 'changes'} like it"]
    return "; ".join([*words[:named], *others])


def _names(codes: Sequence[str], units: Mapping[str, Unit]) -> str:
    return formats.listed([units[one].name if one in units else one for one in codes])


def _day(on: date) -> str:
    return periods.format_date(on)
