"""Analysis into findings, by the catalogue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
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
    columns = (facts[name].to_numpy(dtype=object).tolist() for name in facts.columns)
    series = [dict(zip(facts.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    found = sorted(
        (index, order)
        for order, entry in enumerate(catalogue.entries)
        for index in np.flatnonzero(holds(facts, entry.when)).tolist()
    )
    judged = {index: number for number, index in enumerate(dict.fromkeys(at for at, _ in found))}
    words = {index: texts(series[index], context) for index in judged}
    rows = [
        _finding(catalogue.entries[order], series[index], words[index]) for index, order in found
    ]
    # the evidence is long and the same for all findings of a series: written out once
    proofs = pd.Series([_canonical(evidence(series[index])) for index in judged], dtype="str")
    return pd.DataFrame(rows, columns=list(FINDING[:-1]), dtype="str").assign(
        **{FINDING[-1]: proofs.take([judged[index] for index, _ in found]).array}
    )


def _finding(entry: Entry, row: Mapping[str, Any], words: dict[str, str]) -> dict[str, str]:
    series = {name: str(row[name]) for name in SERIES}
    key = "|".join([entry.code, *series.values(), str(row["period"])])
    # what is said of a named part says so first
    named = f"{words['Part']}: {{}}" if words["part"] else "{}"
    sentence = named.format(" ".join(entry.sentence.format_map(words).split()))
    return {
        "finding_id": hashlib.sha256(key.encode()).hexdigest()[:12],
        "code": entry.code,
        "family": entry.family,
        "severity": entry.severity.value,
        **series,
        "period": str(row["period"]),
        "sentence": sentence if sentence.endswith((".", "?")) else sentence + ".",
    }


def _canonical(numbers: dict[str, object]) -> str:
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
