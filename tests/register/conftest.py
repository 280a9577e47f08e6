"""A small register on disk, to be spoilt one line at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import ingest, measures
from pmf_analysis.errors import RegisterError
from pmf_analysis.register import Context, Register, load

PUBLISHED_TABLES = (
    "dfe_cin_2025/b1_*", "dfe_cin_2025/c1_*", "dfe_cin_2025/c4_*", "dfe_cin_2025/d3_*",
    "dfe_cin_2025/d5_*", "dfe_cin_2025/ons_*", "dfe_cin_2024/b3_*", "dfe_cin_2024/b4_*",
    "dfe_cin_2024/c2_*", "dfe_cin_2024/c5_*", "dfe_cin_2024/c6_*", "dfe_cin_2024/d6_*",
    "dfe_cin_2024/d7_*", "dfe_cla_2025/cla_number_and_rate_per_10k_children.csv",
    "dfe_cla_2025/la_care_leavers_*", "dfe_cla_2025/la_cla_placement_*",
    "dfe_cla_2025/la_conviction_*", "dfe_workforce/*_2025.csv",
)  # fmt: skip
"""The newest release of each table, as files below ``../shared/data``."""

FILES = {
    "workspace.yml": """\
title: Two towns
register_name: towns
county: SHIRE
report_kinds: [district]
benchmarks: [county, neighbours]
neighbour_model: "2024"
""",
    "objectives/safe.yml": "code: safe\nname: Safe\nstatement: Children are safe.\n",
    "indicators/CP-01.yml": """\
code: CP-01
name: Conferences held in time
objective: safe
source:
  published:
    table: conferences
    numerator: [in_time]
    denominator: {column: held}
kind: proportion
unit: percent
polarity: high
frequency: month
data_period: R12M
target:
  - {value: 80, from: 2023-04}
  - {value: 85, from: 2024-04, agreed_by: director, agreed_on: 2024-03-12}
floor: {value: 75, from: 2023-04}
applies_to: [county, district]
owner: head-of-safeguarding
origin: Working Together to Safeguard Children
""",
    "rules/intervals.yml": """\
name: intervals
version: "1"
purpose: Intervals.
source: Here.
values: {confidence: 0.95, exact_below: 10}
""",
    "units.csv": """\
code,name,kind,parent,valid_from,valid_to,successors,aliases,source
SHIRE,The Shire,county,,,,,,
OLD,Riverton,district,SHIRE,,2019-03-31,NEW,801,
NEW,Riverton,district,SHIRE,2019-04-01,,,802;Riverton Borough,
HILL,"Hill, Town of",district,SHIRE,,,,803;Hill Town,
""",
    "targets.csv": """\
indicator,unit,from,target,floor,agreed_by,agreed_on,provisional
CP-01,HILL,2024-10,90,,director,2024-09-01,true
""",
    "breaks.csv": """\
indicator,unit,period,kind,reason,recorded_by,recorded_on,source
CP-01,HILL,2024-07,recording,A new form,analyst,2024-08-01,service note
*,*,2020-04,rebase,After the spring,analyst,2024-08-01,service note
CP-01,NEW,2024-07,rebase,A hub opened,analyst,2024-08-01,service note
""",
    "tolerances.csv": """\
unit,indicator,dimension,green_max,amber_max,min_n,approved_by,valid_from,source
*,*,completeness,0.01,0.05,10,director,2023-04-01,judgement
""",
    "neighbours/models.yml": """\
models:
  - {name: "2024", dated: 2024-05-01, source: here}
""",
    "neighbours/2024.csv": "unit,rank,neighbour\nHILL,1,NEW\nNEW,2,OLD\nNEW,1,HILL\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register that holds together."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def spoil(folder: Path) -> Callable[[str, str, str], str]:
    """Replace one text in one file and give back the message of loading it."""

    def spoilt(name: str, old: str, new: str) -> str:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(RegisterError) as caught:
            load(folder)
        return str(caught.value)

    return spoilt


@dataclass(frozen=True)
class Nation:
    """The national register and what the published files say by it."""

    context: Context
    figures: pd.DataFrame
    receipts: list[dict]
    measures: pd.DataFrame

    def of(self, code: str) -> pd.DataFrame:
        """Measures of one indicator."""
        return self.measures[self.measures["indicator"] == code]


@pytest.fixture(scope="session")
def nation(root: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """Every indicator of the national register, measured from the published files, once."""
    register = load(root / "data" / "reference")
    read = {cell for one in register.indicators.values() for each in one.source.all
            for cell in each.reads}  # fmt: skip
    # of the tool's 434 measures only those that an indicator reads
    tool = pd.read_parquet(
        shared / "data" / "lait" / "bds_long_0.parquet",
        filters=[
            ("Short Desc", "in", sorted(label for table, label, _ in read if table == "lait"))
        ],
    )
    wanted = tmp_path_factory.mktemp("lait") / "bds_long_0.parquet"
    tool.to_parquet(wanted)
    files = [path for pattern in PUBLISHED_TABLES
             for path in sorted((shared / "data").glob(pattern))]  # fmt: skip
    layouts = ingest.load_layouts(root / "data" / "reference" / "layouts")
    extracts = [ingest.read_delivery(path, register, layouts) for path in files]
    extracts.append(ingest.read_delivery(wanted, register, layouts, published="2026-04-08"))
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    receipts = [one.receipt.as_dict() for one in extracts]
    context = Context(register, date(2026, 4, 8))
    return Nation(context, figures, receipts, measures.build(figures, receipts, context))


@pytest.fixture(scope="session")
def latest_by_model(nation: Nation) -> dict[str, pd.DataFrame]:
    """The comparison of the latest year, with the neighbours of each model."""
    from pmf_analysis.analysis import comparison

    now = nation.measures[nation.measures["period"].isin(["2024/25", "2025-09-30"])]
    now = now.assign(era=0, segment=0).reset_index(drop=True)
    held = {}
    for model in nation.context.register.neighbour_models:
        register = nation.context.register
        workspace = register.workspace.model_copy(update={"neighbour_model": model})
        by_model: Register = replace(register, workspace=workspace)
        held[model] = comparison.analyse(now, replace(nation.context, register=by_model))
    return held
