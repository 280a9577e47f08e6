"""What stands out over everything: each story once for the county page, every series as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.markup import Html, escape
from pmf_analysis.present.summary import RULES as PAGE_RULES
from pmf_analysis.register import Context, Register
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import screen
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import ScreenVerdict

DOUBTED = "nothing is said about a change"
"""What stands instead of a change for the better that its own records put in doubt."""


def standing_out(
    table: pd.DataFrame,
    fact: pd.DataFrame,
    units: Sequence[str],
    links: Mapping[str, str],
    context: Context,
) -> Html:
    """The screen's front page.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `studies.screen`.
    fact : pandas.DataFrame
        Latest rows of every series, which say where no improvement is claimed.
    units : sequence of str
        Codes of the units that the page speaks of; those below them count too.
    links : mapping of str to str
        Pages of units, by code.
    context : Context

    Returns
    -------
    Html
        How many series were tested and what chance alone would give, then the stories, the
        weightiest first, as many as the rule set of pages allows.
    """
    held = context.register
    rules = held.rule_set(screen.RULE_SET)
    most = int(value_of(held.rule_set(PAGE_RULES), "most_screened"))
    inside = with_parts(units, context)
    shown = with_doubt(table, fact)
    here = shown[shown["screen_rank"].notna() & shown["service_area"].isin(inside)]
    stories = [rows for _, rows in here.groupby("story", sort=True)]
    lead = screen.statement(table, rules)
    if len(here) < int(table["screen_rank"].notna().sum()):
        lead += f" {formats.number(len(here)) if len(here) else 'None'} of them here."
    if len(stories) > most:
        lead += f" The {most} weightiest of {len(stories)} stories:"
    items = "".join(_item(rows, held, links) for rows in stories[:most])
    listed = f'<ol class="exceptions">{items}</ol>' if items else ""
    label = escape(f"Rule set: {rules.label}.")
    return Html(f'<p>{escape(lead)}</p>{listed}<p class="meta">{label}</p>')


def with_parts(units: Sequence[str], context: Context) -> set[str]:
    """Units, and all that is below them on the date of the run."""
    found: set[str] = set()
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += context.register.children_of(unit, context.as_at)
    return found


def with_doubt(table: pd.DataFrame, fact: pd.DataFrame) -> pd.DataFrame:
    """The screen's table with ``doubt``, why a change for the better is not claimed, and ``mix``.

    The latter says how much of a change for the worse comes from a different mix of work.
    """
    keys = pd.MultiIndex.from_frame(table[list(SERIES)])
    words = fact.set_index(list(SERIES))[["claims_doubted", "mix_carries"]].reindex(keys).fillna("")
    words = words.set_axis(table.index)
    better = table["screen_verdict"] == ScreenVerdict.IMPROVEMENT
    worse = table["screen_verdict"] == ScreenVerdict.CONCERN
    return table.assign(
        doubt=words["claims_doubted"].where(better, ""), mix=words["mix_carries"].where(worse, "")
    )


def screen_table(shown: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Every series of the screen, or some, with what is said of it, as a reader sees it.

    Parameters
    ----------
    shown : pandas.DataFrame
        From `with_doubt`.
    context : Context
    """
    held = context.register
    rows = []
    for row in shown.to_dict("records"):
        indicator = held.indicator(row["indicator"])
        part = indicator.part_of(row["cohort"])
        verdict = ScreenVerdict(row["screen_verdict"])
        chance = row["adjusted_chance"]
        doubted = bool(row["doubt"])
        rows.append(
            {
                "Indicator": f"{indicator.label}, {part}" if part else indicator.label,
                "Unit": held.units[row["service_area"]].name,
                "Place": "" if pd.isna(row["screen_rank"]) else f"{row['screen_rank']:.0f}",
                "What the screen says": f"stands out; {DOUBTED}" if doubted else verdict.label,
                "Change": "" if pd.isna(row["screen_rank"]) else row["level_words"],
                "Chance, allowing for all series": "" if pd.isna(chance) else _chance(chance),
                "Why": row["doubt"] or row["rank_reason"] or row["screen_reason"],
                "Up to": periods.parse(row["period"]).label if row["period"] else "",
            }
        )
    return pd.DataFrame(rows)


def _mix(row: pd.Series) -> str:
    """How much of a change comes from a different mix of work; empty where that is not said."""
    mix = str(row["mix"])
    return f". {mix[:1].upper()}{mix[1:]} from a different mix of work" if mix else ""


def _chance(chance: float) -> str:
    return "below 0.001" if chance < 0.001 else f"{chance:.3f}"


def _item(rows: pd.DataFrame, held: Register, links: Mapping[str, str]) -> str:
    """One story: its first series, why it stands here, and the others that tell the same."""
    first = rows.sort_values("screen_rank", kind="stable").iloc[0]
    indicator = held.indicator(first["indicator"])
    name = escape(held.units[first["service_area"]].name)
    link = links.get(first["service_area"], "")
    named = f'<a href="{escape(link)}">{name}</a>' if link else name
    part = indicator.part_of(first["cohort"])
    title = escape(f"{indicator.name}, {part}" if part else indicator.name)
    doubts = [doubt for doubt in rows["doubt"] if doubt]
    # what other units tell is said as the same story
    why = str(first["rank_reason"]).partition(". ")[0].rstrip(".")
    said = f"But {doubts[0].rstrip('.')}, so {DOUBTED}" if doubts else f"{why}{_mix(first)}"
    told = rows.sort_values("screen_rank", kind="stable")["service_area"]
    codes = [code for code in dict.fromkeys(told) if code != first["service_area"]]
    others = formats.listed([held.units[code].name for code in codes])
    same = f" The same story: {others}." if others else ""
    words = escape(f"{first['level_words']}. {said}.{same}")
    return f"<li><p><strong>{named}: {title}</strong></p><p>{words}</p></li>"
