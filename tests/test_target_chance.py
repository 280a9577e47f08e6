"""The benchmark of chances on real series: its events, base rates and table, on made ones."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks import target_chance
from benchmarks.real_series import HOSPITALS, Real
from pmf_analysis import periods, register
from pmf_analysis.analysis import forecast
from pmf_analysis.register import Context
from pmf_analysis.register.models import Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.tables import KEY

MONTHS = [one.code for one in periods.sequence(periods.month(2017, 1), periods.month(2018, 12))]


@pytest.fixture
def real(root, monkeypatch) -> Real:
    """Two series, one always above its target; a forecast that always says three in four."""
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="A", report_kinds=["authority"]),
        indicators={HOSPITALS[0].code: HOSPITALS[0]}, units={}, breaks=(),
        rule_sets=register.load(root / "data" / "reference").rule_sets,
    )  # fmt: skip
    rows = pd.concat(
        [
            pd.DataFrame({"period": MONTHS, "value": values}).assign(
                indicator=HOSPITALS[0].code, service_area=unit, cohort="all", vintage="",
                period_end=[periods.parse(code).end.isoformat() for code in MONTHS],
                state="final", target=95.0,
            )
            for unit, values in (("good", 99.0), ("falling", 97.0 - 0.25 * np.arange(24)))
        ],
        ignore_index=True,
    )  # fmt: skip

    def analyse(cut, context):
        made = []
        for _, own in cut.groupby("service_area"):
            last = own.iloc[-1]
            for step in (1, 2):
                period = periods.shift(periods.parse(last["period"]), step)
                made.append(
                    {name: last[name] for name in KEY}
                    | {"period": period.code, "state": "forecast", "horizon": step}
                    | {"forecast_target_chance": 0.75}
                )
        return pd.DataFrame(made)

    monkeypatch.setattr(forecast, "analyse", analyse)
    return Real("Made", rows, Context(held, date(2019, 4, 11)))


def test_each_chance_stands_beside_what_happened_and_what_was_known(real):
    table = target_chance.cases(real)
    one = table[table["event"] == target_chance.TARGET]
    assert len(one) == 2 * (1 + 11 * 2)
    happened = one.groupby("series")["happened"].agg(["min", "max"])
    assert happened.loc["AE-1|good|all"].tolist() == [1.0, 1.0]
    assert happened.loc["AE-1|falling|all"].tolist() == [0.0, 0.0]
    # 97, 96.75 ... 95: nine months of 12 to 23 met the target
    base = one[one["series"] == "AE-1|falling|all"]["base"]
    assert base.max() == pytest.approx(9.5 / 13)
    assert base.min() == pytest.approx(9.5 / 24)
    other = table[table["event"] == target_chance.LAST_YEAR].groupby("series")["happened"].mean()
    assert other["AE-1|good|all"] == 1.0
    assert other["AE-1|falling|all"] == 0.0


def test_the_table_has_a_row_for_all_and_for_each_group(real):
    table = target_chance.cases(real).assign(group=real.name)
    found = list(target_chance.scores(table, [0, 0.5, 1]))
    assert [one.name for one in found] == ["All series"] * 2 + ["Made, 1 to 3 months ahead"] * 2
    assert found[0].overall.score == pytest.approx((0.75**2 + 0.25**2) / 2)
    assert found[0].overall.base_score == 0.25
    told = target_chance.markdown(target_chance._told(found))
    assert told.splitlines()[0].startswith("| Series | Event: the figure |")
    assert len(told.splitlines()) == 2 + len(found)


@pytest.mark.shared
def test_the_real_groups_are_there(shared):
    assert (shared / "data" / "nhs_ae_monthly" / "ae_attendances.csv").is_file()
    assert (shared / "data" / "camhs_scotland_monthly").is_dir()
