"""Page one of a unit in plain words, and the county's exceptions, from findings alone.

Nothing is judged here: the catalogue says what asks for attention and how much, and this
module puts the sentences in the order of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.findings import Catalogue, load_catalogue
from pmf_analysis.present.budget import within_budget
from pmf_analysis.register import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Rag, Verdict

RULES = "page-budgets"


@dataclass(frozen=True)
class Story:
    """One indicator that asks for attention, as page one tells it.

    Attributes
    ----------
    indicator, name : str
        Code and name.
    rag : str
        Code of its status.
    now : tuple of str
        Sentences on the figure, what moved it, and how it stands beside others.
    where : str
        The figure of each part of the unit, or of the lowest and highest of many; empty where
        there is none.
    later : tuple of str
        Sentences on what comes next.
    trust : str
        What the figure rests on, when that is in doubt.
    ask : str
        The question to ask.
    """

    indicator: str
    name: str
    rag: str
    now: tuple[str, ...]
    where: str
    later: tuple[str, ...]
    trust: str
    ask: str


@dataclass(frozen=True)
class Summary:
    """Page one of a unit.

    Attributes
    ----------
    headline : str
    stories : tuple of Story
        Most urgent first; as many as the page budget allows.
    everything_else : str
        One sentence that accounts for every other indicator.
    trust : str
        What all the figures rest on.
    questions : tuple of str
    counts : dict of str
        How many indicators have each status.
    verdict : str
        The worst data-quality verdict.
    """

    headline: str
    stories: tuple[Story, ...]
    everything_else: str
    trust: str
    questions: tuple[str, ...]
    counts: dict[str, int]
    verdict: str


@dataclass(frozen=True)
class ExceptionLine:
    """One line of the county page: a unit, an indicator and why it is here."""

    service_area: str
    indicator: str
    rag: str
    attention: float
    code: str
    sentence: str


def summarise(
    fact: pd.DataFrame,
    finding: pd.DataFrame,
    context: Context,
    parts: pd.DataFrame | None = None,
    catalogue: Catalogue | None = None,
) -> Summary:
    """Page one of a unit.

    Parameters
    ----------
    fact, finding : pandas.DataFrame
        The unit's rows.
    context : Context
    parts : pandas.DataFrame, optional
        Fact rows of the unit's own parts, such as its districts or teams.
    catalogue : Catalogue, optional

    Returns
    -------
    Summary
    """
    catalogue = catalogue or load_catalogue()
    scored = attention(finding, catalogue)
    urgent = scored[scored["attention"] > 0]
    in_order = urgent.sort_values("attention", ascending=False, kind="stable")["indicator"]
    ranked = list(dict.fromkeys(in_order))  # told once, whatever the groups of children
    budget = context.register.rule_set(RULES).values
    told = ranked[: int(budget["most_stories"])]
    stories = tuple(_story(code, fact, finding, parts, context, catalogue) for code in told)
    questions = tuple(dict.fromkeys(story.ask for story in stories if story.ask))
    return Summary(
        headline=_headline(finding, told, context, catalogue) or _calm(fact),
        stories=stories,
        everything_else=_everything_else(fact, ranked, told),
        trust=_trust(fact, context),
        questions=questions[: int(budget["most_questions"])],
        counts={rag.value: int((fact["rag"] == rag).sum()) for rag in Rag},
        verdict=worst_verdict(fact["verdict"]),
    )


def attention(finding: pd.DataFrame, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """How much each series asks for attention: the sum over its findings.

    Returns
    -------
    pandas.DataFrame
        ``indicator, service_area, cohort, attention`` in the order of the table.
    """
    catalogue = catalogue or load_catalogue()
    weights = {entry.code: entry.attention for entry in catalogue.entries}
    scored = finding.assign(attention=finding["code"].map(weights).astype("float64"))
    return scored.groupby(list(SERIES), sort=False, as_index=False)["attention"].sum()


def exceptions(
    fact: pd.DataFrame,
    finding: pd.DataFrame,
    context: Context,
    catalogue: Catalogue | None = None,
) -> list[ExceptionLine]:
    """Every series urgent enough for the county page, most urgent first.

    Each comes with its status and the sentence of its leading finding, whose code it carries.
    """
    least = float(context.register.rule_set(RULES).values["exception_attention"])
    catalogue = catalogue or load_catalogue()
    entries = {entry.code: entry for entry in catalogue.entries}
    scored = attention(finding, catalogue)
    rags = fact.set_index(list(SERIES))["rag"].to_dict()
    by_series = dict(iter(finding.groupby(list(SERIES), sort=False)))
    lines = []
    for row in scored[scored["attention"] >= least].itertuples(index=False):
        key = (row.indicator, row.service_area, row.cohort)
        rows = by_series[key]
        weights = rows["code"].map(lambda code: entries[code].attention)
        leading = rows.loc[weights.idxmax()]
        status = rows[rows["family"] == "status"]["sentence"]
        sentences = [*status[:1], leading["sentence"]]
        lines.append(
            ExceptionLine(
                service_area=row.service_area,
                indicator=row.indicator,
                rag=rags[key],
                attention=float(row.attention),
                code=leading["code"],
                sentence=" ".join(dict.fromkeys(sentences)),
            )
        )
    return sorted(lines, key=lambda line: (-line.attention, line.service_area, line.indicator))


def beside(fact: pd.DataFrame, unit: str, context: Context) -> str:
    """Figures without which the others invite the wrong action, such as caseload and vacancies.

    Parameters
    ----------
    fact : pandas.DataFrame
        Fact rows of every unit.
    unit : str
        Code of the unit that a page speaks of.
    context : Context
        Its register marks the indicators (``context: true``).

    Returns
    -------
    str
        A sentence with the latest figure of each, of the nearest whole that has one where the
        unit itself has none; empty where no indicator is marked or none has a figure.
    """
    held = context.register
    codes = [one.code for one in held.indicators.values() if one.context]
    known = fact[fact["indicator"].isin(codes) & (fact["shown_text"] != "")]
    rows = {(row.service_area, row.indicator): row for row in known.itertuples(index=False)}
    said = []
    for code in codes:
        place = unit
        while place and (place, code) not in rows:
            place = held.parent_of(place, context.as_at)
        if place:
            row = rows[place, code]
            named = "" if place == unit else f" in {held.units[place].name}"
            label = held.indicator(code).label
            said.append(f"{label}{named}: {row.shown_text}, {periods.in_sentence(row.shown_label)}")
    return f"{'; '.join(said)}." if said else ""


def worst_verdict(verdicts: Sequence[str]) -> str:
    """The worst of some data-quality verdicts; not assessed when there is none."""
    order = (Verdict.RED, Verdict.NOT_ASSESSED, Verdict.AMBER, Verdict.GREEN)
    held = set(verdicts)
    return next((verdict.value for verdict in order if verdict in held), "not_assessed")


def _story(
    code: str,
    fact: pd.DataFrame,
    finding: pd.DataFrame,
    parts: pd.DataFrame | None,
    context: Context,
    catalogue: Catalogue,
) -> Story:
    indicator = context.register.indicator(code)
    rows = finding[finding["indicator"] == code]
    own = fact[fact["indicator"] == code].iloc[0]
    doubt = rows[(rows["family"] == "quality") & (rows["severity"] != "info")]
    return Story(
        indicator=code,
        name=indicator.name,
        rag=str(own["rag"]),
        now=_now(rows, context, catalogue),
        where="" if parts is None else _where(parts[parts["indicator"] == code], context),
        later=_later(rows, context, catalogue),
        trust=" ".join(doubt["sentence"]),
        ask=indicator.ask,
    )


def _now(rows: pd.DataFrame, context: Context, catalogue: Catalogue) -> tuple[str, ...]:
    """Sentences on the present figure, as many as a story has room for."""
    rules = context.register.rule_set(RULES)
    most, always = (value_of(rules, name) for name in ("most_sentences", "always_told"))
    return _said_once(list(within_budget(rows, catalogue, int(most), always)["sentence"]))


def _later(rows: pd.DataFrame, context: Context, catalogue: Catalogue) -> tuple[str, ...]:
    """Sentences on what comes next, as many as a story has room for."""
    most = int(value_of(context.register.rule_set(RULES), "most_later"))
    said = within_budget(rows, catalogue, most, page="later")["sentence"]
    whole = set(said[rows.loc[said.index, "cohort"] == "all"])
    # what holds of all children as of a group of them is said of all
    return _said_once([one for one in said if one in whole or one.partition(": ")[2] not in whole])


def _said_once(sentences: Sequence[str]) -> tuple[str, ...]:
    """Sentences of findings, a note that ends several of them kept with the last alone."""
    said = []
    for place, sentence in enumerate(sentences):
        first, _, note = sentence.rpartition(". ")
        again = any(later.endswith(f". {note}") for later in sentences[place + 1 :])
        said.append(f"{first}." if first and again else sentence)
    return tuple(said)


def _where(parts: pd.DataFrame, context: Context) -> str:
    """The figure of each part; of more parts than a line holds, the lowest and the highest."""
    held = parts[parts["shown_text"] != ""]
    if len(held) < 2:
        return ""
    if len(held) <= int(context.register.rule_set(RULES).values["most_parts"]):
        return f"{'; '.join(_part(row, context) for row in held.itertuples(index=False))}."
    ranked = held.dropna(subset="shown_value").sort_values("shown_value", kind="stable")
    if len(ranked) < 2:
        return ""
    low, high = (
        f"{_unit_name(row, context)} at {row.shown_text}"
        for row in ranked.iloc[[0, -1]].itertuples(index=False)
    )
    return f"Of {len(ranked)}, the lowest is {low}, the highest {high}."


def _part(row: tuple, context: Context) -> str:
    # a name may end in a number, such as that of a team
    return f"{_unit_name(row, context)}: {row.shown_text}"


def _unit_name(row: tuple, context: Context) -> str:
    return context.register.units[row.service_area].name


def _headline(
    finding: pd.DataFrame, told: Sequence[str], context: Context, catalogue: Catalogue
) -> str:
    """Kinds of exception in the order of their weight, each with its indicators; or nothing."""
    whole = context.register.units[context.register.county].name
    entries = sorted(
        (entry for entry in catalogue.entries if entry.headline),
        key=lambda e: -e.attention,
    )
    sentences, named = [], set()
    for entry in entries:
        codes = [c for c in told if c not in named and _has(finding, c, entry.code)]
        if codes:
            labels = [_named(code, finding, context) for code in codes]
            sentences.append(f"{entry.headline.format(whole=whole)}: {formats.listed(labels)}.")
            named |= set(codes)
    return " ".join(sentences)


def _named(indicator: str, finding: pd.DataFrame, context: Context) -> str:
    """An indicator's label, and whether what is said of it rests on a provisional figure."""
    own = finding[finding["indicator"] == indicator]
    label = context.register.indicator(indicator).label
    return f"{label} (provisional)" if own["family"].eq("maturity").any() else label


