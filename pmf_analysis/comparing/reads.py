"""The figures that indicators rest on."""

from __future__ import annotations

import pandas as pd

from pmf_analysis.register import Register


def cells_read(register: Register) -> set[tuple[str, str, str]]:
    """Every table, breakdown and column that an indicator reads."""
    return {
        cell
        for indicator in register.indicators.values()
        for published in indicator.source.all
        for cell in published.reads
    }


def tables_read(register: Register) -> list[str]:
    """Every table that an indicator reads, sorted."""
    return sorted({table for table, _, _ in cells_read(register)})


def read_figures(figures: pd.DataFrame, register: Register) -> pd.DataFrame:
    """The figures that some indicator reads: of a long table of many measures, a few."""
    reads = cells_read(register)
    wanted = figures["breakdown"].isin(sorted({breakdown for _, breakdown, _ in reads}))
    wanted &= figures["column"].isin(sorted({column for _, _, column in reads}))
    return figures[wanted]
