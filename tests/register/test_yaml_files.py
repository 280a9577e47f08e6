"""YAML is read alike with and without the parser in C, and faults are named by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pmf_analysis.errors import RegisterError
from pmf_analysis.register import yaml_files

DATA = Path(__file__).resolve().parents[2] / "data"


def in_python(path: Path) -> object:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))


def test_every_shipped_file_reads_the_same_by_the_parser_in_python():
    paths = sorted(DATA.rglob("*.yml"))
    assert len(paths) > 100
    for path in paths:
        # as text, so that a number is told from a text and 1 from 1.0 and true
        assert repr(yaml_files.read(path).content) == repr(in_python(path)), path.name


@pytest.mark.parametrize(
    "text",
    ["a: yes\nb: 0o17\nc: 017\nd: 1_000\ne: 12:30\nf: 1e3\ng: ~\n", "a: 2024-01-02\nb: 1.\n",
     "base: &one {x: 1}\nb: {<<: *one, y: 2}\n", "a: !\n", "a: >-\n", "%YAML 1.1\n---\na: yes\n",
     "\ufeffa: 1\n", "a: '\\'\nb: \"\\u00e9\"\n", "- a\n-\n- {}\n"],
)  # fmt: skip
def test_texts_on_which_parsers_are_known_to_differ_read_as_in_python(tmp_path, text):
    path = tmp_path / "one.yml"
    path.write_text(text, encoding="utf-8")
    assert repr(yaml_files.read(path).content) == repr(in_python(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: 1\nb\t: 2\n", "one.yml, line 2: "), ("a: >#\n  text\n", "one.yml, line 1: "),
     ("a: 1\na: 2\n", 'one.yml, line 2: found duplicate key "a"'),
     ("a: !!python/object:os.system x\n", "one.yml, line 1: could not determine a constructor"),
     ("a: [1\nb: 2\n", "one.yml, line 2: "), ("a: 1\n---\nb: 2\n", "one.yml, line 2: "),
     ("a: 1\x85b: 2\n", "one.yml, line 1: "), ("# nothing\n", "one.yml is empty")],
)  # fmt: skip
def test_what_the_parser_in_python_refuses_is_refused_in_its_words(tmp_path, text, message):
    path = tmp_path / "one.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError) as caught:
        yaml_files.read(path)
    assert message in str(caught.value)


def test_a_text_that_opens_too_many_levels_is_left_to_the_parser_in_python(tmp_path):
    path = tmp_path / "one.yml"
    path.write_text("a: " + "[" * 200_000, encoding="utf-8")
    with pytest.raises(RegisterError, match=r"one\.yml: nested too deeply"):
        yaml_files.read(path)


def test_without_the_parser_in_c_the_same_is_read(monkeypatch, tmp_path):
    path = tmp_path / "one.yml"
    path.write_text("a: [1, yes, 2024-01-02]\n", encoding="utf-8")
    expected = yaml_files.read(path).content
    monkeypatch.setattr("ruamel.yaml.main.CParser", None)
    assert yaml_files.read(path).content == expected
