"""Medwold's register, records by hand and by chance, and the slow count."""

from __future__ import annotations

import importlib.util
import random
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout, load_layouts
from pmf_analysis.register.yaml_files import read
from pmf_analysis.store import create_workspace

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def plain() -> ModuleType:
    """The slow count, which tests cannot import by name."""
    spec = importlib.util.spec_from_file_location("plain_count", HERE / "plain.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``data/reference`` as a workspace of Medwold has it."""
    return (
        create_workspace(tmp_path_factory.mktemp("workspace") / "w", "medwold") / "data/reference"
    )


@pytest.fixture(scope="session")
def held(reference: Path) -> Register:
    """Medwold's register."""
    return register.load(reference)


@pytest.fixture(scope="session")
def layouts(reference: Path) -> dict[str, Layout]:
    """The layouts of Medwold's tables of records, by table."""
    return {one.table: one for one in load_layouts(reference / "layouts").values() if one.record}


@pytest.fixture(scope="session")
def definitions(reference: Path) -> dict[str, dict]:
    """The content of every indicator's file, by code."""
    return {
        path.stem: read(path, path.name).content
        for path in sorted((reference / "indicators").glob("*.yml"))
    }


@pytest.fixture(scope="session")
def frames(layouts: dict[str, Layout]):
    """Rows by table as they are read from a file: typed, with every column there is."""

    def made(rows: dict[str, list[dict]]) -> dict[str, pd.DataFrame]:
        return {name: _frame(each, layouts[name]) for name, each in rows.items()}

    return made


def _frame(rows: list[dict], layout: Layout) -> pd.DataFrame:
    kinds = {"date": "datetime64[s]", "whole": "Int64", "yes_no": "boolean", "number": "float64"}
    columns: dict[str, object] = {
        "delivery": pd.array([row["delivery"] for row in rows], dtype="str"),
        "sheet": pd.array([""] * len(rows), dtype="str"),
        "line": np.array([row["line"] for row in rows], dtype=np.int64),
    }
    for name, rule in layout.fields.items():
        values = [row[name] for row in rows]
        if rule.type == "yes_no":
            values = [None if one is None else one == "yes" for one in values]
        if rule.type == "date":
            columns[name] = np.array(values, dtype="datetime64[s]")
        else:
            columns[name] = pd.array(values, dtype=kinds.get(rule.type, "str"))
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def as_rows():
    """Tables as they are made, as rows of plain values."""

    def made(tables: dict[str, pd.DataFrame]) -> dict[str, list[dict]]:
        return {name: list(_rows(table)) for name, table in tables.items()}

    return made


def _rows(table: pd.DataFrame):
    columns = {}
    for name in table.columns:
        dated = pd.api.types.is_datetime64_any_dtype(table[name].dtype)
        columns[name] = [
            None if pd.isna(one) else one.date() if dated else one
            for one in table[name].astype(object)
        ]
    for line, values in enumerate(zip(*columns.values(), strict=True)):
        yield dict(zip(columns, values, strict=True), delivery="d", line=line)


@pytest.fixture(scope="session")
def by_chance(layouts: dict[str, Layout], held: Register):
    """Small tables of every kind, with all that can be wrong with them."""
    return lambda seed, **sizes: _Chance(seed, layouts, held, **sizes).tables()


FIRST, LAST = date(2024, 3, 1), date(2025, 11, 30)

CHOICES = {
    "decision": ["no_further_action", "advice", "service"],
    "role": ["social_worker", "social_worker", "manager"],
    "activity": ["F1", "P2", "G4", "G6"],
    "grade": ["good", "outstanding", "inadequate"],
    "reason_ended": ["E11", "E4A", "E3", "X1"],
    "outcome": ["plan", "no_plan"],
}
KINDS = {
    "allocation": ["case", "case", "supervising"], "visit": ["care", "protection"],
    "health": ["initial", "review"],
}  # fmt: skip
ENDS = {"ended_on": 0.5, "valid_to": 0.7}


class _Chance:
    """Rows drawn one by one; a date may be missing, a code unknown, an end before its start."""

    def __init__(self, seed, layouts, held, records=40, versions=True):
        self.draw = random.Random(seed)
        self.layouts, self.held = layouts, held
        self.records, self.versions = records, versions
        # teams in the middle of what moved and merged, so that it matters
        self.teams = [
            "coldry-assessment-1", "coldry-protection-2", "harstow-protection-2",
            "harstow-protection-3", "harstow-protection-4", "front-door-1", "fostering-2",
            "children-in-care-west-1", "disabled-children-1", "lathe",
        ]  # fmt: skip
        self.children = [f"C{number}" for number in range(max(records // 3, 1))]
        self.posts = [f"P{number}" for number in range(max(records // 4, 1))]

    def tables(self):
        wanted = (
            "child", "post", "person", "allocation", "referral", "assessment", "conference", "plan",
            "visit", "care_episode", "placement", "health", "leaver_contact", "adoption",
            "case_audit",
        )  # fmt: skip
        found = {name: self.table(name) for name in wanted}
        return found | {"extract_log": self.log(wanted)}

    def day(self, missing=0.05):
        if self.draw.random() < missing:
            return None
        span = (LAST - FIRST).days + 60
        return FIRST - timedelta(days=20) + timedelta(days=self.draw.randrange(span))

    def table(self, name):
        layout, rows = self.layouts[name], []
        keys = self.children if name == "child" else self.posts if name == "post" else None
        for number in range(len(keys) if keys else self.records):
            row = self.record(name, layout, keys[number] if keys else f"{name[0]}{number}")
            rows.append(row)
            while self.versions and self.draw.random() < 0.3:
                again = self.record(name, layout, row[layout.record.key])
                if self.draw.random() < 0.5:
                    again = {**row, **{n: again[n] for n in ("changed_at", "withdrawn")}}
                rows.append(again)
        self.draw.shuffle(rows)
        cut = sorted(self.draw.randrange(len(rows) + 1) for _ in range(2))
        for place, row in enumerate(rows):
            row["delivery"] = "abc"[sum(place >= one for one in cut)]
            row["line"] = place + 2
        return rows

    def record(self, name, layout, key):
        row = {one: self.cell(name, one, rule.type) for one, rule in layout.fields.items()}
        row[layout.record.key] = key
        if name == "child":
            row["date_of_birth"] = date(
                2004 + self.draw.randrange(6), self.draw.randrange(1, 13), 28
            )
        return row

    def cell(self, table, name, kind):
        draw = self.draw
        if name == "withdrawn":
            return "yes" if draw.random() < 0.1 else "no"
        if kind == "date":
            return self.day(ENDS.get(name, 0.05))
        if kind == "yes_no":
            return draw.choice(["yes", "no", None])
        if kind in ("whole", "number"):
            return draw.choice([0, 1, 2, None])
        if name in ("team", "team_then"):
            return draw.choice([*self.teams, "nowhere", None])
        if name == "home_district":
            return draw.choice(["coldry", "lathe", "harstow", "moon", None])
        if name == "child_id":
            return draw.choice([*self.children, "C999", None])
        if name == "post_id":
            return draw.choice([*self.posts, None])
        if name == "kind" and table in KINDS:
            return draw.choice([*KINDS[table], None])
        return draw.choice([*CHOICES.get(name, ["x"]), None])

    def log(self, tables):
        rows = []
        for name in tables:
            for place, (first, last) in enumerate(
                [(FIRST, date(2025, 7, 15)), (date(2025, 7, 16), LAST)]
            ):
                rows.append({
                    "extract_id": f"{name}{place}", "table_name": name, "event_date": last,
                    "covers_from": first, "covers_to": last, "rows": 1, "replaces": None,
                    "entered_at": last, "changed_at": last, "withdrawn": "no",
                    "delivery": "abc"[place], "line": len(rows) + 2,
                })  # fmt: skip
        return rows
