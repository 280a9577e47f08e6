"""The catalogue of sentences holds together, and refuses what does not."""

from __future__ import annotations

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


def test_only_sentences_that_rest_on_a_verdict_speak_of_improving_or_worsening():
    for entry in load_catalogue().entries:
        assert entry.is_borne_out, entry.code


@pytest.mark.parametrize(
    ("claims", "when", "sentence", "borne_out"),
    [
        ("improved", "{column: signal, is: improvement}", "It has improved.", True),
        ("worsened", "{column: screen_verdict, is: concern}", "It has worsened.", True),
        ("improved", "{column: impact_verdict, is: made_better}", "Better.", True),
        ("improved", "{column: signal, is: concern}", "It has improved.", False),
        ("improved", "{column: rag, is: green}", "It has improved.", False),
        ("none", "{column: signal, is: improvement}", "It has improved.", False),
        ("arithmetic", "{column: rag, is: green}", "{Shown}, better than last month.", False),
        ("arithmetic", "{column: rag, is: green}", "{Shown}, higher than last month.", True),
    ],
)
def test_a_claim_needs_its_verdict(tmp_path, claims, when, sentence, borne_out):
    given = GOOD.replace("claims: none", f"claims: {claims}")
    given = given.replace("{column: rag, is: green}", when)
    given = given.replace("{Period}: {shown}.", sentence)
    (entry,) = catalogue_of(tmp_path, given).entries
    assert entry.is_borne_out is borne_out
