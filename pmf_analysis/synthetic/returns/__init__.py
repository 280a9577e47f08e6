"""What the council sends from its case system: returns, lists for inspection, series.

Each is made from the versions of records that were entered by the day on which it was made,
as the council would make it then.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.synthetic.returns.annex_a import write_annex_a
from pmf_analysis.synthetic.returns.cin_census import write_cin_census
from pmf_analysis.synthetic.returns.collection import last_extract, latest_year
from pmf_analysis.synthetic.returns.ssda903 import write_ssda903
from pmf_analysis.synthetic.returns.voice import write_series
from pmf_analysis.synthetic.setting import Setting

if TYPE_CHECKING:
    from pmf_analysis.synthetic.making import Records

__all__ = ["write_returns"]


def write_returns(folder: Path, setting: Setting, records: Records) -> list[Path]:
    """Write everything that the council sends.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    setting : Setting
        That the records were made from.
    records : Records

    Returns
    -------
    list of Path
        The SSDA903 return and the children in need census of the last collection year, the
        Annex A workbook of the last six months, and the series of surveys and complaints.

    Raises
    ------
    WorkspaceError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    year, made_on = latest_year(setting), last_extract(setting)
    return [
        write_ssda903(folder, setting, records.tables, year),
        write_cin_census(folder, setting, records.tables, year),
        write_annex_a(folder, setting, records.tables, made_on),
        *write_series(folder, setting, records.tables, made_on),
    ]
