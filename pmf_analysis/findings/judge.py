"""Analysis into findings, by the catalogue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pmf_analysis.findings.catalogue_files import Catalogue, Entry, load_catalogue
from pmf_analysis.findings.conditions import holds
from pmf_analysis.findings.facts import evidence
from pmf_analysis.findings.texts import texts
from pmf_analysis.register import Context
from pmf_analysis.tables import FINDING, SERIES


def judge(
    facts: pd.DataFrame, context: Context, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """Every finding of every series, at its latest period.

    Parameters
    ----------
    facts : pandas.DataFrame
        One row per series, from `facts.latest_facts`.
    context : Context
    catalogue : Catalogue, optional
        The shipped one when not given.

    Returns
    -------
    pandas.DataFrame
        The finding table: series in order, then the order of the catalogue.
    """
    catalogue = catalogue or load_catalogue()
    if facts.empty:
        return pd.DataFrame(columns=list(FINDING), dtype="str")
    series = facts.to_dict("index")
    filled: dict[int, tuple[dict[str, str], str]] = {}
    rows = []
    for order, entry in enumerate(catalogue.entries):
        for index in facts.index[holds(facts, entry.when)]:
            row = series[index]
            if index not in filled:
                filled[index] = (texts(row, context), _canonical(evidence(row)))
            rows.append((index, order, _finding(entry, row, *filled[index])))
    rows.sort(key=lambda found: found[:2])
    return pd.DataFrame([finding for *_, finding in rows], columns=list(FINDING), dtype="str")


def _finding(
    entry: Entry, row: Mapping[str, Any], words: dict[str, str], proof: str
) -> dict[str, str]:
    series = {name: str(row[name]) for name in SERIES}
    key = "|".join([entry.code, *series.values(), str(row["period"])])
    sentence = " ".join(entry.sentence.format_map(words).split())
    return {
        "finding_id": hashlib.sha256(key.encode()).hexdigest()[:12],
        "code": entry.code,
        "family": entry.family,
        "severity": entry.severity.value,
        **series,
        "period": str(row["period"]),
        "sentence": sentence if sentence.endswith((".", "?")) else sentence + ".",
        "evidence": proof,
    }


def _canonical(numbers: dict[str, object]) -> str:
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