def _calm(fact: pd.DataFrame) -> str:
    """The headline where nothing stands out: never more comforting than what was tested."""
    if fact.empty:
        return "Nothing was delivered."
    if not fact["rag"].ne(Rag.NOT_RATED).any():
        return (
            "No figure here could be rated, and none has worsened or is unusual beyond chance, "
            "as far as that could be tested."
        )
    return "Nothing here asks for a decision this time."


def _has(finding: pd.DataFrame, indicator: str, code: str) -> bool:
    return bool(((finding["indicator"] == indicator) & (finding["code"] == code)).any())


def _everything_else(fact: pd.DataFrame, ranked: Sequence[str], told: Sequence[str]) -> str:
    rest = fact[~fact["indicator"].isin(told)]
    if rest.empty:
        return "No other indicator is measured here."
    parts = []
    for rag in (Rag.GREEN, Rag.AMBER, Rag.RED):
        count = int((rest["rag"] == rag).sum())
        if count:
            parts.append(f"{count} {rag.label}")
    unrated = rest[rest["rag"] == Rag.NOT_RATED]
    measured = unrated["has_value"].astype(bool)
    few = int((measured & unrated["has_target"].astype(bool)).sum())
    for count, words in (
        (int(measured.sum()) - few, "without a target"),
        (few, "too few to rate"),
        (int((~measured).sum()), "not measured"),
    ):
        if count:
            parts.append(f"{count} {words}")
    waiting = len(ranked) - len(told)
    verb = "asks" if waiting == 1 else "ask"
    more = f" {waiting} of these also {verb} for attention: see the table." if waiting > 0 else ""
    return f"{formats.listed(parts)}.{more}"


def _trust(fact: pd.DataFrame, context: Context) -> str:
    """What the figures rest on: the worst verdict first, each reason once."""
    if fact.empty:
        return "Nothing was delivered."
    grouped: dict[tuple[str, str], list[str]] = {}
    for row in fact.itertuples(index=False):
        label = context.register.indicator(row.indicator).label
        grouped.setdefault((row.verdict, row.verdict_reason), []).append(label)
    order = [Verdict.RED, Verdict.NOT_ASSESSED, Verdict.AMBER, Verdict.GREEN]
    lines = []
    for (_, reason), labels in sorted(grouped.items(), key=lambda g: order.index(g[0][0])):
        named = "All figures" if len(labels) == len(fact) else formats.listed(labels)
        text = reason.strip().rstrip(".")
        lines.append(f"{named}: {text[:1].lower()}{text[1:]}.")
    return " ".join(_said_once(lines))
