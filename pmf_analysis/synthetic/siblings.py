"""Story: five brothers and sisters begin second plans in one month, in one district."""

from __future__ import annotations

import pandas as pd

from pmf_analysis.synthetic.setting import Setting


def with_siblings(
    setting: Setting, rows: pd.DataFrame, children: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return rows, children.assign(added=False)
