"""Medwold, an invented county: seeded records with known stories planted in them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

DEMO_SEED = 3
"""The seed of the demonstration."""

TRUTH = "truth.json"
"""Name of the file that says what was planted."""

__all__ = ["DEMO_SEED", "TRUTH", "write_county"]


def write_county(
    folder: Path,
    seed: int = DEMO_SEED,
    months: int = 60,
    last_month: str = "2026-10",
    scale: float = 1.0,
    stories: bool | Collection[str] = True,
    monthly: int = 12,
    returns: bool = False,
) -> list[Path]:
    """Write the deliveries of Medwold and, beside them, the truth about it.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    seed, months, last_month, scale : int, int, str, float
        As of `setting.Setting`.
    stories : bool or collection of str
        All stories and faults, none, or those of some names of `plot.NAMES`.
    monthly : int
        How many of the last months have an extract of their own.
    returns : bool
        Whether to write the yearly returns and the workbook of the inspectorate too.

    Returns
    -------
    list of Path
        What can be received: extracts by date, then returns.

    Raises
    ------
    ParameterError
        If an argument means nothing.
    WorkspaceError
        If the folder cannot be written to.
    """
    from pmf_analysis.synthetic.deliveries import write_deliveries
    from pmf_analysis.synthetic.making import make_records
    from pmf_analysis.synthetic.plot import choose
    from pmf_analysis.synthetic.setting import Setting

    setting = Setting.of(seed, months, last_month, scale, choose(stories))
    records = make_records(setting)
    written = write_deliveries(Path(folder), setting, records, monthly)
    if returns:
        from pmf_analysis.synthetic.returns import write_returns

        written += write_returns(Path(folder) / "returns", setting, records)
    return written
