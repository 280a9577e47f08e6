"""Canonical JSON and hashes."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import TableError
from pmf_analysis.store import canonical_json, sha256_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(PLAIN)
def test_json_comes_back_as_it_went(content):
    assert json.loads(canonical_json(content)) == content
    assert canonical_json(content, indent=None).count(b"\n") == 1


def test_order_of_keys_does_not_matter():
    assert canonical_json({"b": 1, "a": [2]}) == canonical_json({"a": [2], "b": 1})


def test_dates_sets_and_numpy_numbers_have_a_form():
    content = {"on": date(2025, 3, 31), "units": {"b", "a"}, "n": np.int64(3), "x": np.float64(0.5)}
    assert json.loads(canonical_json(content)) == {
        "on": "2025-03-31", "units": ["a", "b"], "n": 3, "x": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("content", [float("nan"), np.float64("inf"), object(), {1: object}])
def test_what_has_no_form_is_an_error(content):
    with pytest.raises(TableError, match="cannot be written as JSON"):
        canonical_json(content)


def test_hash_of_bytes_and_of_a_file_agree(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"figures")
    expected = hashlib.sha256(b"figures").hexdigest()
    assert sha256_of(b"figures") == sha256_of(path) == sha256_of(str(path)) == expected
