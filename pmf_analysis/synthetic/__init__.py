"""Medwold, an invented county: seeded records with known stories planted in them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

DEMO_SEED = 64
"""The seed of the demonstration.

Of some twenty seeds tried (0 to 15, 60 to 66) the one in which, in October 2026, every planted
change shows that the methods can see, the target's rise turns the county's conferences from Green
to Amber, and nothing is said to have changed in Kelbourne, in Lathe, or in the North or the West
as a whole. Elsewhere chance was left as it fell: second plans in Coldry show a high run that
nobody planted, and back-dating lets Beltham look improved."""

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
        If the folder cannot be written to, or holds the deliveries of another county.
    """
    from pmf_analysis.synthetic.deliveries import check_monthly, write_deliveries
    from pmf_analysis.synthetic.folders import refuse_another_county
    from pmf_analysis.synthetic.making import make_records
    from pmf_analysis.synthetic.plot import choose
    from pmf_analysis.synthetic.setting import Setting

    setting = Setting.of(seed, months, last_month, scale, choose(stories))
    check_monthly(monthly)
    refuse_another_county(Path(folder), setting, TRUTH)
    records = make_records(setting)
    written = write_deliveries(Path(folder), setting, records, monthly)
    if returns:
        from pmf_analysis.synthetic.returns import write_returns

        written += write_returns(Path(folder) / "returns", setting, records)
    return written
