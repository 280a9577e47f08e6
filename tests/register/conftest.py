"""A small register on disk, to be spoilt one line at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import RegisterError
from pmf_analysis.register import load

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
