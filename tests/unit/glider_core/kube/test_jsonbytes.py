"""Whatever a task left can be sent."""

from __future__ import annotations

import json

import pytest

from glider_core.api.phases import Phase
from glider_core.kube.jsonbytes import decoded, encoded

DEEP = json.loads("[" * 300 + "]" * 300)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"ä": ["€", 1, 1.5, True, None, {}]}, id="what is ordinary"),
        pytest.param({"phase": Phase.RUNNING}, id="one of our words"),
        pytest.param({"message": "half a pair: \ud83d"}, id="half of a surrogate pair"),
        pytest.param({"n": 10**30}, id="an integer that has more than 64 bits"),
        pytest.param(DEEP, id="300 levels"),
        pytest.param({1: "x"}, id="a name that isn't a text"),
    ],
)
def test_encoded(document):
    assert json.loads(encoded(document)) == json.loads(json.dumps(document))


def test_decoded():
    assert decoded(b'{"\xc3\xa4": [1, 1.5, true, null, "\\u20ac"]}') == {"ä": [1, 1.5, True, None, "€"]}


@pytest.mark.parametrize("levels", [1_500, 9_990])
def test_what_is_nested_too_deep_is_left_out(levels):
    document = decoded(b'{"a": 1, "b": ' + b"[" * levels + b"]" * levels + b', "c": "]"}')
    assert (document["a"], document["c"]) == (1, "]")
    assert document["b"]


@pytest.mark.parametrize("data", [b"", b"<html>", b"[" * 1_500, b'{"a":', b"\xff"])
def test_what_is_no_json(data):
    with pytest.raises(ValueError, match=r"\S"):
        decoded(data)
