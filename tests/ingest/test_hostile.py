"""Damaged and hostile files: an error of ours, or every row accounted for; never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pmf_analysis.errors import PmfError
from pmf_analysis.ingest import read_delivery

GOOD = (
    "indicator,service_area,cohort,period,numerator,denominator,state,note\n"
    + "".join(f"REF,Kent,all,2025-{month:02d},{month},1{month},,\n" for month in range(1, 13))
).encode()
BITS = (
    b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xe2\x80\xae", b"=1+1", b"<script>", b"c",
    b"9" * 400, b"1e999", b"NaN", b"-0", b"2025-13", b"\xef\xbb\xbf", b";", b"\t",
    "\u0661".encode(), b"..", b"{0}",
)  # fmt: skip


def damaged(dice: random.Random) -> bytes:
    """A good file after one to six blows."""
    content = bytearray(GOOD)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(content) + 1)
        blow = dice.randrange(4)
        if blow == 0:
            content[at:at] = dice.choice(BITS)
        elif blow == 1:
            del content[at : at + dice.randint(1, 40)]
        elif blow == 2 and content:
            content[min(at, len(content) - 1)] = dice.randrange(256)
        else:
            content[at:at] = content[at : at + dice.randint(1, 200)]
    return bytes(content)


def hold(register: object, layouts: object, folder: Path, seed: int, trials: int) -> None:
    dice = random.Random(seed)
    path = folder / "delivered_2026-01-10.csv"
    refused = 0
    for trial in range(trials):
        content = damaged(dice)
        path.write_bytes(content)
        try:
            extract = read_delivery(path, register, layouts=layouts)
        except PmfError as error:
            refused += 1
            assert str(error), f"trial {trial} of seed {seed}"
            continue
        receipt = extract.receipt
        assert receipt.rows_in_file == receipt.rows_read + receipt.rows_refused
        assert extract.figures["line"].nunique() == receipt.rows_read
        numbers = extract.figures["state"].isin(["final", "provisional", "revised"])
        assert extract.figures.loc[numbers, "value"].notna().all()
        assert extract.figures.loc[~numbers, "value"].isna().all()
    assert 0 < refused < trials


def test_300_damaged_files(national: object, layouts: object, tmp_path: Path) -> None:
    hold(national, layouts, tmp_path, seed=1, trials=300)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_5_000_damaged_files(national: object, layouts: object, tmp_path: Path, seed: int) -> None:
    hold(national, layouts, tmp_path, seed=seed, trials=5_000)
