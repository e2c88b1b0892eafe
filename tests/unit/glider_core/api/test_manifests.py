"""YAML as kubectl reads it. `tests/integration/test_kubectls_yaml.py` gives the same texts to the real kubectl."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_core.api import manifests
from glider_core.api.manifests import read_manifests

#: Scalars as somebody writes them, without quotes unless they stand here, and what the API server gets.
SCALARS = {
    "2026-01-31T12:00:00Z": "2026-01-31T12:00:00Z",
    "2026-01-31 12:00:00": "2026-01-31 12:00:00",
    "2026-01-31": "2026-01-31",
    "2026-1-2": "2026-1-2",
    "12:30": "12:30",
    "1:30:00": "1:30:00",
    "0o7": 7,
    "-0o7": -7,
    "0o8": "0o8",
    "010": 8,
    "0777": 511,
    "08": 8,
    "0x1F": 31,
    "0b101": 5,
    "1_000": 1000,
    "1__0": 10,
    "1_0.5_0": 10.5,
    "+12": 12,
    "-0": 0,
    "-0.0": 0,
    "1.0": 1,
    "1.10": 1.1,
    "1.": 1,
    ".5": 0.5,
    "+.5": 0.5,
    ".e1": ".e1",
    ".5_0": 0.5,
    "._5": "._5",
    ".5_": ".5_",
    "1e3": 1000,
    "1.5e+3": 1500,
    "12e03": 12000,
    ".1e-3": 0.0001,
    "1e": "1e",
    "1e20": 100000000000000000000,
    "1e21": 1e21,
    "1e400": "1e400",
    "9223372036854775807": 9223372036854775807,
    "9223372036854775808": 9223372036854775808 + 192,
    "123456789012345678901234567890": 1.2345678901234568e29,
    "=": "=",
    "+": "+",
    "0xg": "0xg",
    "y": True,
    "Y": True,
    "yes": True,
    "On": True,
    "TRUE": True,
    "tRUE": "tRUE",
    "n": False,
    "N": False,
    "no": False,
    "OFF": False,
    "~": None,
    "Null": None,
    "null": None,
    "nULL": "nULL",
    "'y'": "y",
    '"12"': "12",
    "!!str 12": "12",
    '!!int "12"': 12,
    "!!float 3": 3,
    "!!bool yes": True,
    "!!binary aGVsbG8=": "hello",
    "!!timestamp 2026-01-01": "2026-01-01",
    "!foo bar": "bar",
    "|\n    two\n    lines": "two\nlines\n",
}
SCALARS_TEXT = "".join(f"  k{i}: {text}\n" for i, text in enumerate(SCALARS))


@pytest.mark.parametrize("text", SCALARS)
def test_a_scalar(text):
    (found,) = read_manifests(f"a: {text}\n", name="x")
    assert found == {"a": SCALARS[text]}
    assert type(found["a"]) is type(SCALARS[text])


HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
JSON = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "a": 1.0, "b": 12345678901234567890, "c": 1, "c": 2}'
FROM_JSON = OBJECT | {"a": 1, "b": 12345678901234567000, "c": 2}

#: Whole files by what is particular about them.
FILES: dict[str, tuple[str, list[object]]] = {
    "several documents, and empty ones": (f"---\n---\n# c\n{HEAD}---\n---  # x\n\n{HEAD}", [OBJECT, OBJECT]),
    "nothing but a comment": ("# only\n", []),
    "an empty file": ("", []),
    "three dashes inside a text": (f"{HEAD}a: |\n  x\n  --- y\n  ---\n", [OBJECT | {"a": "x\n--- y\n---\n"}]),
    "three dashes at the end": (f"{HEAD}---", [OBJECT]),
    "lines that end as in DOS": (HEAD.replace("\n", "\r\n"), [OBJECT]),
    "a byte order mark": (f"\ufeff{HEAD}", [OBJECT]),
    "what follows three dots isn't read": (f"{HEAD}...\nkind: Other\n", [OBJECT]),
    "JSON, also several objects": (f"\n {JSON}{JSON}", [FROM_JSON, FROM_JSON]),
    "JSON beside YAML": (f"{JSON}\n---\n{HEAD}", [FROM_JSON, OBJECT]),
    "a flow mapping isn't JSON": ("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}", [OBJECT]),
    "of equal keys the last counts": (f"{HEAD}a: 1\na: 2\n", [OBJECT | {"a": 2}]),
    "keys that are no text become text": (
        f"{HEAD}a: {{n: 1, yes: 2, 1: 3, 0x10: 4, 1.5: 5, 1e20: 6, 1000000.5: 7, 2026-01-01: 8, 0.1: 9}}\n",
        [OBJECT | {"a": {"false": 1, "true": 2, "1": 3, "16": 4, "1.5": 5, "1e+20": 6, "1.0000005e+06": 7, "2026-01-01": 8, "0.1": 9}}],
    ),
    "anchors and merged mappings, in their order": (
        f"{HEAD}a: &a {{x: 1, z: 3}}\nb: {{<<: *a, x: 2}}\nc: {{x: 2, <<: [*a]}}\nd: *a\n",
        [OBJECT | {"a": {"x": 1, "z": 3}, "b": {"x": 2, "z": 3}, "c": {"x": 1, "z": 3}, "d": {"x": 1, "z": 3}}],
    ),
    "mappings in lists, and keys alone": (
        f"{HEAD}a: [1, [2, x: 3], {{b}}]\n? c\n: d\n",
        [OBJECT | {"a": [1, [2, {"x": 3}], {"b": None}], "c": "d"}],
    ),
    "a List": (f"apiVersion: v1\nkind: List\nitems:\n- {JSON}\n- {JSON}\n", [FROM_JSON, FROM_JSON]),
    "a list of one kind": (
        "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: x}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n",
        [OBJECT, OBJECT],
    ),
    "an empty List": ("apiVersion: v1\nkind: List\nitems: []\n", []),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file(name):
    text, expected = FILES[name]
    assert read_manifests(text, name="x") == expected


#: What kubectl doesn't read either, and a word of the reason.
REFUSED = {
    "something behind the separator": (f"{HEAD}--- {{a: b}}\n", "separator"),
    "a tab as indentation": (f"{HEAD}x:\n\ty: 1\n", "cannot start any token"),
    "an anchor that isn't there": (f"{HEAD}a: *nope\n", "undefined alias"),
    "a null for a key": (f"{HEAD}~: a\n", "line 4"),
    "a list for a key": (f"{HEAD}? [a]\n: b\n", "line 4"),
    "a tag that doesn't fit": (f"{HEAD}a: !!int 1.5\n", "1.5 in line 4, which is no int"),
    "infinity": (f"{HEAD}a: .inf\n", "inf in line 4"),
    "an anchor inside itself": (f"{HEAD}a: &a [*a]\n", ""),
}


#: What a newcomer writes, in the second document of a file whose first has two lines and a separator: place and cause.
MISTAKES = {
    "a question mark inside braces": ("a: {b: string?, c: d}", "in line 4, column 14: expected ',' or '}', but got '?'", "needs quotes"),
    "a bracket inside braces": ("a: {b: list[x], c: d}", "in line 4, column 12: expected ',' or '}', but got '['", "needs quotes"),
    "a variable without quotes": ("a: [{{.input}}]", "a key in line 4 that is no text", 'such as "{{.input}}", needs quotes'),
    "text behind a variable": ("a: {{.input}}/b", "in line 4, column 14: expected <block end>", "needs quotes as a whole"),
    "a line too far to the right": ("a:\n  b: c\n   d: e", "in line 6, column 5: mapping values are not allowed", "indented"),
    "a line between two levels": ("a:\n  b: c\n d: e", "in line 6, column 2: expected <block end>", "is this line indented"),
    "a tab": ("a:\n\tb: c", "in line 5, column 1: character '\\t'", "indented by spaces"),
    "an at sign": ("a: @b", "in line 4, column 4: character '@' that cannot start any token", "needs quotes"),
    "a bracket that stays open": ("a: [b", "in line 5, column 1: expected ',' or ']'", "from line 4 on"),
    "a control character": ("a: \x01", "a character that YAML doesn't allow: 0x1", ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_by_its_place_in_the_file_first(name):
    text, cause, advice = MISTAKES[name]
    with pytest.raises(FieldError) as caught:
        read_manifests(f"a: b\n# first\n---\n{text}\n", name="f.yaml")
    assert str(caught.value).startswith(f"f.yaml: expected YAML or JSON as kubectl reads it, found {cause}")
    assert advice in str(caught.value)
    assert "unicode string" not in str(caught.value)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_with_file_and_line(name):
    text, words = REFUSED[name]
    with pytest.raises(FieldError, match=r"^f\.yaml: expected YAML or JSON as kubectl reads it, found ") as caught:
        read_manifests(text, name="f.yaml")
    assert words in str(caught.value)


def test_a_few_lines_of_aliases_of_aliases_fill_no_memory(monkeypatch):
    monkeypatch.setattr(manifests, "_MOST_NODES", 10_000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9))]
    with pytest.raises(FieldError, match="aliases included"):
        read_manifests("\n".join(lines), name="x")


@given(st.text(alphabet=st.sampled_from(list("ab:{}[]-?*&!|>'\"#%@ \n\t,<.~0\\")), max_size=40) | st.text(max_size=40))
def test_no_text_breaks_it(text: str):
    with suppress(FieldError):
        read_manifests(text, name="x")


def test_no_depth_breaks_it():
    with pytest.raises(FieldError, match="too many levels"):
        read_manifests("[" * 5_000 + "]" * 5_000, name="x")
