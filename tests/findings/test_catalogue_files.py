"""The catalogue of sentences holds together, and refuses what does not."""

from __future__ import annotations

import re

import pytest

from pmf_analysis.errors import RuleSetError
from pmf_analysis.findings import load_catalogue
from pmf_analysis.findings.texts import texts

GOOD = """
family: status
order: 1
findings:
  - code: S-X
    title: A title
    why: A reason
    severity: info
    claims: none
    when: [{column: rag, is: green}]
    sentence: "{Period}: {shown}."
"""


def catalogue_of(folder, text):
    (folder / "status.yml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_a_family_file_is_read(tmp_path):
    (entry,) = catalogue_of(tmp_path, GOOD).entries
    assert (entry.code, entry.family, entry.places) == ("S-X", "status", ("Period", "shown"))


@pytest.mark.parametrize(
    ("old", "wrong", "message"),
    [
        ("    why: A reason\n", "", "missing"),
        ("    why: A reason\n", "    why: A\n    colour: red\n", "unknown"),
        ("claims: none", "claims: rising", "claims 'rising'"),
        ("is: green", "equals: green", "condition"),
        ("{column: rag, is: green}", "{is: green}", "condition"),
    ],
)
def test_a_faulty_entry_is_refused(tmp_path, old, wrong, message):
    with pytest.raises(RuleSetError, match=message):
        catalogue_of(tmp_path, GOOD.replace(old, wrong))


def test_a_code_stands_once(tmp_path):
    (tmp_path / "more.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RuleSetError, match="S-X twice"):
        catalogue_of(tmp_path, GOOD)


def test_every_place_of_every_sentence_has_a_text(facts, context):
    known = set(texts(facts.iloc[0].to_dict(), context))
    for entry in load_catalogue().entries:
        assert set(entry.places) <= known, entry.code


def test_only_sentences_that_need_a_signal_speak_of_improving_or_worsening():
    change = re.compile(r"improv|worsen|deteriorat|better than last|worse than last", re.I)
    for entry in load_catalogue().entries:
        speaks = bool(change.search(entry.sentence))
        assert speaks == (entry.claims in ("improved", "worsened")), entry.code


def test_sentences_that_claim_a_change_have_a_signal_among_their_conditions():
    for entry in load_catalogue().entries:
        if entry.claims in ("improved", "worsened"):
            wanted = {"improved": "improvement", "worsened": "concern"}[entry.claims]
            assert {"column": "signal", "is": wanted} in entry.when, entry.code
