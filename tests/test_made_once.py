"""What every worker of the tests needs is made once, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_folder_is_filled_once_and_found_by_all_who_ask(made_once):
    filled = []

    def fill(folder: Path, text: str) -> None:
        filled.append(folder)
        (folder / "kept").write_text(text, encoding="utf-8")

    first, second = (made_once("filled-once", fill, text) for text in ("first", "second"))
    assert first == second
    assert (first / "kept").read_text(encoding="utf-8") == "first"
    assert len(filled) == 1


def test_what_was_not_filled_to_the_end_is_filled_anew(made_once):
    def stop(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        made_once("stopped", stop)
    made = made_once("stopped", lambda folder: (folder / "whole").touch())
    assert [path.name for path in made.iterdir()] == ["whole"]
