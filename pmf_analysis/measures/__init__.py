"""Figures into the measure table: numerator, denominator, value, state and interval."""

from pmf_analysis.measures.build import build
from pmf_analysis.measures.growth import with_growth

__all__ = ["build", "with_growth"]
