"""Figures into the measure table: numerator, denominator, value, state and interval."""

from pmf_analysis.measures.build import build

__all__ = ["build"]
