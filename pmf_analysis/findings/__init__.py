"""Findings: one judgement in one sentence, with the numbers behind it."""

from pmf_analysis.findings.catalogue_files import Catalogue, Entry, load_catalogue
from pmf_analysis.findings.facts import latest_facts
from pmf_analysis.findings.figure_texts import number_text
from pmf_analysis.findings.judge import judge
from pmf_analysis.findings.published import beside, with_published

__all__ = [
    "Catalogue",
    "Entry",
    "beside",
    "judge",
    "latest_facts",
    "load_catalogue",
    "number_text",
    "with_published",
]
