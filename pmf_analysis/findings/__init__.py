"""Findings: one judgement in one sentence, with the numbers behind it."""

from pmf_analysis.findings.catalogue_files import Catalogue, Entry, load_catalogue
from pmf_analysis.findings.facts import latest_facts, number_text
from pmf_analysis.findings.judge import judge

__all__ = [
    "Catalogue",
    "Entry",
    "judge",
    "latest_facts",
    "load_catalogue",
    "number_text",
]
