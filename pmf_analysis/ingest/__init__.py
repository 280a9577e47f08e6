"""Receiving: a delivered file into figures and a receipt, by a layout file."""

from pmf_analysis.ingest.contradictions import Contradiction, contradiction
from pmf_analysis.ingest.paths import Found, list_files, read_paths
from pmf_analysis.ingest.reading import Extract, read_delivery
from pmf_analysis.ingest.receipt import (
    Duplicate,
    PrintedArea,
    Receipt,
    Refusal,
    SheetAccount,
    UnreadCell,
)
from pmf_analysis.register.layouts import load_layouts

__all__ = [
    "Contradiction",
    "Duplicate",
    "Extract",
    "Found",
    "PrintedArea",
    "Receipt",
    "Refusal",
    "SheetAccount",
    "UnreadCell",
    "contradiction",
    "list_files",
    "load_layouts",
    "read_delivery",
    "read_paths",
]
